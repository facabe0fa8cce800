//! Does a resource match a query? The definition every index is measured against.

use super::entry::{IndexEntry, IndexValue};
use super::extract::extract_param;
use super::normalise::normalise;
use super::query::{Filter, FilterValue, Modifier, Prefix, Query};
use crate::json::Value;
use crate::temporal::TimeRange;

/// Whether a resource is of the query's type and passes all its filters.
pub fn matches(query: &Query, resource: &Value) -> bool {
    resource.get("resourceType").and_then(Value::as_str) == Some(query.resource_type.as_str())
        && query.filters.iter().all(|filter| matches_filter(filter, &extract_param(resource, filter.param)))
}

/// Whether a resource with these entries passes a filter. Entries of other parameters are left aside.
pub fn matches_filter(filter: &Filter, entries: &[IndexEntry]) -> bool {
    let mut own = entries.iter().filter(|entry| entry.param.id == filter.param.id).map(|entry| &entry.value);
    let any_value = |entry: &IndexValue| {
        filter.values.iter().any(|value| matches_value(filter.modifier.as_ref(), value, entry))
    };
    match filter.modifier {
        Some(Modifier::Missing(missing)) => own.next().is_none() == missing,
        Some(Modifier::Not) => !own.any(any_value),
        _ => own.any(any_value),
    }
}

/// Whether one entry is what one value of a filter looks for. `:not` compares as no modifier does, and is
/// turned round by [`matches_filter`]; `:missing` has no values.
pub fn matches_value(modifier: Option<&Modifier>, wanted: &FilterValue, found: &IndexValue) -> bool {
    match (wanted, found) {
        (FilterValue::Token { system, code }, IndexValue::Token { system: own, code: number, .. }) => {
            modifier != Some(&Modifier::Identifier) && token(system, code, own.as_deref(), number.as_deref())
        }
        (
            FilterValue::Token { system, code },
            IndexValue::Reference { identifier: Some((own, number)), .. },
        ) => modifier == Some(&Modifier::Identifier) && token(system, code, own.as_deref(), Some(number)),
        (
            FilterValue::OfType { system, code, value },
            IndexValue::TypedIdentifier { system: own, code: of, value: number },
        ) => own.as_deref() == Some(system) && of == code && number == value,
        (FilterValue::Text(wanted), IndexValue::Text(found)) => text(modifier, wanted, found),
        (FilterValue::Text(wanted), IndexValue::Token { text: Some(found), .. }) => {
            modifier == Some(&Modifier::Text) && normalise(found).starts_with(&normalise(wanted))
        }
        (FilterValue::Date { prefix, range }, IndexValue::Date(found)) => date(*prefix, *range, *found),
        (FilterValue::Number { prefix, value, lo, hi }, IndexValue::Number { value: found, .. }) => {
            number(*prefix, *value, *lo, *hi, *found)
        }
        (
            FilterValue::Quantity { prefix, value, lo, hi, system, code },
            IndexValue::Quantity { value: found, system: own, code: coded, unit, .. },
        ) => {
            let is_unit = |wanted: &String| {
                coded.as_ref() == Some(wanted) || (system.is_none() && unit.as_ref() == Some(wanted))
            };
            number(*prefix, *value, *lo, *hi, *found)
                && system.as_ref().is_none_or(|system| own.as_ref() == Some(system))
                && code.as_ref().is_none_or(is_unit)
        }
        (
            FilterValue::Reference { type_name, id, url },
            IndexValue::Reference { type_name: own, id: key, url: link, .. },
        ) => {
            let is_type = type_name.as_ref().is_none_or(|wanted| own.as_ref() == Some(wanted));
            match (id, url) {
                (Some(_), _) => is_type && key == id,
                (None, Some(_)) => link == url,
                (None, None) => false,
            }
        }
        (FilterValue::Uri(wanted), IndexValue::Uri(found)) => match modifier {
            Some(Modifier::Below) => is_below(found, wanted),
            Some(Modifier::Above) => is_below(wanted, found),
            _ => found == wanted,
        },
        (FilterValue::Composite(wanted), IndexValue::Composite(found)) => {
            wanted.len() == found.len()
                && wanted.iter().zip(found).all(|(wanted, found)| matches_value(None, wanted, found))
        }
        _ => false,
    }
}

