//! A client asks for a person's consent: is the request one that the person can be shown?
//!
//! Nothing is kept between asking and deciding: the request itself comes back with the decision and is judged again.

use super::client::{Client, ClientState, GrantType};
use super::form::Form;
use super::launch::Launch;
use super::pkce::Challenge;
use super::pushed::REQUEST_URI_PREFIX;
use super::refusal::{Code, Refusal};
use super::scope::{for_people, reaches_data};
use super::shelf::{Filed, find};
use crate::{Auth, Error};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use salus_access::scope::{Grant, Scopes};
use salus_core::Timestamp;

/// A request as the consent screen carries it about: when it came, and its query.
#[derive(Clone, PartialEq, Eq)]
pub struct Asked {
    /// To the second.
    pub at: Timestamp,
    query: String,
}

const MOST_QUERY_BYTES: usize = 6 * 1024;
const MOST_VALUE_BYTES: usize = 1_000;

impl Asked {
    /// A query that came now; none where it is longer than any client sends.
    pub fn now(query: &str, now: Timestamp) -> Option<Self> {
        (query.len() <= MOST_QUERY_BYTES).then(|| Self { at: now, query: query.to_owned() })
    }

    pub(super) fn query(&self) -> &str {
        &self.query
    }

    /// As one word that an address can carry.
    pub fn pack(&self) -> String {
        format!("{}.{}", self.at.as_second(), URL_SAFE_NO_PAD.encode(&self.query))
    }

    /// The word read again.
    pub fn unpack(word: &str) -> Option<Self> {
        let (at, query) = word.split_once('.')?;
        let query = String::from_utf8(URL_SAFE_NO_PAD.decode(query).ok()?).ok()?;
        Self::now(&query, Timestamp::from_second(at.parse().ok()?).ok()?)
    }
}

/// A request that may be put to the person. Has no `Debug`: it may name a patient.
pub struct Authorization {
    /// Who asks.
    pub client: Filed<Client>,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// What is asked for, as far as the client may.
    pub scopes: Scopes,
    /// The patient it was opened for, where it was opened from within Salus.
    pub launch: Option<Filed<Launch>>,
    /// The person has to have signed in at this moment or later.
    pub signed_in_since: Option<Timestamp>,
    pub(super) state: Option<String>,
    pub(super) challenge: Challenge,
    pub(super) nonce: Option<String>,
    pub(super) pushed: Option<String>,
}

/// Why a request is not put to the person.
pub enum AuthorizeError {
    /// The client or its address is not one of ours: nothing is sent there; the person is told.
    Untrusted(Refusal),
    /// The client is told, by sending the browser there.
    SendBack(String),
    /// Something else went wrong.
    Other(Error),
}

impl<E: Into<Error>> From<E> for AuthorizeError {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

impl Auth {
    /// Judges a request. `account` is whoever sits at the browser, where that is known.
    ///
    /// # Errors
    /// [`AuthorizeError`] says who is to be told what.
    pub async fn judge_request(
        &self,
        asked: &Asked,
        account: Option<&str>,
    ) -> Result<Authorization, AuthorizeError> {
        let untrusted = AuthorizeError::Untrusted;
        let direct = Form::parse(asked.query.as_bytes()).map_err(untrusted)?;
        let client = self.asking_client(&direct).await?;
        let (form, pushed) = match direct.get("request_uri") {
            Some(uri) => (self.pushed_form(uri, &client.id).await?, Some(uri.to_owned())),
            None => (direct, None),
        };
        let redirect_uri = form.require("redirect_uri").map_err(untrusted)?.to_owned();
        if !client.redirect_uris.contains(&redirect_uri) {
            let words = "The app wants its answer sent to an address that it did not register.";
            return Err(untrusted(Code::InvalidRequest.because(words)));
        }
        let state = form.get("state").map(str::to_owned);
        let judged = Judged::read(&form, &client, pushed.is_some(), &self.issuer().fhir(), asked.at);
        let send_back = |refusal: &Refusal| {
            AuthorizeError::SendBack(self.error_address(&redirect_uri, state.as_deref(), refusal))
        };
        let judged = judged.map_err(|refusal| send_back(&refusal))?;
        let launch = match judged.launch {
            Some(launch) => match self.launch_of(&launch, account).await? {
                Some(launch) => Some(launch),
                None => {
                    return Err(send_back(
                        &Code::InvalidRequest.because("The launch is not known, or is over."),
                    ));
                }
            },
            None => None,
        };
        Ok(Authorization {
            client,
            launch,
            scopes: judged.scopes,
            signed_in_since: judged.signed_in_since,
            challenge: judged.challenge,
            nonce: form.get("nonce").map(str::to_owned),
            redirect_uri,
            state,
            pushed,
        })
    }

