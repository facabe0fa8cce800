//! `POST /api/v1/people/{id}/sharing`: somebody more may look at the record.

use super::list_sharing::{ShareItem, item};
use super::owner::decides;
use crate::classes::{Class, class};
use crate::share::Share;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jiff::civil::Date;
use salus_core::Uid;
use salus_http::{ApiError, App, Caller, Json, Path};
use salus_store::{Batch, Op, Page};
use serde::Deserialize;
use serde_json::json;

/// With whom, what, and until when.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ShareRequest {
    /// Whoever may look.
    with: Recipient,
    /// The kinds of data; left out or empty = everything.
    #[serde(default)]
    what: Vec<String>,
    /// The last day, `YYYY-MM-DD`; left out = until you take it back.
    until: Option<String>,
}

/// Whoever may look.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub(crate) enum Recipient {
    /// Whoever signs in, now or later, with this e-mail address.
    Person {
        /// Their address.
        email: String,
        /// What you call them, 1 to 200 characters.
        name: String,
    },
    /// A practitioner of the directory.
    Practitioner {
        /// The id of the `Practitioner`.
        id: String,
    },
    /// Everybody who works for an organization of the directory.
    Organization {
        /// The id of the `Organization`.
        id: String,
    },
}

/// Share a record
///
/// It counts from the next request of whoever may look. For the person the record is about, and for the parents of a
/// minor.
#[utoipa::path(post, path = "/api/v1/people/{id}/sharing", tag = "sharing", operation_id = "shareRecord",
    params(("id" = String, Path, description = "Id of the person")),
    request_body = ShareRequest,
    responses(
        (status = 201, body = ShareItem),
        (status = 403, body = salus_http::Problem, description = "Show once more who you are."),
        (status = 404, body = salus_http::Problem, description = "It is not yours to share."),
        (status = 422, body = salus_http::Problem, description = "A field is not right; which one is told."),
    ))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(person): Path<String>,
    Json(wish): Json<ShareRequest>,
) -> Result<Response, ApiError> {
    let by = decides(&caller, &person)?;
    caller.require_step_up()?;
    let until = wish.until.as_deref().map(|text| last_day(&caller, text)).transpose()?;
    let classes = classes(&wish.what)?;
    let mut batch = Batch::default();
    let (with, name) = recipient(&caller, &app, &person, wish.with, &mut batch).await?;
    let share = Share { patient: &person, with, name: &name, classes, until, by };
    let mut consent = share.consent(caller.now);
    let id = Uid::fresh(&*app.clock, &*app.rng).to_string();
    consent["id"] = id.clone().into();
    let shown = item(&id, &consent).ok_or_else(|| ApiError::internal("a share cannot be read back"))?;
    batch.ops.push(Op::Create { resource: consent });
    caller.records.write(batch).await?;
    Ok((StatusCode::CREATED, Json(shown)).into_response())
}

fn last_day(caller: &Caller, text: &str) -> Result<Date, ApiError> {
    let today = caller.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    match text.parse::<Date>() {
        Ok(day) if day >= today => Ok(day),
        Ok(_) => Err(wrong("until", "This day is over.")),
        Err(_) => Err(wrong("until", "A day is written as YYYY-MM-DD.")),
    }
}

fn classes(codes: &[String]) -> Result<Vec<&'static Class>, ApiError> {
    let mut found: Vec<&'static Class> = Vec::new();
    for (at, code) in codes.iter().enumerate() {
        let class =
            class(code).ok_or_else(|| wrong(&format!("what[{at}]"), "There is no such kind of data."))?;
        if !found.iter().any(|other| other.code == class.code) {
            found.push(class);
        }
    }
    Ok(found)
}

/// The reference and the name of whoever may look. Somebody outside the directory becomes a `RelatedPerson` of the record,
/// who is known by an e-mail address: whether it has an account is not looked at, and so not told.
async fn recipient(
    caller: &Caller,
    app: &App,
    person: &str,
    with: Recipient,
    batch: &mut Batch,
) -> Result<(String, String), ApiError> {
    let (kind, id) = match with {
        Recipient::Practitioner { id } => ("Practitioner", id),
        Recipient::Organization { id } => ("Organization", id),
        Recipient::Person { email, name } => {
            let name = name.trim().to_owned();
            if name.is_empty() || name.chars().count() > 200 {
                return Err(wrong("with.name", "A name has 1 to 200 characters."));
            }
            let email = salus_auth::normal_email(&email)
                .ok_or_else(|| wrong("with.email", "This is not an e-mail address."))?;
            return Ok((related_person(caller, app, person, &email, &name, batch).await?, name));
        }
    };
    let stored = caller.records.read(kind, &id).await?;
    let body =
        stored.ok_or_else(|| wrong("with.id", "There is none with this id in the directory."))?.json()?;
    Ok((format!("{kind}/{id}"), name_of(&body)))
}

/// The `RelatedPerson` with this address in the person's record: the one that is there, or one to be made with the batch.
async fn related_person(
    caller: &Caller,
    app: &App,
    person: &str,
    email: &str,
    name: &str,
    batch: &mut Batch,
) -> Result<String, ApiError> {
    let system = salus_auth::EMAIL_SYSTEM;
    let pairs = [
        ("patient".to_owned(), format!("Patient/{person}")),
        ("identifier".to_owned(), format!("{system}|{email}")),
    ];
    let query = salus_fhir::search::Query::parse("RelatedPerson", &pairs)
        .map_err(|cause| ApiError::internal(cause.to_string()))?;
    let known = caller.records.search(&query, Page::first(1)).await?.matches;
    if let Some(known) = known.first() {
        return Ok(format!("RelatedPerson/{}", known.id));
    }
    let id = Uid::fresh(&*app.clock, &*app.rng).to_string();
    batch.ops.push(Op::Create {
        resource: json!({
            "resourceType": "RelatedPerson",
            "id": id,
            "identifier": [{ "system": system, "value": email }],
            "active": true,
            "patient": { "reference": format!("Patient/{person}") },
            "name": [{ "text": name }],
            "telecom": [{ "system": "email", "value": email }],
        }),
    });
    Ok(format!("RelatedPerson/{id}"))
}

fn name_of(body: &serde_json::Value) -> String {
    if let Some(name) = body["name"].as_str() {
        return name.to_owned();
    }
    let name = &body["name"][0];
    let words = |field: &str| name[field].as_array().into_iter().flatten().filter_map(|word| word.as_str());
    let parts: Vec<&str> = words("prefix").chain(words("given")).chain(name["family"].as_str()).collect();
    name["text"].as_str().map_or_else(|| parts.join(" "), str::to_owned)
}

fn wrong(field: &str, detail: &str) -> ApiError {
    ApiError::invalid(detail.to_owned()).at(field, detail)
}
