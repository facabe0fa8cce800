//! FHIR R4 Consent: what a person permits to whom, and what they deny.
//!
//! A consent is a tree: a provision permits or denies, and each provision inside it is an exception to it. [`said_by`]
//! asks one consent what it says to one asker, for one purpose, at one moment, and gets rights and denials for the
//! [`crate::AccessPolicy`]. Deny wins: between two exceptions that both apply, and between any two consents.
//!
//! - A permission gives a right only to somebody it names. One that names nobody takes nothing from anybody, and gives
//!   nothing either: whoever may see the record already may go on.
//! - A denial that names nobody is meant for everybody, but the person themselves.
//! - A permission without actions is one to look; a denial without actions denies everything.
//! - What Salus does not understand makes a permission smaller, and a denial larger, and is told as an issue.
//! - Only an `active` consent says anything. Consents to treatments and advance directives say nothing about data.

mod conditions;
mod provision;

use crate::policy::{Action, Denial};
use crate::purpose::Purpose;
use crate::rule::{Rule, Scope, TypeSet};
use conditions::Conditions;
use provision::{Kind, Provision, Reader};
use salus_core::Timestamp;
use salus_fhir::json::Value;
use salus_fhir::reference::Reference;
use salus_fhir::{Issue, IssueCode};

/// Somebody who wants to see a record.
#[derive(Clone, Copy)]
pub struct Asker<'a> {
    /// The references that stand for them: [`crate::Subject::references`].
    pub references: &'a [String],
    /// Why they ask.
    pub purpose: Purpose,
    /// When.
    pub now: Timestamp,
}

/// What consents say to one asker.
#[derive(Clone, Default)]
pub struct Said {
    /// Rights that come on top of what the asker may do anyway.
    pub permits: Vec<Rule>,
    /// What is taken, whoever gives it.
    pub denials: Vec<Denial>,
    /// What was not understood, and so denied rather than permitted; the places are those of the consent.
    pub issues: Vec<Issue>,
    /// When the answer may become another one, because a period begins or ends; none = only when the consent changes.
    pub until: Option<Timestamp>,
}

impl Said {
    /// What both say.
    pub fn and(&mut self, other: Self) {
        self.permits.extend(other.permits);
        self.denials.extend(other.denials);
        self.issues.extend(other.issues);
        self.until = self.until.into_iter().chain(other.until).min();
    }
}

/// What one consent says to an asker about the record of the consent's patient.
pub fn said_by(consent: &Value, asker: &Asker<'_>) -> Said {
    let text = |name: &str| consent.get(name).and_then(Value::as_str);
    if text("resourceType") != Some("Consent") || text("status") != Some("active") {
        return Said::default();
    }
    let mut reader = Reader::new(asker);
    let Some(patient) = patient(consent) else {
        reader.note("Consent.patient", "it does not say whose record it is about");
        return reader.said(Said::default());
    };
    let subject = match subject_of(consent) {
        Subject::Data => Some(true),
        Subject::SomethingElse => None,
        Subject::Unknown => {
            reader.note("Consent.scope", "this kind of consent is not known; its permissions are not used");
            Some(false)
        }
    };
    let (Some(permits_count), Some(root)) = (subject, root(consent, &mut reader)) else {
        return reader.said(Said::default());
    };
    let is_own = asker.references.iter().any(|own| *own == format!("Patient/{patient}"));
    let mut tree = Tree { patient, is_own, said: Said::default() };
    tree.walk(&root, Some(&Conditions::default()), Some(&Conditions::default()));
    if !permits_count {
        tree.said.permits.clear();
        tree.said.denials.iter_mut().for_each(|denial| denial.exceptions.clear());
    }
    reader.said(tree.said)
}

/// What a consent is about.
enum Subject {
    /// Who may see and use data.
    Data,
    /// Something that this crate has no say in.
    SomethingElse,
    Unknown,
}

fn subject_of(consent: &Value) -> Subject {
    let codings = consent.pointer("/scope/coding").and_then(Value::as_array);
    let mut codes = codings.into_iter().flatten().filter_map(|coding| coding.get("code")?.as_str());
    codes
        .find_map(|code| match code {
            "patient-privacy" | "research" => Some(Subject::Data),
            "treatment" | "adr" => Some(Subject::SomethingElse),
            _ => None,
        })
        .unwrap_or(Subject::Unknown)
}

