//! `GET /fhir/r4/AuditEvent?…`: the audit in FHIR, newest first.
//!
//! Search parameters: `patient`, `entity`, `date`, `agent:identifier` (an account), `action`, `outcome`; `_count`.

use super::{FHIR_JSON, origin, server_of};
use crate::event::{attempted, audit_event};
use crate::shape::Shape;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use salus_core::Timestamp;
use salus_fhir::search::{Filter, FilterValue, Prefix, Query as Search};
use salus_http::{ApiError, App, Caller, Query};
use salus_store::{AuditAction, AuditFilter, AuditOutcome};
use serde_json::json;

const USUAL_COUNT: u32 = 50;
const MOST_COUNT: u32 = 500;

pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, ApiError> {
    let (cursor, pairs): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(name, _)| name == "_cursor");
    let pairs: Vec<_> = pairs.into_iter().filter(|(name, _)| name != "_format").collect();
    let search =
        Search::parse("AuditEvent", &pairs).map_err(|error| ApiError::bad_request(error.to_string()))?;
    let mut wanted = Wanted::of(&search)?;
    if let Some((_, cursor)) = cursor.first() {
        let place = cursor.parse().map_err(|_| ApiError::bad_request("The cursor is not one of ours."))?;
        wanted.filter.before = Some(place);
    }
    let count = search.count.unwrap_or(USUAL_COUNT).clamp(1, MOST_COUNT);
    let found = caller.records.audit(&wanted.filter, count).await?;
    let origin = origin(&app, &headers);
    let next = found.last().filter(|_| found.len() == count as usize).map(|last| last.seq);
    let shown = found.iter().filter(|record| {
        wanted.letter.as_ref().is_none_or(|letter| Shape::of(attempted(record)).letter == letter)
    });
    let url = format!("{origin}/fhir/r4/AuditEvent");
    let entries: Vec<_> = shown
        .map(|record| {
            let event = audit_event(record, server_of(&origin));
            json!({ "fullUrl": format!("{url}/{}", record.seq), "resource": event, "search": { "mode": "match" } })
        })
        .collect();
    let link = |relation: &str, cursor: Option<u64>| {
        let mut pairs = search.to_pairs();
        pairs.extend(cursor.map(|cursor| ("_cursor".to_owned(), cursor.to_string())));
        let query: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        json!({ "relation": relation, "url": format!("{url}{mark}{}", query.join("&")) })
    };
    let mut links = vec![link("self", wanted.filter.before)];
    links.extend(next.map(|next| link("next", Some(next))));
    let bundle = json!({ "resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries });
    Ok(([(CONTENT_TYPE, FHIR_JSON)], bundle.to_string()).into_response())
}

/// What a search asks of the audit.
struct Wanted {
    filter: AuditFilter,
    /// FHIR's letter of the action; what was denied is known by what was tried.
    letter: Option<String>,
}

impl Wanted {
    fn of(search: &Search) -> Result<Self, ApiError> {
        let mut wanted = Self { filter: AuditFilter::default(), letter: None };
        for filter in &search.filters {
            let understood = match filter.values.as_slice() {
                [value] => wanted.take(filter, value),
                _ => None,
            };
            understood.ok_or_else(|| {
                ApiError::bad_request(format!(
                    "The audit cannot be searched by `{}` like this. Use patient, entity, date, agent:identifier, action or outcome, each with one value.",
                    filter.param.code
                ))
            })?;
        }
        Ok(wanted)
    }

    fn take(&mut self, filter: &Filter, value: &FilterValue) -> Option<()> {
        match (filter.param.code, value) {
            ("patient", FilterValue::Reference { id: Some(id), .. }) => {
                self.filter.patient = Some(id.clone())
            }
            ("entity", FilterValue::Reference { type_name: Some(name), id: Some(id), .. })
                if name == "Patient" =>
            {
                self.filter.patient = Some(id.clone());
            }
            ("entity", FilterValue::Reference { type_name: Some(name), id: Some(id), .. }) => {
                self.filter.type_name = Some(name.clone());
                self.filter.target = Some(id.clone());
            }
            ("agent", FilterValue::Token { code: Some(account), .. }) => {
                self.filter.actor = Some(account.clone())
            }
            ("action", FilterValue::Token { code: Some(letter), .. }) => {
                let actions = AuditAction::ALL.iter().copied();
                self.filter.actions = actions
                    .filter(|action| *action == AuditAction::Denied || Shape::of(*action).letter == letter)
                    .collect();
                self.letter = Some(letter.clone());
            }
            ("outcome", FilterValue::Token { code: Some(code), .. }) => {
                self.filter.outcome = Some(AuditOutcome::from_code(code.parse().ok()?)?);
            }
            ("date", FilterValue::Date { prefix, range }) => {
                let start = Timestamp::from_microsecond(range.start).ok()?;
                let end = Timestamp::from_microsecond(range.end).ok()?;
                let (from, to) = match prefix {
                    Prefix::Eq => (Some(start), Some(end)),
                    Prefix::Ge => (Some(start), None),
                    Prefix::Gt | Prefix::Sa => (Some(end), None),
                    Prefix::Lt | Prefix::Eb => (None, Some(start)),
                    Prefix::Le => (None, Some(end)),
                    Prefix::Ne | Prefix::Ap => return None,
                };
                self.filter.from = self.filter.from.max(from);
                self.filter.to = [self.filter.to, to].into_iter().flatten().min();
            }
            _ => return None,
        }
        Some(())
    }
}

/// A value as it stands in a URL.
fn escaped(value: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte);
    value
        .bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
