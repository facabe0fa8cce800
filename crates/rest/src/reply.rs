//! What an operation answers, before it is known whether it goes into a response or into a bundle.

use crate::conditions::etag;
use crate::exchange::{Exchange, Returns};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, ETAG, HeaderName, LAST_MODIFIED, LOCATION};
use http::{HeaderValue, StatusCode};
use salus_core::Timestamp;
use salus_fhir::json::Value;
use salus_fhir::{Issue, IssueCode, Severity, operation_outcome};
use salus_store::{Stored, Written};

/// The content type of every answer.
pub(crate) const FHIR_JSON: &str = "application/fhir+json; charset=utf-8";

/// An answer.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    /// The version it is about.
    pub(crate) version: Option<(u64, Timestamp)>,
    /// The URL of the version that was made.
    pub(crate) location: Option<String>,
    pub(crate) content: Content,
}

/// What stands in an answer.
#[derive(Clone)]
pub(crate) enum Content {
    Nothing,
    /// A resource, as JSON.
    Resource(Bytes),
    /// What there is to say about it.
    Outcome(Value),
}

impl Reply {
    /// No more than a status.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, version: None, location: None, content: Content::Nothing }
    }

    /// 200 with a resource that is no version of anything: a bundle.
    pub(crate) fn resource(bytes: impl Into<Bytes>) -> Self {
        Self { content: Content::Resource(bytes.into()), ..Self::empty(StatusCode::OK) }
    }

    /// 200 with issues.
    pub(crate) fn issues(issues: &[Issue]) -> Self {
        Self { content: Content::Outcome(operation_outcome(issues)), ..Self::empty(StatusCode::OK) }
    }

    /// 200 with a stored version.
    pub(crate) fn stored(stored: &Stored, bytes: Bytes) -> Self {
        Self { version: Some((stored.version, stored.last_updated)), ..Self::resource(bytes) }
    }

    /// 201 or 200 after a write, with what the asker prefers to get; `resource` is the copy that `Exchange::copy` made.
    pub(crate) fn written(exchange: &Exchange, written: &Written, resource: Option<Value>) -> Self {
        let Written { type_name, id, version, last_updated, .. } = written;
        let content = match exchange.prefer.returns {
            Returns::Minimal => Content::Nothing,
            Returns::Representation => match resource {
                Some(resource) => {
                    Content::Resource(stamped(resource, written).to_string().into_bytes().into())
                }
                None => Content::Nothing,
            },
            Returns::OperationOutcome => {
                let done = if written.created { "created" } else { "updated" };
                Content::Outcome(operation_outcome(&[information(format!("{type_name}/{id} was {done}."))]))
            }
        };
        Self {
            status: if written.created { StatusCode::CREATED } else { StatusCode::OK },
            version: Some((*version, *last_updated)),
            location: Some(exchange.url(&format!("{type_name}/{id}/_history/{version}"))),
            content,
        }
    }

    /// 200 where what was to be created exists.
    pub(crate) fn existing(exchange: &Exchange, stored: &Stored) -> Self {
        let Stored { type_name, id, version, .. } = stored;
        let content = match exchange.prefer.returns {
            Returns::Minimal => Content::Nothing,
            Returns::Representation => Content::Resource(stored.bytes().clone()),
            Returns::OperationOutcome => {
                Content::Outcome(operation_outcome(&[information(format!("{type_name}/{id} exists."))]))
            }
        };
        Self {
            version: Some((*version, stored.last_updated)),
            location: Some(exchange.url(&format!("{type_name}/{id}/_history/{version}"))),
            content,
            ..Self::empty(StatusCode::OK)
        }
    }
}

/// Something good to know.
pub(crate) fn information(words: String) -> Issue {
    Issue {
        severity: Severity::Information,
        code: IssueCode::Informational,
        expression: None,
        diagnostics: words,
    }
}

/// The resource as it was stored: with its id, its version and its time.
fn stamped(mut resource: Value, written: &Written) -> Value {
    let Some(object) = resource.as_object_mut() else { return resource };
    let id = Value::String(written.id.clone());
    if object.get("id") != Some(&id) {
        object.shift_insert(object.len().min(1), "id".to_owned(), id);
    }
    if !object.get("meta").is_some_and(Value::is_object) {
        let empty = Value::Object(salus_fhir::json::Map::new());
        object.shift_insert(object.len().min(2), "meta".to_owned(), empty);
    }
    if let Some(Value::Object(meta)) = object.get_mut("meta") {
        meta.insert("versionId".to_owned(), Value::String(written.version.to_string()));
        meta.insert("lastUpdated".to_owned(), Value::String(written.last_updated.to_string()));
    }
    resource
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let body = match self.content {
            Content::Nothing => None,
            Content::Resource(bytes) => Some(bytes),
            Content::Outcome(outcome) => Some(Bytes::from(outcome.to_string())),
        };
        let has_body = body.is_some();
        let mut response = Response::new(body.map_or_else(Body::empty, Body::from));
        *response.status_mut() = self.status;
        let mut header = |name: HeaderName, text: &str| {
            if let Ok(value) = HeaderValue::from_str(text) {
                response.headers_mut().insert(name, value);
            }
        };
        if has_body {
            header(CONTENT_TYPE, FHIR_JSON);
        }
        if let Some((version, at)) = self.version {
            header(ETAG, &etag(version));
            header(LAST_MODIFIED, &last_modified(at));
        }
        if let Some(location) = &self.location {
            header(LOCATION, location);
        }
        response
    }
}

fn last_modified(at: Timestamp) -> String {
    jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).unwrap_or_default()
}
