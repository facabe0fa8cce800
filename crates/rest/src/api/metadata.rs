//! `GET /fhir/r4/metadata`: what can be done here, for everybody to read.

use super::bundle::MOST_ENTRIES;
use crate::exchange::{accept, base};
use crate::mounted::{Offer, TABLE};
use crate::reply::Reply;
use crate::type_name;
use axum::extract::State;
use bytes::Bytes;
use http::{HeaderMap, Uri};
use salus_fhir::defs::{ParamKind, search_params};
use salus_fhir::json::Value;
use salus_http::{ApiError, App};
use serde_json::json;
use std::sync::OnceLock;

pub(crate) async fn handle(State(app): State<App>, uri: Uri, headers: HeaderMap) -> Result<Reply, ApiError> {
    accept(&headers, &uri)?;
    run(&base(&app, &headers))
}

/// The CapabilityStatement of this server.
pub(crate) fn run(base: &str) -> Result<Reply, ApiError> {
    static STATEMENT: OnceLock<String> = OnceLock::new();
    let statement = STATEMENT.get_or_init(|| statement().to_string());
    let implementation = json!({"description": "Salus", "url": base});
    let Some(open) = statement.strip_suffix('}') else {
        return Err(ApiError::internal("the capability statement is no object"));
    };
    Ok(Reply::resource(Bytes::from(format!("{open},\"implementation\":{implementation}}}"))))
}

fn offers() -> impl Iterator<Item = Offer> {
    TABLE.iter().flat_map(|mounted| mounted.offers.iter().copied())
}

fn statement() -> Value {
    let on_system: Vec<Value> = offers()
        .filter_map(|offer| match offer {
            Offer::OnSystem(code) => Some(json!({"code": code})),
            _ => None,
        })
        .collect();
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-21",
        "publisher": "Salus",
        "kind": "instance",
        "software": {"name": "Salus", "version": env!("CARGO_PKG_VERSION")},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [{
            "mode": "server",
            "documentation": format!("A Bundle of type batch or transaction has at most {MOST_ENTRIES} entries."),
            "security": {
                "cors": true,
                "service": [{ "coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                    "code": "SMART-on-FHIR",
                }] }],
                "description": "An app's access token (see .well-known/smart-configuration), an API token as bearer, or \
                    a session of the web app. Each answer holds only what the asker may see.",
            },
            "resource": type_name::of_r4().map(resource).collect::<Vec<_>>(),
            "interaction": on_system,
        }],
    })
}

fn resource(type_name: &'static str) -> Value {
    let mut resource = json!({
        "type": type_name,
        "profile": format!("http://hl7.org/fhir/StructureDefinition/{type_name}"),
        "interaction": [],
        "versioning": "versioned-update",
        "referencePolicy": ["literal", "logical", "local"],
    });
    let mut interactions = Vec::new();
    let mut operations = Vec::new();
    for offer in offers() {
        match offer {
            Offer::OnType(code) => interactions.push(json!({"code": code})),
            Offer::How(name, "true") => resource[name] = json!(true),
            Offer::How(name, code) => resource[name] = json!(code),
            Offer::Operation(name, definition) => {
                operations.push(json!({"name": name, "definition": definition}));
            }
            Offer::OperationOf(of, name, definition) if of == type_name => {
                operations.push(json!({"name": name, "definition": definition}));
            }
            Offer::OperationOf(..) | Offer::OnSystem(_) => {}
        }
    }
    resource["interaction"] = Value::Array(interactions);
    resource["searchInclude"] = std::iter::once("*".to_owned()).chain(references(type_name)).collect();
    let referring = referring_to(type_name);
    if !referring.is_empty() {
        resource["searchRevInclude"] = referring.into();
    }
    resource["searchParam"] = parameters(type_name);
    resource["operation"] = Value::Array(operations);
    resource
}

fn references(type_name: &str) -> impl Iterator<Item = String> {
    let params = search_params(type_name).iter().filter(|param| param.kind == ParamKind::Reference);
    params.map(|param| format!("{}:{}", param.resource_type, param.code))
}

fn referring_to(target: &str) -> Vec<String> {
    let params = type_name::of_r4().flat_map(search_params);
    params
        .filter(|param| param.kind == ParamKind::Reference && param.targets.contains(&target))
        .map(|param| format!("{}:{}", param.resource_type, param.code))
        .collect()
}

fn parameters(type_name: &str) -> Value {
    let params = search_params(type_name).iter().filter(|param| param.kind != ParamKind::Special);
    params
        .map(|param| json!({"name": param.code, "definition": param.url, "type": kind(param.kind)}))
        .collect()
}

fn kind(kind: ParamKind) -> &'static str {
    match kind {
        ParamKind::Token => "token",
        ParamKind::Reference => "reference",
        ParamKind::String => "string",
        ParamKind::Date => "date",
        ParamKind::Composite => "composite",
        ParamKind::Uri => "uri",
        ParamKind::Quantity => "quantity",
        ParamKind::Number => "number",
        ParamKind::Special => "special",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::fhir;

    #[tokio::test]
    async fn everybody_may_read_it() {
        let (app, _admin) = fhir().await;
        let response = app.anonymous().get("/fhir/r4/metadata").await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.json()["implementation"]["url"], "http://salus.test/fhir/r4");
    }

    #[test]
    fn the_statement_is_valid_and_tells_what_is_mounted() {
        let mut statement = statement();
        statement["implementation"] = json!({"description": "Salus", "url": "https://salus.example/fhir/r4"});
        let issues = salus_fhir::validate(&statement);
        assert!(issues.is_empty(), "{issues:?}");
        let rest = &statement["rest"][0];
        let patient = rest["resource"]
            .as_array()
            .unwrap()
            .iter()
            .find(|resource| resource["type"] == "Patient")
            .unwrap();
        let codes: Vec<&str> = patient["interaction"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|one| one["code"].as_str())
            .collect();
        assert_eq!(
            codes,
            [
                "search-type",
                "create",
                "history-type",
                "read",
                "update",
                "delete",
                "history-instance",
                "vread"
            ]
        );
        assert!(rest["documentation"].as_str().is_some_and(|words| words.contains("5000 entries")));
        assert_eq!(patient["conditionalDelete"], "single");
        assert_eq!(patient["operation"].as_array().unwrap().len(), 3);
        assert!(patient["searchRevInclude"].as_array().unwrap().contains(&json!("Observation:subject")));
        assert_eq!(rest["interaction"].as_array().unwrap().len(), 4);
    }
}
