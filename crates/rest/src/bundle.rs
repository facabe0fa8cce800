//! Bundles, written piece by piece: what is stored goes in as the bytes it is.

use crate::conditions::etag;
use crate::reply::{Content, Reply};
use bytes::Bytes;
use salus_core::Timestamp;
use salus_fhir::json::Value;
use serde_json::json;

/// A bundle in the making.
pub(crate) struct Bundle {
    bytes: Vec<u8>,
    is_first: bool,
}

impl Bundle {
    /// Begins a bundle of this type, with its links (relation and URL).
    pub(crate) fn begin(kind: &str, total: Option<u64>, links: &[(&str, String)]) -> Self {
        let mut head = json!({"resourceType": "Bundle", "type": kind});
        if let Some(total) = total {
            head["total"] = json!(total);
        }
        if !links.is_empty() {
            let link = |(relation, url): &(&str, String)| json!({"relation": relation, "url": url});
            head["link"] = links.iter().map(link).collect();
        }
        let mut bytes = head.to_string().into_bytes();
        bytes.pop();
        Self { bytes, is_first: true }
    }

    /// Adds an entry: its URL, its resource, and its other members.
    pub(crate) fn entry(
        &mut self,
        full_url: Option<&str>,
        resource: Option<&[u8]>,
        others: &[(&str, Value)],
    ) {
        self.bytes.extend_from_slice(if self.is_first { b",\"entry\":[{" } else { b",{" });
        self.is_first = false;
        let mut members = Members { bytes: &mut self.bytes, is_first: true };
        if let Some(url) = full_url {
            members.add("fullUrl", Value::from(url).to_string().as_bytes());
        }
        if let Some(resource) = resource {
            members.add("resource", resource);
        }
        for (name, value) in others {
            members.add(name, value.to_string().as_bytes());
        }
        self.bytes.push(b'}');
    }

    /// Adds what an entry of a batch was answered.
    pub(crate) fn answer(&mut self, reply: &Reply) {
        let reason = reply.status.canonical_reason().unwrap_or_default();
        let mut response = json!({"status": format!("{} {reason}", reply.status.as_u16())});
        if let Some(location) = &reply.location {
            response["location"] = json!(location);
        }
        if let Some((version, at)) = reply.version {
            response["etag"] = json!(etag(version));
            response["lastModified"] = json!(at.to_string());
        }
        let mut resource = None;
        match &reply.content {
            Content::Nothing => {}
            Content::Resource(bytes) => resource = Some(&bytes[..]),
            Content::Outcome(outcome) => response["outcome"] = outcome.clone(),
        }
        self.entry(None, resource, &[("response", response)]);
    }

    /// The JSON.
    pub(crate) fn finish(mut self) -> Bytes {
        self.bytes.extend_from_slice(if self.is_first { b"}" } else { b"]}" });
        self.bytes.into()
    }
}

/// `request` and `response` of an entry of a history.
pub(crate) fn past(method: &str, url: String, version: u64, at: Timestamp) -> [(&'static str, Value); 2] {
    let status = match method {
        "POST" => "201 Created",
        "DELETE" => "204 No Content",
        _ => "200 OK",
    };
    let response = json!({"status": status, "etag": etag(version), "lastModified": at.to_string()});
    [("request", json!({"method": method, "url": url})), ("response", response)]
}

struct Members<'a> {
    bytes: &'a mut Vec<u8>,
    is_first: bool,
}

impl Members<'_> {
    fn add(&mut self, name: &str, json: &[u8]) {
        if !self.is_first {
            self.bytes.push(b',');
        }
        self.is_first = false;
        self.bytes.extend_from_slice(Value::from(name).to_string().as_bytes());
        self.bytes.push(b':');
        self.bytes.extend_from_slice(json);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_make_one_document() {
        let mut bundle =
            Bundle::begin("searchset", Some(2), &[("self", "http://x/Patient?name=\"a\"".to_owned())]);
        bundle.entry(
            Some("http://x/Patient/1"),
            Some(b"{\"id\":\"1\"}"),
            &[("search", json!({"mode": "match"}))],
        );
        bundle.entry(None, None, &[]);
        let text = String::from_utf8(bundle.finish().to_vec()).unwrap();
        assert_eq!(
            text,
            r#"{"resourceType":"Bundle","type":"searchset","total":2,"link":[{"relation":"self","url":"http://x/Patient?name=\"a\""}],"entry":[{"fullUrl":"http://x/Patient/1","resource":{"id":"1"},"search":{"mode":"match"}},{}]}"#
        );
        assert_eq!(
            &Bundle::begin("history", None, &[]).finish()[..],
            br#"{"resourceType":"Bundle","type":"history"}"#
        );
    }
}
