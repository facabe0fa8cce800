//! The words of FHIR resources, as they are shown.

use salus_fhir::json::Value;

pub(crate) const LOINC: &str = "http://loinc.org";

/// The text of a member.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str().filter(|text| !text.trim().is_empty())
}

/// The items of a list; none where there is no list.
pub(crate) fn all<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// What a CodeableConcept is called: its text, else the first display, else the first code.
pub(crate) fn concept(value: &Value) -> Option<&str> {
    let codings = || all(value, "coding").iter();
    text(value, "text")
        .or_else(|| codings().find_map(|coding| text(coding, "display")))
        .or_else(|| codings().find_map(|coding| text(coding, "code")))
}

/// Whether one of the concept's codings has this code, of this system.
pub(crate) fn has_code(value: &Value, system: &str, code: &str) -> bool {
    all(value, "coding").iter().any(|coding| {
        text(coding, "code") == Some(code) && text(coding, "system").is_none_or(|found| found == system)
    })
}

/// The first code of a concept that stands for a status.
pub(crate) fn status<'a>(resource: &'a Value, name: &str) -> Option<&'a str> {
    all(resource.get(name)?, "coding").iter().find_map(|coding| text(coding, "code"))
}

/// When it was, the best that the resource says: what happened goes before when it was written down.
pub(crate) fn date(resource: &Value) -> Option<&str> {
    const FIELDS: [&str; 14] = [
        "onsetDateTime",
        "occurrenceDateTime",
        "performedDateTime",
        "effectiveDateTime",
        "effectiveInstant",
        "timingDateTime",
        "recordedDate",
        "authoredOn",
        "dateAsserted",
        "recordedOn",
        "dateTime",
        "issued",
        "date",
        "recorded",
    ];
    let start = |name: &str| resource.get(name).and_then(|period| text(period, "start"));
    let periods = ["effectivePeriod", "performedPeriod", "onsetPeriod", "timingPeriod"];
    FIELDS.iter().find_map(|name| text(resource, name)).or_else(|| periods.into_iter().find_map(start))
}

/// A value as it is read out: `132/84 mmHg`, `A`, `7.1 %`.
pub(crate) fn value(observation: &Value) -> Option<String> {
    if let Some(quantity) = observation.get("valueQuantity") {
        let number = quantity.get("value")?.to_string();
        let unit = text(quantity, "unit").or_else(|| text(quantity, "code"));
        return Some(unit.map_or_else(|| number.clone(), |unit| format!("{number} {unit}")));
    }
    if let Some(name) = observation.get("valueCodeableConcept").and_then(concept) {
        return Some(name.to_owned());
    }
    if let Some(words) = text(observation, "valueString") {
        return Some(words.to_owned());
    }
    let parts: Vec<String> = all(observation, "component")
        .iter()
        .filter_map(|part| Some(format!("{} {}", part.get("code").and_then(concept)?, value(part)?)))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_read_out_with_their_unit() {
        for (observation, expect) in [
            (json!({"valueQuantity": {"value": 7.1, "unit": "%"}}), Some("7.1 %")),
            (
                json!({"valueCodeableConcept": {"coding": [{"code": "x", "display": "Group A"}]}}),
                Some("Group A"),
            ),
            (json!({"valueString": "O"}), Some("O")),
            (
                json!({"component": [
                    {"code": {"text": "Systolic"}, "valueQuantity": {"value": 132, "unit": "mmHg"}},
                    {"code": {"text": "Diastolic"}, "valueQuantity": {"value": 84, "unit": "mmHg"}},
                ]}),
                Some("Systolic 132 mmHg, Diastolic 84 mmHg"),
            ),
            (json!({"dataAbsentReason": {"text": "unknown"}}), None),
        ] {
            assert_eq!(value(&observation).as_deref(), expect, "{observation}");
        }
    }

    #[test]
    fn a_concept_is_called_by_its_text_first() {
        for (concept_value, expect) in [
            (json!({"text": "Hives", "coding": [{"display": "Urticaria"}]}), Some("Hives")),
            (json!({"coding": [{"code": "1"}, {"code": "2", "display": "Urticaria"}]}), Some("Urticaria")),
            (json!({"coding": [{"code": "1"}]}), Some("1")),
            (json!({"text": " "}), None),
        ] {
            assert_eq!(concept(&concept_value), expect);
        }
    }
}
