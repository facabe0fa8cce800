//! `GET /fhir/r4/{type}?…` and `POST /fhir/r4/{type}/_search`: the resources that match.

use crate::bundle::Bundle;
use crate::exchange::Exchange;
use crate::parameters::{
    MOST_COUNT, Pairs, USUAL_COUNT, decode, encode, ignored, of_form, refused, take, without_format,
};
use crate::references::make_searched_relative;
use crate::reply::Reply;
use crate::{subset, type_name};
use axum::extract::RawQuery;
use bytes::Bytes;
use http::HeaderMap;
use salus_fhir::operation_outcome;
use salus_fhir::search::{Query, QueryError, Summary};
use salus_http::{ApiError, Path};
use salus_store::{Cursor, Page, SearchPage};
use serde_json::json;

pub(crate) async fn handle(
    exchange: Exchange,
    Path(type_name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Reply, ApiError> {
    run(&exchange, &type_name, decode(&query.unwrap_or_default())).await
}

pub(crate) async fn handle_form(
    exchange: Exchange,
    Path(type_name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Reply, ApiError> {
    let pairs = of_form(&query.unwrap_or_default(), &headers, &body)?;
    run(&exchange, &type_name, pairs).await
}

/// Searches: a bundle with one page of matches, what they include, and the link to the next page.
pub(crate) async fn run(exchange: &Exchange, type_name: &str, pairs: Pairs) -> Result<Reply, ApiError> {
    let type_name = type_name::known(type_name)?;
    let mut pairs = without_format(pairs);
    let cursor = take(&mut pairs, "_cursor");
    let (query, ignored) = parse(exchange, type_name, &pairs)?;
    let count = match query.summary {
        Summary::Count => 0,
        _ => query.count.unwrap_or(USUAL_COUNT).min(MOST_COUNT),
    };
    let page = Page { count, cursor: cursor.as_deref().map(Cursor::parse) };
    let found = exchange.records().search(&query, page).await?;
    bundle(exchange, &query, cursor, &found, &ignored).map(Reply::resource)
}

/// Reads the parameters, as strictly as the asker wants.
pub(super) fn parse(
    exchange: &Exchange,
    type_name: &str,
    pairs: &Pairs,
) -> Result<(Query, Vec<QueryError>), ApiError> {
    let mut pairs = pairs.clone();
    make_searched_relative(type_name, &mut pairs, &exchange.base);
    if exchange.prefer.is_lenient {
        return Query::parse_lenient(type_name, &pairs).map_err(refused);
    }
    Query::parse(type_name, &pairs).map(|query| (query, Vec::new())).map_err(refused)
}

fn bundle(
    exchange: &Exchange,
    query: &Query,
    cursor: Option<String>,
    found: &SearchPage,
    ignored_parameters: &[QueryError],
) -> Result<Bytes, ApiError> {
    let mut links = vec![("self", link(exchange, query, cursor.as_deref()))];
    if let Some(next) = &found.next {
        links.push(("next", link(exchange, query, Some(next.as_str()))));
    }
    let mut bundle = Bundle::begin("searchset", found.total, &links);
    for stored in &found.matches {
        let url = exchange.url(&format!("{}/{}", stored.type_name, stored.id));
        let resource = subset::wanted(query, stored)?;
        bundle.entry(Some(&url), Some(&resource), &[("search", json!({"mode": "match"}))]);
    }
    for stored in &found.included {
        let url = exchange.url(&format!("{}/{}", stored.type_name, stored.id));
        bundle.entry(Some(&url), Some(stored.bytes()), &[("search", json!({"mode": "include"}))]);
    }
    if !ignored_parameters.is_empty() {
        let issues: Vec<_> = ignored_parameters.iter().map(ignored).collect();
        let outcome = operation_outcome(&issues).to_string();
        bundle.entry(None, Some(outcome.as_bytes()), &[("search", json!({"mode": "outcome"}))]);
    }
    Ok(bundle.finish())
}

/// What was understood of the search, as a URL that asks for it again.
fn link(exchange: &Exchange, query: &Query, cursor: Option<&str>) -> String {
    let mut pairs = query.to_pairs();
    pairs.extend(cursor.map(|cursor| ("_cursor".to_owned(), cursor.to_owned())));
    let url = exchange.url(&query.resource_type);
    if pairs.is_empty() { url } else { format!("{url}?{}", encode(&pairs)) }
}

#[cfg(test)]
mod tests {
    use crate::testing::{create, fhir, ids, link, patient, weight};
    use http::Method;

    #[tokio::test]
    async fn pages_follow_one_another_without_gap_or_repetition() {
        let (app, admin) = fhir().await;
        let subject = format!("Patient/{}", create(&admin, &patient("Ito")).await);
        for kilograms in 60..67 {
            app.clock().advance_seconds(60);
            create(&admin, &weight(&subject, kilograms)).await;
        }
        let mut next = Some(format!("/fhir/r4/Observation?subject={subject}&_count=3&_total=accurate"));
        let (mut seen, mut sizes) = (Vec::new(), Vec::new());
        while let Some(path) = next {
            let page = admin.get(&path).await.json();
            assert_eq!(page["total"], 7, "{page}");
            sizes.push(ids(&page).len());
            seen.extend(ids(&page));
            // What is written meanwhile does not shift the pages.
            create(&admin, &patient("Sato")).await;
            next = link(&page, "next");
        }
        assert_eq!(sizes, [3, 3, 1]);
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 7);
    }

    #[tokio::test]
    async fn the_self_link_tells_what_was_understood() {
        let (_app, admin) = fhir().await;
        let page = admin.get("/fhir/r4/Patient?birthdate=eq1984&_format=json&name=M%C3%BCller").await.json();
        assert_eq!(link(&page, "self").as_deref(), Some("/fhir/r4/Patient?birthdate=1984&name=M%C3%BCller"));
        assert_eq!(
            (page["type"].as_str(), page.get("total"), page.get("entry")),
            (Some("searchset"), None, None)
        );
    }

    #[tokio::test]
    async fn a_form_asks_the_same() {
        let (_app, admin) = fhir().await;
        let id = create(&admin, &patient("Ito")).await;
        let form = Some("application/x-www-form-urlencoded");
        let page = admin.send(Method::POST, "/fhir/r4/Patient/_search?_count=5", form, "family=ito").await;
        assert_eq!((page.status(), ids(&page.json())), (200, vec![id]));
        let json = admin.send(Method::POST, "/fhir/r4/Patient/_search", Some("application/json"), "{}").await;
        assert_eq!(json.status(), 415);
    }

    #[tokio::test]
    async fn what_is_included_comes_marked() {
        let (_app, admin) = fhir().await;
        let id = create(&admin, &patient("Ito")).await;
        let observation = create(&admin, &weight(&format!("Patient/{id}"), 70)).await;
        let modes = |page: &serde_json::Value| {
            let entries = page["entry"].as_array().unwrap().clone();
            entries
                .iter()
                .map(|entry| entry["search"]["mode"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        let page = admin.get("/fhir/r4/Observation?_include=Observation:subject").await.json();
        assert_eq!(
            (ids(&page), modes(&page)),
            (vec![observation.clone(), id.clone()], vec!["match".into(), "include".into()])
        );
        let page =
            admin.get(&format!("/fhir/r4/Patient?_id={id}&_revinclude=Observation:subject")).await.json();
        assert_eq!(ids(&page), [id.clone(), observation]);
        assert_eq!(page["entry"][0]["fullUrl"], format!("http://salus.test/fhir/r4/Patient/{id}"));
    }

    #[tokio::test]
    async fn a_url_of_this_server_is_searched_as_what_it_names() {
        let (_app, admin) = fhir().await;
        let id = create(&admin, &patient("Ito")).await;
        let observation = create(&admin, &weight(&format!("Patient/{id}"), 70)).await;
        let url = format!("http://salus.test/fhir/r4/Patient/{id}");
        for query in
            ["Observation?subject=", "Observation?subject:Patient=", "Observation?patient=Patient/0,"]
        {
            let page = admin.get(&format!("/fhir/r4/{query}{url}")).await.json();
            assert_eq!(ids(&page), [observation.as_str()], "{query}");
        }
        let page = admin.get(&format!("/fhir/r4?_type=Condition,Observation&subject={url}")).await.json();
        assert_eq!(ids(&page), [observation.as_str()]);
        assert_eq!(admin.delete(&format!("/fhir/r4/Observation?subject={url}")).await.status(), 204);
        assert_eq!(admin.get(&format!("/fhir/r4/Observation/{observation}")).await.status(), 410);
    }

    #[tokio::test]
    async fn a_summary_is_less_and_says_so() {
        let (_app, admin) = fhir().await;
        create(&admin, &patient("Ito")).await;
        let count = admin.get("/fhir/r4/Patient?_summary=count").await.json();
        assert_eq!((&count["total"], count.get("entry")), (&1.into(), None));
        let zero = admin.get("/fhir/r4/Patient?_count=0").await.json();
        assert_eq!((&zero["total"], zero.get("entry")), (&1.into(), None));
        let page = admin.get("/fhir/r4/Patient?_elements=birthDate").await.json();
        let resource = &page["entry"][0]["resource"];
        assert_eq!((resource.get("name"), &resource["meta"]["tag"][0]["code"]), (None, &"SUBSETTED".into()));
    }

    #[tokio::test]
    async fn a_misuse_is_told_and_only_the_unknown_is_passed_over_if_asked() {
        let (_app, admin) = fhir().await;
        let lenient = admin.with_header("prefer", "handling=lenient");
        for (query, strict, asked) in [
            ("shoe-size=5", 400, 200),
            ("gender:exact=male", 400, 400),
            ("birthdate=spring", 400, 400),
            ("organization.name=x", 400, 400),
            ("_has:Observation:subject:code=x", 400, 400),
            ("_count=many", 400, 400),
            ("name=", 400, 400),
        ] {
            let path = format!("/fhir/r4/Patient?{query}");
            let response = admin.get(&path).await;
            assert_eq!(response.status(), strict, "{query}");
            let name = query.split('=').next().unwrap();
            let words = response.json()["issue"][0]["diagnostics"].as_str().unwrap().to_owned();
            assert!(words.contains(name), "{words}");
            assert_eq!(lenient.get(&path).await.status(), asked, "{query}");
        }
        let page = lenient.get("/fhir/r4/Patient?shoe-size=5").await.json();
        assert_eq!(page["entry"][0]["search"]["mode"], "outcome");
        assert_eq!(page["entry"][0]["resource"]["issue"][0]["severity"], "warning");
        assert_eq!(admin.get("/fhir/r4/Patient?_cursor=forged").await.status(), 422);
        assert_eq!(admin.get("/fhir/r4/UserAccount").await.status(), 404);
    }

    #[tokio::test]
    async fn a_person_finds_what_is_theirs() {
        let (app, admin) = fhir().await;
        let maria = app.person("maria").await;
        create(&admin, &patient("Ito")).await;
        let page = maria.get("/fhir/r4/Patient?_total=accurate").await.json();
        assert_eq!((ids(&page), &page["total"]), (vec![maria.patient().to_owned()], &1.into()));
    }
}
