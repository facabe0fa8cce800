//! One provider: what it publishes of itself, where it is asked, and what its word is worth.

use super::config::{ProviderConfig, may_be_asked};
use super::error::FederatedError;
use crate::Error;
use chrono::{DateTime, Utc};
use jiff::SignedDuration;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod,
    CoreGrantType, CoreIdToken, CoreIdTokenClaims, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm as Alg, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret,
    CsrfToken, HttpRequest, HttpResponse, IdTokenVerifier, IssuerUrl, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, ProviderMetadata, RedirectUrl, Scope, SignatureVerificationError, TokenResponse,
};
use salus_core::{Secret, Timestamp};
use salus_outbound::{Outbound, OutboundConfig, OutboundError};
use serde::{Deserialize, Serialize};
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::Mutex;
use url::{Origin, Url};

/// How long what a provider publishes is believed.
const FRESH: SignedDuration = SignedDuration::from_hours(1);
/// How long a provider that did not answer is left alone.
const PAUSE: SignedDuration = SignedDuration::from_secs(5);
/// The longest subject that a provider may tell (OpenID Connect Core 1.0 §2), and the longest name that is kept.
const MOST_SUBJECT_BYTES: usize = 255;
const MOST_LABEL_CHARS: usize = 100;

/// What may sign an ID token: keys that are published, never a secret that both sides know, never nothing.
const ALLOWED: [Alg; 9] = [
    Alg::RsaSsaPkcs1V15Sha256,
    Alg::RsaSsaPkcs1V15Sha384,
    Alg::RsaSsaPkcs1V15Sha512,
    Alg::RsaSsaPssSha256,
    Alg::RsaSsaPssSha384,
    Alg::RsaSsaPssSha512,
    Alg::EcdsaP256Sha256,
    Alg::EcdsaP384Sha384,
    Alg::EdDsa,
];

/// A provider of the configuration.
pub(crate) struct Provider {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) issuer: IssuerUrl,
    client_id: ClientId,
    secret: Option<Secret<String>>,
    scopes: Vec<Scope>,
    allow_plain_http: bool,
    way: Way,
    /// What it published when it was asked last; nothing where it did not answer.
    told: Mutex<Option<(Timestamp, Option<Arc<Metadata>>)>>,
}

/// What goes with one way through a provider, and comes back in the ID token or to the token endpoint.
#[derive(Clone)]
pub(super) struct Proofs {
    pub(super) nonce: Secret<String>,
    pub(super) verifier: Secret<String>,
}

/// What a provider says of somebody. Has no `Debug`: it names people.
pub(super) struct Vouched {
    pub(super) subject: String,
    /// What its holder knows it by: an e-mail address, if the provider says that it is theirs.
    pub(super) label: Option<String>,
}

/// RFC 9207 §3.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
struct Additional {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Additional {}

type Metadata = ProviderMetadata<
    Additional,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

impl Provider {
    pub(super) fn open(config: &ProviderConfig, outbound: &OutboundConfig) -> Result<Self, Error> {
        config.judge(outbound)?;
        let wrong = |key: &str, cause: &dyn std::fmt::Display| {
            Error::Config(format!("auth.providers.{}.{key}: {cause}", config.id))
        };
        let issuer =
            IssuerUrl::new(config.issuer.clone()).map_err(|_| wrong("issuer", &"this is no address"))?;
        let read = |file| std::fs::read_to_string(file).map_err(|cause| wrong("client_secret_file", &cause));
        let secret = config.client_secret_file.as_ref().map(read).transpose()?;
        let client = Outbound::new(outbound).map_err(|cause| wrong("issuer", &cause))?;
        Ok(Self {
            id: config.id.clone(),
            name: config.name.trim().to_owned(),
            way: Way { outbound: client, home: issuer.url().origin() },
            issuer,
            client_id: ClientId::new(config.client_id.clone()),
            secret: secret.map(|text| Secret::new(text.trim().to_owned())),
            scopes: scopes(config),
            allow_plain_http: outbound.allow_plain_http,
            told: Mutex::default(),
        })
    }

