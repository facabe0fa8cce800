//! `PUT /fhir/r4/{type}?…`: the next version of the one resource that a search finds, or a new one.

use super::create::{self, Attempt};
use super::{exists, the_one, update};
use crate::conditions::Conditions;
use crate::exchange::Exchange;
use crate::parameters::criteria;
use crate::reply::Reply;
use crate::{incoming, type_name};
use axum::extract::RawQuery;
use bytes::Bytes;
use http::HeaderMap;
use salus_fhir::IssueCode;
use salus_fhir::json::Value;
use salus_http::{ApiError, Path};
use salus_store::Expect;

pub(crate) async fn handle(
    exchange: Exchange,
    Path(type_name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Reply, ApiError> {
    let type_name = type_name::known(&type_name)?;
    let resource = incoming::resource_of(type_name, &headers, &body)?;
    run(&exchange, type_name, &query.unwrap_or_default(), resource, &Conditions::of_headers(&headers)?).await
}

/// Updates what the search finds. Where it finds nothing, the resource is created, under the id it brings if it
/// brings one; 412 where it finds several.
pub(crate) async fn run(
    exchange: &Exchange,
    type_name: &str,
    query: &str,
    resource: Value,
    conditions: &Conditions,
) -> Result<Reply, ApiError> {
    let type_name = type_name::known(type_name)?;
    incoming::of_type(type_name, &resource)?;
    let query = criteria(type_name, query, &exchange.base)?;
    let resource = incoming::checked(resource, &exchange.base)?;
    let brought = resource.get("id").and_then(Value::as_str).map(str::to_owned);
    for _ in 0..create::MOST_TRIES {
        match (the_one(exchange, &query).await?, &brought) {
            (Some(_), _) if conditions.wants_absent() => return Err(exists()),
            (Some(stored), Some(id)) if stored.id != *id => return Err(another_id()),
            (Some(stored), _) => {
                let mut resource = resource;
                resource["id"] = Value::String(stored.id.clone());
                let expect = Expect::Version(conditions.if_match.unwrap_or(stored.version));
                return update::put(exchange, type_name, &stored.id, resource, expect).await;
            }
            (None, Some(id)) => {
                return update::put(exchange, type_name, id, resource, Expect::Absent).await;
            }
            (None, None) => {
                if let Attempt::Done(reply) =
                    create::create(exchange, resource.clone(), vec![query.clone()]).await?
                {
                    return Ok(reply);
                }
            }
        }
    }
    Err(ApiError::busy())
}

/// 400: the search found a resource with another id than the one that was sent.
pub(crate) fn another_id() -> ApiError {
    incoming::wrong(
        IssueCode::Invalid,
        "The search finds a resource with another id than the one sent.",
        "id",
    )
}

#[cfg(test)]
mod tests {
    use crate::testing::{create, fhir, patient};

    #[tokio::test]
    async fn none_one_or_several() {
        let (_app, admin) = fhir().await;
        let path = "/fhir/r4/Patient?identifier=http://x.example/ids|Ito";
        let mut resource = patient("Ito");
        let created = admin.put(path, &resource).await;
        assert_eq!(created.status(), 201, "{}", created.text());
        resource["active"] = true.into();
        let updated = admin.put(path, &resource).await;
        assert_eq!((updated.status(), updated.header("etag")), (200, "W/\"2\"".to_owned()));
        assert_eq!(updated.json()["id"], created.json()["id"]);
        resource["id"] = "other".into();
        assert_eq!(admin.put(path, &resource).await.status(), 400);
        resource["id"] = updated.json()["id"].clone();
        let only_new = admin.with_header("if-none-match", "*");
        assert_eq!(only_new.put(path, &resource).await.status(), 412);
        create(&admin, &patient("Ito")).await;
        assert_eq!(admin.put(path, &patient("Ito")).await.status(), 412);
        let named = "/fhir/r4/Patient?identifier=http://x.example/ids|Sato";
        let mut resource = patient("Sato");
        resource["id"] = "sato".into();
        let created = admin.put(named, &resource).await;
        assert_eq!((created.status(), created.json()["id"].as_str()), (201, Some("sato")));
        assert_eq!(admin.put("/fhir/r4/Patient", &patient("Ito")).await.status(), 400);
    }
}
