//! The parameters of a search or a history, out of a URL and into one.

use crate::references::make_searched_relative;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use salus_fhir::search::{Query, QueryError, QueryErrorKind};
use salus_fhir::{Issue, IssueCode, Severity};
use salus_http::ApiError;

/// Name and value, decoded.
pub(crate) type Pairs = Vec<(String, String)>;

/// The most matches on a page.
pub(crate) const MOST_COUNT: u32 = 1_000;
/// How many matches a page has where nothing else is asked for.
pub(crate) const USUAL_COUNT: u32 = 50;

/// Decodes what stands after the question mark, or in a form.
pub(crate) fn decode(text: &str) -> Pairs {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// The parameters of a search by POST: those in the URL and those in the form.
pub(crate) fn of_form(query: &str, headers: &HeaderMap, body: &[u8]) -> Result<Pairs, ApiError> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if essence != "application/x-www-form-urlencoded" && !body.is_empty() {
        return Err(ApiError::unsupported_media_type("Send a search as application/x-www-form-urlencoded."));
    }
    let form = std::str::from_utf8(body).map_err(|_| ApiError::bad_request("The form is not UTF-8 text."))?;
    let mut pairs = decode(query);
    pairs.extend(decode(form));
    Ok(pairs)
}

/// Encodes parameters for a URL.
pub(crate) fn encode(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Takes a parameter out, if it is there; the last one, where it is there more than once.
pub(crate) fn take(pairs: &mut Pairs, name: &str) -> Option<String> {
    let (taken, kept) = std::mem::take(pairs).into_iter().partition(|(other, _)| other == name);
    *pairs = kept;
    let taken: Pairs = taken;
    taken.into_iter().next_back().map(|(_, value)| value)
}

/// Takes out what says how the answer is written, and not what stands in it.
pub(crate) fn without_format(mut pairs: Pairs) -> Pairs {
    pairs.retain(|(name, _)| name != "_format" && name != "_pretty");
    pairs
}

/// Reads a `_count`.
pub(crate) fn count(text: Option<String>) -> Result<u32, ApiError> {
    match text.map(|text| text.parse::<u32>()) {
        None => Ok(USUAL_COUNT),
        Some(Ok(count)) => Ok(count.min(MOST_COUNT)),
        Some(Err(_)) => Err(ApiError::bad_request("_count takes a whole number.")),
    }
}

/// Refuses parameters that an operation does not know.
pub(crate) fn none_left(pairs: &[(String, String)], known: &str) -> Result<(), ApiError> {
    match pairs.first() {
        None => Ok(()),
        Some((name, _)) => {
            let words = format!("There is no parameter `{name}` here; there is {known}.");
            Err(ApiError::bad_request(words.clone())
                .with_issues(vec![Issue::error(IssueCode::NotSupported, words)]))
        }
    }
}

/// A search that stands for the one resource it finds: `If-None-Exist`, or the URL of a conditional write. `base` is
/// the URL of this server.
pub(crate) fn criteria(type_name: &str, text: &str, base: &str) -> Result<Query, ApiError> {
    let mut pairs = without_format(decode(text));
    make_searched_relative(type_name, &mut pairs, base);
    let query = Query::parse(type_name, &pairs).map_err(refused)?;
    if query.filters.is_empty() {
        return Err(ApiError::bad_request("A conditional request needs a search that names what is meant."));
    }
    Ok(query)
}

/// What is wrong with a search, as an answer.
pub(crate) fn refused(error: QueryError) -> ApiError {
    ApiError::bad_request(error.to_string()).with_issues(vec![issue(&error, Severity::Error)])
}

/// What was left out of a search, as a warning.
pub(crate) fn ignored(error: &QueryError) -> Issue {
    issue(error, Severity::Warning)
}

fn issue(error: &QueryError, severity: Severity) -> Issue {
    let code = match error.kind {
        QueryErrorKind::Unknown | QueryErrorKind::NotSupported => IssueCode::NotSupported,
        QueryErrorKind::Invalid => IssueCode::Invalid,
    };
    Issue { severity, code, expression: None, diagnostics: format!("{error}.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_survive_the_way_through_a_url() {
        let pairs = decode("name=M%C3%BCller+A&code=http://loinc.org|718-7&x=a%26b&empty=");
        assert_eq!(pairs[0].1, "Müller A");
        assert_eq!(pairs[1].1, "http://loinc.org|718-7");
        assert_eq!(decode(&encode(&pairs)), pairs);
    }

    #[test]
    fn the_last_of_a_repeated_parameter_counts() {
        let mut pairs = decode("_count=1&name=a&_count=2");
        assert_eq!(take(&mut pairs, "_count").as_deref(), Some("2"));
        assert_eq!(pairs, decode("name=a"));
        assert!(take(&mut pairs, "_count").is_none());
    }

    #[test]
    fn criteria_must_say_something() {
        assert!(criteria("Patient", "identifier=a|1", "").is_ok());
        for text in ["", "_format=json", "_count=5", "shoe-size=3", "identifier="] {
            assert!(criteria("Patient", text, "").is_err(), "{text}");
        }
    }
}
