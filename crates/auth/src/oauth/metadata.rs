//! What a client says of itself when it is registered (RFC 7591), judged.

use super::client::{AuthMethod, Client, ClientState, GrantType, TokenFormat};
use super::jwt::{Alg, MOST_KEYS_CHARS, readable_keys};
use super::refusal::{Code, Refusal};
use super::shelf::Link;
use salus_access::scope::Scopes;
use salus_core::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use url::{Host, Url};

/// A client to be registered, by the field names of RFC 7591, OpenID Connect Registration and SMART.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct NewClient {
    /// The name to show to people.
    pub client_name: String,
    /// Where answers may be sent.
    pub redirect_uris: Vec<String>,
    /// Where somebody who signed out may be sent.
    pub post_logout_redirect_uris: Vec<String>,
    /// Where it is opened from within Salus.
    pub initiate_login_uri: Option<String>,
    /// Its web site.
    pub client_uri: Option<String>,
    /// How it proves who it is; `client_secret_basic` where nothing is said, as the standard has it.
    pub token_endpoint_auth_method: Option<AuthMethod>,
    /// `authorization_code` where nothing is said.
    pub grant_types: Vec<GrantType>,
    /// Only `code`.
    pub response_types: Vec<String>,
    /// The most it may ask for.
    pub scope: String,
    /// Its public keys.
    pub jwks: Option<Value>,
    /// Where it publishes them instead.
    pub jwks_uri: Option<String>,
    /// `RS256` where nothing is said.
    pub id_token_signed_response_alg: Alg,
    /// Whether it has to send its requests ahead.
    pub require_pushed_authorization_requests: bool,
    /// `opaque` where nothing is said. A word of our own.
    pub access_token_format: TokenFormat,
}

const MOST_URIS: usize = 20;
const MOST_URI_CHARS: usize = 2_000;
const MOST_SCOPE_CHARS: usize = 4_000;

impl NewClient {
    /// The client as it would be stored, without a secret; `acts_for` is the account of a service.
    ///
    /// # Errors
    /// `invalid_redirect_uri` or `invalid_client_metadata`, with what is wrong.
    pub(crate) fn judge(self, acts_for: Option<&str>, now: Timestamp) -> Result<Client, Refusal> {
        let name = self.client_name.trim().to_owned();
        if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
            return refuse("The client_name has 1 to 100 characters.");
        }
        if self.response_types.iter().any(|kind| kind != "code") {
            return refuse("The only response type is code.");
        }
        let auth_method = self.token_endpoint_auth_method.unwrap_or(AuthMethod::ClientSecretBasic);
        let grant_types = match self.grant_types.is_empty() {
            true => vec![GrantType::AuthorizationCode],
            false => self.grant_types,
        };
        let redirect_uris = uris(self.redirect_uris)?;
        let has_people = grant_types.contains(&GrantType::AuthorizationCode);
        if has_people == redirect_uris.is_empty() {
            return Err(Code::InvalidRedirectUri
                .because("A client has redirect_uris where people use it, and only there."));
        }
        let is_service = grant_types.contains(&GrantType::ClientCredentials);
        if is_service && auth_method != AuthMethod::PrivateKeyJwt {
            return refuse("A service without a person proves itself by private_key_jwt.");
        }
        if is_service != acts_for.is_some() {
            return refuse(
                "Only an administrator registers a service without a person, and names the account it acts for.",
            );
        }
        let jwks = self.jwks.map(|keys| keys.to_string());
        let key_sources = usize::from(jwks.is_some()) + usize::from(self.jwks_uri.is_some());
        if key_sources != usize::from(auth_method == AuthMethod::PrivateKeyJwt) {
            return refuse(
                "A client has jwks or a jwks_uri where it proves itself by private_key_jwt, and only there.",
            );
        }
        if jwks.as_ref().is_some_and(|keys| keys.len() > MOST_KEYS_CHARS || readable_keys(keys) == 0) {
            return refuse("There is no public key in jwks that can be used here: RSA, or EC on P-384.");
        }
        if self.scope.len() > MOST_SCOPE_CHARS {
            return refuse("The scope is too long.");
        }
        if let Some(unknown) = Scopes::parse(&self.scope).unknown.first() {
            return refuse(unknown.to_string());
        }
        let pages = [&self.client_uri, &self.initiate_login_uri, &self.jwks_uri];
        if pages.into_iter().flatten().any(|uri| !is_web_page(uri)) {
            return refuse(
                "The client_uri, the initiate_login_uri and the jwks_uri are addresses on the web.",
            );
        }
        Ok(Client {
            name,
            state: ClientState::Active,
            is_vouched_for: false,
            auth_method,
            redirect_uris,
            post_logout_uris: uris(self.post_logout_redirect_uris)?,
            launch_uri: self.initiate_login_uri,
            site: self.client_uri,
            grant_types,
            scope: self.scope,
            jwks,
            jwks_uri: self.jwks_uri,
            secret_hash: None,
            token_format: self.access_token_format,
            id_token_alg: self.id_token_signed_response_alg,
            is_pushed_only: self.require_pushed_authorization_requests,
            account: acts_for.map(Link::account),
            created_at: now,
        })
    }
}

