//! The token endpoint: a code, a refresh token, or a service's own word becomes tokens.

use super::client::{Client, GrantType};
use super::code::AuthCode;
use super::event::Happened;
use super::form::Form;
use super::grant::Grant;
use super::issue::{Fresh, Holder};
use super::pkce::Challenge;
use super::refusal::{Code, OAuthError, Refusal};
use super::scope::for_services;
use super::shelf::{Filed, Link, addition, find, is_beaten, write};
use super::token::{Token, TokenKind};
use crate::token::stored_id;
use crate::{Account, Auth, Error};
use jiff::SignedDuration;
use salus_access::scope::{Grant as Gives, Scopes};
use salus_core::Secret;
use salus_store::Records;

/// What the token endpoint answers. Has no `Debug`: it names a patient.
pub struct Issued {
    /// What to send after `Bearer `.
    pub access_token: Secret<String>,
    /// How many seconds it is good for.
    pub expires_in: u64,
    /// What it may, separated by spaces.
    pub scope: String,
    /// What to exchange for the next pair.
    pub refresh_token: Option<Secret<String>>,
    /// Who signed in.
    pub id_token: Option<String>,
    /// The patient it is about.
    pub patient: Option<String>,
    /// The visit it is about.
    pub encounter: Option<String>,
}

impl Auth {
    /// Answers a request to the token endpoint; `authorization` is the header of that name.
    ///
    /// # Errors
    /// [`Refusal`] by the words of RFC 6749 §5.2.
    pub async fn exchange(&self, form: &Form, authorization: Option<&str>) -> Result<Issued, OAuthError> {
        let client = self.client_of_exchange(form, authorization).await?;
        let grant_type = GrantType::parse(form.require("grant_type")?)
            .ok_or_else(|| Code::UnsupportedGrantType.because("There is no such grant type."))?;
        if !client.grant_types.contains(&grant_type) {
            return Err(Code::UnauthorizedClient
                .because("The client is not registered for this grant type.")
                .into());
        }
        match grant_type {
            GrantType::AuthorizationCode => self.redeem(&client, form).await,
            GrantType::RefreshToken => self.refresh(&client, form).await,
            GrantType::ClientCredentials => self.serve(&client, form).await,
        }
    }

    async fn redeem(&self, client: &Filed<Client>, form: &Form) -> Result<Issued, OAuthError> {
        let records = self.inner.store.system("exchange an authorization code");
        let id = stored_id(form.require("code")?);
        let code = find::<AuthCode>(&records, &id).await?.filter(|code| code.client.id() == client.id);
        let mut code = code.ok_or_else(bad_code)?;
        if code.used_at.is_some() {
            return self.take_back(&records, &code.grant_id, "An authorization code came twice.").await;
        }
        let now = self.now();
        let is_proven = Challenge::from(code.challenge.clone()).is_met_by(form.require("code_verifier")?);
        if now >= code.expires_at || form.require("redirect_uri")? != code.redirect_uri || !is_proven {
            return Err(bad_code().into());
        }
        let account = self.active_account(code.account.id()).await?.ok_or_else(bad_code)?;

        let longest = now + SignedDuration::from_hours(24 * i64::from(self.inner.config.oauth.refresh_days));
        let grant = Grant {
            client: code.client.clone(),
            account: code.account.clone(),
            scope: code.scope.clone(),
            patient_id: code.patient_id.clone(),
            encounter_id: code.encounter_id.clone(),
            signed_in_at: code.signed_in_at,
            methods: code.methods.clone(),
            created_at: now,
            used_at: now,
            expires_at: code.ends_at.map_or(longest, |end| end.min(longest)),
        };
        code.content.used_at = Some(now);
        let mut ops = vec![code.replacement()?, addition(&code.grant_id, &grant)?];
        let grant = Filed { id: code.grant_id.clone(), version: 1, content: grant };
        let holder = Holder {
            client,
            account: &account.id,
            grant: Some((&grant.id, &grant.content)),
            scope: &grant.scope,
        };
        let access = self.access_token(&holder, &mut ops).await?;
        let refresh = self.refresh_token(&holder, &mut ops)?;
        match write(&records, ops).await {
            Err(error) if is_beaten(&error) => {
                return self
                    .take_back(&records, &grant.id, "An authorization code came twice at once.")
                    .await;
            }
            other => other?,
        }
        let id_token = match Scopes::parse(&grant.scope).gives(&Gives::OpenId) {
            true => {
                let (nonce, token) = (code.nonce.as_deref(), access.token.expose());
                Some(self.id_token(client, &account, &grant, nonce, token).await?)
            }
            false => None,
        };
        Ok(issued(access, refresh, grant.scope.clone(), id_token, Some(&grant)))
    }