    /// Where the browser is sent to ask the provider who sits there.
    pub(super) async fn address(
        &self,
        back: &str,
        state: &Secret<String>,
        proofs: &Proofs,
        now: Timestamp,
    ) -> Result<String, FederatedError> {
        let metadata = self.metadata(now).await?;
        if !may_be_sent_to(metadata.authorization_endpoint().url(), self.allow_plain_http) {
            tracing::warn!(provider.id = %self.id, "a provider's sign-in page is at no address for browsers");
            return Err(FederatedError::Untrusted);
        }
        let client = CoreClient::from_provider_metadata((*metadata).clone(), self.client_id.clone(), None)
            .set_redirect_uri(redirect(back)?);
        let (state, nonce) = (state.expose().clone(), proofs.nonce.expose().clone());
        let verifier = PkceCodeVerifier::new(proofs.verifier.expose().clone());
        let asked = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scopes(self.scopes.iter().cloned())
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        Ok(asked.url().0.into())
    }

    /// Whether an answer comes from this provider, as far as it says so (RFC 9207 §2.4).
    pub(super) async fn is_from_here(
        &self,
        iss: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, FederatedError> {
        match iss {
            Some(iss) => Ok(iss == self.issuer.as_str()),
            None => {
                let metadata = self.metadata(now).await?;
                Ok(!metadata.additional_metadata().authorization_response_iss_parameter_supported)
            }
        }
    }

    /// Exchanges the code, and believes the ID token after it was checked (OpenID Connect Core 1.0 §3.1.3.7).
    pub(super) async fn exchange(
        &self,
        code: &str,
        back: &str,
        proofs: Proofs,
        now: Timestamp,
    ) -> Result<Vouched, FederatedError> {
        let metadata = self.metadata(now).await?;
        let secret = self.secret.as_ref().map(|secret| ClientSecret::new(secret.expose().clone()));
        let client = CoreClient::from_provider_metadata((*metadata).clone(), self.client_id.clone(), secret)
            .set_redirect_uri(redirect(back)?)
            .set_auth_type(auth_type(&metadata));
        let http = self.way.client();
        let asked = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|cause| self.unbelievable(&cause))?
            .set_pkce_verifier(PkceCodeVerifier::new(proofs.verifier.expose().clone()));
        let answer = match asked.request_async(&http).await {
            Ok(answer) => answer,
            Err(openidconnect::RequestTokenError::Request(cause)) => return Err(self.unreachable(&cause)),
            Err(cause) => return Err(self.unbelievable(&cause)),
        };
        let token = answer.id_token().ok_or_else(|| self.unbelievable(&"there is no ID token"))?;
        let claims = match self.check(token, &metadata, &proofs.nonce, now) {
            Err(ClaimsVerificationError::SignatureVerification(cause)) if may_be_a_newer_key(&cause) => {
                let newer = self.read_anew(now).await?;
                self.check(token, &newer, &proofs.nonce, now)
            }
            checked => checked,
        };
        let claims = claims.map_err(|cause| self.unbelievable(&cause))?;
        if claims.authorized_party().is_some_and(|party| *party != self.client_id) {
            return Err(self.unbelievable(&"the ID token is meant for another client"));
        }
        let subject = claims.subject().as_str().to_owned();
        if subject.is_empty() || subject.len() > MOST_SUBJECT_BYTES {
            return Err(self.unbelievable(&"the ID token names nobody"));
        }
        Ok(Vouched { subject, label: label_of(claims) })
    }

