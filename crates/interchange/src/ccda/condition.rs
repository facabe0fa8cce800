//! Problems, diagnoses, health concerns: Condition.

use super::agents::individual;
use super::allergy::is_status;
use super::codes::{Denied, denied, identifiers};
use super::context::Context;
use super::fields::{Fields, coded};
use super::note::comments;
use super::statement::{is_template, kind, parts, rest};
use super::tables::{mapped, meant};
use super::tree::Element;
use serde_json::{Value, json};

const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
const VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/condition-category";
const US_CATEGORY: &str = "http://hl7.org/fhir/us/core/CodeSystem/condition-category";
const SNOMED: &str = "http://snomed.info/sct";
/// Parts that say something about the problem itself: status, health status, age, priority, comment, author.
const DETAILS: [&str; 5] = ["6", "5", "31", "64", "119"];

/// Which list a Condition is on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Category {
    ProblemList,
    Diagnosis,
    HealthConcern,
    None,
}

impl Category {
    pub(super) fn of(about: Option<&str>) -> Self {
        match about {
            Some("problems") => Self::ProblemList,
            Some("diagnoses") => Self::Diagnosis,
            Some("concerns") => Self::HealthConcern,
            _ => Self::None,
        }
    }

    fn concept(self) -> Option<Value> {
        match self {
            Self::ProblemList => Some(coded(CATEGORY, "problem-list-item")),
            Self::Diagnosis => Some(coded(CATEGORY, "encounter-diagnosis")),
            Self::HealthConcern => Some(coded(US_CATEGORY, "health-concern")),
            Self::None => None,
        }
    }
}

/// A concern or diagnosis holds the problems that it is about.
pub(super) fn concern<'d>(context: &mut Context<'d>, act: &'d Element, category: Category) -> Vec<String> {
    let about = Some("problems");
    let is_problem = |part: &Element| part.name() == "observation" && kind(part, about) == "problem";
    let held: Vec<&'d Element> = parts(act).filter(|part| is_problem(part)).collect();
    let mut made: Vec<String> =
        held.into_iter().flat_map(|one| problem(context, one, Some(act), category)).collect();
    made.extend(rest(context, act, |part| is_problem(part) || is_template(part, "64")));
    made
}

/// One problem.
pub(super) fn problem<'d>(
    context: &mut Context<'d>,
    observation: &'d Element,
    concern: Option<&'d Element>,
    category: Category,
) -> Vec<String> {
    let Some(code) = name(context, observation) else { return Vec::new() };
    let is_none = observation.is_negated() && code["coding"][0]["code"] == "160245001";
    let time = context.interval(observation.child("effectiveTime"));
    let (onset, end) = (time.first().map(str::to_owned), time.last().map(str::to_owned));
    let is_refuted = observation.is_negated() && !is_none;
    let status = clinical_status(observation, concern, end.is_some()).filter(|_| !is_none);
    let status = if is_none { Some("active") } else { status };
    let is_void = is_void(observation, concern);
    let status = status.filter(|_| !is_void);
    let verification = match (is_void, is_refuted) {
        (true, _) => "entered-in-error",
        (false, true) => "refuted",
        (false, false) => "confirmed",
    };
    let age = parts(observation).find(|part| is_template(part, "31"));
    let age = age.and_then(|part| part.child("value")).and_then(super::family::age);
    let mut fields = Fields::of("Condition")
        .with("identifier", Some(identifiers(observation)))
        .with("clinicalStatus", status.map(|status| coded(CLINICAL, status)))
        .with("verificationStatus", Some(coded(VERIFICATION, verification)))
        .with("category", category.concept().map(|category| vec![category]))
        .with("code", Some(code))
        .with("bodySite", Some(sites(context, observation)))
        .with("subject", Some(context.patient_reference()));
    match (onset, age) {
        (Some(onset), _) => fields.put("onsetDateTime", Some(onset)),
        (None, Some(age)) => fields.put("onsetAge", Some(age)),
        (None, None) => {}
    }
    fields.put("abatementDateTime", end);
    let author = context.author(observation);
    let author = if author.who.is_some() {
        author
    } else {
        concern.map(|act| context.author(act)).unwrap_or_default()
    };
    fields.put("recordedDate", author.when);
    fields.put("recorder", author.who.map(individual));
    let mut notes = comments(context, observation);
    notes.extend(concern.map(|act| comments(context, act)).unwrap_or_default());
    fields.put("note", Some(notes));
    // What has no identifier of its own has its concern's, if that is about this alone.
    let is_alone =
        concern.is_some_and(|act| parts(act).filter(|part| part.name() == "observation").count() == 1);
    let source = if observation.child("id").is_some() || !is_alone {
        observation
    } else {
        concern.unwrap_or(observation)
    };
    let mut made = vec![context.add(source, fields)];
    let is_detail = |part: &Element| DETAILS.iter().any(|short| is_template(part, short)) || is_status(part);
    made.extend(rest(context, observation, is_detail));
    made
}

/// Whether an entry, or the concern that it stands in, was taken back.
pub(super) fn is_void(observation: &Element, concern: Option<&Element>) -> bool {
    let mut states =
        std::iter::once(observation).chain(concern).filter_map(|one| one.of("statusCode", "code"));
    states.any(|state| state == "nullified")
}

/// The problem: a negated entry about no problem in particular says that there is none.
fn name(context: &mut Context<'_>, observation: &Element) -> Option<Value> {
    let value = observation.all("value").find(|value| context.concept(value).is_some());
    let concept = value.and_then(|value| context.concept(value));
    if observation.is_negated() {
        let any = value.and_then(|value| value.attr("code")).and_then(|code| meant("any-problem", code));
        let null = observation.child("value").and_then(Element::null);
        return match (any, denied(concept.as_ref(), null)) {
            (Some(("problem", _)), _) | (None, Denied::Nothing) => {
                let text = "No current problems or disability";
                let coding = json!([{ "system": SNOMED, "code": "160245001", "display": text }]);
                Some(json!({ "coding": coding, "text": text }))
            }
            (None, Denied::Named) => concept,
            _ => {
                context
                    .leave_out("That there is no problem of some kind, stands in its words only.".to_owned());
                None
            }
        };
    }
    concept.or_else(|| context.words_of(observation, "text").map(|words| json!({ "text": words })))
}

/// Where in the body: the site, and the finding site that qualifies the problem.
fn sites(context: &Context<'_>, observation: &Element) -> Vec<Value> {
    const FINDING_SITE: &str = "363698007";
    let mut sites = context.concepts_of(observation, "targetSiteCode");
    let qualifiers = observation.all("value").flat_map(|value| value.all("qualifier"));
    let found = qualifiers.filter(|one| one.of("name", "code") == Some(FINDING_SITE));
    sites.extend(found.filter_map(|one| context.concept(one.child("value")?)));
    sites
}

/// An end makes it resolved, unless it is said to be inactive or in remission; else what is stated; else what the
/// concern's state says.
fn clinical_status(observation: &Element, concern: Option<&Element>, is_over: bool) -> Option<&'static str> {
    let stated =
        parts(observation).find(|part| is_status(part)).and_then(|status| status.of("value", "code"));
    let stated = stated.and_then(|code| mapped("clinical-status", code));
    let follows = || {
        concern.and_then(|act| act.of("statusCode", "code")).and_then(|code| mapped("clinical-status", code))
    };
    match (stated, is_over) {
        (Some(status @ ("inactive" | "remission" | "resolved")), true) => Some(status),
        (_, true) => Some("resolved"),
        (Some(status), false) => Some(status),
        (None, false) => follows(),
    }
}