    async fn refresh(&self, client: &Filed<Client>, form: &Form) -> Result<Issued, OAuthError> {
        let records = self.inner.store.system("exchange a refresh token");
        let id = stored_id(form.require("refresh_token")?);
        let token = find::<Token>(&records, &id).await?;
        let token = token.filter(|token| token.kind == TokenKind::Refresh && token.client.id() == client.id);
        let mut token = token.ok_or_else(bad_refresh)?;
        let grant_id = token.grant.as_ref().map(Link::id).unwrap_or_default().to_owned();
        if token.used_at.is_some() {
            return self.take_back(&records, &grant_id, "A refresh token came twice.").await;
        }
        let now = self.now();
        let grant = find::<Grant>(&records, &grant_id).await?.ok_or_else(bad_refresh)?;
        if now >= token.expires_at || now >= grant.expires_at {
            return Err(bad_refresh().into());
        }
        let account = self.active_account(grant.account.id()).await?.ok_or_else(bad_refresh)?;
        let scope = narrowed(&grant.scope, form.get("scope"))?;

        token.content.used_at = Some(now);
        let mut ops = vec![token.replacement()?];
        let holder =
            Holder { client, account: &account.id, grant: Some((&grant.id, &grant.content)), scope: &scope };
        let access = self.access_token(&holder, &mut ops).await?;
        let refresh = self.refresh_token(&holder, &mut ops)?;
        match write(&records, ops).await {
            Err(error) if is_beaten(&error) => {
                return self.take_back(&records, &grant_id, "A refresh token came twice at once.").await;
            }
            other => other?,
        }
        let id_token = match Scopes::parse(&scope).gives(&Gives::OpenId) {
            true => Some(self.id_token(client, &account, &grant, None, access.token.expose()).await?),
            false => None,
        };
        let answer = issued(access, refresh, scope, id_token, Some(&grant));
        self.mark_grant_used(grant).await;
        Ok(answer)
    }

    /// A service without a person acts for the account that it was registered for, within its `system/` scopes.
    async fn serve(&self, client: &Filed<Client>, form: &Form) -> Result<Issued, OAuthError> {
        let account = match client.acts_for() {
            Some(id) => self.active_account(id).await?,
            None => None,
        };
        let account = account.ok_or_else(|| {
            Code::UnauthorizedClient.because("There is no account any more that this client acts for.")
        })?;
        let registered = Scopes::parse(&client.scope);
        let scope = for_services(&Scopes::parse(form.require("scope")?)).within(&registered);
        if scope.known.is_empty() {
            return Err(Code::InvalidScope.because("None of these scopes is one of this service.").into());
        }
        let scope = scope.to_string();
        let holder = Holder { client, account: &account.id, grant: None, scope: &scope };
        let mut ops = Vec::new();
        let access = self.access_token(&holder, &mut ops).await?;
        write(&self.inner.store.system("issue a token to a service"), ops).await?;
        Ok(issued(access, None, scope, None, None))
    }

    async fn active_account(&self, id: &str) -> Result<Option<Account>, Error> {
        Ok(self.account(id).await?.filter(|account| account.is_active))
    }

    /// Somebody shows what was shown before: one of the two stole it, so what it brought is taken back from both.
    async fn take_back(
        &self,
        records: &Records,
        grant: &str,
        what: &'static str,
    ) -> Result<Issued, OAuthError> {
        tracing::warn!(grant.id = grant, "{what} Everything it brought was taken back.");
        self.end_grant(records, grant, Happened::Reused).await?;
        Err(Code::InvalidGrant.because("It was used before. What it brought was taken back.").into())
    }
}

fn issued(
    access: Fresh,
    refresh: Option<Fresh>,
    scope: String,
    id_token: Option<String>,
    grant: Option<&Filed<Grant>>,
) -> Issued {
    Issued {
        access_token: access.token,
        expires_in: access.expires_in,
        scope,
        refresh_token: refresh.map(|fresh| fresh.token),
        id_token,
        patient: grant.and_then(|grant| grant.patient_id.clone()),
        encounter: grant.and_then(|grant| grant.encounter_id.clone()),
    }
}

/// What of a grant a client wants now: all of it, or a part. More is an error (RFC 6749 §6).
fn narrowed(granted: &str, asked: Option<&str>) -> Result<String, Refusal> {
    let Some(asked) = asked else { return Ok(granted.to_owned()) };
    let has = |text: &str| granted.split(' ').any(|scope| scope == text);
    if asked.split_ascii_whitespace().all(has) {
        return Ok(asked.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
    }
    Err(Code::InvalidScope.because("This is more than was granted."))
}

fn bad_code() -> Refusal {
    Code::InvalidGrant.because("The code is not known, is over, or belongs to another request.")
}

fn bad_refresh() -> Refusal {
    Code::InvalidGrant.because("The refresh token is not known, is over, or was taken back.")
}
