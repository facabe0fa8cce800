//! Blackening: a reference to an erased person becomes a word that refers to nobody.

use salus_fhir::json::Value;
use salus_fhir::reference::Reference;
use salus_store::{Batch, Error, Expect, Op, Records};
use serde_json::json;

const WORD: &str = "(erased)";

/// Blackens the references to a patient in a resource of somebody else; false where there are none any more.
pub(super) async fn redact(
    records: &Records,
    type_name: &str,
    id: &str,
    patient: &str,
) -> Result<bool, Error> {
    let Some(stored) = records.read(type_name, id).await? else { return Ok(false) };
    let mut resource = stored.json()?;
    if !blacken(&mut resource, patient) {
        return Ok(false);
    }
    records.write(Batch::of(Op::Put { resource, expect: Expect::Version(stored.version) })).await?;
    Ok(true)
}

fn blacken(value: &mut Value, patient: &str) -> bool {
    match value {
        Value::Object(members) if refers(members.get("reference"), patient) => {
            *value = json!({ "display": WORD });
            true
        }
        Value::Object(members) => {
            // Counted, not asked for any: all of them are blackened.
            members.values_mut().filter_map(|member| blacken(member, patient).then_some(())).count() > 0
        }
        Value::Array(items) => {
            items.iter_mut().filter_map(|item| blacken(item, patient).then_some(())).count() > 0
        }
        _ => false,
    }
}

fn refers(reference: Option<&Value>, patient: &str) -> bool {
    let Some(text) = reference.and_then(Value::as_str) else { return false };
    matches!(Reference::parse(text), Reference::Local { type_name: "Patient", id, .. } if id == patient)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_references_to_the_person_are_blackened() {
        let to = |reference: &str| json!({ "reference": reference, "display": "Maria" });
        for (reference, expect) in [
            (to("Patient/p"), json!({ "display": WORD })),
            (to("Patient/p/_history/3"), json!({ "display": WORD })),
            (to("Patient/q"), to("Patient/q")),
            (to("Practitioner/p"), to("Practitioner/p")),
            (to("https://elsewhere.example/Patient/p"), to("https://elsewhere.example/Patient/p")),
        ] {
            let mut resource = json!({ "performer": [reference, to("Patient/q")] });
            blacken(&mut resource, "p");
            assert_eq!(resource, json!({ "performer": [expect, to("Patient/q")] }));
        }
    }
}
