//! The people whose records an account sees, each in a line.

use crate::{ApiError, Caller};
use jiff::civil::Date;
use salus_access::Relationship;
use salus_core::Timestamp;
use salus_fhir::human_name;
use serde::Serialize;
use serde_json::Value;

/// Somebody whose record the caller may open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonSummary {
    /// The id of the `Patient`.
    pub id: String,
    /// As it is to be shown.
    pub name: String,
    /// `YYYY-MM-DD`, or as much of it as is known.
    pub birth_date: Option<String>,
    /// In full years, where the birth date is known to the day; for an infant, 0.
    pub age: Option<i16>,
    /// FHIR's administrative gender: `female`, `male`, `other`, `unknown`.
    pub sex: Option<String>,
    /// What they are to the account: `self`, `child`, `parent`, `partner`, `entrusted`, `in-care`.
    pub relationship: &'static str,
    /// Whether they are the account's holder.
    pub is_self: bool,
}

/// The people the caller has to do with: oneself first, then by name. Those who cannot be read are left out.
///
/// # Errors
/// Whatever the store says.
pub async fn people(caller: &Caller) -> Result<Vec<PersonSummary>, ApiError> {
    let mut people = Vec::with_capacity(caller.subject.patients.len());
    for (id, relationship) in &caller.subject.patients {
        if let Some(stored) = caller.records.read("Patient", id).await? {
            people.push(summary(&stored.id, &stored.json()?, *relationship, caller.now));
        }
    }
    people.sort_by(|a, b| b.is_self.cmp(&a.is_self).then_with(|| a.name.cmp(&b.name)));
    Ok(people)
}

/// The line for one `Patient`.
pub fn summary(id: &str, patient: &Value, relationship: Relationship, now: Timestamp) -> PersonSummary {
    let birth_date = patient["birthDate"].as_str().map(str::to_owned);
    PersonSummary {
        id: id.to_owned(),
        name: name(patient),
        age: birth_date.as_deref().and_then(|text| age(text, now)),
        birth_date,
        sex: patient["gender"].as_str().map(str::to_owned),
        relationship: relationship.code(),
        is_self: relationship == Relationship::Oneself,
    }
}

/// The name to show: the usual one, else the official one, else the first that is no longer an old one.
pub fn name(patient: &Value) -> String {
    let names = || patient["name"].as_array().into_iter().flatten();
    let by_use = |wanted: &str| names().find(|name| name["use"] == wanted);
    let name =
        by_use("usual").or_else(|| by_use("official")).or_else(|| names().find(|name| name["use"] != "old"));
    name.and_then(human_name).unwrap_or_else(|| "(no name)".to_owned())
}

/// Full years between a birth date and now, in UTC.
fn age(birth_date: &str, now: Timestamp) -> Option<i16> {
    let born: Date = birth_date.parse().ok()?;
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
    let years = today.year() - born.year() - i16::from(!had_birthday);
    (years >= 0).then_some(years)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_name_is_the_one_in_use() {
        for (names, expect) in [
            (json!([{ "given": ["Maria", "Inés"], "family": "López" }]), "Maria Inés López"),
            (
                json!([{ "use": "official", "text": "Dr. María López" }, { "use": "usual", "text": "Mari" }]),
                "Mari",
            ),
            (json!([{ "use": "old", "family": "Ruiz" }, { "family": "López" }]), "López"),
            (json!([{ "use": "usual" }]), "(no name)"),
            (json!(null), "(no name)"),
        ] {
            assert_eq!(name(&json!({ "name": names })), expect);
        }
    }

    #[test]
    fn age_is_in_full_years_and_only_where_it_is_known() {
        let now = "2026-02-28T12:00:00Z".parse().unwrap();
        for (born, expect) in [
            ("1984-02-28", Some(42)),
            ("1984-02-29", Some(41)),
            ("2026-02-01", Some(0)),
            ("2027-01-01", None),
            ("1984-02", None),
            ("1984", None),
        ] {
            assert_eq!(age(born, now), expect, "{born}");
        }
    }
}
