//! Family history: one relative, and the conditions of that relative.

use super::codes::{identifier, identifiers};
use super::context::Context;
use super::fields::Fields;
use super::quantity::quantity;
use super::statement::{is_template, parts, related, rest};
use super::tables::mapped;
use super::time::moment;
use super::tree::Element;
use serde_json::{Value, json};

/// A relative.
pub(super) fn family<'d>(context: &mut Context<'d>, organizer: &'d Element) -> Vec<String> {
    let relative = organizer.at(&["subject", "relatedSubject"]);
    let person = relative.and_then(|relative| relative.child("subject"));
    let gender = person.and_then(|person| person.of("administrativeGenderCode", "code"));
    let sex = gender.and_then(|code| mapped("gender", code)).map(
        |sex| json!({ "coding": [{ "system": "http://hl7.org/fhir/administrative-gender", "code": sex }] }),
    );
    let own: Vec<Value> =
        person.map(|person| person.all("sdtc:id").filter_map(identifier).collect()).unwrap_or_default();
    let mut fields = Fields::of("FamilyMemberHistory")
        .with("identifier", Some([identifiers(organizer), own].concat()))
        .with(
            "status",
            Some(if organizer.of("statusCode", "code") == Some("completed") {
                "completed"
            } else {
                "partial"
            }),
        )
        .with("patient", Some(context.patient_reference()))
        .with("name", person.and_then(|person| person.child("name")).map(Element::words))
        .with("relationship", Some(context.demanded(relative.and_then(|relative| relative.child("code")))))
        .with("sex", sex);
    if let Some(born) = person.and_then(|person| person.of("birthTime", "value")).and_then(moment) {
        fields.put("bornDate", Some(super::time::day(&born)));
    }
    let observations: Vec<&'d Element> =
        organizer.all("component").filter_map(|component| component.child("observation")).collect();
    fields_of_death(person, &observations, &mut fields);
    let mut conditions = Vec::new();
    let mut notes = Vec::new();
    for observation in observations {
        let code = observation.child("value").and_then(|value| context.concept(value));
        let words = || context.words_of(observation, "text");
        let code = code.or_else(|| words().map(|words| json!({ "text": words })));
        match code {
            None => context.leave_out("A condition of a relative is not named.".to_owned()),
            Some(code) if observation.is_negated() => {
                let what = super::allergy::said(&code).unwrap_or_default();
                notes.push(json!({ "text": format!("Not known to have had: {what}") }));
            }
            Some(code) => conditions.extend(condition(context, observation, code)),
        }
    }
    fields.put("note", Some(notes));
    fields.put("condition", Some(conditions));
    vec![context.add(organizer, fields)]
}

fn condition<'d>(context: &mut Context<'d>, observation: &'d Element, code: Value) -> Option<Value> {
    let onset =
        parts(observation).find(|part| is_age(part)).and_then(|part| part.child("value")).and_then(age);
    let time = context.interval(observation.child("effectiveTime"));
    let is_cause = related(observation, "CAUS").any(is_death);
    let mut condition =
        Fields::default().with("code", Some(code)).with("contributedToDeath", is_cause.then_some(true));
    match onset {
        Some(age) => condition.put("onsetAge", Some(age)),
        None => condition.put(
            "onsetPeriod",
            time.any_period().map(|mut period| {
                // That it was there then, does not say that it ended then.
                if let (Some(_), Some(members)) = (&time.at, period.as_object_mut()) {
                    members.remove("end");
                }
                period
            }),
        ),
    }
    rest(context, observation, |part| is_age(part) || is_death(part));
    condition.value()
}

/// Whether and at what age the relative died.
fn fields_of_death(person: Option<&Element>, observations: &[&Element], fields: &mut Fields) {
    let told = person.and_then(|person| person.of("sdtc:deceasedInd", "value"));
    let when = person.and_then(|person| person.of("sdtc:deceasedTime", "value")).and_then(moment);
    let deaths = observations.iter().flat_map(|observation| parts(observation)).filter(|part| is_death(part));
    let mut deaths = deaths.peekable();
    let is_dead = told == Some("true") || deaths.peek().is_some();
    let at_age =
        deaths.flat_map(parts).find(|part| is_age(part)).and_then(|part| part.child("value")).and_then(age);
    match (when, at_age) {
        (Some(when), _) => fields.put("deceasedDate", Some(super::time::day(&when))),
        (None, Some(age)) => fields.put("deceasedAge", Some(age)),
        (None, None) if is_dead => fields.put("deceasedBoolean", Some(true)),
        (None, None) if told == Some("false") => fields.put("deceasedBoolean", Some(false)),
        (None, None) => {}
    }
}

fn is_age(part: &Element) -> bool {
    is_template(part, "31") || matches!(part.code(), Some("445518008" | "397659008"))
}

fn is_death(part: &Element) -> bool {
    (is_template(part, "47") || part.of("value", "code") == Some("419099009")) && !part.is_negated()
}

/// An Age, which has a unit of time.
pub(super) fn age(value: &Element) -> Option<Value> {
    let unit = value.attr("unit").unwrap_or("a");
    let age = quantity(value)?;
    (matches!(unit, "a" | "mo" | "wk" | "d" | "h" | "min")
        && age["value"].as_f64().is_some_and(|years| years > 0.0))
    .then(|| json!({ "value": age["value"], "unit": unit, "system": super::quantity::UCUM, "code": unit }))
}