    fn check<'t>(
        &self,
        token: &'t CoreIdToken,
        metadata: &Metadata,
        nonce: &Secret<String>,
        now: Timestamp,
    ) -> Result<&'t CoreIdTokenClaims, ClaimsVerificationError> {
        let seconds = now.as_second();
        let verifier = IdTokenVerifier::new_public_client(
            self.client_id.clone(),
            self.issuer.clone(),
            metadata.jwks().clone(),
        );
        let verifier = verifier
            .set_allowed_algs(ALLOWED)
            .set_time_fn(move || DateTime::from_timestamp(seconds, 0).unwrap_or(DateTime::<Utc>::MAX_UTC));
        token.claims(&verifier, &Nonce::new(nonce.expose().clone()))
    }

    /// What the provider publishes; asked again after an hour.
    async fn metadata(&self, now: Timestamp) -> Result<Arc<Metadata>, FederatedError> {
        let mut told = self.told.lock().await;
        match &*told {
            Some((at, Some(metadata))) if now < *at + FRESH => Ok(Arc::clone(metadata)),
            Some((at, None)) if now < *at + PAUSE => Err(FederatedError::Unreachable),
            _ => self.discover(&mut told, now).await,
        }
    }

    async fn read_anew(&self, now: Timestamp) -> Result<Arc<Metadata>, FederatedError> {
        self.discover(&mut *self.told.lock().await, now).await
    }

    async fn discover(
        &self,
        told: &mut Option<(Timestamp, Option<Arc<Metadata>>)>,
        now: Timestamp,
    ) -> Result<Arc<Metadata>, FederatedError> {
        let http = self.way.client();
        let found = Metadata::discover_async(self.issuer.clone(), &http).await;
        let found = found.map(Arc::new).map_err(|cause| self.unreachable(&cause));
        *told = Some((now, found.as_ref().ok().cloned()));
        found
    }

    fn unreachable(&self, cause: &dyn std::fmt::Display) -> FederatedError {
        tracing::warn!(provider.id = %self.id, error = %cause, "a provider does not answer as one");
        FederatedError::Unreachable
    }

    fn unbelievable(&self, cause: &dyn std::fmt::Display) -> FederatedError {
        tracing::warn!(provider.id = %self.id, error = %cause, "the word of a provider was not believed");
        FederatedError::Untrusted
    }
}

/// The way to one provider. What it names elsewhere than at its issuer is reached on the public internet only.
#[derive(Clone)]
struct Way {
    outbound: Outbound,
    home: Origin,
}

type Answered = Pin<Box<dyn Future<Output = Result<HttpResponse, OutboundError>> + Send>>;

impl Way {
    /// What `openidconnect` sends its requests by.
    fn client(&self) -> impl Fn(HttpRequest) -> Answered + Send + Sync + 'static {
        let way = self.clone();
        move |request| Box::pin(way.clone().send(request))
    }

    async fn send(self, request: HttpRequest) -> Result<HttpResponse, OutboundError> {
        let is_home = Url::parse(&request.uri().to_string()).is_ok_and(|url| url.origin() == self.home);
        let outbound = if is_home { self.outbound.inside() } else { self.outbound };
        let answer = outbound.send(request.map(bytes::Bytes::from)).await?;
        Ok(answer.map(|body| body.to_vec()))
    }
}

/// What is asked for beside `openid`, which is asked for anyhow.
fn scopes(config: &ProviderConfig) -> Vec<Scope> {
    let wanted = config.scopes.iter().filter(|scope| *scope != "openid");
    wanted.cloned().map(Scope::new).collect()
}

fn redirect(back: &str) -> Result<RedirectUrl, FederatedError> {
    let broken = |_| FederatedError::Other(Error::Broken("the address of this Salus is none".to_owned()));
    RedirectUrl::new(back.to_owned()).map_err(broken)
}

/// By the `Authorization` header, unless the provider takes the secret in the form alone.
fn auth_type(metadata: &Metadata) -> AuthType {
    match metadata.token_endpoint_auth_methods_supported() {
        Some(methods)
            if methods.contains(&CoreClientAuthMethod::ClientSecretPost)
                && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic) =>
        {
            AuthType::RequestBody
        }
        _ => AuthType::BasicAuth,
    }
}

/// A page that a browser can be sent to; it may have a query.
fn may_be_sent_to(page: &Url, allow_plain_http: bool) -> bool {
    let mut bare = page.clone();
    bare.set_query(None);
    may_be_asked(bare.as_str(), allow_plain_http)
}

fn may_be_a_newer_key(cause: &SignatureVerificationError) -> bool {
    matches!(cause, SignatureVerificationError::NoMatchingKey | SignatureVerificationError::CryptoError(_))
}

fn label_of(claims: &CoreIdTokenClaims) -> Option<String> {
    let email = claims.email().filter(|_| claims.email_verified() != Some(false));
    let name = email.map(|email| email.as_str().to_owned());
    let name = name.or_else(|| claims.preferred_username().map(|name| name.as_str().to_owned()))?;
    let label: String = name.chars().filter(|c| !c.is_control()).take(MOST_LABEL_CHARS).collect();
    Some(label.trim().to_owned()).filter(|label| !label.is_empty())
}
