//! What a resource is about, whatever its type: the conditions of a consent.

use salus_fhir::defs::principal_dates;
use salus_fhir::json::Value;
use salus_fhir::reference::Reference;
use salus_fhir::search::{IndexValue, extract_param};
use salus_fhir::temporal::TimeRange;

/// Conditions on the content of a resource. All that are there have to hold; none is no condition.
///
/// What is not known of a resource is answered in favour of silence: something that gives needs to be sure
/// ([`About::surely`]), something that takes away needs a possibility ([`About::possibly`]).
#[derive(Clone, Default, PartialEq)]
pub struct About {
    /// It has one of these codes somewhere in it.
    pub codes: Vec<Code>,
    /// It has one of these security labels.
    pub labels: Vec<Label>,
    /// It belongs to this time.
    pub period: Option<TimeRange>,
    /// It is one of these resources, or refers to one of those.
    pub resources: Vec<Named>,
}

/// A code of a code system.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    /// The code system; none = the code is looked for in any.
    pub system: Option<String>,
    /// The code.
    pub code: String,
}

/// A security label, or a range of them.
#[derive(Clone, PartialEq, Eq)]
pub enum Label {
    /// This label.
    Exactly(Code),
    /// Confidential up to here, and labelled so: a place in [`CONFIDENTIALITY`].
    UpTo(usize),
    /// Confidential from here on: a place in [`CONFIDENTIALITY`].
    From(usize),
}

/// A resource by its reference.
#[derive(Clone, PartialEq, Eq)]
pub struct Named {
    /// `Type/id`.
    pub reference: String,
    /// Whether what refers to it is meant too.
    pub and_dependents: bool,
}

/// HL7's code system `v3-Confidentiality`, from the least to the most confidential.
pub const CONFIDENTIALITY: [&str; 6] = ["U", "L", "M", "N", "R", "V"];

/// The code system of [`CONFIDENTIALITY`].
pub const CONFIDENTIALITY_SYSTEM: &str = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";

impl About {
    /// Whether the resource meets the conditions, without a doubt.
    pub fn surely(&self, resource: &Value) -> bool {
        let in_time = |period: TimeRange| dates(resource).is_some_and(|range| period.contains(range));
        self.says(resource) && self.period.is_none_or(in_time)
    }

    /// Whether the resource may meet the conditions: one without a date may be of any time.
    pub fn possibly(&self, resource: &Value) -> bool {
        let in_time = |period: TimeRange| dates(resource).is_none_or(|range| period.overlaps(range));
        self.says(resource) && self.period.is_none_or(in_time)
    }

    fn says(&self, resource: &Value) -> bool {
        (self.codes.is_empty() || self.codes.iter().any(|code| code.is_in(resource)))
            && (self.labels.is_empty() || self.labels.iter().any(|label| label.is_on(resource)))
            && (self.resources.is_empty() || self.resources.iter().any(|named| named.means(resource)))
    }
}

/// The time a resource belongs to: from its first principal date to its last.
fn dates(resource: &Value) -> Option<TimeRange> {
    let type_name = resource.get("resourceType").and_then(Value::as_str)?;
    let of = |entries: Vec<salus_fhir::search::IndexEntry>| {
        let ranges = entries.into_iter().filter_map(|entry| match entry.value {
            IndexValue::Date(range) => Some(range),
            _ => None,
        });
        ranges.reduce(TimeRange::hull)
    };
    principal_dates(type_name).find_map(|param| of(extract_param(resource, param)))
}

impl Code {
    /// Whether a coding with this code stands anywhere in a resource.
    fn is_in(&self, value: &Value) -> bool {
        match value {
            Value::Object(object) => {
                self.is_coding(value) || object.values().any(|member| self.is_in(member))
            }
            Value::Array(items) => items.iter().any(|item| self.is_in(item)),
            _ => false,
        }
    }

    fn is_coding(&self, value: &Value) -> bool {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        text("code") == Some(&self.code)
            && self.system.as_deref().is_none_or(|system| text("system") == Some(system))
    }
}

impl Label {
    fn is_on(&self, resource: &Value) -> bool {
        let labels = resource.pointer("/meta/security").and_then(Value::as_array);
        labels.into_iter().flatten().any(|label| match self {
            Self::Exactly(code) => code.is_coding(label),
            Self::UpTo(most) => confidentiality(label).is_some_and(|place| place <= *most),
            Self::From(least) => confidentiality(label).is_some_and(|place| place >= *least),
        })
    }
}