fn refuse<T>(words: impl Into<std::borrow::Cow<'static, str>>) -> Result<T, Refusal> {
    Err(Code::InvalidClientMetadata.because(words))
}

fn uris(uris: Vec<String>) -> Result<Vec<String>, Refusal> {
    let wrong = |words| Err(Code::InvalidRedirectUri.because(words));
    if uris.len() > MOST_URIS {
        return wrong("A client has 20 addresses at most.");
    }
    if !uris.iter().all(|uri| uri.len() <= MOST_URI_CHARS && may_be_sent_to(uri)) {
        return wrong(
            "An address is https, http on this very machine, or of an app's own scheme such as org.example.app; \
                      it has no fragment, no user name and no wildcard.",
        );
    }
    Ok(uris)
}

/// Whether answers may be sent there at all (OAuth 2.1 §2.3.1, RFC 8252 §7).
fn may_be_sent_to(uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else { return false };
    let is_plain = url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && !uri.contains(['*', '\\', '#'])
        && uri.chars().all(|c| c.is_ascii_graphic());
    let is_kind = match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_this_machine(&url),
        scheme => scheme.contains('.'),
    };
    is_plain && is_kind
}

fn is_web_page(uri: &str) -> bool {
    uri.len() <= MOST_URI_CHARS && uri.starts_with("http") && may_be_sent_to(uri)
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn answers_go_to_https_to_this_machine_or_to_an_app() {
        for (uri, is_taken) in [
            ("https://app.example/back", true),
            ("https://app.example/back?x=1", true),
            ("http://localhost:8123/back", true),
            ("http://127.0.0.1:8123/", true),
            ("http://[::1]:8123/", true),
            ("org.example.app:/back", true),
            ("http://app.example/back", false),
            ("http://localhost.app.example/", false),
            ("https://app.example/back#part", false),
            ("https://user@app.example/back", false),
            ("https://*.app.example/back", false),
            ("https://app.example/\\evil.example", false),
            ("javascript:alert(1)", false),
            ("data:text/html,x", false),
            ("app:/back", false),
            ("/back", false),
            ("", false),
        ] {
            assert_eq!(may_be_sent_to(uri), is_taken, "{uri}");
        }
    }

    #[test]
    fn asvs_v10_4_4_a_client_is_what_it_may_do_and_neither_implicit_nor_password_is_among_it() {
        let web = json!({ "client_name": "Sunflower", "redirect_uris": ["https://app.example/back"],
                          "token_endpoint_auth_method": "none" });
        let with = |name: &str, value: Value| {
            let mut body = web.clone();
            body[name] = value;
            body
        };
        let keyed = |keys: Value| {
            let mut body = with("token_endpoint_auth_method", json!("private_key_jwt"));
            body.as_object_mut().unwrap().extend(keys.as_object().unwrap().clone());
            body
        };
        for (body, is_taken) in [
            (web.clone(), true),
            (with("scope", json!("openid patient/*.rs")), true),
            (with("scope", json!("openid patient/*.rs everything")), false),
            (with("grant_types", json!(["authorization_code", "refresh_token"])), true),
            (with("grant_types", json!(["implicit"])), false),
            (with("grant_types", json!(["password"])), false),
            (with("grant_types", json!(["client_credentials"])), false),
            (with("response_types", json!(["code"])), true),
            (with("response_types", json!(["token"])), false),
            (with("response_types", json!(["code id_token"])), false),
            (with("redirect_uris", json!([])), false),
            (with("redirect_uris", json!(["http://app.example/"])), false),
            (with("client_name", json!("  ")), false),
            (with("token_endpoint_auth_method", json!("private_key_jwt")), false),
            (with("jwks_uri", json!("https://app.example/keys")), false),
            (keyed(json!({ "jwks_uri": "https://app.example/keys" })), true),
            (keyed(json!({ "jwks_uri": "http://app.example/keys" })), false),
            (keyed(json!({ "jwks_uri": "https://user@app.example/keys" })), false),
            (keyed(json!({ "jwks_uri": "file:///etc/passwd" })), false),
            (keyed(json!({ "jwks_uri": "https://app.example/keys", "jwks": { "keys": [] } })), false),
            (with("token_endpoint_auth_method", json!("tls_client_auth")), false),
            (with("client_uri", json!("javascript:alert(1)")), false),
            (with("id_token_signed_response_alg", json!("none")), false),
            (with("id_token_signed_response_alg", json!("HS256")), false),
        ] {
            let now = "2026-01-05T08:00:00Z".parse().unwrap();
            let judged =
                serde_json::from_value::<NewClient>(body.clone()).ok().map(|new| new.judge(None, now));
            assert_eq!(judged.is_some_and(|judged| judged.is_ok()), is_taken, "{body}");
        }
    }
}
