//! Conditions, allergies, immunisations, procedures, visits and reports.

use super::read::{all, at, codes, date, display, has_code, named, names, text};
use super::said::{self, capital, without_tag};
use super::{Fact, Kind, ResourceKey, Standing, System};
use crate::concepts::{Concept, Domain, concepts};
use crate::words::stems;
use salus_fhir::json::Value;

pub(super) fn condition(resource: &Value, source: ResourceKey) -> Fact {
    let mut fact = coded(resource, "code", source, Kind::Condition, "Condition");
    let snomed = fact.codes.iter().filter(|code| code.system == System::Snomed);
    let known = snomed
        .flat_map(|code| concepts().of_code(Domain::Condition, &code.code))
        .filter_map(|concept| Some((said_whole(concept, &stems(&fact.recorded))?, concept)))
        .max_by_key(|(length, _)| *length)
        .map(|(_, concept)| concept);
    if let Some(concept) = known {
        fact.title = capital(concept.label);
    }
    fact.date = date(resource, &["onsetDateTime", "onsetPeriod.start", "recordedDate"]);
    fact.end = date(resource, &["abatementDateTime", "abatementPeriod.end"]);
    fact.standing = standing(resource, fact.end.is_some());
    fact.gravity = named(resource, "severity").map(|severity| without_tag(severity).to_lowercase());
    fact.text = sentence(
        fact.named(),
        &[
            standing_said(fact.standing),
            fact.gravity.clone(),
            fact.date.as_ref().map(|date| format!("since {}", date.shown())),
            fact.end.as_ref().map(|end| format!("until {}", end.shown())),
        ],
    );
    add_notes(&mut fact, resource);
    fact
}

/// How many words of a recorded name the concept's own name holds, where the rest adds nothing to it:
/// "Essential hypertension" is high blood pressure, "Retinopathy due to diabetes" is not just diabetes.
fn said_whole(concept: &Concept, recorded: &[String]) -> Option<usize> {
    const ADDS_NOTHING: [&str; 9] =
        ["essenti", "primari", "mellitus", "unspecifi", "disord", "diseas", "benign", "systol", "nos"];
    let names = concept.phrases.iter().cloned().chain([stems(concept.medical)]);
    names
        .filter(|name| !name.is_empty() && name.iter().all(|word| recorded.contains(word)))
        .filter(|name| {
            let rest = recorded.iter().filter(|word| !name.contains(word));
            rest.into_iter().all(|word| ADDS_NOTHING.contains(&word.as_str()))
        })
        .map(|name| name.len())
        .max()
}

pub(super) fn allergy(resource: &Value, source: ResourceKey) -> Fact {
    let mut fact = coded(resource, "code", source, Kind::Allergy, "Allergy");
    fact.date = date(resource, &["onsetDateTime", "recordedDate"]);
    fact.standing = standing(resource, false);
    fact.gravity = match text(resource, "criticality") {
        Some("high") => Some("can be dangerous".to_owned()),
        Some("low") => Some("low risk".to_owned()),
        _ => None,
    };
    let mut reactions: Vec<String> = all(resource, "reaction")
        .iter()
        .flat_map(|reaction| all(reaction, "manifestation"))
        .filter_map(|manifestation| super::read::concept_text(manifestation))
        .map(|reaction| without_tag(reaction).to_owned())
        .collect();
    reactions.dedup();
    fact.detail = (!reactions.is_empty()).then(|| said::list(&reactions));
    let kind = text(resource, "type").map(capital);
    fact.text = sentence(
        format!("{}: {}", kind.as_deref().unwrap_or("Allergy record"), fact.named()),
        &[
            standing_said(fact.standing),
            fact.gravity.clone(),
            fact.detail.as_ref().map(|reactions| format!("reaction: {reactions}")),
            fact.date.as_ref().map(|date| format!("recorded {}", date.shown())),
        ],
    );
    add_notes(&mut fact, resource);
    fact
}

