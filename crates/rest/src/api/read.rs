//! `GET /fhir/r4/{type}/{id}`: the current version of a resource.

use super::instance;
use crate::conditions::Conditions;
use crate::exchange::Exchange;
use crate::parameters::{Pairs, decode, none_left, refused, without_format};
use crate::reply::Reply;
use crate::subset;
use axum::extract::RawQuery;
use http::{HeaderMap, StatusCode};
use salus_fhir::search::Query;
use salus_http::{ApiError, Path};
use salus_store::Lookup;

pub(crate) async fn handle(
    exchange: Exchange,
    Path((type_name, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Reply, ApiError> {
    let conditions = Conditions::of_headers(&headers)?;
    run(&exchange, &type_name, &id, &query.unwrap_or_default(), &conditions).await
}

/// Reads it: whole, or as `_summary` and `_elements` say; 304 where the asker has it, 410 where it was deleted.
pub(crate) async fn run(
    exchange: &Exchange,
    type_name: &str,
    id: &str,
    query: &str,
    conditions: &Conditions,
) -> Result<Reply, ApiError> {
    let (type_name, id) = instance(type_name, id)?;
    let view = view(type_name, without_format(decode(query)))?;
    match exchange.records().lookup(type_name, id).await? {
        Lookup::Found(stored) if conditions.is_known(&stored) => {
            let version = Some((stored.version, stored.last_updated));
            Ok(Reply { version, ..Reply::empty(StatusCode::NOT_MODIFIED) })
        }
        Lookup::Found(stored) => Ok(Reply::stored(&stored, subset::wanted(&view, &stored)?)),
        Lookup::Gone { .. } => Err(ApiError::gone(type_name)),
        Lookup::Absent => Err(ApiError::not_found("resource")),
    }
}

/// How much of the resource is wanted.
pub(super) fn view(type_name: &str, pairs: Pairs) -> Result<Query, ApiError> {
    let (view, others): (Pairs, Pairs) =
        pairs.into_iter().partition(|(name, _)| name == "_summary" || name == "_elements");
    none_left(&others, "_summary and _elements")?;
    Query::parse(type_name, &view).map_err(refused)
}

#[cfg(test)]
mod tests {
    use crate::testing::{create, fhir, patient};
    use http::Method;

    #[tokio::test]
    async fn a_resource_comes_with_its_version_and_time() {
        let (_app, admin) = fhir().await;
        let id = create(&admin, &patient("Ito")).await;
        let response = admin.get(&format!("/fhir/r4/Patient/{id}")).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.header("etag"), "W/\"1\"");
        assert_eq!(response.header("last-modified"), "Mon, 05 Jan 2026 08:00:00 GMT");
        assert_eq!(response.header("content-type"), "application/fhir+json; charset=utf-8");
        assert_eq!(response.json()["name"][0]["family"], "Ito");
        assert_eq!(response.json()["meta"]["versionId"], "1");

        let elements = admin.get(&format!("/fhir/r4/Patient/{id}?_elements=birthDate")).await.json();
        assert_eq!((&elements["birthDate"], elements.get("name")), (&"1984-03-12".into(), None));
    }

    #[tokio::test]
    async fn what_the_asker_has_is_not_sent_again() {
        let (_app, admin) = fhir().await;
        let id = create(&admin, &patient("Ito")).await;
        for (name, value, status) in [
            ("if-none-match", "W/\"1\"", 304),
            ("if-none-match", "W/\"2\"", 200),
            ("if-modified-since", "Mon, 05 Jan 2026 08:00:00 GMT", 304),
            ("if-modified-since", "Mon, 05 Jan 2026 07:59:59 GMT", 200),
        ] {
            let response = admin.with_header(name, value).get(&format!("/fhir/r4/Patient/{id}")).await;
            assert_eq!(response.status(), status, "{name}: {value}");
        }
    }

    #[tokio::test]
    async fn absent_foreign_deleted_and_internal() {
        let (app, admin) = fhir().await;
        let maria = app.person("maria").await;
        let foreign = create(&admin, &patient("Ito")).await;
        let absent = maria.get("/fhir/r4/Patient/none").await;
        let hidden = maria.get(&format!("/fhir/r4/Patient/{foreign}")).await;
        assert_eq!((absent.status(), absent.text()), (404, hidden.text()));
        assert_eq!(absent.json()["issue"][0]["code"], "not-found");
        assert_eq!(maria.get(&format!("/fhir/r4/Patient/{}", maria.patient())).await.status(), 200);

        admin.delete(&format!("/fhir/r4/Patient/{foreign}")).await;
        assert_eq!(admin.get(&format!("/fhir/r4/Patient/{foreign}")).await.status(), 410);
        for path in ["UserAccount/1", "Nothing/1", "Patient/a_b"] {
            assert_eq!(admin.get(&format!("/fhir/r4/{path}")).await.status(), 404, "{path}");
        }
    }

    #[tokio::test]
    async fn only_json_to_those_who_are_signed_in() {
        let (app, admin) = fhir().await;
        let xml = admin.with_header("accept", "application/fhir+xml").get("/fhir/r4/Patient/1").await;
        assert_eq!((xml.status(), xml.json()["resourceType"].as_str()), (406, Some("OperationOutcome")));
        let stranger = app.anonymous().get("/fhir/r4/Patient/1").await;
        assert_eq!((stranger.status(), stranger.json()["issue"][0]["code"].as_str()), (401, Some("login")));
        let patch = admin.send(Method::PATCH, "/fhir/r4/Patient/1", None, "").await;
        assert_eq!((patch.status(), patch.json()["resourceType"].as_str()), (405, Some("OperationOutcome")));
    }
}
