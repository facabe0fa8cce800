//! What becomes of an entry: its template decides, else its class, its mood and its section.

use super::context::Context;
use super::tables::template;
use super::tree::Element;
use super::{
    allergy::{self, is_status},
    care_team, condition, coverage, directive, encounter, family, immunization, medication, note,
    observation, panel, plan, procedure, supply,
};

/// What an entry is read as; see `tables/templates.tsv`.
pub(super) fn kind<'e>(statement: &'e Element, about: Option<&str>) -> &'e str {
    if let Some(kind) = statement.templates().find_map(template) {
        return kind;
    }
    if is_status(statement) {
        return "detail";
    }
    let mood = statement.mood();
    let is_event = mood == "EVN";
    match statement.name() {
        "observation" if mood == "GOL" => "goal",
        "observation" | "procedure" | "act" if !is_event && !matches!(mood, "DEF" | "EVN.CRT") => match about
        {
            Some("payers") => "wrapper",
            _ => "request",
        },
        "observation" => match about {
            Some("allergies") => "allergy",
            Some("problems" | "diagnoses" | "concerns") if is_assertion(statement) => "problem",
            Some("directives") => "directive",
            _ if statement.attr("classCode") == Some("DGIMG") => "image",
            _ => "observation",
        },
        "procedure" => "procedure",
        "substanceAdministration" if about == Some("immunizations") => "immunization",
        "substanceAdministration" => "medication",
        "supply" => "supply",
        "encounter" => "encounter",
        "organizer" => match about {
            Some("results") => "results",
            Some("family") => "family",
            Some("devices" | "directives") => "wrapper",
            _ => "panel",
        },
        "act" => match about {
            Some("allergies") => "allergy-concern",
            Some("problems") => "concern",
            Some("concerns") => "health-concern",
            Some("diagnoses") => "diagnosis",
            Some("payers") => "wrapper",
            Some("procedures") if statement.code().is_some() => "procedure",
            _ => "wrapper",
        },
        "observationMedia" => "image",
        _ => "unknown",
    }
}

/// An observation whose value is the problem, and whose code says only what kind of thing it is.
fn is_assertion(observation: &Element) -> bool {
    observation
        .all("value")
        .any(|value| value.data_type().is_none_or(|name| matches!(name, "CD" | "CE" | "CV")))
}

/// Reads an entry, and gives the names of the resources that it became. What did not become any is told.
pub(super) fn convert<'d>(context: &mut Context<'d>, statement: &'d Element) -> Vec<String> {
    let before = context.left_out_count();
    let made = dispatch(context, statement);
    if made.is_empty() && context.left_out_count() == before {
        context.leave_out(format!("The {} has no place in FHIR.", described(statement)));
    }
    made
}

/// Kinds that can be told also when they are negated; each says how.
const NEGATABLE: [&str; 10] = [
    "allergy",
    "encounter",
    "goal",
    "immunization",
    "medication",
    "observation",
    "problem",
    "procedure",
    "request",
    "study",
];

