//! Resources that come in.

use crate::exchange::is_json;
use crate::{references, type_name};
use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use salus_fhir::json::{self, Value};
use salus_fhir::{Issue, IssueCode, validate};
use salus_http::ApiError;

/// Reads the resource in a request's body.
pub(crate) fn resource(headers: &HeaderMap, body: &Bytes) -> Result<Value, ApiError> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !is_json(content_type) {
        return Err(ApiError::unsupported_media_type("Send resources as application/fhir+json."));
    }
    let resource = json::parse(body).map_err(|error| {
        let issue = error.issue();
        ApiError::bad_request(issue.diagnostics.clone()).with_issues(vec![issue])
    })?;
    let words = match resource.get("resourceType").and_then(Value::as_str).map(type_name::known) {
        Some(Ok(_)) => return Ok(resource),
        Some(Err(_)) => "resourceType names no resource type of FHIR R4.",
        None => "A resource is a JSON object whose resourceType says what it is.",
    };
    Err(wrong(IssueCode::Structure, words, "resourceType"))
}

/// The resource in a request's body, which must be of the type that the URL names.
pub(crate) fn resource_of(type_name: &str, headers: &HeaderMap, body: &Bytes) -> Result<Value, ApiError> {
    let resource = resource(headers, body)?;
    of_type(type_name, &resource)?;
    Ok(resource)
}

/// Refuses a resource of another type than the URL names.
pub(crate) fn of_type(type_name: &str, resource: &Value) -> Result<(), ApiError> {
    if resource.get("resourceType").and_then(Value::as_str) == Some(type_name) {
        return Ok(());
    }
    Err(wrong(
        IssueCode::Invalid,
        &format!("A {type_name} is written here, and nothing else."),
        "resourceType",
    ))
}

/// Makes a resource ready to be stored: references to this server become relative, the structure is validated.
pub(crate) fn checked(mut resource: Value, base: &str) -> Result<Value, ApiError> {
    references::make_relative(&mut resource, base);
    whole(&resource)?;
    let issues = validate(&resource);
    if issues.iter().any(Issue::is_error) { Err(ApiError::invalid_issues(issues)) } else { Ok(resource) }
}

/// Refuses what `_summary` or `_elements` has cut: written back, it would lose what was left out.
pub(crate) fn whole(resource: &Value) -> Result<(), ApiError> {
    let tags = resource.get("meta").and_then(|meta| meta.get("tag")).and_then(Value::as_array);
    let is_cut = tags.is_some_and(|tags| tags.iter().any(is_subset_tag));
    if !is_cut {
        return Ok(());
    }
    let words = "This is only a part of a resource (SUBSETTED); read the whole one before writing it.";
    Err(ApiError::invalid_issues(vec![Issue::error(IssueCode::BusinessRule, words).at("meta.tag")]))
}

fn is_subset_tag(tag: &Value) -> bool {
    tag.get("code").and_then(Value::as_str) == Some("SUBSETTED")
}

/// 400 with one issue at a place.
pub(crate) fn wrong(code: IssueCode, words: &str, at: &str) -> ApiError {
    ApiError::bad_request(words.to_owned()).with_issues(vec![Issue::error(code, words).at(at)])
}