/// How confidential a label says that something is.
fn confidentiality(label: &Value) -> Option<usize> {
    let text = |name: &str| label.get(name).and_then(Value::as_str);
    let code = text("code").filter(|_| text("system") == Some(CONFIDENTIALITY_SYSTEM))?;
    CONFIDENTIALITY.iter().position(|known| *known == code)
}

impl Named {
    fn means(&self, resource: &Value) -> bool {
        let text = |name: &str| resource.get(name).and_then(Value::as_str).unwrap_or_default();
        let is_itself = self.reference == format!("{}/{}", text("resourceType"), text("id"));
        is_itself || (self.and_dependents && self.is_referred_to(resource))
    }

    fn is_referred_to(&self, value: &Value) -> bool {
        match value {
            Value::Object(object) => object.iter().any(|(name, member)| match member.as_str() {
                Some(text) if name == "reference" => match Reference::parse(text) {
                    Reference::Local { type_name, id, .. } => self.reference == format!("{type_name}/{id}"),
                    _ => false,
                },
                Some(_) => false,
                None => self.is_referred_to(member),
            }),
            Value::Array(items) => items.iter().any(|item| self.is_referred_to(item)),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_fhir::temporal::time_range;
    use serde_json::json;

    fn code(system: &str, code: &str) -> Code {
        Code { system: Some(system.to_owned()), code: code.to_owned() }
    }

    fn labelled(codes: &[&str]) -> Value {
        let labels = codes.iter().map(|code| json!({"system": CONFIDENTIALITY_SYSTEM, "code": code}));
        json!({"resourceType": "Condition", "meta": {"security": labels.collect::<Vec<_>>()}})
    }

    #[test]
    fn what_takes_needs_a_possibility_and_what_gives_needs_to_be_sure() {
        let of = |time: &str| About { period: time_range(time), ..About::default() };
        let on = |time: &str| json!({"resourceType": "Observation", "effectiveDateTime": time});
        for (about, resource, surely, possibly) in [
            (About::default(), json!({"resourceType": "Observation"}), true, true),
            (of("2020"), on("2020-05-01"), true, true),
            (of("2020-05"), on("2020"), false, true),
            (of("2020"), on("2021-05-01"), false, false),
            (of("2020"), json!({"resourceType": "Observation"}), false, true),
        ] {
            assert_eq!(
                (about.surely(&resource), about.possibly(&resource)),
                (surely, possibly),
                "{resource}"
            );
        }
    }

    #[test]
    fn codes_stand_anywhere() {
        let about = About { codes: vec![code("http://loinc.org", "1-8")], ..About::default() };
        let coding = |system: &str| json!({"coding": [{"system": system, "code": "1-8"}]});
        for (resource, expect) in [
            (json!({"resourceType": "Observation", "code": coding("http://loinc.org")}), true),
            (
                json!({"resourceType": "Observation", "component": [{"code": coding("http://loinc.org")}]}),
                true,
            ),
            (json!({"resourceType": "Observation", "code": coding("http://snomed.info/sct")}), false),
            (json!({"resourceType": "Observation", "status": "1-8"}), false),
        ] {
            assert_eq!(about.surely(&resource), expect, "{resource}");
        }
    }

    #[test]
    fn confidentiality_has_an_order() {
        let about = |label| About { labels: vec![label], ..About::default() };
        for (label, codes, expect) in [
            (Label::UpTo(3), vec!["L"], true),
            (Label::UpTo(3), vec!["R"], false),
            (Label::UpTo(3), vec![], false),
            (Label::From(4), vec!["V"], true),
            (Label::From(4), vec!["N"], false),
            (Label::Exactly(code(CONFIDENTIALITY_SYSTEM, "R")), vec!["N", "R"], true),
        ] {
            assert_eq!(about(label).possibly(&labelled(&codes)), expect, "{codes:?}");
        }
    }

    #[test]
    fn a_resource_is_meant_by_name_and_with_what_refers_to_it() {
        let about = |and_dependents| About {
            resources: vec![Named { reference: "Encounter/e".to_owned(), and_dependents }],
            ..About::default()
        };
        let itself = json!({"resourceType": "Encounter", "id": "e"});
        let dependent =
            json!({"resourceType": "Observation", "id": "o", "encounter": {"reference": "Encounter/e"}});
        for (and_dependents, resource, expect) in [
            (false, &itself, true),
            (false, &dependent, false),
            (true, &itself, true),
            (true, &dependent, true),
        ] {
            assert_eq!(about(and_dependents).surely(resource), expect, "{resource}");
        }
    }
}
