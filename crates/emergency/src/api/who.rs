//! Who may do what of the emergency.

use salus_access::{Action, Relationship};
use salus_auth::TokenScope;
use salus_http::{ApiError, Caller};
use serde_json::json;

/// Goes on for the person themselves and for those to whom the record is entrusted. To anybody else there is no such
/// person.
pub(super) fn require_own(caller: &Caller, person: &str) -> Result<(), ApiError> {
    let relationship = caller.subject.patients.get(person);
    let is_close = relationship.is_some_and(|relationship| *relationship != Relationship::InCare);
    if is_close && may(caller, Action::Read, person) {
        return Ok(());
    }
    Err(ApiError::not_found("person"))
}

/// Whether the caller may do this to the person's consents: of somebody to whom only a part of the record was opened, this
/// is no part.
fn may(caller: &Caller, action: Action, person: &str) -> bool {
    let patient = json!({ "reference": format!("Patient/{person}") });
    let consent = json!({ "resourceType": "Consent", "patient": patient });
    caller.subject.policy.decide(action, &consent).is_allowed()
}

/// As [`require_own`], and only where the caller may also write: sharing a record is consenting to something.
pub(super) fn require_own_and_write(caller: &Caller, person: &str) -> Result<(), ApiError> {
    require_own(caller, person)?;
    if may(caller, Action::Create, person) {
        return Ok(());
    }
    Err(ApiError::forbidden("With this key you can look, but share and change nothing."))
}

/// Goes on unless the credential is for looking only, or was given to an app.
pub(super) fn require_acting(caller: &Caller) -> Result<(), ApiError> {
    if caller.identity.client.is_some() {
        return Err(ApiError::forbidden("An app cannot do this for you. Sign in to do it yourself."));
    }
    match caller.identity.scope {
        TokenScope::Read => Err(ApiError::forbidden("With this key you can look, but open no emergency.")),
        TokenScope::Write | TokenScope::Emergency => Ok(()),
    }
}

/// A text that somebody typed, without blanks around it; an error that names the field where it is too short or long.
pub(super) fn typed(field: &'static str, text: &str, least: usize, most: usize) -> Result<String, ApiError> {
    let text = text.trim();
    let length = text.chars().count();
    let is_plain = !text.chars().any(|letter| letter.is_control() && letter != '\n');
    if (least..=most).contains(&length) && is_plain {
        return Ok(text.to_owned());
    }
    let words = format!("Between {least} and {most} characters are needed here.");
    Err(ApiError::invalid(words.clone()).at(field, words))
}
