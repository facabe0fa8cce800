//! Reading one provision, twice: with the benefit of the doubt, as a denial is read, and without, as a permission is.

use super::conditions::Conditions;
use super::{Asker, Said, misunderstood};
use crate::about::{About, CONFIDENTIALITY, CONFIDENTIALITY_SYSTEM, Code, Label, Named};
use crate::policy::Action;
use crate::purpose::{PURPOSE_SYSTEM, Purpose};
use salus_core::Timestamp;
use salus_fhir::Issue;
use salus_fhir::defs::{is_internal, is_resource_type};
use salus_fhir::json::Value;
use salus_fhir::reference::Reference;
use salus_fhir::temporal::{TimeRange, time_range};
use std::collections::BTreeSet;

/// Whether a provision permits or denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Permit,
    Deny,
}

/// A provision as it concerns one asker at one moment.
pub(super) struct Provision {
    pub(super) kind: Kind,
    /// Its conditions, where what is not understood is taken as met; none where it does not apply.
    pub(super) broad: Option<Conditions>,
    /// Its conditions, where what is not understood is taken as not met.
    narrow: Option<Conditions>,
    /// Whether something about it as a whole is not understood.
    pub(super) is_doubtful: bool,
    /// Its exceptions.
    pub(super) inner: Vec<Provision>,
}

impl Provision {
    /// One without conditions and exceptions.
    pub(super) fn bare(kind: Kind) -> Self {
        Self {
            kind,
            broad: Some(Conditions::default()),
            narrow: Some(Conditions::default()),
            is_doubtful: false,
            inner: Vec::new(),
        }
    }

    /// The conditions under which it applies without a doubt.
    pub(super) fn surely(&self) -> Option<&Conditions> {
        self.narrow.as_ref().filter(|_| !self.is_doubtful)
    }
}

/// Where data may be used: the classes of a provision.
const RESOURCE_TYPES: &str = "http://hl7.org/fhir/resource-types";

/// Roles in which somebody is named who gives, witnesses or explains a consent, and gets nothing by it.
const GIVERS: [&str; 6] = ["CONSENTER", "CONSWIT", "DELEGATOR", "GRANTOR", "INTPRTER", "datasubject"];

/// HL7's consent actions, and what they are here.
const ACTIONS: [(&str, &[Action]); 5] = [
    ("access", &[Action::Read, Action::Search]),
    ("use", &[Action::Read, Action::Search]),
    ("disclose", &[Action::Read, Action::Search]),
    ("collect", &[Action::Create]),
    ("correct", &[Action::Update]),
];

/// Reads provisions for one asker, and notes what it does not understand.
pub(super) struct Reader<'a> {
    asker: &'a Asker<'a>,
    issues: Vec<Issue>,
    until: Option<Timestamp>,
}

/// Values of one element: those that are understood, and whether there are others.
struct Read<T> {
    known: Vec<T>,
    is_doubtful: bool,
    is_there: bool,
}

