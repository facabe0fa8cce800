//! Making tokens.

use super::client::{Client, TokenFormat};
use super::grant::Grant;
use super::scope;
use super::shelf::{Filed, Kept, Link, addition, seconds_until};
use super::token::{Token, TokenKind};
use crate::token::{ACCESS_TOKEN_PREFIX, REFRESH_TOKEN_PREFIX, fresh, stored_id};
use crate::{Auth, Error};
use jiff::SignedDuration;
use salus_access::scope::Scopes;
use salus_core::{Secret, Timestamp, Uid};
use salus_store::Op;
use serde_json::json;

/// Whom an access token is for, and what it may.
pub(super) struct Holder<'a> {
    pub(super) client: &'a Filed<Client>,
    pub(super) account: &'a str,
    pub(super) grant: Option<(&'a str, &'a Grant)>,
    pub(super) scope: &'a str,
}

/// A token that was just made, and for how many seconds it is good.
pub(super) struct Fresh {
    pub(super) token: Secret<String>,
    pub(super) expires_in: u64,
}

impl Auth {
    /// An access token of the form that the client wants; the write that keeps it is added to `ops`.
    pub(super) async fn access_token(&self, holder: &Holder<'_>, ops: &mut Vec<Op>) -> Result<Fresh, Error> {
        let config = &self.inner.config.oauth;
        let life = match holder.grant {
            Some(_) => SignedDuration::from_mins(config.access_minutes.into()),
            None => SignedDuration::from_mins(config.service_minutes.into()),
        };
        let now = self.now();
        let end = holder.grant.map_or(now + life, |(_, grant)| (now + life).min(grant.expires_at));
        let token = match holder.client.token_format {
            TokenFormat::Opaque => fresh(&**self.inner.store.rng(), ACCESS_TOKEN_PREFIX).0,
            TokenFormat::Jwt => Secret::new(self.access_jwt(holder, now, end).await?),
        };
        self.kept(holder, TokenKind::Access, token, end, ops)
    }

    /// A refresh token, where the scopes ask for one; the write that keeps it is added to `ops`.
    pub(super) fn refresh_token(
        &self,
        holder: &Holder<'_>,
        ops: &mut Vec<Op>,
    ) -> Result<Option<Fresh>, Error> {
        let Some((_, grant)) = holder.grant else { return Ok(None) };
        let may_refresh = holder.client.grant_types.contains(&super::client::GrantType::RefreshToken);
        if !may_refresh || !scope::brings_refresh(&Scopes::parse(&grant.scope)) {
            return Ok(None);
        }
        let idle = SignedDuration::from_hours(24 * i64::from(self.inner.config.oauth.refresh_idle_days));
        let end = (self.now() + idle).min(grant.expires_at);
        let token = fresh(&**self.inner.store.rng(), REFRESH_TOKEN_PREFIX).0;
        self.kept(holder, TokenKind::Refresh, token, end, ops).map(Some)
    }

    fn kept(
        &self,
        holder: &Holder<'_>,
        kind: TokenKind,
        secret: Secret<String>,
        end: Timestamp,
        ops: &mut Vec<Op>,
    ) -> Result<Fresh, Error> {
        let now = self.now();
        let scope = match (kind, holder.grant) {
            (TokenKind::Refresh, Some((_, grant))) => &grant.scope,
            _ => holder.scope,
        };
        let token = Token {
            kind,
            client: Link::to(Client::TYPE, &holder.client.id),
            account: Link::account(holder.account),
            grant: holder.grant.map(|(id, _)| Link::to(Grant::TYPE, id)),
            scope: scope.to_owned(),
            created_at: now,
            expires_at: end,
            used_at: None,
        };
        ops.push(addition(&stored_id(secret.expose()), &token)?);
        Ok(Fresh { token: secret, expires_in: seconds_until(end, now) })
    }

    /// RFC 9068. It is meant for the FHIR interface of this installation, and for nothing else.
    async fn access_jwt(&self, holder: &Holder<'_>, now: Timestamp, end: Timestamp) -> Result<String, Error> {
        let store = &self.inner.store;
        let mut claims = json!({
            "iss": self.issuer().as_str(),
            "sub": holder.account,
            "aud": self.issuer().fhir(),
            "client_id": holder.client.id,
            "scope": holder.scope,
            "iat": now.as_second(),
            "exp": end.as_second(),
            "jti": Uid::fresh(&**store.clock(), &**store.rng()).to_string(),
        });
        if let Some((_, grant)) = holder.grant {
            claims["auth_time"] = grant.signed_in_at.as_second().into();
            if let Some(patient) = &grant.patient_id {
                claims["patient"] = patient.as_str().into();
            }
        }
        self.sign_jwt(holder.client.id_token_alg, "at+jwt", &claims).await
    }
}
