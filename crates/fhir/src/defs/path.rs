//! The paths of search parameters, compiled to plain steps through JSON.
//!
//! The R4 search parameters need no more FHIRPath than this: members, a cast of a choice, `where(x='y')`,
//! `where(resolve() is T)`, `[0]`, and one "is there and is not false".

use super::ParamKind;
use super::structure::{TypeDef, is_subtype, type_def};

/// A way through the JSON of a resource to the values of a search parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// A component's path that starts at the resource, not at the composite's own element.
    pub from_resource: bool,
    /// What to do, in order. None: the value is where the path starts.
    pub steps: Vec<Step>,
    /// The FHIR type of what it arrives at: `CodeableConcept`, `dateTime`; `boolean` after
    /// [`Step::PresentAndNotFalse`]; `Resource` for a resource of whatever type.
    pub type_name: &'static str,
}

/// One step: from a list of JSON values to the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// To the member of this JSON name (a choice is already resolved: `valueQuantity`). Arrays are flattened.
    Member(&'static str),
    /// Keeps the first value only.
    First,
    /// Keeps the objects whose member has this text.
    WhereEquals {
        /// The member's JSON name.
        member: &'static str,
        /// The text it must have.
        text: &'static str,
    },
    /// Keeps the references that point to a resource of this type.
    WhereResolvesTo(&'static str),
    /// Becomes `true` where there is a value and it is not `false`, else `false`.
    PresentAndNotFalse,
}

/// Compiles the alternatives of an expression. A path through a choice that is not cast becomes a path for
/// each type that a parameter of this kind can use. What does not fit the definitions gives no path.
pub(super) fn compile(expression: &'static str, start: &'static TypeDef, kind: ParamKind) -> Vec<Path> {
    expression.split(" | ").flat_map(|alternative| compile_one(alternative, start, kind)).collect()
}

fn compile_one(text: &'static str, start: &'static TypeDef, kind: ParamKind) -> Vec<Path> {
    let (text, is_presence) = match text.split_once(".exists() and ") {
        Some((path, _)) => (path, true),
        None => (text, false),
    };
    let (from_resource, text) = text.strip_prefix("%resource.").map_or((false, text), |rest| (true, rest));
    let text = match text.strip_prefix(start.name) {
        Some("") => return vec![Path { from_resource, steps: Vec::new(), type_name: start.name }],
        Some(rest) if rest.starts_with('.') => &rest[1..],
        _ => text,
    };
    let mut branches = vec![Path { from_resource, steps: Vec::new(), type_name: start.name }];
    let mut words = words(text).into_iter().peekable();
    while let Some(word) = words.next() {
        let cast = words.peek().copied().and_then(cast);
        if cast.is_some() {
            words.next();
        }
        let is_last = words.peek().is_none() && !is_presence;
        branches = branches
            .into_iter()
            .flat_map(|branch| step(branch, word, cast, is_last.then_some(kind)))
            .collect();
    }
    if is_presence {
        for branch in &mut branches {
            branch.steps.push(Step::PresentAndNotFalse);
            branch.type_name = "boolean";
        }
    }
    branches
}

/// Splits at the dots that stand outside parentheses.
fn words(text: &'static str) -> Vec<&'static str> {
    let mut depth = 0_i32;
    text.split(move |character| {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        character == '.' && depth == 0
    })
    .collect()
}

fn cast(word: &'static str) -> Option<&'static str> {
    word.strip_prefix("as(").or_else(|| word.strip_prefix("ofType("))?.strip_suffix(')')
}

/// Takes one word further: to a member under each of its fitting JSON names, or through a condition.
/// `last` is the parameter's kind when this is where the path ends.
fn step(branch: Path, word: &'static str, cast: Option<&'static str>, last: Option<ParamKind>) -> Vec<Path> {
    if let Some(condition) = word.strip_prefix("where(").and_then(|rest| rest.strip_suffix(')')) {
        return condition_step(condition).map(|step| branch.then(step, None)).into_iter().collect();
    }
    let (name, is_first) = word.strip_suffix("[0]").map_or((word, false), |name| (name, true));
    let Some(definition) = type_def(branch.type_name) else { return Vec::new() };
    let names = definition.names_of(name).into_iter().filter(|(_, type_name)| match (cast, last) {
        (Some(cast), _) => is_subtype(type_name, cast),
        (None, Some(kind)) if definition.element(name).is_some_and(|element| element.is_choice) => {
            kind.reads(type_name)
        }
        _ => true,
    });
    names
        .map(|(json_name, type_name)| {
            let next = branch.clone().then(Step::Member(json_name), Some(type_name));
            if is_first { next.then(Step::First, None) } else { next }
        })
        .collect()
}

fn condition_step(condition: &'static str) -> Option<Step> {
    if let Some(type_name) = condition.strip_prefix("resolve() is ") {
        return Some(Step::WhereResolvesTo(type_name));
    }
    let (member, text) = condition.split_once('=')?;
    Some(Step::WhereEquals { member: member.trim(), text: text.trim().trim_matches('\'') })
}

impl Path {
    fn then(mut self, step: Step, type_name: Option<&'static str>) -> Self {
        self.steps.push(step);
        self.type_name = type_name.unwrap_or(self.type_name);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(type_name: &str, expression: &'static str, kind: ParamKind, expect: &[(&str, &str)]) {
        let paths = compile(expression, type_def(type_name).unwrap(), kind);
        let shown: Vec<(String, &str)> = paths.iter().map(|path| (show(path), path.type_name)).collect();
        let shown: Vec<(&str, &str)> = shown.iter().map(|(path, name)| (path.as_str(), *name)).collect();
        assert_eq!(shown, expect, "{expression}");
    }

    fn show(path: &Path) -> String {
        let steps = path.steps.iter().map(|step| match step {
            Step::Member(name) => (*name).to_owned(),
            Step::First => "[0]".to_owned(),
            Step::WhereEquals { member, text } => format!("({member}={text})"),
            Step::WhereResolvesTo(type_name) => format!("(->{type_name})"),
            Step::PresentAndNotFalse => "present?".to_owned(),
        });
        steps.collect::<Vec<_>>().join(".")
    }

    #[test]
    fn each_construct_of_the_r4_search_parameters() {
        use ParamKind::{Composite, Date, Reference, Token};
        check("Patient", "Patient.name.given", ParamKind::String, &[("name.given", "string")]);
        check(
            "Observation",
            "Observation.value.as(Quantity)",
            ParamKind::Quantity,
            &[("valueQuantity", "Quantity")],
        );
        check(
            "Observation",
            "Observation.value.as(CodeableConcept).text",
            ParamKind::String,
            &[("valueCodeableConcept.text", "string")],
        );
        check(
            "Observation",
            "Observation.effective",
            Date,
            &[
                ("effectiveDateTime", "dateTime"),
                ("effectiveInstant", "instant"),
                ("effectivePeriod", "Period"),
                ("effectiveTiming", "Timing"),
            ],
        );
        check(
            "Group.characteristic",
            "value",
            Token,
            &[("valueBoolean", "boolean"), ("valueCodeableConcept", "CodeableConcept")],
        );
        check(
            "Patient",
            "Patient.telecom.where(system='phone')",
            Token,
            &[("telecom.(system=phone)", "ContactPoint")],
        );
        check(
            "CarePlan",
            "CarePlan.subject.where(resolve() is Patient)",
            Reference,
            &[("subject.(->Patient)", "Reference")],
        );
        check("Bundle", "Bundle.entry[0].resource", Reference, &[("entry.[0].resource", "Resource")]);
        check(
            "Patient",
            "Patient.deceased.exists() and Patient.deceased != false",
            Token,
            &[("deceasedBoolean.present?", "boolean"), ("deceasedDateTime.present?", "boolean")],
        );
        check(
            "Observation",
            "Observation | Observation.component",
            Composite,
            &[("", "Observation"), ("component", "Observation.component")],
        );
        check("Patient", "Patient.nothing", Token, &[]);
    }
}