impl<T> Read<T> {
    /// The values as a condition, where none is no condition. `None` where a narrow reading has nothing left.
    fn condition(self, is_broad: bool) -> Option<Vec<T>> {
        match (self.is_there, is_broad) {
            (false, _) => Some(Vec::new()),
            (true, true) if self.is_doubtful => Some(Vec::new()),
            (true, _) => Some(self.known).filter(|known| is_broad || !known.is_empty()),
        }
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(asker: &'a Asker<'a>) -> Self {
        Self { asker, issues: Vec::new(), until: None }
    }

    pub(super) fn note(&mut self, place: &str, what: &str) {
        let issue = misunderstood(place, what);
        if !self.issues.contains(&issue) {
            self.issues.push(issue);
        }
    }

    /// The result, with what was noted.
    pub(super) fn said(self, said: Said) -> Said {
        Said { issues: self.issues, until: self.until, ..said }
    }

    /// Reads a provision and all that is in it; `kind` is what it is where it does not say so.
    pub(super) fn provision(&mut self, value: &Value, kind: Option<Kind>, place: &str) -> Provision {
        let kind = match (value.get("type").and_then(Value::as_str), kind) {
            (Some("permit"), _) => Kind::Permit,
            (Some("deny"), _) => Kind::Deny,
            (None, Some(kind)) => kind,
            _ => {
                self.note(
                    &format!("{place}.type"),
                    "it says neither permit nor deny, and is taken as a denial",
                );
                Kind::Deny
            }
        };
        let is_doubtful = value.get("modifierExtension").is_some();
        if is_doubtful {
            let place = format!("{place}.modifierExtension");
            self.note(&place, "an extension that changes the meaning is not understood");
        }
        let inner = list(value, "provision").enumerate();
        let inner = inner.map(|(at, inner)| self.provision(inner, None, &format!("{place}.provision[{at}]")));
        let inner = inner.collect();
        Provision {
            kind,
            broad: self.conditions(value, true, place),
            narrow: self.conditions(value, false, place),
            is_doubtful,
            inner,
        }
    }

    fn conditions(&mut self, value: &Value, is_broad: bool, place: &str) -> Option<Conditions> {
        let names_asker = self.actors(value, is_broad, place)?;
        let purposes = self.purposes(value, place);
        let is_any_purpose = !purposes.is_there || (is_broad && purposes.is_doubtful);
        if !is_any_purpose && !purposes.known.iter().any(|purpose| purpose.covers(self.asker.purpose)) {
            return None;
        }
        if !self.is_now(value, is_broad, place) {
            return None;
        }
        let types = self.classes(value, place).condition(is_broad)?;
        let actions = self.actions(value, place);
        let has_actions = actions.is_there && !(is_broad && actions.is_doubtful);
        let actions = actions.condition(is_broad)?;
        Some(Conditions {
            types: (!types.is_empty()).then(|| types.into_iter().collect()),
            actions: has_actions.then(|| actions.into_iter().flatten().copied().collect::<BTreeSet<_>>()),
            about: self.about(value, is_broad, place)?.into_iter().collect(),
            names_asker,
        })
    }

    /// Whether the asker is named; none where others are.
    fn actors(&mut self, value: &Value, is_broad: bool, place: &str) -> Option<bool> {
        let mut has_actors = false;
        let (mut is_named, mut is_doubtful) = (false, false);
        for (at, actor) in list(value, "actor").enumerate() {
            if codings(actor.get("role")).any(|(_, code)| GIVERS.contains(&code)) {
                continue;
            }
            has_actors = true;
            let reference = actor.pointer("/reference/reference").and_then(Value::as_str);
            match reference.map(Reference::parse) {
                Some(Reference::Local { type_name, id, .. }) => {
                    is_named |= self.asker.references.iter().any(|own| *own == format!("{type_name}/{id}"));
                }
                _ => {
                    is_doubtful = true;
                    self.note(
                        &format!("{place}.actor[{at}]"),
                        "who is meant is not said by a reference within this server",
                    );
                }
            }
        }
        match (has_actors, is_named) {
            (false, _) => Some(false),
            (true, true) => Some(true),
            (true, false) => (is_broad && is_doubtful).then_some(false),
        }
    }

    fn purposes(&mut self, value: &Value, place: &str) -> Read<Purpose> {
        self.read(value, "purpose", place, "this purpose is not known", |coding| {
            let (system, code) = coding_of(coding)?;
            let is_hl7 = system.is_none_or(|system| system == PURPOSE_SYSTEM);
            is_hl7.then(|| code.parse().ok()).flatten()
        })
    }

    /// Whether the period holds at the moment. Notes when that changes.
    fn is_now(&mut self, value: &Value, is_broad: bool, place: &str) -> bool {
        let Some(period) = value.get("period") else { return true };
        let Some(range) = range_of(period) else {
            self.note(&format!("{place}.period"), "these are no dates");
            return is_broad;
        };
        let now = self.asker.now.as_microsecond();
        let next = [range.start, range.end].into_iter().filter(|edge| *edge > now).min();
        let next = next.and_then(|edge| Timestamp::from_microsecond(edge).ok());
        self.until = self.until.into_iter().chain(next).min();
        range.start <= now && now < range.end
    }

    fn classes(&mut self, value: &Value, place: &str) -> Read<String> {
        self.read(value, "class", place, "only FHIR resource types are known as classes of data", |coding| {
            let (system, code) = coding_of(coding)?;
            let is_type = system == Some(RESOURCE_TYPES) && is_resource_type(code) && !is_internal(code);
            is_type.then(|| code.to_owned())
        })
    }

    fn actions(&mut self, value: &Value, place: &str) -> Read<&'static [Action]> {
        self.read(value, "action", place, "this action is not known", |concept| {
            let mut codes = codings(Some(concept)).map(|(_, code)| code);
            codes.find_map(|code| Some(ACTIONS.iter().find(|(known, _)| *known == code)?.1))
        })
    }

