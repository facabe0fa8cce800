//! Who asks.

use crate::policy::AccessPolicy;
use crate::purpose::Purpose;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// Somebody signed in, with what they may do. Has no `Debug`: it names people.
#[derive(Clone)]
pub struct Subject {
    /// The id of the account.
    pub account: String,
    /// The name to show and to write into the audit.
    pub display_name: String,
    /// The parts they play.
    pub roles: Vec<Role>,
    /// The patients they have to do with, by patient id.
    pub patients: BTreeMap<String, Relationship>,
    /// Why they ask, unless they say otherwise.
    pub purpose: Purpose,
    /// The patients whose glass they broke, by patient id, while that is open: what they do there, they do for that.
    pub emergencies: BTreeSet<String>,
    /// The FHIR references that stand for this account where a consent names it: `Practitioner/x`,
    /// `Organization/y`, `RelatedPerson/z`, `Patient/p`.
    pub references: Vec<String>,
    /// What follows from it.
    pub policy: AccessPolicy,
}

impl Subject {
    /// A subject with the default purpose and the default policy of its roles, known as the patient they are.
    pub fn new(
        account: impl Into<String>,
        display_name: impl Into<String>,
        roles: Vec<Role>,
        patients: BTreeMap<String, Relationship>,
    ) -> Self {
        let policy = AccessPolicy::for_roles(&roles, &patients);
        let oneself = patients.iter().filter(|(_, relationship)| **relationship == Relationship::Oneself);
        Self {
            account: account.into(),
            display_name: display_name.into(),
            purpose: Role::purpose_of(&roles),
            emergencies: BTreeSet::new(),
            references: oneself.map(|(id, _)| format!("Patient/{id}")).collect(),
            roles,
            patients,
            policy,
        }
    }

    /// Whether one of the roles is `role`.
    pub fn has_role(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// A part somebody plays. What it may do stands in [`crate::defaults`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Somebody with a record of their own.
    Person,
    /// Somebody to whom other people's records are entrusted: a parent, a child, a partner.
    Caregiver,
    /// Somebody who treats patients.
    Clinician,
    /// Somebody who dispenses medicines.
    Pharmacist,
    /// Somebody who helps in an emergency; may do nothing until an emergency opens a record.
    Emergency,
    /// Somebody who runs this installation.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] =
        [Self::Person, Self::Caregiver, Self::Clinician, Self::Pharmacist, Self::Emergency, Self::Admin];

    /// The word for it in accounts and in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Caregiver => "caregiver",
            Self::Clinician => "clinician",
            Self::Pharmacist => "pharmacist",
            Self::Emergency => "emergency",
            Self::Admin => "admin",
        }
    }

    /// Why somebody who plays these parts asks for a record, unless they say otherwise.
    pub fn purpose_of(roles: &[Self]) -> Purpose {
        let treats = |role: &Self| matches!(role, Self::Clinician | Self::Pharmacist | Self::Emergency);
        if roles.iter().any(treats) {
            Purpose::Treatment
        } else if roles.contains(&Self::Admin) {
            Purpose::SystemAdministration
        } else {
            Purpose::PatientRequest
        }
    }
}

/// What a patient is to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relationship {
    /// The account's holder.
    Oneself,
    /// Their child.
    Child,
    /// Their parent.
    Parent,
    /// Their husband, wife or partner.
    Partner,
    /// Anybody else who entrusted them with the record.
    Entrusted,
    /// In their professional care.
    InCare,
}

impl Relationship {
    /// Every relationship.
    pub const ALL: [Self; 6] =
        [Self::Oneself, Self::Child, Self::Parent, Self::Partner, Self::Entrusted, Self::InCare];

    /// The word for it in accounts and in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Oneself => "self",
            Self::Child => "child",
            Self::Parent => "parent",
            Self::Partner => "partner",
            Self::Entrusted => "entrusted",
            Self::InCare => "in-care",
        }
    }
}

/// A word that names no role, or no relationship.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a known {1}")]
pub struct UnknownCode(String, &'static str);

impl FromStr for Role {
    type Err = UnknownCode;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|role| role.code() == code);
        found.ok_or_else(|| UnknownCode(code.to_owned(), "role"))
    }
}

impl FromStr for Relationship {
    type Err = UnknownCode;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|relationship| relationship.code() == code);
        found.ok_or_else(|| UnknownCode(code.to_owned(), "relationship"))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Relationship {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_treats_asks_for_treatment_and_who_is_a_patient_goes_by_that() {
        for (roles, purpose) in [
            (vec![Role::Person], Purpose::PatientRequest),
            (vec![Role::Person, Role::Clinician], Purpose::Treatment),
            (vec![Role::Admin], Purpose::SystemAdministration),
            (vec![], Purpose::PatientRequest),
        ] {
            assert_eq!(Role::purpose_of(&roles), purpose, "{roles:?}");
        }
        let patients = BTreeMap::from([
            ("me".to_owned(), Relationship::Oneself),
            ("kid".to_owned(), Relationship::Child),
        ]);
        assert_eq!(Subject::new("a", "A", vec![Role::Person], patients).references, ["Patient/me"]);
    }

    #[test]
    fn codes_read_back_as_what_they_name() {
        for role in Role::ALL {
            assert_eq!(role.code().parse(), Ok(role));
        }
        for relationship in Relationship::ALL {
            assert_eq!(relationship.code().parse(), Ok(relationship));
        }
        let unknown = "root".parse::<Role>().unwrap_err();
        assert_eq!(unknown.to_string(), "`root` is not a known role");
    }
}
