//! Whom an account has in its care by its work: the patients of its clinic, its own, and those of its care teams.

use crate::every::every;
use crate::{Account, Error};
use salus_access::Role;
use salus_store::{Records, Stored};
use std::collections::BTreeSet;

/// The patients in the account's professional care; none for accounts that play no professional part.
///
/// A clinic is a tenant: its staff reach the patients that it manages or whose general practice it is, and nobody else's.
pub(super) async fn in_care(
    gate: &Records,
    account: &Account,
    teams: &[Stored],
) -> Result<BTreeSet<String>, Error> {
    let mut patients = BTreeSet::new();
    if !treats(account) {
        return Ok(patients);
    }
    if let Some(organization) = &account.organization {
        let organization = format!("Organization/{organization}");
        for parameter in ["organization", "general-practitioner"] {
            let found = every(gate, "Patient", &[(parameter, organization.clone())]).await?;
            patients.extend(found.into_iter().map(|stored| stored.id));
        }
    }
    if let Some(practitioner) = &account.practitioner {
        let practitioner = format!("Practitioner/{practitioner}");
        let own = every(gate, "Patient", &[("general-practitioner", practitioner)]).await?;
        patients.extend(own.into_iter().map(|stored| stored.id));
    }
    for team in teams {
        let body = team.json()?;
        let subject = body["subject"]["reference"].as_str().and_then(|text| text.strip_prefix("Patient/"));
        patients.extend(subject.map(str::to_owned));
    }
    Ok(patients)
}

/// Whether the account plays a part that has patients.
pub(super) fn treats(account: &Account) -> bool {
    account.roles.iter().any(|role| matches!(role, Role::Clinician | Role::Pharmacist))
}

/// The active care teams that the account's practitioner is a member of.
pub(super) async fn teams(gate: &Records, account: &Account) -> Result<Vec<Stored>, Error> {
    let Some(practitioner) = &account.practitioner else { return Ok(Vec::new()) };
    let member = ("participant", format!("Practitioner/{practitioner}"));
    every(gate, "CareTeam", &[member, ("status", "active".to_owned())]).await
}