/// The range that `ap` accepts: as wide again as the given one on either side. (The standard leaves the width
/// to the server; a width that depends on today would make the answer change overnight.)
pub fn approximate_range(range: TimeRange) -> TimeRange {
    let width = range.end.saturating_sub(range.start);
    TimeRange { start: range.start.saturating_sub(width), end: range.end.saturating_add(width) }
}

/// The numbers that `ap` accepts, ends included: a tenth more or less, the standard's own proposal, and at
/// least what rounds to the number.
pub fn approximate_number(value: f64, lo: f64, hi: f64) -> (f64, f64) {
    let tenth = value.abs() / 10.0;
    (lo.min(value - tenth), hi.max(value + tenth))
}

fn token(system: &Option<String>, code: &Option<String>, own: Option<&str>, number: Option<&str>) -> bool {
    let is_system = match system.as_deref() {
        None => true,
        Some("") => own.is_none(),
        wanted => own == wanted,
    };
    is_system && code.as_deref().is_none_or(|code| number == Some(code))
}

fn text(modifier: Option<&Modifier>, wanted: &str, found: &str) -> bool {
    match modifier {
        Some(Modifier::Exact) => found == wanted,
        Some(Modifier::Contains) => normalise(found).contains(&normalise(wanted)),
        _ => normalise(found).starts_with(&normalise(wanted)),
    }
}

fn date(prefix: Prefix, wanted: TimeRange, found: TimeRange) -> bool {
    match prefix {
        Prefix::Eq => wanted.contains(found),
        Prefix::Ne => !wanted.contains(found),
        Prefix::Gt => found.end > wanted.end,
        Prefix::Lt => found.start < wanted.start,
        Prefix::Ge => found.end > wanted.end || wanted.contains(found),
        Prefix::Le => found.start < wanted.start || wanted.contains(found),
        Prefix::Sa => found.start >= wanted.end,
        Prefix::Eb => found.end <= wanted.start,
        Prefix::Ap => approximate_range(wanted).overlaps(found),
    }
}

/// By the exact number for all but `eq`, `ne` and `ap`, which use the precision it was written with.
fn number(prefix: Prefix, value: f64, lo: f64, hi: f64, found: f64) -> bool {
    match prefix {
        Prefix::Eq => lo <= found && found < hi,
        Prefix::Ne => !(lo <= found && found < hi),
        Prefix::Gt | Prefix::Sa => found > value,
        Prefix::Lt | Prefix::Eb => found < value,
        Prefix::Ge => found >= value,
        Prefix::Le => found <= value,
        Prefix::Ap => {
            let (lo, hi) = approximate_number(value, lo, hi);
            lo <= found && found <= hi
        }
    }
}

