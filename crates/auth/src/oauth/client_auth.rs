//! Is this client who it says it is?

use super::client::{AuthMethod, Client, ClientState, GrantType};
use super::form::Form;
use super::jwt::{self, ASSERTION_ALGS, Claims, Expected};
use super::refusal::{Code, OAuthError, Refusal};
use super::shelf::{Filed, Kept, addition, find, is_beaten, write};
use super::token::Token;
use crate::token::stored_id;
use crate::{Auth, Error};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use jsonwebtoken::jwk::JwkSet;
use salus_core::{Timestamp, Uid};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// An assertion may be good for five minutes at most (SMART App Launch 2).
const LONGEST_ASSERTION: SignedDuration = SignedDuration::from_mins(5);
/// Where a form names its client.
const NAMES: [&str; 3] = ["client_id", "client_secret", "client_assertion"];
const MOST_ASSERTION_BYTES: usize = 8 * 1024;

/// An assertion that was shown, under a name made of its client and its `jti`; it is remembered until it is over.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SpentAssertion {
    pub(crate) expires_at: Timestamp,
}

impl Kept for SpentAssertion {
    const TYPE: &'static str = "OAuthAssertion";
}

/// What a request shows of its client.
enum Proof {
    None,
    Basic(String),
    Post(String),
    Assertion(String),
}

impl Proof {
    fn is_by(&self, method: AuthMethod) -> bool {
        matches!(
            (self, method),
            (Self::None, AuthMethod::None)
                | (Self::Basic(_), AuthMethod::ClientSecretBasic)
                | (Self::Post(_), AuthMethod::ClientSecretPost)
                | (Self::Assertion(_), AuthMethod::PrivateKeyJwt)
        )
    }
}

impl Auth {
    /// The client that a request comes from, if it proves it in the one way it registered.
    ///
    /// `authorization` is the header of that name.
    ///
    /// # Errors
    /// `invalid_client`; it does not tell what was wrong.
    pub async fn client_of_request(
        &self,
        form: &Form,
        authorization: Option<&str>,
    ) -> Result<Filed<Client>, OAuthError> {
        let (id, proof) = read_proof(form, authorization)?;
        let records = self.inner.store.system("recognise a client");
        let client = find::<Client>(&records, &id).await?.ok_or_else(unknown)?;
        if client.state != ClientState::Active || !proof.is_by(client.auth_method) {
            return Err(unknown().into());
        }
        match proof {
            Proof::None => {}
            Proof::Basic(secret) | Proof::Post(secret) => {
                let expect = client.secret_hash.as_deref().unwrap_or_default();
                verify_slices_are_equal(stored_id(&secret).as_bytes(), expect.as_bytes())
                    .map_err(|_| unknown())?;
            }
            Proof::Assertion(assertion) => self.take_assertion(&client, &assertion).await?,
        }
        Ok(client)
    }

    /// The client that a request to the token endpoint comes from. One that keeps no secret may show its refresh token
    /// alone, as SMART apps do: the token says whose it is.
    pub(super) async fn client_of_exchange(
        &self,
        form: &Form,
        authorization: Option<&str>,
    ) -> Result<Filed<Client>, OAuthError> {
        let is_silent = authorization.is_none() && NAMES.iter().all(|name| form.get(name).is_none());
        let is_refresh = form.get("grant_type") == Some(GrantType::RefreshToken.code());
        let Some(token) = form.get("refresh_token").filter(|_| is_silent && is_refresh) else {
            return self.client_of_request(form, authorization).await;
        };
        let records = self.inner.store.system("recognise a client by its refresh token");
        let client = match find::<Token>(&records, &stored_id(token)).await? {
            Some(token) => find::<Client>(&records, token.client.id()).await?,
            None => None,
        };
        let is_public = |client: &Filed<Client>| {
            client.state == ClientState::Active && client.auth_method == AuthMethod::None
        };
        client.filter(is_public).ok_or_else(|| unknown().into())
    }

    async fn take_assertion(&self, client: &Filed<Client>, assertion: &str) -> Result<(), OAuthError> {
        let now = self.now();
        let endpoints = [self.issuer().endpoint("token"), self.issuer().as_str().to_owned()];
        let audience = endpoints.each_ref().map(String::as_str);
        let expected = Expected {
            algs: &ASSERTION_ALGS,
            types: &["jwt", ""],
            issuer: &client.id,
            audience: &audience,
            now,
        };
        let keys = self.keys_of(client, assertion).await?.ok_or_else(unknown)?;
        let claims = jwt::verify(assertion, &keys, &expected).map_err(|_| unknown())?;
        let (jti, end) = judge_assertion(&claims, &client.id, now).ok_or_else(unknown)?;

        let name = Uid::named(&["client assertion", &client.id, jti]).to_string();
        let spent = SpentAssertion { expires_at: end };
        let records = self.inner.store.system("remember a client's assertion");
        match write(&records, vec![addition(&name, &spent)?]).await {
            Err(error) if is_beaten(&error) => Err(unknown().into()),
            other => Ok(other?),
        }
    }
}

