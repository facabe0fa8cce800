//! Why somebody asks: HL7's purposes of use.

use std::fmt;
use std::str::FromStr;

/// A purpose of use, from HL7's code system `v3-ActReason` (value set `v3-PurposeOfUse`), as far as Salus has a use
/// for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Treating somebody.
    Treatment,
    /// Treating somebody in an emergency.
    EmergencyTreatment,
    /// Seeing, in an emergency, what one may otherwise not see.
    BreakTheGlass,
    /// Coordinating somebody's care.
    CareCoordination,
    /// The patients' own wish to see what is theirs.
    PatientRequest,
    /// A family's wish on behalf of somebody.
    FamilyRequest,
    /// Getting paid.
    Payment,
    /// Running a house of care.
    Operations,
    /// Running the machines.
    SystemAdministration,
    /// Finding out what helps patients in general.
    Research,
    /// Protecting the health of the many.
    PublicHealth,
    /// Selling something.
    Marketing,
}

/// The code system of [`Purpose::code`].
pub const PURPOSE_SYSTEM: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason";

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 12] = [
        Self::Treatment,
        Self::EmergencyTreatment,
        Self::BreakTheGlass,
        Self::CareCoordination,
        Self::PatientRequest,
        Self::FamilyRequest,
        Self::Payment,
        Self::Operations,
        Self::SystemAdministration,
        Self::Research,
        Self::PublicHealth,
        Self::Marketing,
    ];

    /// HL7's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Treatment => "TREAT",
            Self::EmergencyTreatment => "ETREAT",
            Self::BreakTheGlass => "BTG",
            Self::CareCoordination => "COC",
            Self::PatientRequest => "PATRQT",
            Self::FamilyRequest => "FAMRQT",
            Self::Payment => "HPAYMT",
            Self::Operations => "HOPERAT",
            Self::SystemAdministration => "HSYSADMIN",
            Self::Research => "HRESCH",
            Self::PublicHealth => "PUBHLTH",
            Self::Marketing => "HMARKT",
        }
    }

    /// Whether `other` is this purpose or a kind of it: breaking the glass is an emergency treatment, which is
    /// treatment.
    pub fn covers(self, other: Self) -> bool {
        let mut purpose = Some(other);
        while let Some(current) = purpose {
            if current == self {
                return true;
            }
            purpose = current.broader();
        }
        false
    }

    /// The next broader purpose in HL7's hierarchy.
    fn broader(self) -> Option<Self> {
        match self {
            Self::BreakTheGlass | Self::EmergencyTreatment | Self::CareCoordination => Some(Self::Treatment),
            Self::FamilyRequest => Some(Self::PatientRequest),
            Self::SystemAdministration => Some(Self::Operations),
            Self::Treatment
            | Self::PatientRequest
            | Self::Payment
            | Self::Operations
            | Self::Research
            | Self::PublicHealth
            | Self::Marketing => None,
        }
    }
}

/// A code that names no purpose Salus knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no purpose of use that Salus knows")]
pub struct UnknownPurpose(String);

impl FromStr for Purpose {
    type Err = UnknownPurpose;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|purpose| purpose.code() == code);
        found.ok_or_else(|| UnknownPurpose(code.to_owned()))
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back_and_broader_purposes_cover_narrower_ones() {
        for purpose in Purpose::ALL {
            assert_eq!(purpose.code().parse(), Ok(purpose));
            assert!(purpose.covers(purpose));
        }
        assert!("HSALE".parse::<Purpose>().is_err());
        for (one, other, expect) in [
            (Purpose::Treatment, Purpose::BreakTheGlass, true),
            (Purpose::Treatment, Purpose::EmergencyTreatment, true),
            (Purpose::BreakTheGlass, Purpose::Treatment, false),
            (Purpose::Treatment, Purpose::Research, false),
            (Purpose::PatientRequest, Purpose::FamilyRequest, true),
        ] {
            assert_eq!(one.covers(other), expect, "{one} covers {other}");
        }
    }
}
