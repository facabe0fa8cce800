//! An account on the wire.

use salus_access::{Relationship, Role};
use salus_auth::Account;
use salus_http::ApiError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An account, as administrators see it.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountItem {
    /// The id of the account.
    id: String,
    /// The address to sign in with.
    email: String,
    /// The name to show.
    name: String,
    /// The parts it plays: `person`, `caregiver`, `clinician`, `pharmacist`, `emergency`, `admin`.
    roles: Vec<String>,
    /// Whether it may sign in.
    is_active: bool,
    /// The people it names itself; its work brings others.
    people: Vec<Tie>,
    /// The id of the `Practitioner` it is.
    practitioner: Option<String>,
    /// The id of the `Organization` it works for: that clinic's patients are in its care.
    organization: Option<String>,
    /// The ids of the access policies it was given on top of its roles.
    policies: Vec<String>,
    /// Whether it was made sure that they are who they say.
    is_verified: bool,
}

/// What a person is to an account.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Tie {
    /// The id of the `Patient`.
    person: String,
    /// `self`, `child`, `parent`, `partner`, `entrusted`, `in-care`.
    relationship: String,
}

impl From<Account> for AccountItem {
    fn from(account: Account) -> Self {
        let tie = |(person, relationship): (String, Relationship)| Tie {
            person,
            relationship: relationship.code().to_owned(),
        };
        Self {
            id: account.id,
            email: account.email,
            name: account.display_name,
            roles: account.roles.iter().map(|role| role.code().to_owned()).collect(),
            is_active: account.is_active,
            people: account.patients.into_iter().map(tie).collect(),
            practitioner: account.practitioner,
            organization: account.organization,
            policies: account.policies,
            is_verified: account.is_verified,
        }
    }
}

/// The roles by their words; the error names the first that is none.
pub(super) fn roles(words: &[String]) -> Result<Vec<Role>, ApiError> {
    let role = |(at, word): (usize, &String)| {
        word.parse().map_err(|cause: salus_access::UnknownCode| {
            ApiError::invalid(cause.to_string()).at(format!("roles[{at}]"), cause.to_string())
        })
    };
    words.iter().enumerate().map(role).collect()
}

/// The people an account names; the error names the first whose relationship is none.
pub(super) fn people(ties: Vec<Tie>) -> Result<BTreeMap<String, Relationship>, ApiError> {
    let pair = |(at, tie): (usize, Tie)| match tie.relationship.parse() {
        Ok(relationship) => Ok((tie.person, relationship)),
        Err(cause) => {
            let words = salus_access::UnknownCode::to_string(&cause);
            Err(ApiError::invalid(words.clone()).at(format!("people[{at}].relationship"), words))
        }
    };
    ties.into_iter().enumerate().map(pair).collect()
}
