//! The FHIR references that stand for an account where a consent names it.

use crate::every::every;
use crate::{Account, Error};
use salus_store::{Records, Stored};

/// The system of the identifier by which a `RelatedPerson` says whose account it is: the e-mail address to sign in with,
/// in lower case. So somebody can be named before they have an account.
pub const EMAIL_SYSTEM: &str = "urn:salus:email";

/// Besides the patient that the account is: its practitioner and their roles and care teams, its organization, and
/// whoever in somebody's record carries its address.
pub(super) async fn of(gate: &Records, account: &Account, teams: &[Stored]) -> Result<Vec<String>, Error> {
    let mut references = Vec::new();
    if let Some(practitioner) = &account.practitioner {
        let practitioner = format!("Practitioner/{practitioner}");
        let roles = [("practitioner", practitioner.clone()), ("active", "true".to_owned())];
        references.push(practitioner);
        references.extend(names(&every(gate, "PractitionerRole", &roles).await?));
    }
    references.extend(names(teams));
    references.extend(account.organization.as_ref().map(|id| format!("Organization/{id}")));
    let oneself = [("identifier", format!("{EMAIL_SYSTEM}|{}", account.email))];
    references.extend(names(&every(gate, "RelatedPerson", &oneself).await?));
    Ok(references)
}

fn names(found: &[Stored]) -> impl Iterator<Item = String> {
    found.iter().map(|stored| format!("{}/{}", stored.type_name, stored.id))
}
