//! `GET /fhir/r4/Patient/{id}/$everything`: a patient's whole record, with the shared resources it refers to.

use super::instance;
use crate::bundle::Bundle;
use crate::exchange::Exchange;
use crate::parameters::{count, decode, encode, none_left, take, without_format};
use crate::reply::Reply;
use axum::extract::RawQuery;
use salus_http::{ApiError, Path};
use salus_store::{Cursor, Page};
use serde_json::json;

pub(crate) async fn handle(
    exchange: Exchange,
    Path((type_name, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Reply, ApiError> {
    run(&exchange, &type_name, &id, &query.unwrap_or_default()).await
}

/// One page of the record; 404 where there is no such patient for the asker.
pub(crate) async fn run(
    exchange: &Exchange,
    type_name: &str,
    id: &str,
    query: &str,
) -> Result<Reply, ApiError> {
    let (type_name, id) = instance(type_name, id)?;
    if type_name != "Patient" {
        return Err(ApiError::not_found("operation"));
    }
    let mut pairs = without_format(decode(query));
    let count = count(take(&mut pairs, "_count"))?.max(1);
    let cursor = take(&mut pairs, "_cursor");
    none_left(&pairs, "_count")?;
    if exchange.records().read("Patient", id).await?.is_none() {
        return Err(ApiError::not_found("resource"));
    }
    let page = Page { count, cursor: cursor.as_deref().map(Cursor::parse) };
    let found = exchange.records().everything(id, page).await?;
    let mut links = vec![("self", link(exchange, id, count, cursor.as_deref()))];
    links.extend(found.next.as_ref().map(|next| ("next", link(exchange, id, count, Some(next.as_str())))));
    let mut bundle = Bundle::begin("searchset", None, &links);
    for (mode, stored) in found
        .matches
        .iter()
        .map(|stored| ("match", stored))
        .chain(found.included.iter().map(|stored| ("include", stored)))
    {
        let url = exchange.url(&format!("{}/{}", stored.type_name, stored.id));
        bundle.entry(Some(&url), Some(stored.bytes()), &[("search", json!({"mode": mode}))]);
    }
    Ok(Reply::resource(bundle.finish()))
}

fn link(exchange: &Exchange, id: &str, count: u32, cursor: Option<&str>) -> String {
    let mut pairs = vec![("_count".to_owned(), count.to_string())];
    pairs.extend(cursor.map(|cursor| ("_cursor".to_owned(), cursor.to_owned())));
    format!("{}?{}", exchange.url(&format!("Patient/{id}/$everything")), encode(&pairs))
}

#[cfg(test)]
mod tests {
    use crate::testing::{create, fhir, ids, link, patient, weight};
    use serde_json::json;

    #[tokio::test]
    async fn the_record_and_what_it_refers_to() {
        let (_app, admin) = fhir().await;
        let practitioner = create(&admin, &json!({"resourceType": "Practitioner", "active": true})).await;
        let id = create(&admin, &patient("Ito")).await;
        let mut observation = weight(&format!("Patient/{id}"), 70);
        observation["performer"] = json!([{"reference": format!("Practitioner/{practitioner}")}]);
        let observation = create(&admin, &observation).await;
        let other = create(&admin, &patient("Sato")).await;
        create(&admin, &weight(&format!("Patient/{other}"), 80)).await;

        let everything = admin.get(&format!("/fhir/r4/Patient/{id}/$everything")).await.json();
        assert_eq!(ids(&everything), [id.clone(), observation.clone(), practitioner.clone()]);
        let first = admin.get(&format!("/fhir/r4/Patient/{id}/$everything?_count=1")).await.json();
        let second = admin.get(&link(&first, "next").unwrap()).await.json();
        assert_eq!((ids(&first), ids(&second)), (vec![id], vec![observation, practitioner]));
        assert_eq!(link(&second, "next"), None);
    }

    #[tokio::test]
    async fn of_a_patient_one_may_read() {
        let (app, admin) = fhir().await;
        let maria = app.person("maria").await;
        let foreign = create(&admin, &patient("Ito")).await;
        for (path, status) in [
            (format!("Patient/{}", maria.patient()), 200),
            (format!("Patient/{foreign}"), 404),
            ("Patient/none".to_owned(), 404),
            ("Observation/none".to_owned(), 404),
        ] {
            assert_eq!(maria.get(&format!("/fhir/r4/{path}/$everything")).await.status(), status, "{path}");
        }
        let unknown = format!("/fhir/r4/Patient/{}/$everything?_type=Condition", maria.patient());
        assert_eq!(maria.get(&unknown).await.status(), 400);
    }
}