pub(super) fn immunization(resource: &Value, source: ResourceKey) -> Fact {
    let mut fact = coded(resource, "vaccineCode", source, Kind::Immunization, "Vaccine");
    fact.date = date(resource, &["occurrenceDateTime", "recorded"]);
    if text(resource, "status") == Some("not-done") {
        fact.standing = Standing::Refuted;
        fact.detail = named(resource, "statusReason").map(str::to_owned);
    }
    let covered = vaccinates_against(&fact);
    let name = if covered.is_empty() {
        fact.named()
    } else {
        format!("{} (against {})", fact.named(), said::list(&covered))
    };
    let done = if fact.standing == Standing::Refuted { "was not given" } else { "given" };
    fact.text = sentence(
        format!("Vaccine: {name}"),
        &[
            Some(match &fact.date {
                Some(date) => format!("{done} on {}", date.shown()),
                None => done.to_owned(),
            }),
            fact.detail.clone(),
            text(resource, "lotNumber").map(|lot| format!("lot {lot}")),
        ],
    );
    add_notes(&mut fact, resource);
    fact
}

fn vaccinates_against(fact: &Fact) -> Vec<String> {
    let cvx = fact.codes.iter().filter(|code| code.system == System::Cvx);
    let mut labels: Vec<String> = cvx
        .flat_map(|code| concepts().of_code(Domain::Vaccine, &code.code))
        .map(|concept| concept.label.to_owned())
        .collect();
    labels.dedup();
    labels
}

pub(super) fn procedure(resource: &Value, source: ResourceKey) -> Fact {
    let mut fact = coded(resource, "code", source, Kind::Procedure, "Procedure");
    fact.date = date(resource, &["performedDateTime", "performedPeriod.start"]);
    fact.end = date(resource, &["performedPeriod.end"]);
    fact.standing = match text(resource, "status") {
        Some("not-done") => Standing::Refuted,
        Some("preparation") => Standing::Planned,
        _ => Standing::Current,
    };
    fact.detail = named(resource, "outcome").map(str::to_owned);
    let done = match fact.standing {
        Standing::Refuted => "not done",
        Standing::Planned => "planned",
        _ => "done",
    };
    fact.text = sentence(
        format!("Procedure: {}", fact.named()),
        &[
            Some(match &fact.date {
                Some(date) => format!("{done} on {}", date.shown()),
                None => done.to_owned(),
            }),
            because(resource),
            fact.detail.as_ref().map(|outcome| format!("outcome: {outcome}")),
        ],
    );
    add_notes(&mut fact, resource);
    fact
}

pub(super) fn encounter(resource: &Value, source: ResourceKey) -> Option<Fact> {
    let status = text(resource, "status").unwrap_or_default();
    if status == "cancelled" {
        return None;
    }
    let mut fact = coded(resource, "type", source, Kind::Encounter, "Visit");
    let class = match text(resource, "class.code") {
        Some("EMER") => Some("emergency"),
        Some("IMP" | "ACUTE" | "NONAC") => Some("hospital stay"),
        Some("VR") => Some("by phone or video"),
        Some("HH") => Some("at home"),
        _ => None,
    };
    fact.date = date(resource, &["period.start"]);
    fact.end = date(resource, &["period.end"]);
    if status == "planned" {
        fact.standing = Standing::Planned;
    }
    let place = display(resource, "serviceProvider").or_else(|| display(resource, "location.location"));
    let with = display(resource, "participant.individual");
    fact.detail = because(resource);
    fact.gravity = class.map(str::to_owned);
    if let Some(class) = class {
        fact.stems.extend(stems(class));
    }
    fact.place = place.map(str::to_owned);
    fact.who = with.map(str::to_owned);
    fact.text = sentence(
        format!("Visit: {}", fact.named()),
        &[
            class.map(str::to_owned),
            fact.date.as_ref().map(|date| format!("on {}", date.shown())),
            fact.end
                .as_ref()
                .filter(|end| Some(end.last) != fact.date.as_ref().map(|d| d.last))
                .map(|end| format!("until {}", end.shown())),
            fact.place.as_ref().map(|place| format!("at {place}")),
            fact.who.as_ref().map(|who| format!("with {who}")),
            fact.detail.clone(),
        ],
    );
    Some(fact)
}

