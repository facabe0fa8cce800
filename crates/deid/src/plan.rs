//! How an export is de-identified.

use crate::pseudonym::Key;
use crate::replace::Replacing;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// 45 CFR 164.514(b)(2): of a date the year is left.
    SafeHarbor,
    /// Dates move by a number of days that is one person's own, so intervals stay. This is not Safe Harbor: it needs an
    /// expert's determination (45 CFR 164.514(b)(1)).
    Shifted,
}

impl Mode {
    /// The method's name, for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::SafeHarbor => "HIPAA Safe Harbor",
            Self::Shifted => "Dates shifted (not Safe Harbor: for Expert Determination)",
        }
    }
}

/// All that one export is done by. The same plan gives the same pseudonyms, also across its files.
#[derive(Clone)]
pub struct Plan {
    /// The method.
    pub mode: Mode,
    /// Whom pseudonyms and shifts are secret by.
    pub key: Key,
    /// The day that ages are counted to.
    pub today: Date,
    /// Extensions that are looked into, by URL; all others are left out.
    pub extensions: Vec<String>,
    /// What stands where a text named somebody.
    pub replacing: Replacing,
    /// Free text is left out instead of scanned.
    pub drops_text: bool,
}

impl Plan {
    /// The plan with race, ethnicity and birth sex of US Core as the only extensions.
    pub fn new(mode: Mode, key: Key, today: Date) -> Self {
        let us_core = ["us-core-race", "us-core-ethnicity", "us-core-birthsex", "ombCategory"];
        let url = |name: &&str| match name.starts_with("us-core") {
            true => format!("http://hl7.org/fhir/us/core/StructureDefinition/{name}"),
            false => (*name).to_owned(),
        };
        Self {
            mode,
            key,
            today,
            extensions: us_core.iter().map(url).collect(),
            replacing: Replacing::Tags,
            drops_text: false,
        }
    }
}
