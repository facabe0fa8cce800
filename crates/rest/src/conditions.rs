//! The conditions of a request: which version somebody knows, what must not exist yet.

use http::HeaderMap;
use http::header::{HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH};
use salus_core::Timestamp;
use salus_fhir::json::Value;
use salus_http::ApiError;
use salus_store::{Expect, Stored};

/// What must hold. From the headers of a request, or from the `request` of a bundle's entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Conditions {
    /// `If-Match`: the version to be changed.
    pub(crate) if_match: Option<u64>,
    /// `If-None-Match`: what the asker has already.
    if_none_match: Option<Known>,
    /// `If-Modified-Since`.
    if_modified_since: Option<Timestamp>,
    /// `If-None-Exist`: a search that must find nothing.
    pub(crate) if_none_exist: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Known {
    Anything,
    Versions(Vec<u64>),
}

impl Conditions {
    /// The conditions of a request.
    pub(crate) fn of_headers(headers: &HeaderMap) -> Result<Self, ApiError> {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        Self::read(
            text(IF_MATCH),
            text(IF_NONE_MATCH),
            text(IF_MODIFIED_SINCE).and_then(http_date),
            text(HeaderName::from_static("if-none-exist")),
        )
    }

    /// The conditions of a bundle's entry.
    pub(crate) fn of_entry(request: &Value) -> Result<Self, ApiError> {
        let text = |name: &str| request.get(name).and_then(Value::as_str);
        let since = text("ifModifiedSince").and_then(|instant| instant.parse().ok());
        Self::read(text("ifMatch"), text("ifNoneMatch"), since, text("ifNoneExist"))
    }

    fn read(
        if_match: Option<&str>,
        if_none_match: Option<&str>,
        if_modified_since: Option<Timestamp>,
        if_none_exist: Option<&str>,
    ) -> Result<Self, ApiError> {
        let wanted = |name: &str| ApiError::bad_request(format!("{name} takes a version such as W/\"3\"."));
        let if_match = if_match.map(|text| version(text).ok_or_else(|| wanted("If-Match"))).transpose()?;
        let if_none_match = match if_none_match {
            None => None,
            Some(text) if text.trim() == "*" => Some(Known::Anything),
            Some(text) => {
                let versions = text.split(',').map(version).collect::<Option<Vec<u64>>>();
                Some(Known::Versions(versions.ok_or_else(|| wanted("If-None-Match"))?))
            }
        };
        let if_none_exist = if_none_exist.map(|query| query.trim_start_matches('?').to_owned());
        Ok(Self { if_match, if_none_match, if_modified_since, if_none_exist })
    }

    /// What a write expects to find.
    pub(crate) fn expect(&self) -> Expect {
        match self.if_match {
            Some(version) => Expect::Version(version),
            None if self.wants_absent() => Expect::Absent,
            None => Expect::Any,
        }
    }

    /// Whether nothing may be there yet: `If-None-Match: *`.
    pub(crate) fn wants_absent(&self) -> bool {
        self.if_none_match == Some(Known::Anything)
    }

    /// Whether a reader has this version already. A version goes before a date (RFC 9110 §13.2.2).
    pub(crate) fn is_known(&self, stored: &Stored) -> bool {
        match (&self.if_none_match, self.if_modified_since) {
            (Some(Known::Anything), _) => true,
            (Some(Known::Versions(versions)), _) => versions.contains(&stored.version),
            (None, Some(since)) => stored.last_updated.as_second() <= since.as_second(),
            (None, None) => false,
        }
    }
}

/// The entity tag of a version.
pub(crate) fn etag(version: u64) -> String {
    format!("W/\"{version}\"")
}

/// Reads `W/"3"`; also `"3"` and `3`, which many clients send.
fn version(text: &str) -> Option<u64> {
    let text = text.trim();
    let text = text.strip_prefix("W/").unwrap_or(text);
    let text = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    text.parse().ok()
}

/// A date of HTTP (RFC 9110 §5.6.7). What cannot be read is passed over, as the standard wants it.
fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn versions_are_read_in_each_spelling() {
        for (text, expected) in [
            ("W/\"3\"", Some(3)),
            ("\"3\"", Some(3)),
            ("3", Some(3)),
            (" W/\"12\" ", Some(12)),
            ("W/3", Some(3)),
            ("W/\"x\"", None),
            ("*", None),
            ("", None),
        ] {
            assert_eq!(version(text), expected, "{text}");
        }
        assert_eq!(etag(3), "W/\"3\"");
    }

    #[test]
    fn an_entry_states_its_conditions_as_headers_do() {
        let entry = json!({"ifMatch": "W/\"2\"", "ifNoneExist": "?identifier=1"});
        let conditions = Conditions::of_entry(&entry).unwrap();
        assert_eq!(conditions.expect(), Expect::Version(2));
        assert_eq!(conditions.if_none_exist.as_deref(), Some("identifier=1"));
        let headers = HeaderMap::from_iter([(IF_NONE_MATCH, "*".parse().unwrap())]);
        assert_eq!(Conditions::of_headers(&headers).unwrap().expect(), Expect::Absent);
        assert!(Conditions::of_entry(&json!({"ifMatch": "latest"})).is_err());
    }

    #[test]
    fn dates_of_http() {
        let date = http_date("Mon, 05 Jan 2026 08:00:00 GMT");
        assert_eq!(date, "2026-01-05T08:00:00Z".parse().ok());
        assert_eq!(http_date("yesterday"), None);
    }
}