fn dispatch<'d>(context: &mut Context<'d>, statement: &'d Element) -> Vec<String> {
    if let Some(why) = statement.null() {
        context.leave_out(format!("The {} says only that nothing is known ({why}).", described(statement)));
        return Vec::new();
    }
    let kind = kind(statement, context.about);
    if statement.is_negated() && !NEGATABLE.contains(&kind) {
        context.leave_out(format!("The {} is said not to be so: its words say it.", described(statement)));
        return Vec::new();
    }
    // What is planned is never told as if it had been found.
    let is_plan = matches!(statement.mood(), "INT" | "RQO" | "PRP" | "PRMS" | "ARQ" | "APT");
    match kind {
        "observation" | "problem" | "allergy" | "image" if is_plan => plan::request(context, statement),
        "observation" | "problem" if statement.mood() == "GOL" => plan::goal(context, statement),
        "allergy-concern" => allergy::concern(context, statement),
        "allergy" => allergy::allergy(context, statement, None),
        "concern" => condition::concern(context, statement, condition::Category::ProblemList),
        "health-concern" => condition::concern(context, statement, condition::Category::HealthConcern),
        "diagnosis" => condition::concern(context, statement, condition::Category::Diagnosis),
        "problem" => condition::problem(context, statement, None, condition::Category::of(context.about)),
        "medication" => medication::medication(context, statement),
        "immunization" => immunization::immunization(context, statement),
        "supply" => supply::supply(context, statement),
        "procedure" => procedure::procedure(context, statement),
        "request" => plan::request(context, statement),
        "goal" => plan::goal(context, statement),
        "communication" => plan::communication(context, statement),
        "encounter" if statement.mood() == "EVN" => encounter::encounter(context, statement),
        "encounter" => plan::appointment(context, statement),
        "results" => panel::report(context, statement),
        "panel" => panel::panel(context, statement),
        "observation" => observation::observation(context, statement),
        "family" => family::family(context, statement),
        "coverage" => coverage::coverage(context, statement),
        "policy" => coverage::policy(context, statement),
        "directive" => directive::directive(context, statement),
        "note" => note::note(context, statement),
        "care-team" => care_team::care_team(context, statement),
        "wrapper" => wrapper(context, statement),
        "entry-reference" => {
            if context.entry(statement).is_none() {
                context.leave_out("An entry is referred to that is not in this document.".to_owned());
            }
            Vec::new()
        }
        "study" | "image" => {
            context.leave_out("Images are named here, and stand in another system.".to_owned());
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// An entry that only holds others.
fn wrapper<'d>(context: &mut Context<'d>, statement: &'d Element) -> Vec<String> {
    parts(statement).flat_map(|part| nested(context, part)).collect()
}

/// The statements inside an entry.
pub(super) fn parts(statement: &Element) -> impl Iterator<Item = &Element> {
    let holders = statement
        .elements()
        .filter(|child| matches!(child.name(), "entryRelationship" | "component" | "entry"));
    holders.filter_map(|holder| holder.elements().find(|inner| is_statement(inner)))
}

/// The statements inside an entry that are related to it in this way.
pub(super) fn related<'d>(statement: &'d Element, type_code: &str) -> impl Iterator<Item = &'d Element> {
    let holders =
        statement.all("entryRelationship").filter(move |holder| holder.attr("typeCode") == Some(type_code));
    holders.filter_map(|holder| holder.elements().find(|inner| is_statement(inner)))
}

pub(super) fn is_statement(element: &Element) -> bool {
    matches!(
        element.name(),
        "act"
            | "encounter"
            | "observation"
            | "observationMedia"
            | "organizer"
            | "procedure"
            | "regionOfInterest"
            | "substanceAdministration"
            | "supply"
    )
}

/// Whether a statement is of this template (its last part below C-CDA's).
pub(super) fn is_template(statement: &Element, short: &str) -> bool {
    statement.templates().any(|root| root.strip_prefix("2.16.840.1.113883.10.20.22.4.") == Some(short))
}

/// Reads the statements inside an entry that it has not read itself: each becomes something of its own, or is told.
pub(super) fn rest<'d>(
    context: &mut Context<'d>,
    statement: &'d Element,
    is_read: impl Fn(&Element) -> bool,
) -> Vec<String> {
    let left: Vec<&'d Element> = parts(statement).filter(|part| !is_read(part)).collect();
    left.into_iter().flat_map(|part| nested(context, part)).collect()
}

fn nested<'d>(context: &mut Context<'d>, part: &'d Element) -> Vec<String> {
    if kind(part, context.about) == "detail" {
        context.leave_out(format!("The {} has no place in FHIR beside what it belongs to.", described(part)));
        return Vec::new();
    }
    if kind(part, context.about) == "entry-reference" && context.entry(part).is_some() {
        return Vec::new();
    }
    convert(context, part)
}

/// An entry in words: `observation "Priority Preference"`.
fn described(statement: &Element) -> String {
    let code = statement.child("code");
    let words = code.and_then(|code| code.attr("displayName").or_else(|| code.attr("code")));
    match words {
        Some(words) => format!("{} \"{}\"", statement.name(), super::codes::squeeze(words)),
        None => statement.name().to_owned(),
    }
}