impl Auth {
    /// The public keys of a client: as it registered them, or as it publishes them where it said it would.
    async fn keys_of(&self, client: &Client, assertion: &str) -> Result<Option<Arc<JwkSet>>, Error> {
        if let Some(uri) = &client.jwks_uri {
            let kid = jwt::kid_of(assertion);
            return Ok(self.inner.oauth.client_keys.at(uri, kid.as_deref(), self.now()).await);
        }
        let broken = |_| Error::Broken("the keys of a client cannot be read".to_owned());
        let keys = client.jwks.as_deref().map(serde_json::from_str).transpose().map_err(broken)?;
        Ok(keys.map(Arc::new))
    }
}

/// The `jti` and the end of an assertion that is about its own client and does not live too long.
fn judge_assertion<'a>(claims: &'a Claims, client: &str, now: Timestamp) -> Option<(&'a str, Timestamp)> {
    let end = Timestamp::from_second(jwt::end_of(claims)?).ok()?;
    let jti = claims.get("jti")?.as_str().filter(|jti| !jti.is_empty() && jti.len() <= 256)?;
    let is_about_itself = claims.get("sub")?.as_str() == Some(client);
    let skew = SignedDuration::from_secs(10);
    (is_about_itself && end <= now + LONGEST_ASSERTION + skew).then_some((jti, end + skew))
}

fn unknown() -> Refusal {
    Code::InvalidClient
        .because("The client is not known, or did not prove who it is in the way it registered.")
}

/// The client's id and its one proof; two proofs at once are an error.
fn read_proof(form: &Form, authorization: Option<&str>) -> Result<(String, Proof), Refusal> {
    let assertion = form.get("client_assertion");
    let secret = form.get("client_secret");
    let named = form.get("client_id");
    match (authorization, secret, assertion) {
        (None, None, None) => Ok((form.require("client_id")?.to_owned(), Proof::None)),
        (Some(header), None, None) => {
            let (id, secret) = read_basic(header).ok_or_else(unknown)?;
            if named.is_some_and(|named| named != id) {
                return Err(unknown());
            }
            Ok((id, Proof::Basic(secret)))
        }
        (None, Some(secret), None) => {
            Ok((form.require("client_id")?.to_owned(), Proof::Post(secret.to_owned())))
        }
        (None, None, Some(assertion)) => {
            let is_jwt = form.get("client_assertion_type") == Some(JWT_BEARER);
            let id = id_in(assertion).filter(|id| named.is_none_or(|named| named == id));
            let id = id.filter(|_| is_jwt && assertion.len() <= MOST_ASSERTION_BYTES).ok_or_else(unknown)?;
            Ok((id, Proof::Assertion(assertion.to_owned())))
        }
        _ => Err(Code::InvalidRequest.because("A client proves who it is in one way at a time.")),
    }
}

/// Of `Basic`, both halves, which are form-encoded before they are joined (RFC 6749 §2.3.1).
fn read_basic(header: &str) -> Option<(String, String)> {
    let (scheme, rest) = header.split_once(' ')?;
    let text = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain = |half: &str| {
        let pair = format!("x={half}");
        form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned())
    };
    scheme.eq_ignore_ascii_case("basic").then(|| Some((plain(id)?, plain(secret)?)))?
}

/// Whose keys to check an assertion with: only that is taken from it before its signature is good.
fn id_in(assertion: &str) -> Option<String> {
    let claims: Claims = jwt::unproven(assertion)?;
    claims.get("sub")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(form: &str, header: Option<&str>) -> Result<(String, &'static str), Code> {
        let form = Form::parse(form.as_bytes()).unwrap();
        read_proof(&form, header).map_err(|refusal| refusal.code).map(|(id, proof)| {
            let kind = match proof {
                Proof::None => "none",
                Proof::Basic(_) => "basic",
                Proof::Post(_) => "post",
                Proof::Assertion(_) => "assertion",
            };
            (id, kind)
        })
    }

    #[test]
    fn a_client_proves_itself_in_one_way_at_a_time() {
        let basic = format!("Basic {}", STANDARD.encode("app:a%2Bb"));
        for (form, header, expect) in [
            ("client_id=app", None, Ok("none")),
            ("client_id=app&client_secret=s", None, Ok("post")),
            ("", Some(basic.as_str()), Ok("basic")),
            ("client_id=app", Some(basic.as_str()), Ok("basic")),
            ("client_id=other", Some(basic.as_str()), Err(Code::InvalidClient)),
            ("client_id=app&client_secret=s", Some(basic.as_str()), Err(Code::InvalidRequest)),
            ("client_id=app", Some("Bearer x"), Err(Code::InvalidClient)),
            ("client_assertion=x", None, Err(Code::InvalidClient)),
            ("", None, Err(Code::InvalidRequest)),
        ] {
            let expect = expect.map(|kind| ("app".to_owned(), kind));
            assert_eq!(proof(form, header), expect, "{form} {header:?}");
        }
        assert_eq!(read_basic(&basic).unwrap().1, "a+b");
    }
}
