//! One entry of a bundle: what is to be done, and with what.

use crate::conditions::Conditions;
use salus_fhir::json::Value;
use salus_fhir::{Issue, IssueCode};

/// An entry, taken apart.
pub(super) struct Entry {
    /// Its place in the bundle.
    pub(super) index: usize,
    /// Its name within the bundle.
    pub(super) full_url: Option<String>,
    pub(super) method: Method,
    pub(super) target: Target,
    pub(super) conditions: Conditions,
    pub(super) resource: Option<Value>,
}

/// In the order in which a transaction carries them out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Method {
    Delete,
    Post,
    Put,
    Get,
}

/// What a request's URL names, relative to the base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// The path, without empty segments.
    pub(super) segments: Vec<String>,
    /// What stands after the question mark.
    pub(super) query: String,
}

impl Target {
    pub(super) fn parse(url: &str, base: &str) -> Self {
        let url = url.strip_prefix(base).unwrap_or(url);
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let segments = path.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect();
        Self { segments, query: query.to_owned() }
    }

    /// The segments, to match on.
    pub(super) fn path(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }
}

/// Takes an entry apart; the issue tells where that is impossible.
pub(super) fn read(index: usize, mut entry: Value, base: &str) -> Result<Entry, Issue> {
    let wrong =
        |code, words: &str, at: &str| Issue::error(code, words).at(format!("Bundle.entry[{index}]{at}"));
    let resource = entry.get_mut("resource").map(Value::take);
    let full_url = entry.get("fullUrl").and_then(Value::as_str).map(str::to_owned);
    let Some(request) = entry.get("request").filter(|request| request.is_object()) else {
        return Err(wrong(IssueCode::Required, "An entry needs a request: method and URL.", ".request"));
    };
    let method = match request.get("method").and_then(Value::as_str) {
        Some("DELETE") => Method::Delete,
        Some("POST") => Method::Post,
        Some("PUT") => Method::Put,
        Some("GET" | "HEAD") => Method::Get,
        _ => {
            let words = "The method is one of GET, POST, PUT and DELETE.";
            return Err(wrong(IssueCode::NotSupported, words, ".request.method"));
        }
    };
    let Some(url) = request.get("url").and_then(Value::as_str) else {
        return Err(wrong(IssueCode::Required, "A request needs a URL.", ".request.url"));
    };
    let conditions = Conditions::of_entry(request)
        .map_err(|_| wrong(IssueCode::Value, "A version is written as W/\"3\".", ".request"))?;
    let needs_resource = matches!(method, Method::Post | Method::Put);
    if needs_resource && !resource.as_ref().is_some_and(Value::is_object) {
        return Err(wrong(IssueCode::Required, "A POST or PUT needs a resource.", ".resource"));
    }
    Ok(Entry { index, full_url, method, target: Target::parse(url, base), conditions, resource })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_url_is_read_with_and_without_the_base() {
        let base = "https://salus.example/fhir/r4";
        for (url, path, query) in [
            ("Patient", "Patient", ""),
            ("/Patient/1", "Patient/1", ""),
            ("https://salus.example/fhir/r4/Patient/1/_history/2", "Patient/1/_history/2", ""),
            ("Patient?identifier=a|1&_count=2", "Patient", "identifier=a|1&_count=2"),
            ("", "", ""),
        ] {
            let target = Target::parse(url, base);
            assert_eq!((target.segments.join("/").as_str(), target.query.as_str()), (path, query), "{url}");
        }
    }

    #[test]
    fn what_cannot_be_done_is_told_with_its_place() {
        let table = [
            (json!({}), "Bundle.entry[3].request"),
            (json!({"request": {"method": "PATCH", "url": "Patient/1"}}), "Bundle.entry[3].request.method"),
            (json!({"request": {"method": "GET"}}), "Bundle.entry[3].request.url"),
            (json!({"request": {"method": "POST", "url": "Patient"}}), "Bundle.entry[3].resource"),
            (
                json!({"request": {"method": "DELETE", "url": "Patient/1", "ifMatch": "x"}}),
                "Bundle.entry[3].request",
            ),
        ];
        for (entry, at) in table {
            let issue = read(3, entry.clone(), "").err().unwrap();
            assert_eq!(issue.expression.as_deref(), Some(at), "{entry}");
        }
    }
}