/// Whether a URL is `above` itself or stands under it in the hierarchy of its path.
fn is_below(url: &str, above: &str) -> bool {
    let above = above.strip_suffix('/').unwrap_or(above);
    url.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The only place that knows how a resource is asked about.
    #[track_caller]
    fn check(resource: &Value, searches: &[(&str, bool)]) {
        let type_name = resource["resourceType"].as_str().unwrap();
        for (text, expected) in searches {
            let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
            let pairs: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let query = Query::parse(type_name, &pairs).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(matches(&query, resource), *expected, "{text}");
        }
    }

    #[test]
    fn strings_start_with_contain_or_are() {
        let patient =
            json!({"resourceType": "Patient", "name": [{"family": "Müller", "given": ["Éva", "Maria"]}]});
        check(
            &patient,
            &[
                ("family=mul", true),
                ("family=MÜLLER", true),
                ("family=ller", false),
                ("family:contains=LLE", true),
                ("family:exact=Müller", true),
                ("family:exact=Muller", false),
                ("family:exact=Mül", false),
                ("name=eva", true),
                ("given=maria", true),
                ("given=anna,mari", true),
                ("given=eva&given=maria", true),
                ("given=eva&given=anna", false),
                ("family:missing=false", true),
                ("address:missing=true", true),
            ],
        );
    }

    #[test]
    fn tokens_by_system_code_both_or_text() {
        let coding =
            json!([{"system": "http://loinc.org", "code": "718-7", "display": "Hemoglobin"}, {"code": "hb"}]);
        let observation = json!({"resourceType": "Observation", "status": "final", "code": {"coding": coding, "text": "Haemoglobin mass"}});
        check(
            &observation,
            &[
                ("code=718-7", true),
                ("code=http://loinc.org|718-7", true),
                ("code=http://loinc.org|", true),
                ("code=http://snomed.info/sct|718-7", false),
                ("code=|718-7", false),
                ("code=|hb", true),
                ("code=718-7,x", true),
                ("code:not=718-7", false),
                ("code:not=x", true),
                ("code:not=x,hb", false),
                ("category:not=x", true),
                ("code=718", false),
                ("code:text=hemo", true),
                ("code:text=HAEMOGLOBIN MASS", true),
                ("code:text=mass", false),
                ("status=final", true),
            ],
        );
        let identifier =
            json!([{"system": "s", "value": "1", "type": {"coding": [{"system": "t", "code": "MR"}]}}]);
        check(
            &json!({"resourceType": "Patient", "id": "p", "identifier": identifier}),
            &[
                ("identifier:of-type=t|MR|1", true),
                ("identifier:of-type=t|SS|1", false),
                ("identifier=s|1", true),
                ("identifier=t|MR", false),
                ("_id=p", true),
                ("_id=P", false),
                ("deceased=false", true),
            ],
        );
    }

    #[test]
    fn dates_are_ranges() {
        let born = json!({"resourceType": "Patient", "birthDate": "2013-01-14"});
        check(
            &born,
            &[
                ("birthdate=2013-01-14", true),
                ("birthdate=2013-01", true),
                ("birthdate=2013-01-14T10:00", false),
                ("birthdate=ne2013-01-14", false),
                ("birthdate=ne2012", true),
                ("birthdate=gt2013-01-13", true),
                ("birthdate=gt2013-01-14", false),
                ("birthdate=gt2013-01-14T10:00", true),
                ("birthdate=lt2013-01-14T10:00", true),
                ("birthdate=lt2013-01-14", false),
                ("birthdate=ge2013-01-14", true),
                ("birthdate=le2013", true),
                ("birthdate=sa2013-01-13", true),
                ("birthdate=sa2013-01-14T00:00", false),
                ("birthdate=eb2013-01-15", true),
                ("birthdate=eb2013-01-14", false),
                ("birthdate=ap2013-01-15", true),
                ("birthdate=ap2013-01-17", false),
            ],
        );
        let since = json!({"resourceType": "Encounter", "period": {"start": "2013-01-21"}});
        check(
            &since,
            &[
                ("date=2013-01-21", false),
                ("date=gt2030", true),
                ("date=lt2013-01-22", true),
                ("date=lt2013-01-21", false),
                ("date=ge2013-01-21", true),
                ("date=eb2030", false),
                ("date=sa2013-01-20", true),
            ],
        );
    }

    #[test]
    fn numbers_have_the_precision_they_are_asked_with() {
        let value: Value = serde_json::from_str("5.42").unwrap();
        let quantity =
            json!({"value": value, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg_"});
        check(
            &json!({"resourceType": "Observation", "valueQuantity": quantity}),
            &[
                ("value-quantity=5.4", true),
                ("value-quantity=5.5", false),
                ("value-quantity=5.420", true),
                ("value-quantity=ne5.4", false),
                ("value-quantity=gt5.4", true),
                ("value-quantity=gt5.42", false),
                ("value-quantity=ge5.42", true),
                ("value-quantity=lt5.42", false),
                ("value-quantity=le5.42", true),
                ("value-quantity=sa5", true),
                ("value-quantity=eb5.5", true),
                ("value-quantity=ap5", true),
                ("value-quantity=ap4", false),
                ("value-quantity=5.4|http://unitsofmeasure.org|mg_", true),
                ("value-quantity=5.4|http://unitsofmeasure.org|mg", false),
                ("value-quantity=5.4|http://unitsofmeasure.org|", true),
                ("value-quantity=5.4||mg", true),
                ("value-quantity=5.4||mg_", true),
                ("value-quantity=5.4||g", false),
            ],
        );
    }

    #[test]
    fn references_by_id_type_url_and_identifier() {
        let local = json!({"resourceType": "Observation", "subject": {"reference": "Patient/1", "identifier": {"system": "s", "value": "9"}}});
        check(
            &local,
            &[
                ("subject=Patient/1", true),
                ("subject=1", true),
                ("patient=1", true),
                ("subject=Group/1", false),
                ("subject:Patient=1", true),
                ("subject:Group=1", false),
                ("subject=Patient/1/_history/1", false),
                ("subject:identifier=s|9", true),
                ("subject:identifier=9", true),
                ("subject:identifier=t|9", false),
                ("subject=http://x.example/Patient/1", false),
            ],
        );
        let versioned =
            json!({"resourceType": "Observation", "subject": {"reference": "Patient/1/_history/2"}});
        check(
            &versioned,
            &[("subject=Patient/1", true), ("subject=Patient/1/_history/2", true), ("subject=2", false)],
        );
        let foreign =
            json!({"resourceType": "Observation", "subject": {"reference": "http://x.example/Patient/1"}});
        check(
            &foreign,
            &[
                ("subject=http://x.example/Patient/1", true),
                ("subject=Patient/1", false),
                ("subject=1", false),
            ],
        );
        let shown = json!({"resourceType": "Observation", "subject": {"display": "somebody"}});
        check(&shown, &[("subject:missing=false", true), ("patient:missing=true", true)]);
    }

    #[test]
    fn uris_are_equal_above_or_below() {
        check(
            &json!({"resourceType": "ValueSet", "url": "http://x/fhir/v"}),
            &[
                ("url=http://x/fhir/v", true),
                ("url=http://x/fhir", false),
                ("url:below=http://x/fhir", true),
                ("url:below=http://x/fhir/", true),
                ("url:below=http://x/fh", false),
                ("url:above=http://x/fhir/v/1", true),
                ("url:above=http://x/fhir/v1", false),
            ],
        );
        let canonical = json!({"resourceType": "Patient", "meta": {"profile": ["http://x/p|1"]}});
        check(
            &canonical,
            &[
                ("_profile=http://x/p", true),
                ("_profile=http://x/p|1", true),
                ("_profile=http://x/p|2", false),
            ],
        );
    }

    #[test]
    fn a_composite_asks_for_both_in_one_element() {
        let component = |code: &str, value: i32| json!({"code": {"coding": [{"code": code}]}, "valueQuantity": {"value": value}});
        let pressure = json!({"resourceType": "Observation", "component": [component("sys", 120), component("dia", 80)]});
        check(
            &pressure,
            &[
                ("component-code-value-quantity=sys$gt100", true),
                ("component-code-value-quantity=dia$gt100", false),
                ("component-code-value-quantity=dia$gt100,dia$lt100", true),
            ],
        );
    }

    #[test]
    fn another_type_never_matches() {
        assert!(!matches(&Query::all("Patient"), &json!({"resourceType": "Group"})));
        assert!(matches(&Query::all("Patient"), &json!({"resourceType": "Patient"})));
    }
}
