//! What was found in a text, and what sort of identifier it is.

use serde::{Deserialize, Serialize};

/// The sort of an identifier, after the 18 of 45 CFR 164.514(b)(2)(i). Photographs and biometrics are no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// (A) A name of the person, of relatives, of staff.
    Name,
    /// (B) A place smaller than a state: street, town, county, postal code.
    Location,
    /// (B) An institution; its name is a place too.
    Organization,
    /// (C) A date with more than its year.
    Date,
    /// (C) An age over 89.
    Age,
    /// (D) A telephone number.
    Phone,
    /// (E) A fax number.
    Fax,
    /// (F) An e-mail address.
    Email,
    /// (G) A social security number.
    Ssn,
    /// (H) A medical record number.
    Mrn,
    /// (I) A health plan's number.
    HealthPlan,
    /// (J) An account number.
    Account,
    /// (K) A certificate's or licence's number.
    Licence,
    /// (L) A vehicle's identifier.
    Vehicle,
    /// (M) A device's identifier or serial number.
    Device,
    /// (N) A web address.
    Url,
    /// (O) An IP address.
    Ip,
    /// (R) Any other number or code that is somebody's alone.
    Id,
}

/// Kinds that labelled sets often do not tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Telephone and fax.
    Line,
    /// Towns and institutions.
    Place,
    /// Everything that is a number or code.
    Number,
    /// A kind of its own.
    Single(Kind),
}

impl Kind {
    /// All kinds, in the order of the regulation.
    pub const ALL: [Self; 18] = [
        Self::Name,
        Self::Location,
        Self::Organization,
        Self::Date,
        Self::Age,
        Self::Phone,
        Self::Fax,
        Self::Email,
        Self::Ssn,
        Self::Mrn,
        Self::HealthPlan,
        Self::Account,
        Self::Licence,
        Self::Vehicle,
        Self::Device,
        Self::Url,
        Self::Ip,
        Self::Id,
    ];

    /// `health_plan`
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Location => "location",
            Self::Organization => "organization",
            Self::Date => "date",
            Self::Age => "age",
            Self::Phone => "phone",
            Self::Fax => "fax",
            Self::Email => "email",
            Self::Ssn => "ssn",
            Self::Mrn => "mrn",
            Self::HealthPlan => "health_plan",
            Self::Account => "account",
            Self::Licence => "licence",
            Self::Vehicle => "vehicle",
            Self::Device => "device",
            Self::Url => "url",
            Self::Ip => "ip",
            Self::Id => "id",
        }
    }

    /// The kind of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The family it is judged in where labels are coarse.
    pub fn family(self) -> Family {
        match self {
            Self::Phone | Self::Fax => Family::Line,
            Self::Location | Self::Organization => Family::Place,
            Self::Ssn
            | Self::Mrn
            | Self::HealthPlan
            | Self::Account
            | Self::Licence
            | Self::Vehicle
            | Self::Device
            | Self::Id => Family::Number,
            kind => Family::Single(kind),
        }
    }
}

/// A place in a text that identifies somebody. It holds no text, so it may be logged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Where it begins, in characters.
    pub start: usize,
    /// Where it ends, in characters; the character there is no longer part of it.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
    /// How sure, 0 to 1: an ordering of the rules, no probability.
    pub confidence: f32,
    /// The rule that found it.
    pub rule: &'static str,
}

/// A finding in bytes, while the rules are still at work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: Kind,
    /// In hundredths.
    pub(crate) confidence: u8,
    pub(crate) rule: &'static str,
}

impl Hit {
    pub(crate) fn len(&self) -> usize {
        self.end - self.start
    }
}