pub(super) fn report(resource: &Value, source: ResourceKey) -> Fact {
    let is_imaging = source.type_name == "ImagingStudy";
    let mut fact = if is_imaging {
        let mut fact = coded(resource, "procedureCode", source, Kind::Report, "Imaging");
        let seen = [text(resource, "series.modality.display"), text(resource, "series.bodySite.display")];
        let seen: Vec<&str> = seen.into_iter().flatten().collect();
        if !seen.is_empty() {
            fact.recorded = seen.join(", ");
            fact.title = fact.recorded.clone();
        }
        fact
    } else {
        coded(resource, "code", source, Kind::Report, "Report")
    };
    fact.date = date(resource, &["effectiveDateTime", "effectivePeriod.start", "started", "issued"]);
    fact.detail = text(resource, "conclusion").or_else(|| text(resource, "description")).map(str::to_owned);
    let results: Vec<String> = all(resource, "result")
        .iter()
        .filter_map(|result| text(result, "display"))
        .map(str::to_owned)
        .collect();
    fact.text = sentence(
        format!("{}: {}", if is_imaging { "Imaging" } else { "Report" }, fact.named()),
        &[
            fact.date.as_ref().map(|date| format!("of {}", date.shown())),
            (!results.is_empty()).then(|| format!("with {}", said::list(&results))),
            fact.detail.clone(),
        ],
    );
    fact
}

/// A fact named by the CodeableConcept at `path`.
pub(super) fn coded(resource: &Value, path: &str, source: ResourceKey, kind: Kind, unnamed: &str) -> Fact {
    let mut fact = Fact::new(source, kind);
    let Some(concept) = at(resource, path) else {
        fact.title = unnamed.to_owned();
        return fact;
    };
    fact.recorded = without_tag(super::read::concept_text(concept).unwrap_or(unnamed)).to_owned();
    fact.title = fact.recorded.clone();
    fact.codes = codes(concept);
    fact.stems = stems(&names(concept).join(" "));
    fact
}

/// The head and what is known of the rest, as one sentence.
pub(super) fn sentence(head: String, rest: &[Option<String>]) -> String {
    let rest: Vec<&str> = rest.iter().filter_map(Option::as_deref).filter(|part| !part.is_empty()).collect();
    if rest.is_empty() { format!("{head}.") } else { format!("{head}, {}.", rest.join(", ")) }
}

pub(super) fn add_notes(fact: &mut Fact, resource: &Value) {
    for note in all(resource, "note").iter().filter_map(|note| text(note, "text")) {
        fact.text += &format!(" Note: {note}");
    }
}

fn because(resource: &Value) -> Option<String> {
    let reason = named(resource, "reasonCode").or_else(|| display(resource, "reasonReference"))?;
    Some(format!("because of {}", without_tag(reason)))
}

fn standing(resource: &Value, ended: bool) -> Standing {
    if has_code(resource, "verificationStatus", "refuted") {
        return Standing::Refuted;
    }
    let past = ["inactive", "remission", "resolved"];
    if ended || past.iter().any(|status| has_code(resource, "clinicalStatus", status)) {
        return Standing::Past;
    }
    let doubtful = ["unconfirmed", "provisional", "differential"];
    if doubtful.iter().any(|status| has_code(resource, "verificationStatus", status)) {
        return Standing::Unconfirmed;
    }
    Standing::Current
}

fn standing_said(standing: Standing) -> Option<String> {
    Some(
        match standing {
            Standing::Current => "active",
            Standing::Past => "no longer active",
            Standing::Planned => "planned",
            Standing::Unconfirmed => "not confirmed",
            Standing::Refuted => "refuted: it is not so",
        }
        .to_owned(),
    )
}
