//! Whose records an account reaches, worked out anew whenever it is asked who somebody is.
//!
//! An account names people itself (oneself, a child, a parent); the clinic it works for and the care teams it belongs to
//! bring their patients; a child who came of age takes their record back; and a consent opens a record to somebody, or
//! closes it. What is read for it is shown to nobody.
//!
//! Start reading at [`Auth::subject`].

mod consents;
mod family;
mod holders;
mod reach;
mod references;
mod staff;

pub use holders::Holder;
pub use reach::{Reach, Way};
pub use references::EMAIL_SYSTEM;

use crate::emergency::EMERGENCY_ACCESS;
use crate::policies;
use crate::{Account, Auth, Error};
use salus_access::{AccessPolicy, Relationship, Rule, Scope, Subject};
use salus_core::Timestamp;
use salus_store::{Records, Stored};
use std::collections::BTreeMap;

/// The types whose change changes somebody's circle.
pub(crate) const DECIDING_TYPES: &[&str] = &[
    "AccessPolicy",
    "CareTeam",
    "Consent",
    EMERGENCY_ACCESS,
    "Patient",
    "PractitionerRole",
    "RelatedPerson",
];

impl Auth {
    /// Who an account is to the rest of Salus at this moment, with what they may do.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn subject(&self, account: &Account) -> Result<Subject, Error> {
        Ok(self.subject_until(account).await?.0)
    }

    /// The subject, and when it may become another one though nothing is written: a consent begins or ends.
    pub(crate) async fn subject_until(
        &self,
        account: &Account,
    ) -> Result<(Subject, Option<Timestamp>), Error> {
        let gate = self.inner.store.gate();
        let teams = staff::teams(&gate, account).await?;
        let patients = self.circle(&gate, account, &teams).await?;
        let mut subject = Subject::new(&account.id, &account.display_name, account.roles.clone(), patients);
        let ids = subject.patients.keys().cloned().collect();
        for given in policies::given(&gate, &account.policies).await? {
            let AccessPolicy { rules, denials, .. } = given.instantiate(&ids);
            subject.policy.rules.extend(rules);
            subject.policy.denials.extend(denials);
        }
        subject.references.extend(references::of(&gate, account, &teams).await?);
        let said = consents::said_to(&gate, &subject, self.now()).await?;
        for permit in said.permits {
            entrust(&mut subject.patients, &permit);
            subject.policy.rules.push(permit);
        }
        subject.policy.denials.extend(said.denials);
        Ok((subject, said.until))
    }

    /// The patients the account has to do with. What it says itself goes before what its work brings: a clinician who is
    /// a patient of their own clinic is themselves.
    async fn circle(
        &self,
        gate: &Records,
        account: &Account,
        teams: &[Stored],
    ) -> Result<BTreeMap<String, Relationship>, Error> {
        let today = self.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let mut patients = account.patients.clone();
        for child in family::grown_up(gate, &patients, self.inner.config.majority_years, today).await? {
            patients.remove(&child);
        }
        for patient in staff::in_care(gate, account, teams).await? {
            patients.entry(patient).or_insert(Relationship::InCare);
        }
        Ok(patients)
    }
}

/// Whose record somebody opened to the account stands among its people; what of it is seen, the permission says alone.
fn entrust(patients: &mut BTreeMap<String, Relationship>, permit: &Rule) {
    if let Scope::Patients(ids) = &permit.scope {
        for id in ids {
            patients.entry(id.clone()).or_insert(Relationship::Entrusted);
        }
    }
}

#[cfg(test)]
mod tests;