    fn about(&mut self, value: &Value, is_broad: bool, place: &str) -> Option<Option<About>> {
        let codes = self.read(value, "code", place, "it has no code", |concept| {
            let codes: Vec<Code> = codings(Some(concept)).map(code).collect();
            (!codes.is_empty()).then_some(codes)
        });
        let labels = self.read(value, "securityLabel", place, "it has no code", |coding| {
            coding_of(coding).map(|coding| label(coding, is_broad))
        });
        let unknown = "only single resources, and those with all that refers to them, are known";
        let resources = self.read(value, "data", place, unknown, named);
        let period = match value.get("dataPeriod").map(range_of) {
            None => None,
            Some(Some(range)) => Some(range),
            Some(None) => {
                self.note(&format!("{place}.dataPeriod"), "these are no dates");
                is_broad.then_some(())?;
                None
            }
        };
        let about = About {
            codes: codes.condition(is_broad)?.into_iter().flatten().collect(),
            labels: labels.condition(is_broad)?,
            period,
            resources: resources.condition(is_broad)?,
        };
        Some((about != About::default()).then_some(about))
    }

    fn read<T>(
        &mut self,
        value: &Value,
        name: &str,
        place: &str,
        unknown: &str,
        one: impl Fn(&Value) -> Option<T>,
    ) -> Read<T> {
        let mut read = Read { known: Vec::new(), is_doubtful: false, is_there: false };
        for (at, value) in list(value, name).enumerate() {
            read.is_there = true;
            match one(value) {
                Some(known) => read.known.push(known),
                None => {
                    read.is_doubtful = true;
                    self.note(&format!("{place}.{name}[{at}]"), unknown);
                }
            }
        }
        read
    }
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// System and code of a Coding.
fn coding_of(coding: &Value) -> Option<(Option<&str>, &str)> {
    let text = |name: &str| coding.get(name).and_then(Value::as_str);
    Some((text("system"), text("code")?))
}

/// System and code of each coding of a CodeableConcept.
fn codings(concept: Option<&Value>) -> impl Iterator<Item = (Option<&str>, &str)> {
    concept.into_iter().flat_map(|concept| list(concept, "coding")).filter_map(coding_of)
}

fn code((system, code): (Option<&str>, &str)) -> Code {
    Code { system: system.map(str::to_owned), code: code.to_owned() }
}

/// A label. FHIR makes one of confidentiality a high water mark; of what is denied it is the low one.
fn label((system, text): (Option<&str>, &str), is_broad: bool) -> Label {
    let place = CONFIDENTIALITY.iter().position(|known| *known == text);
    match place.filter(|_| system == Some(CONFIDENTIALITY_SYSTEM)) {
        Some(place) if is_broad => Label::From(place),
        Some(place) => Label::UpTo(place),
        None => Label::Exactly(code((system, text))),
    }
}

fn named(data: &Value) -> Option<Named> {
    let and_dependents = match data.get("meaning")?.as_str()? {
        "instance" => false,
        "dependents" => true,
        _ => return None,
    };
    match Reference::parse(data.pointer("/reference/reference")?.as_str()?) {
        Reference::Local { type_name, id, .. } => {
            Some(Named { reference: format!("{type_name}/{id}"), and_dependents })
        }
        _ => None,
    }
}

/// A Period, open where it does not say.
fn range_of(period: &Value) -> Option<TimeRange> {
    let edge = |name: &str| match period.get(name) {
        None => Some(TimeRange::OPEN),
        Some(text) => time_range(text.as_str()?),
    };
    Some(TimeRange { start: edge("start")?.start, end: edge("end")?.end })
}
