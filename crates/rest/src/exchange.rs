//! Who asks, and in which form they want the answer.

use axum::extract::FromRequestParts;
use http::header::{ACCEPT, HOST};
use http::request::Parts;
use http::{HeaderMap, Uri};
use salus_fhir::json::Value;
use salus_http::{ApiError, App, Caller};
use salus_store::Records;

use crate::ROOT;

/// One question and its answer: the first parameter of every handler.
#[derive(Clone)]
pub(crate) struct Exchange {
    pub(crate) app: App,
    pub(crate) caller: Caller,
    /// `https://salus.example/fhir/r4`, without a slash at the end.
    pub(crate) base: String,
    pub(crate) prefer: Prefer,
}

/// What the asker prefers (`Prefer`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Prefer {
    /// What a write should answer.
    pub(crate) returns: Returns,
    /// Whether search parameters that do not exist are left out instead of refused.
    pub(crate) is_lenient: bool,
}

/// What a write answers beside its headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Returns {
    /// Nothing.
    Minimal,
    /// The resource.
    #[default]
    Representation,
    /// What was done, in words.
    OperationOutcome,
}

impl Exchange {
    /// The records, through the asker's eyes.
    pub(crate) fn records(&self) -> &Records {
        &self.caller.records
    }

    /// A copy of what is written, if the asker wants to see it afterwards.
    pub(crate) fn copy(&self, resource: &Value) -> Option<Value> {
        (self.prefer.returns == Returns::Representation).then(|| resource.clone())
    }

    /// The absolute URL of something on this server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.base)
    }
}

impl FromRequestParts<App> for Exchange {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, app).await?;
        accept(&parts.headers, &parts.uri)?;
        let prefer = Prefer::read(&parts.headers);
        Ok(Self { app: app.clone(), caller, base: base(app, &parts.headers), prefer })
    }
}

impl Prefer {
    fn read(headers: &HeaderMap) -> Self {
        let mut prefer = Self::default();
        let values = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
        for wish in values.flat_map(|value| value.split([',', ';'])) {
            match wish.trim() {
                "return=minimal" => prefer.returns = Returns::Minimal,
                "return=representation" => prefer.returns = Returns::Representation,
                "return=OperationOutcome" => prefer.returns = Returns::OperationOutcome,
                "handling=lenient" => prefer.is_lenient = true,
                _ => {}
            }
        }
        prefer
    }
}

/// The URL that this server is asked under: the configured one, else what the request calls it.
pub(crate) fn base(app: &App, headers: &HeaderMap) -> String {
    let config = &app.config;
    if let Some(origin) = &config.public_origin {
        return format!("{}{ROOT}", origin.trim_end_matches('/'));
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let scheme = if config.is_tls { "https" } else { "http" };
    format!("{scheme}://{host}{ROOT}")
}

/// FHIR JSON is all there is to have. `_format` goes before `Accept`.
pub(crate) fn accept(headers: &HeaderMap, uri: &Uri) -> Result<(), ApiError> {
    let refused = || ApiError::not_acceptable("Salus answers in application/fhir+json only.");
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    if let Some((_, format)) = pairs.into_iter().find(|(name, _)| name == "_format") {
        // A plus sign that was not encoded has become a blank.
        let format = format.replace(' ', "+");
        return if format == "json" || is_json(&format) { Ok(()) } else { Err(refused()) };
    }
    let mut ranges = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).peekable();
    if ranges.peek().is_none() {
        return Ok(());
    }
    let is_welcome = |range: &str| {
        let essence = range.split(';').next().unwrap_or_default().trim();
        let is_refused =
            range.split(';').any(|part| matches!(part.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        !is_refused && (matches!(essence, "*/*" | "application/*") || is_json(range))
    };
    if ranges.flat_map(|value| value.split(',')).any(is_welcome) { Ok(()) } else { Err(refused()) }
}

/// `application/fhir+json` or `application/json`, for R4 or no version in particular.
pub(crate) fn is_json(media_type: &str) -> bool {
    let mut parts = media_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let is_r4 =
        |part: &str| part.strip_prefix("fhirVersion=").is_none_or(|version| version.starts_with("4.0"));
    matches!(essence.as_str(), "application/fhir+json" | "application/json" | "text/json") && parts.all(is_r4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_is_to_be_had() {
        let table = [
            ("", None, true),
            ("", Some("application/fhir+json"), true),
            ("", Some("application/fhir+json; fhirVersion=4.0"), true),
            ("", Some("application/fhir+json; fhirVersion=5.0"), false),
            ("", Some("text/html,application/xhtml+xml,*/*;q=0.8"), true),
            ("", Some("application/*"), true),
            ("", Some("application/fhir+xml"), false),
            ("", Some("application/fhir+xml, application/json;q=0.5"), true),
            ("", Some("application/json;q=0"), false),
            ("_format=json", Some("application/fhir+xml"), true),
            ("_format=application/fhir+json", None, true),
            ("_format=application%2Ffhir%2Bjson", None, true),
            ("_format=xml", Some("*/*"), false),
        ];
        for (query, header, expected) in table {
            let mut headers = HeaderMap::new();
            if let Some(header) = header {
                headers.insert(ACCEPT, header.parse().unwrap());
            }
            let uri: Uri = format!("/fhir/r4/Patient?{query}").parse().unwrap();
            assert_eq!(accept(&headers, &uri).is_ok(), expected, "{query} {header:?}");
        }
    }

    #[test]
    fn wishes_are_read_wherever_they_stand() {
        let table = [
            ("return=minimal", Returns::Minimal, false),
            ("handling=lenient; return=OperationOutcome", Returns::OperationOutcome, true),
            ("respond-async, return=representation", Returns::Representation, false),
            ("return=nothing", Returns::Representation, false),
        ];
        for (header, returns, is_lenient) in table {
            let headers =
                HeaderMap::from_iter([(http::HeaderName::from_static("prefer"), header.parse().unwrap())]);
            assert_eq!(Prefer::read(&headers), Prefer { returns, is_lenient }, "{header}");
        }
    }
}
