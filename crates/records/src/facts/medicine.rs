//! Medicines: asked for, taken, handed out.

use super::clinical::{add_notes, coded, sentence};
use super::read::{all, at, date, display, named, names, text};
use super::said::{number, unit, with_unit, written};
use super::{Context, Fact, Kind, ResourceKey, Standing};
use crate::words::stems;
use salus_fhir::json::Value;

pub(super) fn medicine(resource: &Value, source: ResourceKey, context: &Context) -> Option<Fact> {
    let status = text(resource, "status").unwrap_or_default();
    if matches!(status, "cancelled" | "draft" | "declined") {
        return None;
    }
    let type_name = source.type_name.clone();
    let mut fact = coded(resource, "medicationCodeableConcept", source, Kind::Medicine, "Medicine");
    if let Some(medication) = referenced(resource, context)
        && let Some(code) = at(medication, "code")
    {
        fact.recorded = super::read::concept_text(code).unwrap_or("Medicine").to_owned();
        fact.title = fact.recorded.clone();
        fact.codes = super::read::codes(code);
        fact.stems = stems(&names(code).join(" "));
    } else if let Some(name) = text(resource, "medicationReference.display") {
        fact.recorded = name.to_owned();
        fact.title = fact.recorded.clone();
        fact.stems = stems(name);
    }
    fact.date = date(
        resource,
        &[
            "authoredOn",
            "effectiveDateTime",
            "effectivePeriod.start",
            "dateAsserted",
            "whenHandedOver",
            "whenPrepared",
        ],
    );
    fact.end = date(resource, &["effectivePeriod.end", "dispenseRequest.validityPeriod.end"]);
    fact.standing = match (type_name.as_str(), status) {
        ("MedicationRequest", "active") | ("MedicationStatement", "active" | "intended") => Standing::Current,
        ("MedicationDispense" | "MedicationAdministration", "in-progress" | "preparation") => {
            Standing::Current
        }
        (_, "not-taken" | "not-done") => Standing::Refuted,
        (_, "unknown") => Standing::Unconfirmed,
        _ => Standing::Past,
    };
    if matches!(text(resource, "intent"), Some("proposal" | "plan" | "option")) {
        fact.standing = Standing::Planned;
    }
    let is_forbidden = resource.get("doNotPerform").and_then(Value::as_bool) == Some(true);
    if is_forbidden {
        fact.standing = Standing::Refuted;
    }
    fact.detail = dosage(resource);
    fact.who = display(resource, "requester").map(str::to_owned);
    let verb = match type_name.as_str() {
        "MedicationRequest" => "prescribed",
        "MedicationStatement" => "taken since",
        "MedicationDispense" => "handed out",
        _ => "given",
    };
    fact.text = sentence(
        format!("Medicine: {}", fact.named()),
        &[
            fact.detail.clone(),
            Some(if is_forbidden { "not to be taken".to_owned() } else { standing_said(status) }),
            fact.date.as_ref().map(|date| format!("{verb} {}", date.shown())),
            fact.end.as_ref().map(|end| format!("until {}", end.shown())),
            fact.who.as_ref().map(|who| format!("prescribed by {who}")),
            named(resource, "reasonCode").map(|reason| format!("because of {reason}")),
        ],
    );
    add_notes(&mut fact, resource);
    Some(fact)
}

/// The Medication a reference means: contained, or among the resources of the context.
fn referenced<'a>(resource: &'a Value, context: &'a Context) -> Option<&'a Value> {
    let reference = text(resource, "medicationReference.reference")?;
    if let Some(local) = reference.strip_prefix('#') {
        return all(resource, "contained").iter().find(|inner| text(inner, "id") == Some(local));
    }
    let bare = reference.split("/_history/").next().unwrap_or(reference);
    context.medications.get(bare)
}

fn dosage(resource: &Value) -> Option<String> {
    let dosage = at(resource, "dosageInstruction").or_else(|| at(resource, "dosage"))?;
    if let Some(words) = text(dosage, "text").or_else(|| text(dosage, "patientInstruction")) {
        return Some(words.to_owned());
    }
    let dose = at(dosage, "doseAndRate.doseQuantity").and_then(|quantity| {
        let amount = number(&written(at(quantity, "value")?)?);
        Some(match unit(quantity) {
            Some(unit) => with_unit(&amount, Some(&unit)),
            None => format!("{amount} at a time,"),
        })
    });
    let parts: Vec<String> = [dose, timing(dosage), as_needed(dosage)].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn timing(dosage: &Value) -> Option<String> {
    if let Some(words) = named(dosage, "timing.code") {
        return Some(words.to_owned());
    }
    let repeat = at(dosage, "timing.repeat")?;
    let times = written(repeat.get("frequency")?)?;
    let period = written(repeat.get("period")?)?;
    let unit = match text(repeat, "periodUnit")? {
        "h" => "hour",
        "d" => "day",
        "wk" => "week",
        "mo" => "month",
        _ => return None,
    };
    let every = if period == "1" { format!("a {unit}") } else { format!("every {period} {unit}s") };
    Some(if times == "1" { format!("once {every}") } else { format!("{times} times {every}") })
}

fn as_needed(dosage: &Value) -> Option<String> {
    let needed = dosage.get("asNeededBoolean").and_then(Value::as_bool) == Some(true);
    (needed || dosage.get("asNeededCodeableConcept").is_some()).then(|| "as needed".to_owned())
}

fn standing_said(status: &str) -> String {
    match status {
        "active" => "active",
        "intended" => "planned to be taken",
        "completed" => "completed",
        "stopped" => "stopped",
        "on-hold" => "paused",
        "not-taken" => "not taken",
        "unknown" | "" => "status not known",
        other => other,
    }
    .to_owned()
}
