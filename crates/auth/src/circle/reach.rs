//! Who reaches a person's record by who they are, told to the person.

use super::family::grown_up;
use super::staff::treats;
use crate::every::every;
use crate::{Account, Auth, Error};
use salus_access::{Relationship, Role};
use salus_store::Records;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// An account that reaches a record, and how.
pub struct Reach {
    /// The name of its holder.
    pub name: String,
    /// The parts it plays.
    pub roles: Vec<Role>,
    /// How it reaches the record.
    pub way: Way,
}

/// How a record is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// It is their own.
    Oneself,
    /// A parent, a child, a partner.
    Family,
    /// It was entrusted to them.
    Entrusted,
    /// They work for the clinic that looks after the person.
    Clinic,
    /// They are the person's own practitioner.
    Practice,
    /// They are in one of the person's care teams.
    CareTeam,
    /// The account names the person as somebody in its care.
    Named,
}

impl Auth {
    /// The open accounts that reach a patient's record without a consent, the closest first. Administrators, who reach
    /// every record, are not among them.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn reached_by(&self, patient: &str) -> Result<Vec<Reach>, Error> {
        let gate = self.inner.store.gate();
        let is_grown_up = self.is_grown_up(&gate, patient).await?;
        let carers = Carers::of(&gate, patient).await?;
        let open = self.every_account().await?.into_iter().filter(|account| account.is_active);
        let reach = |account: Account| {
            let way = by_tie(&account, patient, is_grown_up).or_else(|| carers.way(&account))?;
            Some(Reach { name: account.display_name, roles: account.roles, way })
        };
        let mut reaches: Vec<Reach> = open.filter_map(reach).collect();
        reaches.sort_by(|a, b| a.way.cmp(&b.way).then_with(|| a.name.cmp(&b.name)));
        Ok(reaches)
    }

    /// Whether a patient's record is no longer their parents' to look after.
    pub(super) async fn is_grown_up(&self, gate: &Records, patient: &str) -> Result<bool, Error> {
        let today = self.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let child = BTreeMap::from([(patient.to_owned(), Relationship::Child)]);
        Ok(!grown_up(gate, &child, self.inner.config.majority_years, today).await?.is_empty())
    }
}

/// How an account reaches a patient that it names itself.
pub(super) fn by_tie(account: &Account, patient: &str, is_grown_up: bool) -> Option<Way> {
    match account.patients.get(patient)? {
        Relationship::Oneself => Some(Way::Oneself),
        Relationship::Child if is_grown_up => None,
        Relationship::Child | Relationship::Parent | Relationship::Partner => Some(Way::Family),
        Relationship::Entrusted => Some(Way::Entrusted),
        Relationship::InCare => Some(Way::Named),
    }
}

/// The FHIR references of those who look after a patient by their work.
struct Carers {
    practice: BTreeSet<String>,
    teams: BTreeSet<String>,
}

impl Carers {
    async fn of(gate: &Records, patient: &str) -> Result<Self, Error> {
        let body = gate.read("Patient", patient).await?.map(|stored| stored.json()).transpose()?;
        let body = body.unwrap_or_default();
        let mut practice: BTreeSet<String> = references(&body["generalPractitioner"], "/reference").collect();
        practice.extend(body["managingOrganization"]["reference"].as_str().map(str::to_owned));
        let mut teams = BTreeSet::new();
        let active = [("patient", format!("Patient/{patient}")), ("status", "active".to_owned())];
        for team in every(gate, "CareTeam", &active).await? {
            teams.extend(references(&team.json()?["participant"], "/member/reference"));
        }
        Ok(Self { practice, teams })
    }

    fn way(&self, account: &Account) -> Option<Way> {
        if !treats(account) {
            return None;
        }
        let practitioner = account.practitioner.as_ref().map(|id| format!("Practitioner/{id}"));
        let organization = account.organization.as_ref().map(|id| format!("Organization/{id}"));
        if practitioner.as_ref().is_some_and(|own| self.practice.contains(own)) {
            Some(Way::Practice)
        } else if practitioner.as_ref().is_some_and(|own| self.teams.contains(own)) {
            Some(Way::CareTeam)
        } else if organization.as_ref().is_some_and(|own| self.practice.contains(own)) {
            Some(Way::Clinic)
        } else {
            None
        }
    }
}

fn references(list: &Value, pointer: &str) -> impl Iterator<Item = String> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(move |item| Some(item.pointer(pointer)?.as_str()?.to_owned()))
}
