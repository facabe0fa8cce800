//! `PUT /fhir/r4/{type}/{id}`: the next version of a resource, or its first under this id.

use super::{instance, refusal};
use crate::conditions::Conditions;
use crate::exchange::Exchange;
use crate::incoming;
use crate::reply::Reply;
use bytes::Bytes;
use http::HeaderMap;
use salus_fhir::IssueCode;
use salus_fhir::json::Value;
use salus_http::{ApiError, Path};
use salus_store::{Batch, Expect, Op};

pub(crate) async fn handle(
    exchange: Exchange,
    Path((type_name, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Reply, ApiError> {
    let (type_name, id) = instance(&type_name, &id)?;
    let resource = incoming::resource_of(type_name, &headers, &body)?;
    run(&exchange, type_name, id, resource, &Conditions::of_headers(&headers)?).await
}

/// Writes it: 201 where it is new, else 200; 412 where `If-Match` names another version, or where there is one in
/// spite of `If-None-Match: *`.
pub(crate) async fn run(
    exchange: &Exchange,
    type_name: &str,
    id: &str,
    resource: Value,
    conditions: &Conditions,
) -> Result<Reply, ApiError> {
    let (type_name, id) = instance(type_name, id)?;
    incoming::of_type(type_name, &resource)?;
    if resource.get("id").and_then(Value::as_str) != Some(id) {
        return Err(incoming::wrong(
            IssueCode::Invalid,
            "The id in the resource is not the id in the URL.",
            "id",
        ));
    }
    put(exchange, type_name, id, incoming::checked(resource, &exchange.base)?, conditions.expect()).await
}

/// Stores the next version of a checked resource.
pub(super) async fn put(
    exchange: &Exchange,
    type_name: &str,
    id: &str,
    resource: Value,
    expect: Expect,
) -> Result<Reply, ApiError> {
    let copy = exchange.copy(&resource);
    let batch = Batch::of(Op::Put { resource, expect });
    match exchange.records().write(batch).await {
        Ok(written) => {
            let written =
                written.first().ok_or_else(|| ApiError::internal("a write of one op told of none"))?;
            Ok(Reply::written(exchange, written, copy))
        }
        Err(error) => {
            Err(refusal(exchange, type_name, id, matches!(expect, Expect::Version(_)), error).await)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{create, fhir, patient};

    #[tokio::test]
    async fn each_write_makes_the_next_version() {
        let (_app, admin) = fhir().await;
        let mut resource = patient("Ito");
        resource["id"] = "p".into();
        let path = "/fhir/r4/Patient/p";
        let created = admin.put(path, &resource).await;
        assert_eq!((created.status(), created.header("etag")), (201, "W/\"1\"".to_owned()));
        resource["active"] = true.into();
        let updated = admin.put(path, &resource).await;
        assert_eq!((updated.status(), updated.header("etag")), (200, "W/\"2\"".to_owned()));
        assert_eq!(updated.json(), admin.get(path).await.json());
        let same = admin.put(path, &resource).await;
        assert_eq!((same.status(), same.header("etag")), (200, "W/\"2\"".to_owned()));
    }

    #[tokio::test]
    async fn a_condition_that_does_not_hold_changes_nothing() {
        let (_app, admin) = fhir().await;
        let mut resource = patient("Ito");
        resource["id"] = create(&admin, &resource).await.into();
        let path = format!("/fhir/r4/Patient/{}", resource["id"].as_str().unwrap());
        for (name, value, status) in [
            ("if-match", "W/\"2\"", 412),
            ("if-none-match", "*", 412),
            ("if-match", "latest", 400),
            ("if-match", "W/\"1\"", 200),
        ] {
            resource["active"] = true.into();
            let response = admin.with_header(name, value).put(&path, &resource).await;
            assert_eq!(response.status(), status, "{name}: {value} {}", response.text());
        }
        resource["id"] = "other".into();
        assert_eq!(admin.put(&path, &resource).await.status(), 400);
    }

    #[tokio::test]
    async fn a_part_of_a_resource_is_not_written_back() {
        let (_app, admin) = fhir().await;
        let path = format!("/fhir/r4/Patient/{}", create(&admin, &patient("Ito")).await);
        let part = admin.get(&format!("{path}?_elements=birthDate")).await.json();
        assert_eq!(admin.put(&path, &part).await.status(), 422);
        assert_eq!(admin.get(&path).await.json()["name"][0]["family"], "Ito");
    }

    #[tokio::test]
    async fn whoever_cannot_read_it_learns_nothing_by_writing() {
        let (app, admin) = fhir().await;
        let maria = app.person("maria").await;
        let foreign = create(&admin, &patient("Ito")).await;
        for header in [None, Some(("if-match", "W/\"1\"")), Some(("if-none-match", "*"))] {
            let mut answers = Vec::new();
            for id in [foreign.as_str(), "none"] {
                let mut resource = patient("Ito");
                resource["id"] = id.into();
                let client = header.map_or(maria.clone(), |(name, value)| maria.with_header(name, value));
                let response = client.put(&format!("/fhir/r4/Patient/{id}"), &resource).await;
                answers.push((response.status(), response.text()));
            }
            assert_eq!(answers[0], answers[1]);
            assert!(answers[0].0 == 403 || answers[0].0 == 412, "{}", answers[0].0);
        }
    }
}