fn patient(consent: &Value) -> Option<String> {
    match Reference::parse(consent.pointer("/patient/reference")?.as_str()?) {
        Reference::Local { type_name: "Patient", id, .. } => Some(id.to_owned()),
        _ => None,
    }
}

/// The outermost provision. Where it does not say whether it permits or denies, the policy rule does.
fn root(consent: &Value, reader: &mut Reader<'_>) -> Option<Provision> {
    let codings = consent.pointer("/policyRule/coding").and_then(Value::as_array);
    let mut codes = codings.into_iter().flatten().filter_map(|coding| coding.get("code")?.as_str());
    let by_rule = codes.find_map(|code| match code {
        "OPTIN" | "OPTINR" => Some(Kind::Permit),
        "OPTOUT" | "OPTOUTE" => Some(Kind::Deny),
        _ => None,
    });
    if consent.get("modifierExtension").is_some() {
        reader.note("Consent.modifierExtension", "an extension that changes the meaning is not understood");
    }
    match (consent.get("provision"), by_rule) {
        (Some(provision), by_rule) => {
            let mut root = reader.provision(provision, by_rule, "Consent.provision");
            root.is_doubtful |= consent.get("modifierExtension").is_some();
            Some(root)
        }
        (None, Some(kind)) => Some(Provision::bare(kind)),
        (None, None) => {
            reader.note("Consent.provision", "the consent neither permits nor denies anything");
            None
        }
    }
}

/// The walk from the root to each provision.
struct Tree {
    patient: String,
    is_own: bool,
    said: Said,
}

impl Tree {
    /// `broad` and `narrow` are the conditions on the way here, read with and without the benefit of the doubt; none
    /// where they do not hold.
    fn walk(&mut self, provision: &Provision, broad: Option<&Conditions>, narrow: Option<&Conditions>) {
        let broad = broad.zip(provision.broad.as_ref()).map(|(path, own)| path.and(own));
        let narrow = narrow.zip(provision.surely()).map(|(path, own)| path.and(own));
        match (provision.kind, &broad, &narrow) {
            (Kind::Deny, Some(broad), _) if broad.names_asker || !self.is_own => {
                let mut exceptions = Vec::new();
                self.exceptions(provision, &Conditions::default(), &mut exceptions);
                let rule = self.rule(broad, &Action::ALL);
                self.said.denials.push(Denial { rule, exceptions });
            }
            (Kind::Permit, _, Some(narrow)) if narrow.names_asker => {
                let rule = self.rule(narrow, &[Action::Read, Action::Search]);
                self.said.permits.push(rule);
            }
            _ => {}
        }
        for inner in &provision.inner {
            self.walk(inner, broad.as_ref(), narrow.as_ref());
        }
    }

    /// What is permitted inside of a denial.
    fn exceptions(&self, denial: &Provision, path: &Conditions, found: &mut Vec<Rule>) {
        for inner in &denial.inner {
            let Some(own) = inner.surely() else { continue };
            let path = path.and(own);
            match inner.kind {
                Kind::Permit => found.push(self.rule(&path, &Action::ALL)),
                Kind::Deny => self.exceptions(inner, &path, found),
            }
        }
    }

    /// A rule for these conditions; `unsaid` are the actions meant where none are named.
    fn rule(&self, conditions: &Conditions, unsaid: &[Action]) -> Rule {
        let types = conditions.types.clone().map_or(TypeSet::All, TypeSet::Only);
        let actions = conditions.actions.clone().unwrap_or_else(|| unsaid.iter().copied().collect());
        Rule::new(types, actions, Scope::patient(&self.patient)).about(conditions.about.clone())
    }
}

/// An issue that something was not understood.
fn misunderstood(place: &str, what: &str) -> Issue {
    Issue::error(IssueCode::NotSupported, format!("Not understood, and so not permitted: {what}.")).at(place)
}

#[cfg(test)]
mod tests;