    async fn asking_client(&self, form: &Form) -> Result<Filed<Client>, AuthorizeError> {
        let untrusted = AuthorizeError::Untrusted;
        let id = form.require("client_id").map_err(untrusted)?;
        let client = find::<Client>(&self.inner.store.system("recognise a client"), id).await?;
        let words = "This Salus does not know the app that sent you here.";
        let client = client.filter(|client| client.state == ClientState::Active);
        client.ok_or_else(|| untrusted(Code::InvalidClient.because(words)))
    }

    async fn pushed_form(&self, uri: &str, client: &str) -> Result<Form, AuthorizeError> {
        let id = uri.strip_prefix(REQUEST_URI_PREFIX).unwrap_or_default();
        let form = self.pushed_request(id, client).await?;
        let words = "The app's request is not known, or is over. Start again from the app.";
        form.ok_or_else(|| AuthorizeError::Untrusted(Code::InvalidRequestUri.because(words)))
    }

    /// Where the browser is sent to tell the client that the answer is no.
    pub(super) fn error_address(&self, redirect_uri: &str, state: Option<&str>, refusal: &Refusal) -> String {
        let mut pairs = vec![("error", refusal.code.as_str()), ("error_description", &refusal.description)];
        pairs.extend(state.map(|state| ("state", state)));
        pairs.push(("iss", self.issuer().as_str()));
        with_query(redirect_uri, &pairs)
    }
}

/// An address with more parameters (RFC 6749 §3.1.2).
pub(super) fn with_query(address: &str, pairs: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let joint = match address.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    format!("{address}{joint}{query}")
}

/// What a request asks for, once it is known whom to tell that something is wrong.
struct Judged {
    scopes: Scopes,
    challenge: Challenge,
    launch: Option<String>,
    signed_in_since: Option<Timestamp>,
}

impl Judged {
    fn read(
        form: &Form,
        client: &Client,
        is_pushed: bool,
        fhir: &str,
        asked_at: Timestamp,
    ) -> Result<Self, Refusal> {
        let refuse = |code: Code, words: &'static str| Err(code.because(words));
        if form.get("request").is_some() {
            return refuse(
                Code::RequestNotSupported,
                "A request object is not taken; push the request instead.",
            );
        }
        if client.is_pushed_only && !is_pushed {
            return refuse(Code::InvalidRequest, "This client has to push its requests.");
        }
        if !client.grant_types.contains(&GrantType::AuthorizationCode) {
            return refuse(Code::UnauthorizedClient, "The client is not registered for codes.");
        }
        if form.require("response_type")? != "code" {
            return refuse(Code::UnsupportedResponseType, "The only response type is code.");
        }
        if form.get("response_mode").is_some_and(|mode| mode != "query") {
            return refuse(Code::InvalidRequest, "The only response mode is query.");
        }
        let long = ["state", "nonce", "launch"]
            .iter()
            .any(|name| form.get(name).is_some_and(|v| v.len() > MOST_VALUE_BYTES));
        if long {
            return refuse(Code::InvalidRequest, "A parameter is too long.");
        }
        let challenge = Challenge::read(form.get("code_challenge"), form.get("code_challenge_method"))?;
        let scopes = for_people(&Scopes::parse(form.require("scope")?)).within(&Scopes::parse(&client.scope));
        if scopes.known.is_empty() {
            return refuse(Code::InvalidScope, "None of these scopes is one that this client may ask for.");
        }
        let is_aimed_here = form.get("aud").is_some_and(|aud| aud.trim_end_matches('/') == fhir);
        if !is_aimed_here && (reaches_data(&scopes) || form.get("aud").is_some()) {
            return refuse(
                Code::InvalidRequest,
                "The parameter aud has to be the base of this FHIR interface.",
            );
        }
        let launch = form.get("launch").map(str::to_owned);
        if scopes.gives(&Grant::Launch) != launch.is_some() {
            return refuse(Code::InvalidRequest, "The scope launch and the parameter launch come together.");
        }
        Ok(Self { scopes, challenge, launch, signed_in_since: signed_in_since(form, asked_at)? })
    }
}

/// Until when back a sign-in counts (`prompt`, `max_age`); none = at any time.
fn signed_in_since(form: &Form, asked_at: Timestamp) -> Result<Option<Timestamp>, Refusal> {
    let prompts: Vec<&str> = form.get("prompt").unwrap_or_default().split_ascii_whitespace().collect();
    if prompts.contains(&"none") {
        return Err(Code::ConsentRequired.because("Nothing is given without asking the person."));
    }
    if prompts.iter().any(|prompt| !["login", "consent", "select_account"].contains(prompt)) {
        return Err(Code::InvalidRequest.because("There is no such prompt."));
    }
    let max_age = form.get("max_age").map(str::parse::<u32>).transpose();
    let max_age = max_age.map_err(|_| Code::InvalidRequest.because("The max_age is a number of seconds."))?;
    let age = if prompts.contains(&"login") { Some(0) } else { max_age.map(i64::from) };
    Ok(age.map(|seconds| asked_at - jiff::SignedDuration::from_secs(seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_survives_being_carried_about() {
        let now = "2026-01-05T08:00:00Z".parse().unwrap();
        let asked = Asked::now("client_id=a&state=1e5&scope=launch%2Fpatient", now).unwrap();
        assert!(Asked::unpack(&asked.pack()).unwrap() == asked);
        for word in ["", ".", "1", "x.Y2xp", "1.***", "1.Y2xp=", "99999999999999999.Y2xp"] {
            assert!(Asked::unpack(word).is_none(), "{word}");
        }
        assert!(Asked::now(&"x".repeat(7_000), now).is_none());
    }

    #[test]
    fn parameters_are_added_to_what_is_there() {
        for (address, expect) in [
            ("https://app.example/back", "https://app.example/back?code=a+b"),
            ("https://app.example/back?x=1", "https://app.example/back?x=1&code=a+b"),
            ("https://app.example/back?", "https://app.example/back?code=a+b"),
            ("org.example.app:/back", "org.example.app:/back?code=a+b"),
        ] {
            assert_eq!(with_query(address, &[("code", "a b")]), expect);
        }
    }

    #[test]
    fn a_prompt_or_an_age_says_how_fresh_the_sign_in_has_to_be() {
        let now: Timestamp = "2026-01-05T08:00:00Z".parse().unwrap();
        for (query, expect) in [
            ("", Ok(None)),
            ("prompt=consent", Ok(None)),
            ("prompt=login", Ok(Some("2026-01-05T08:00:00Z"))),
            ("max_age=60", Ok(Some("2026-01-05T07:59:00Z"))),
            ("max_age=60&prompt=login", Ok(Some("2026-01-05T08:00:00Z"))),
            ("max_age=-1", Err(Code::InvalidRequest)),
            ("prompt=none", Err(Code::ConsentRequired)),
            ("prompt=create", Err(Code::InvalidRequest)),
        ] {
            let form = Form::parse(query.as_bytes()).unwrap();
            let since = signed_in_since(&form, now).map_err(|refusal| refusal.code);
            assert_eq!(since, expect.map(|text| text.map(|text| text.parse().unwrap())), "{query}");
        }
    }
}
