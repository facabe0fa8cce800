//! `PUT /api/v1/people/{id}/emergency-contacts`: naming whom to call.

use super::shapes::EmergencyContacts;
use super::who::{require_own_and_write, typed};
use crate::contacts::{NamedContact, named, with};
use axum::extract::State;
use salus_http::{ApiError, App, Caller, Json, Path};
use salus_store::{Batch, Expect, Op};

const MOST: usize = 10;

/// Name the emergency contacts
///
/// Those named before are replaced. Contacts of other kinds stay.
#[utoipa::path(put, path = "/api/v1/people/{id}/emergency-contacts", tag = "emergency",
    operation_id = "nameEmergencyContacts", request_body = Vec<NamedContact>,
    params(("id" = String, Path, description = "Id of the person")),
    responses((status = 200, body = EmergencyContacts), (status = 404, body = salus_http::Problem),
        (status = 422, body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(wish): Json<Vec<NamedContact>>,
) -> Result<Json<EmergencyContacts>, ApiError> {
    require_own_and_write(&caller, &id)?;
    caller.require_step_up()?;
    if wish.len() > MOST {
        return Err(ApiError::invalid("There can be ten emergency contacts."));
    }
    let contacts = wish.into_iter().map(checked).collect::<Result<Vec<_>, _>>()?;
    let stored = caller.records.read("Patient", &id).await?.ok_or_else(|| ApiError::not_found("person"))?;
    let patient = with(stored.json()?, &contacts);
    let records = app.store.system("a person names their emergency contacts");
    let expect = Expect::Version(stored.version);
    let now_named = named(&patient);
    records.write(Batch::of(Op::Put { resource: patient, expect })).await?;
    Ok(Json(EmergencyContacts::of(now_named, &app)))
}

fn checked(contact: NamedContact) -> Result<NamedContact, ApiError> {
    let short = |field: &'static str, text: Option<String>| {
        let filled = text.filter(|text| !text.trim().is_empty());
        filled.map(|text| typed(field, &text, 1, 100)).transpose()
    };
    let email = short("email", contact.email)?;
    if email.as_ref().is_some_and(|email| !email.contains('@') || email.contains(char::is_whitespace)) {
        return Err(ApiError::invalid("This is not an e-mail address.").at("email", "no e-mail address"));
    }
    Ok(NamedContact {
        name: typed("name", &contact.name, 1, 100)?,
        relationship: short("relationship", contact.relationship)?,
        phone: short("phone", contact.phone)?,
        email,
        is_told: contact.is_told,
    })
}
