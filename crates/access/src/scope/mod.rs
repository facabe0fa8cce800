//! The scopes of an app: SMART App Launch 2.x (`patient/Observation.rs?category=…`) and 1.0 (`patient/*.read`).
//!
//! A text of scopes becomes values ([`Scopes::parse`]); what is not understood is told, never taken for granted. The
//! values become a bound on a policy ([`Scopes::bound`]): an app gets what its user may do, as far as the scopes give
//! it too, and never more. [`SmartScope::words`] says what a scope means to whoever is asked to grant it.

mod bound;
mod parse;
mod words;

pub use words::called;

use crate::policy::Action;
use salus_fhir::search::Query;
use std::collections::BTreeSet;
use std::fmt;

/// A list of scopes, each once, in the order they were asked for.
#[derive(Clone, Default, PartialEq)]
pub struct Scopes {
    /// What is understood.
    pub known: Vec<SmartScope>,
    /// What is not: it gives nothing.
    pub unknown: Vec<UnknownScope>,
}

/// One scope. It is written (`Display`) as it was asked for, so that an app finds what it knows.
#[derive(Clone, PartialEq)]
pub struct SmartScope {
    text: String,
    /// What it gives.
    pub grant: Grant,
}

/// What a scope gives.
#[derive(Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "an app has a handful of scopes, most of them for resources")]
pub enum Grant {
    /// Access to resources.
    Resources(ResourceScope),
    /// To be told the context of a launch from within a health record: `launch`.
    Launch,
    /// To be told which patient the user chose: `launch/patient`.
    LaunchPatient,
    /// To be told which encounter the user chose: `launch/encounter`.
    LaunchEncounter,
    /// To be told who the user is: `openid`.
    OpenId,
    /// To be told which resource stands for the user: `fhirUser`.
    FhirUser,
    /// To be told the user's name: `profile`.
    Profile,
    /// To be told the user's e-mail address: `email`.
    Email,
    /// To come back without the user: `offline_access`.
    OfflineAccess,
    /// To come back as long as the user is signed in: `online_access`.
    OnlineAccess,
}

/// Access to resources of one type, or of all.
#[derive(Clone, PartialEq)]
pub struct ResourceScope {
    /// Whose resources.
    pub level: Level,
    /// The type; `None` is `*`.
    pub type_name: Option<String>,
    /// What may be done to them.
    pub actions: BTreeSet<Action>,
    /// What they have to match.
    pub criteria: Option<Query>,
}

/// Whose resources a scope is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Those of the patient in the context of the launch.
    Patient,
    /// Those the user may reach.
    User,
    /// Those the app itself may reach, without a user.
    System,
}

/// A text that is no scope Salus knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the scope `{text}` {reason}")]
pub struct UnknownScope {
    /// As it was asked for.
    pub text: String,
    /// What is wrong with it.
    pub reason: String,
}

impl SmartScope {
    /// Whether this scope gives all that `other` gives.
    pub fn covers(&self, other: &Self) -> bool {
        match (&self.grant, &other.grant) {
            (Grant::Resources(own), Grant::Resources(other)) => own.covers(other),
            (own, other) => own == other,
        }
    }

    /// The access to resources it gives, if any.
    pub fn resources(&self) -> Option<&ResourceScope> {
        match &self.grant {
            Grant::Resources(scope) => Some(scope),
            _ => None,
        }
    }
}

impl ResourceScope {
    fn covers(&self, other: &Self) -> bool {
        self.level == other.level
            && (self.type_name.is_none() || self.type_name == other.type_name)
            && self.actions.is_superset(&other.actions)
            && (self.criteria.is_none() || self.criteria == other.criteria)
    }
}

impl Scopes {
    /// Whether one of the scopes gives this.
    pub fn gives(&self, grant: &Grant) -> bool {
        self.known.iter().any(|scope| scope.grant == *grant)
    }

    /// Whether a scope is about the patient of the launch, so that there has to be one.
    pub fn needs_patient(&self) -> bool {
        let is_patients = |scope: &SmartScope| {
            scope.grant == Grant::LaunchPatient
                || scope.resources().is_some_and(|scope| scope.level == Level::Patient)
        };
        self.known.iter().any(is_patients)
    }

    /// Those of the scopes that `allowed` gives too: by itself, or as a part of a broader one.
    #[must_use]
    pub fn within(&self, allowed: &Self) -> Self {
        let is_allowed = |scope: &&SmartScope| allowed.known.iter().any(|broader| broader.covers(scope));
        Self { known: self.known.iter().filter(is_allowed).cloned().collect(), unknown: Vec::new() }
    }
}

impl fmt::Display for SmartScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The scopes that are understood, separated by spaces.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, scope) in self.known.iter().enumerate() {
            let gap = if place == 0 { "" } else { " " };
            write!(f, "{gap}{scope}")?;
        }
        Ok(())
    }
}

impl Level {
    /// Every level.
    pub const ALL: [Self; 3] = [Self::Patient, Self::User, Self::System];

    /// The word before the slash.
    pub fn code(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::User => "user",
            Self::System => "system",
        }
    }
}
