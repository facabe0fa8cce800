//! Children who came of age.

use crate::Error;
use crate::every::every;
use jiff::ToSpan;
use jiff::civil::Date;
use salus_access::Relationship;
use salus_store::Records;
use std::collections::BTreeMap;

/// Those children among `patients` who are `majority` years old today.
///
/// A parent's reach ends on that day without anybody's doing; the child may open the record to them again. A child whose
/// birth date is not known stays a child.
pub(super) async fn grown_up(
    gate: &Records,
    patients: &BTreeMap<String, Relationship>,
    majority: u8,
    today: Date,
) -> Result<Vec<String>, Error> {
    let children = patients.iter().filter(|(_, relationship)| **relationship == Relationship::Child);
    let ids: Vec<&str> = children.map(|(id, _)| id.as_str()).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut grown_up = Vec::new();
    for stored in every(gate, "Patient", &[("_id", ids.join(","))]).await? {
        let body = stored.json()?;
        if body["birthDate"].as_str().is_some_and(|born| is_of_age(born, majority, today)) {
            grown_up.push(stored.id);
        }
    }
    Ok(grown_up)
}

/// Whether somebody born then is of age; of a date that is known in part, the latest day counts.
fn is_of_age(born: &str, majority: u8, today: Date) -> bool {
    let Some(born) = latest_day(born) else { return false };
    born.checked_add(i64::from(majority).years()).is_ok_and(|birthday| birthday <= today)
}

/// The last day that a FHIR `date` can mean.
fn latest_day(date: &str) -> Option<Date> {
    match date.split('-').map(str::parse).collect::<Result<Vec<i16>, _>>().ok()?.as_slice() {
        [year] => Date::new(*year, 12, 31).ok(),
        [year, month] => Some(Date::new(*year, i8::try_from(*month).ok()?, 1).ok()?.last_of_month()),
        [year, month, day] => Date::new(*year, i8::try_from(*month).ok()?, i8::try_from(*day).ok()?).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_of_age_on_the_birthday_and_by_the_latest_day_it_can_be() {
        let today = "2026-01-05".parse().unwrap();
        for (born, expect) in [
            ("2008-01-05", true),
            ("2008-01-06", false),
            ("2007-12", true),
            ("2008-01", false),
            ("2007", true),
            ("2008", false),
            ("2024-02-29", false),
            ("1950-05-20", true),
            ("not a date", false),
            ("", false),
        ] {
            assert_eq!(is_of_age(born, 18, today), expect, "{born:?}");
        }
    }
}
