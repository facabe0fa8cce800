//! `$validate`: what would be wrong with a resource, without storing it.

use super::instance;
use crate::exchange::Exchange;
use crate::parameters::{decode, none_left, take, without_format};
use crate::reply::Reply;
use crate::{incoming, type_name};
use axum::extract::RawQuery;
use bytes::Bytes;
use http::HeaderMap;
use salus_fhir::json::Value;
use salus_fhir::{Issue, IssueCode, Severity, validate_fully};
use salus_http::{ApiError, Path};
use salus_store::Lookup;

pub(crate) async fn of_type(
    exchange: Exchange,
    Path(type_name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Reply, ApiError> {
    let type_name = type_name::known(&type_name)?;
    let asked = Asked::read(&query.unwrap_or_default(), Some(incoming::resource(&headers, &body)?))?;
    run(&exchange, type_name, None, asked).await
}

pub(crate) async fn of_instance(
    exchange: Exchange,
    Path((type_name, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Reply, ApiError> {
    let (type_name, id) = instance(&type_name, &id)?;
    let resource = if body.is_empty() { None } else { Some(incoming::resource(&headers, &body)?) };
    run(&exchange, type_name, Some(id), Asked::read(&query.unwrap_or_default(), resource)?).await
}

pub(crate) async fn of_stored(
    exchange: Exchange,
    Path((type_name, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Reply, ApiError> {
    let (type_name, id) = instance(&type_name, &id)?;
    run(&exchange, type_name, Some(id), Asked::read(&query.unwrap_or_default(), None)?).await
}

/// Validates what was sent, or else what is stored: always 200, with the issues.
async fn run(
    exchange: &Exchange,
    type_name: &str,
    id: Option<&str>,
    asked: Asked,
) -> Result<Reply, ApiError> {
    let stored = match id {
        Some(id) => match exchange.records().lookup(type_name, id).await? {
            Lookup::Found(stored) => Some(stored.json()?),
            Lookup::Gone { .. } | Lookup::Absent => return Err(ApiError::not_found("resource")),
        },
        None => None,
    };
    let mut issues = Vec::new();
    if asked.has_profile {
        issues.push(Issue {
            severity: Severity::Warning,
            code: IssueCode::NotSupported,
            expression: None,
            diagnostics: "Salus validates against the base definitions only, not against profiles."
                .to_owned(),
        });
    }
    let Some(resource) = asked.resource.or(stored) else {
        return match asked.mode {
            Mode::Delete => Ok(Reply::issues(&issues)),
            _ => Err(ApiError::bad_request("There is no resource to validate.")),
        };
    };
    let sent_id = resource.get("id").and_then(Value::as_str);
    let wrong = |words: &str| Issue::error(IssueCode::Invalid, words).at("id");
    if resource.get("resourceType").and_then(Value::as_str) != Some(type_name) {
        issues.push(Issue::error(IssueCode::Invalid, format!("This is no {type_name}.")).at("resourceType"));
    }
    match (asked.mode, id) {
        (Mode::Update, None) if sent_id.is_none() => {
            issues.push(wrong("An update needs the id of the resource."))
        }
        (Mode::Update, Some(id)) if sent_id != Some(id) => {
            issues.push(wrong("The resource has another id than the URL."))
        }
        _ => {}
    }
    let now = exchange.caller.now;
    let checked = tokio::task::spawn_blocking(move || validate_fully(&resource, now)).await;
    issues.extend(checked.map_err(|_| ApiError::internal("validation did not end"))?);
    Ok(Reply::issues(&issues))
}

/// What is to be validated, and for what.
struct Asked {
    resource: Option<Value>,
    mode: Mode,
    has_profile: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Any,
    Create,
    Update,
    Delete,
}

impl Asked {
    /// Reads URL and body; the body is the resource itself, or a Parameters that holds it.
    fn read(query: &str, body: Option<Value>) -> Result<Self, ApiError> {
        let mut pairs = without_format(decode(query));
        let mut mode = take(&mut pairs, "mode");
        let mut has_profile = take(&mut pairs, "profile").is_some();
        none_left(&pairs, "mode and profile")?;
        let mut resource = body;
        if let Some(parameters) = resource.as_mut().filter(|body| is_wrapped(body)) {
            let mut inner = None;
            for parameter in parameters["parameter"].as_array_mut().into_iter().flatten() {
                match parameter["name"].as_str() {
                    Some("resource") => inner = Some(parameter["resource"].take()),
                    Some("mode") => mode = parameter["valueCode"].as_str().map(str::to_owned),
                    Some("profile") => has_profile = true,
                    _ => {}
                }
            }
            resource = inner;
        }
        let mode = match mode.as_deref() {
            None => Mode::Any,
            Some("create") => Mode::Create,
            Some("update") => Mode::Update,
            Some("delete") => Mode::Delete,
            Some(_) => return Err(ApiError::bad_request("mode is one of create, update and delete.")),
        };
        Ok(Self { resource, mode, has_profile })
    }
}

/// Whether a Parameters holds what is to be validated, and is not itself what is to be validated.
fn is_wrapped(body: &Value) -> bool {
    let parameters = body["parameter"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_ours =
        |parameter: &Value| matches!(parameter["name"].as_str(), Some("resource" | "mode" | "profile"));
    body["resourceType"] == "Parameters" && parameters.iter().any(is_ours)
}

#[cfg(test)]
mod tests {
    use crate::testing::{create, fhir, patient};
    use http::Method;
    use serde_json::{Value, json};

    /// The worst severity told, and how many issues are errors.
    fn verdict(outcome: &Value) -> (String, usize) {
        let issues = outcome["issue"].as_array().unwrap();
        let errors = issues.iter().filter(|issue| issue["severity"] == "error").count();
        (issues[0]["severity"].as_str().unwrap().to_owned(), errors)
    }

    #[tokio::test]
    async fn what_would_be_wrong_is_told_and_nothing_is_stored() {
        let (_app, admin) = fhir().await;
        let wrapped = |resource: Value, mode: &str| {
            json!({"resourceType": "Parameters", "parameter": [
                {"name": "mode", "valueCode": mode}, {"name": "resource", "resource": resource}]})
        };
        let bad = json!({"resourceType": "Patient", "gender": "f", "contact": [{"gender": "male"}]});
        for (path, body, errors) in [
            ("Patient/$validate", patient("Ito"), 0),
            ("Patient/$validate", json!({"resourceType": "Patient", "contact": [{"gender": "male"}]}), 1),
            ("Patient/$validate", bad, 1),
            ("Patient/$validate?mode=update", patient("Ito"), 1),
            ("Patient/$validate", wrapped(patient("Ito"), "update"), 1),
            ("Patient/$validate", wrapped(patient("Ito"), "create"), 0),
            ("Observation/$validate", patient("Ito"), 1),
        ] {
            let response = admin.post(&format!("/fhir/r4/{path}"), &body).await;
            assert_eq!(response.status(), 200, "{}", response.text());
            assert_eq!(verdict(&response.json()).1, errors, "{path} {body} {}", response.text());
        }
        assert_eq!(admin.get("/fhir/r4/Patient?_summary=count").await.json()["total"], 0);
        assert_eq!(admin.post("/fhir/r4/Patient/$validate?mode=guess", &patient("Ito")).await.status(), 400);
    }

    #[tokio::test]
    async fn of_what_is_stored() {
        let (app, admin) = fhir().await;
        let maria = app.person("maria").await;
        let id = create(&admin, &patient("Ito")).await;
        let path = format!("/fhir/r4/Patient/{id}/$validate");
        assert_eq!(verdict(&admin.get(&path).await.json()).1, 0);
        let profile = admin.get(&format!("{path}?profile=http://x.example/p")).await.json();
        assert_eq!(verdict(&profile), ("warning".to_owned(), 0));
        assert_eq!(verdict(&admin.post(&format!("{path}?mode=update"), &patient("Ito")).await.json()).1, 1);
        let delete = admin.send(Method::POST, &format!("{path}?mode=delete"), None, "").await;
        assert_eq!(verdict(&delete.json()).1, 0);
        assert_eq!(maria.get(&path).await.status(), 404);
    }
}
