//! `GET /fhir/r4?_type=A,B&…` and `POST /fhir/r4/_search`: the resources of several types that match.
//!
//! The types are searched one after the other, in the order given; a cursor says in which type to go on, and where.

use super::search;
use crate::bundle::Bundle;
use crate::exchange::Exchange;
use crate::parameters::{MOST_COUNT, Pairs, USUAL_COUNT, decode, encode, of_form, take, without_format};
use crate::reply::Reply;
use crate::{incoming, subset, type_name};
use axum::extract::RawQuery;
use bytes::Bytes;
use http::HeaderMap;
use salus_fhir::IssueCode;
use salus_fhir::search::{Query, Summary, TotalMode};
use salus_http::ApiError;
use salus_store::{Cursor, Page, Stored};
use serde_json::json;
use std::collections::HashSet;

pub(crate) async fn handle(exchange: Exchange, RawQuery(query): RawQuery) -> Result<Reply, ApiError> {
    run(&exchange, decode(&query.unwrap_or_default())).await
}

pub(crate) async fn handle_form(
    exchange: Exchange,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Reply, ApiError> {
    run(&exchange, of_form(&query.unwrap_or_default(), &headers, &body)?).await
}

/// Searches the types that `_type` names by the parameters they have in common.
pub(crate) async fn run(exchange: &Exchange, pairs: Pairs) -> Result<Reply, ApiError> {
    let mut pairs = without_format(pairs);
    let cursor = take(&mut pairs, "_cursor");
    let types =
        take(&mut pairs, "_type").ok_or_else(|| wrong("A search of the whole system needs `_type`."))?;
    let mut queries: Vec<Query> = Vec::new();
    for name in types.split(',') {
        if queries.iter().all(|query| query.resource_type != name) {
            queries.push(search::parse(exchange, type_name::known(name)?, &pairs)?.0);
        }
    }
    if queries.iter().any(|query| !query.sort.is_empty()) {
        return Err(wrong("Several types have no common order; search one type to sort."));
    }
    let total = total(exchange, &queries).await?;
    let page = page(exchange, &queries, cursor.as_deref()).await?;
    let link = |cursor: Option<&str>| {
        let mut pairs = pairs.clone();
        pairs.insert(0, ("_type".to_owned(), types.clone()));
        pairs.extend(cursor.map(|cursor| ("_cursor".to_owned(), cursor.to_owned())));
        format!("{}?{}", exchange.base, encode(&pairs))
    };
    let mut links = vec![("self", link(cursor.as_deref()))];
    links.extend(page.next.as_deref().map(|next| ("next", link(Some(next)))));
    let mut bundle = Bundle::begin("searchset", total, &links);
    for (mode, stored, resource) in &page.entries {
        let url = exchange.url(&format!("{}/{}", stored.type_name, stored.id));
        bundle.entry(Some(&url), Some(resource), &[("search", json!({"mode": mode}))]);
    }
    Ok(Reply::resource(bundle.finish()))
}

/// How many match in all, if that is asked for.
async fn total(exchange: &Exchange, queries: &[Query]) -> Result<Option<u64>, ApiError> {
    let mut total = None;
    for query in queries {
        if query.total != TotalMode::None || query.summary == Summary::Count || query.count == Some(0) {
            let counted = exchange.records().search(query, Page::first(0)).await?.total.unwrap_or(0);
            total = Some(total.unwrap_or(0) + counted);
        }
    }
    Ok(total)
}

#[derive(Default)]
struct Found {
    entries: Vec<(&'static str, Stored, Bytes)>,
    next: Option<String>,
}

async fn page(exchange: &Exchange, queries: &[Query], cursor: Option<&str>) -> Result<Found, ApiError> {
    let mut found = Found::default();
    let (first, mut inner) = place(queries, cursor)?;
    let mut included = HashSet::new();
    let mut missing = match queries.first() {
        Some(query) if query.summary != Summary::Count => query.count.unwrap_or(USUAL_COUNT).min(MOST_COUNT),
        _ => 0,
    };
    if missing == 0 {
        return Ok(found);
    }
    for query in queries.iter().skip(first) {
        if missing == 0 {
            found.next = Some(format!("{}~", query.resource_type));
            break;
        }
        let page = exchange.records().search(query, Page { count: missing, cursor: inner.take() }).await?;
        missing = missing.saturating_sub(u32::try_from(page.matches.len()).unwrap_or(u32::MAX));
        for stored in page.matches {
            let resource = subset::wanted(query, &stored)?;
            found.entries.push(("match", stored, resource));
        }
        for stored in page.included {
            if included.insert((stored.type_name.clone(), stored.id.clone())) {
                let resource = stored.bytes().clone();
                found.entries.push(("include", stored, resource));
            }
        }
        if let Some(next) = page.next {
            found.next = Some(format!("{}~{}", query.resource_type, next.as_str()));
            break;
        }
    }
    Ok(found)
}

/// Where a page begins: with which query, and where in it.
fn place(queries: &[Query], cursor: Option<&str>) -> Result<(usize, Option<Cursor>), ApiError> {
    let Some(cursor) = cursor else { return Ok((0, None)) };
    let foreign = || wrong("This _cursor was not made here.");
    let (name, inner) = cursor.split_once('~').ok_or_else(foreign)?;
    let first = queries.iter().position(|query| query.resource_type == name).ok_or_else(foreign)?;
    Ok((first, (!inner.is_empty()).then(|| Cursor::parse(inner))))
}

fn wrong(words: &str) -> ApiError {
    incoming::wrong(IssueCode::Invalid, words, "_type")
}

#[cfg(test)]
mod tests {
    use crate::testing::{create, fhir, ids, link, patient, weight};
    use http::Method;

    #[tokio::test]
    async fn pages_lead_through_one_type_after_the_other() {
        let (_app, admin) = fhir().await;
        let mut all = Vec::new();
        for family in ["Abe", "Ito", "Sato"] {
            let id = create(&admin, &patient(family)).await;
            all.push(create(&admin, &weight(&format!("Patient/{id}"), 70)).await);
            all.push(id);
        }
        for count in [1, 2, 3, 10] {
            let mut next =
                Some(format!("/fhir/r4?_type=Patient,Observation,Patient&_count={count}&_total=accurate"));
            let mut seen = Vec::new();
            while let Some(path) = next {
                let page = admin.get(&path).await.json();
                assert_eq!(page["total"], 6, "{page}");
                seen.extend(ids(&page));
                next = link(&page, "next");
            }
            let count_of_all = seen.len();
            seen.sort_unstable();
            seen.dedup();
            all.sort_unstable();
            assert_eq!((count_of_all, &seen), (6, &all), "{count}");
        }
    }

    #[tokio::test]
    async fn by_what_the_types_have_in_common() {
        let (_app, admin) = fhir().await;
        let id = create(&admin, &patient("Ito")).await;
        let form = Some("application/x-www-form-urlencoded");
        let body = format!("_type=Patient,Observation&_id={id}");
        let found = admin.send(Method::POST, "/fhir/r4/_search", form, body).await.json();
        assert_eq!(ids(&found), [id]);
        for query in [
            "_id=1",
            "_type=Patient,Observation&birthdate=2020",
            "_type=Patient&_sort=birthdate",
            "_type=Patient&_cursor=x",
        ] {
            assert_eq!(admin.get(&format!("/fhir/r4?{query}")).await.status(), 400, "{query}");
        }
        assert_eq!(admin.get("/fhir/r4?_type=UserAccount").await.status(), 404);
    }
}
