//! `GET …/_history`: what was written and deleted, of one resource, of a type, or of everything.

use super::instance;
use crate::bundle::{Bundle, past};
use crate::exchange::Exchange;
use crate::parameters::{Pairs, count, decode, encode, none_left, take, without_format};
use crate::reply::Reply;
use crate::type_name;
use axum::extract::RawQuery;
use salus_core::Timestamp;
use salus_fhir::temporal::time_range;
use salus_http::{ApiError, Path};
use salus_store::{Event, HistoryPage, HistoryScope, Lookup, Stored, Version};

pub(crate) async fn of_system(exchange: Exchange, RawQuery(query): RawQuery) -> Result<Reply, ApiError> {
    run(&exchange, HistoryScope::System, &query.unwrap_or_default()).await
}

pub(crate) async fn of_type(
    exchange: Exchange,
    Path(type_name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Reply, ApiError> {
    run(&exchange, HistoryScope::Type(type_name), &query.unwrap_or_default()).await
}

pub(crate) async fn of_instance(
    exchange: Exchange,
    Path((type_name, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Reply, ApiError> {
    run(&exchange, HistoryScope::Instance(type_name, id), &query.unwrap_or_default()).await
}

/// One page of a history, newest first; 404 for a resource that never was.
pub(crate) async fn run(exchange: &Exchange, scope: HistoryScope, query: &str) -> Result<Reply, ApiError> {
    let path = match &scope {
        HistoryScope::System => "_history".to_owned(),
        HistoryScope::Patient(id) => format!("Patient/{id}/_history"),
        HistoryScope::Type(name) => format!("{}/_history", type_name::known(name)?),
        HistoryScope::Instance(name, id) => {
            let (name, id) = instance(name, id)?;
            format!("{name}/{id}/_history")
        }
    };
    let asked = Asked::read(without_format(decode(query)))?;
    let wanted = usize::try_from(asked.count).unwrap_or(usize::MAX);
    let page = HistoryPage { count: asked.count.saturating_add(1), before: asked.before, since: asked.since };
    let mut versions = exchange.records().history(scope.clone(), page).await?;
    if let (HistoryScope::Instance(name, id), true) = (&scope, versions.is_empty())
        && exchange.records().lookup(name, id).await? == Lookup::Absent
    {
        return Err(ApiError::not_found("resource"));
    }
    let more = versions.len() > wanted;
    versions.truncate(wanted);
    let next = versions.last().filter(|_| more).map(|last| last.seq);
    let mut links = vec![("self", asked.link(exchange, &path, asked.before))];
    links.extend(next.map(|next| ("next", asked.link(exchange, &path, Some(next)))));
    let mut bundle = Bundle::begin("history", None, &links);
    versions.iter().for_each(|version| add(exchange, &mut bundle, version));
    Ok(Reply::resource(bundle.finish()))
}

fn add(exchange: &Exchange, bundle: &mut Bundle, version: &Version) {
    let path = format!("{}/{}", version.type_name, version.id);
    let full_url = exchange.url(&path);
    let (method, url) = match version.event {
        Event::Created => ("POST", version.type_name.clone()),
        Event::Updated => ("PUT", path),
        Event::Deleted => ("DELETE", path),
    };
    let resource = version.resource.as_ref().map(Stored::bytes);
    let past = past(method, url, version.version, version.at);
    bundle.entry(Some(&full_url), resource.map(|bytes| &bytes[..]), &past);
}

/// The parameters of a history.
struct Asked {
    count: u32,
    since: Option<Timestamp>,
    since_text: Option<String>,
    before: Option<u64>,
}

impl Asked {
    fn read(mut pairs: Pairs) -> Result<Self, ApiError> {
        let count = count(take(&mut pairs, "_count"))?;
        let since_text = take(&mut pairs, "_since");
        let before = take(&mut pairs, "_cursor");
        none_left(&pairs, "_count and _since")?;
        let since = since_text.as_deref().map(|text| {
            time_range(text)
                .and_then(|range| Timestamp::from_microsecond(range.start).ok())
                .ok_or_else(|| ApiError::bad_request("_since takes an instant such as 2024-03-01T10:30:00Z."))
        });
        let before = before.map(|text| {
            u64::from_str_radix(&text, 36)
                .map_err(|_| ApiError::bad_request("This _cursor was not made here."))
        });
        Ok(Self { count, since: since.transpose()?, since_text, before: before.transpose()? })
    }

    fn link(&self, exchange: &Exchange, path: &str, before: Option<u64>) -> String {
        let mut pairs = vec![("_count".to_owned(), self.count.to_string())];
        pairs.extend(self.since_text.iter().map(|since| ("_since".to_owned(), since.clone())));
        pairs.extend(before.map(|before| ("_cursor".to_owned(), base_36(before))));
        format!("{}?{}", exchange.url(path), encode(&pairs))
    }
}

fn base_36(mut number: u64) -> String {
    let mut digits = Vec::new();
    while number > 0 || digits.is_empty() {
        digits.push(char::from_digit((number % 36) as u32, 36).unwrap_or('0'));
        number /= 36;
    }
    digits.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{create, fhir, link, patient};
    use serde_json::Value;

    fn told(bundle: &Value) -> Vec<String> {
        let entries = bundle["entry"].as_array().map(Vec::as_slice).unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let line = |entry: &Value| {
            let family = text(&entry["resource"]["name"][0]["family"]);
            format!("{} {} {family}", text(&entry["request"]["method"]), text(&entry["response"]["etag"]))
        };
        entries.iter().map(line).collect()
    }

    #[tokio::test]
    async fn what_was_done_the_latest_first() {
        let (app, admin) = fhir().await;
        let id = create(&admin, &patient("Ito")).await;
        let mut changed = patient("Sato");
        changed["id"] = id.clone().into();
        app.clock().advance_seconds(60);
        admin.put(&format!("/fhir/r4/Patient/{id}"), &changed).await;
        admin.delete(&format!("/fhir/r4/Patient/{id}")).await;
        let all = ["DELETE W/\"3\" ", "PUT W/\"2\" Sato", "POST W/\"1\" Ito"];
        for path in [format!("Patient/{id}/_history"), "Patient/_history".to_owned(), "_history".to_owned()] {
            let bundle = admin.get(&format!("/fhir/r4/{path}")).await.json();
            // In the whole system somebody signed in before, which is on record too.
            let told = told(&bundle).into_iter().take(3).collect::<Vec<_>>();
            assert_eq!(
                (bundle["type"].as_str(), told),
                (Some("history"), all.map(str::to_owned).to_vec()),
                "{path}"
            );
        }
        let first = admin.get(&format!("/fhir/r4/Patient/{id}/_history?_count=2")).await.json();
        let second = admin.get(&link(&first, "next").unwrap()).await.json();
        assert_eq!(
            (told(&first), told(&second)),
            (all[..2].iter().map(|line| (*line).to_owned()).collect(), vec![all[2].to_owned()])
        );
        assert_eq!(link(&second, "next"), None);
        let since = admin.get("/fhir/r4/_history?_since=2026-01-05T08:00:30Z").await.json();
        assert_eq!(told(&since).len(), 2);
    }

    #[tokio::test]
    async fn nothing_is_told_of_what_never_was_or_is_somebody_elses() {
        let (app, admin) = fhir().await;
        let maria = app.person("maria").await;
        let foreign = create(&admin, &patient("Ito")).await;
        assert_eq!(maria.get("/fhir/r4/Patient/none/_history").await.status(), 404);
        assert_eq!(maria.get(&format!("/fhir/r4/Patient/{foreign}/_history")).await.status(), 404);
        assert_eq!(told(&maria.get("/fhir/r4/_history").await.json()).len(), 1);
        for query in ["_since=yesterday", "_count=x", "_cursor=!", "_at=2026"] {
            assert_eq!(maria.get(&format!("/fhir/r4/_history?{query}")).await.status(), 400, "{query}");
        }
    }

    #[test]
    fn a_place_survives_its_link() {
        for place in [0, 1, 35, 36, 1_000_000, u64::MAX] {
            assert_eq!(u64::from_str_radix(&base_36(place), 36), Ok(place));
        }
    }
}
