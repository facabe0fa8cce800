//! What people's consents say to an account.

use crate::Error;
use crate::every::every;
use salus_access::consent::{Asker, Said, said_by};
use salus_access::{Role, Subject};
use salus_core::Timestamp;
use salus_store::{Records, Stored};
use std::collections::BTreeMap;

/// So many patients are asked about in one search.
const PATIENTS_AT_ONCE: usize = 100;

/// What the consents of the patients within reach, and those that name the account, say to it now.
///
/// A consent that names the account only in a provision inside another one is heard when its patient is within reach
/// anyway; a permission for a stranger has to stand at the root.
pub(super) async fn said_to(gate: &Records, subject: &Subject, now: Timestamp) -> Result<Said, Error> {
    let asker = Asker { references: &subject.references, purpose: subject.purpose, now };
    let mut said = Said::default();
    for stored in heard_by(gate, subject).await?.into_values() {
        said.and(said_by(&stored.json()?, &asker));
    }
    Ok(said)
}

/// The active consents that may say something to the account, by id.
async fn heard_by(gate: &Records, subject: &Subject) -> Result<BTreeMap<String, Stored>, Error> {
    let active = ("status", "active".to_owned());
    if subject.has_role(Role::Admin) {
        return Ok(by_id(every(gate, "Consent", &[active]).await?));
    }
    let mut found = BTreeMap::new();
    let patients: Vec<String> = subject.patients.keys().map(|id| format!("Patient/{id}")).collect();
    for some in patients.chunks(PATIENTS_AT_ONCE) {
        found.extend(by_id(every(gate, "Consent", &[active.clone(), ("patient", some.join(","))]).await?));
    }
    if !subject.references.is_empty() {
        let naming = ("actor", subject.references.join(","));
        found.extend(by_id(every(gate, "Consent", &[active, naming]).await?));
    }
    Ok(found)
}

fn by_id(consents: Vec<Stored>) -> BTreeMap<String, Stored> {
    consents.into_iter().map(|stored| (stored.id.clone(), stored)).collect()
}
