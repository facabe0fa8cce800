//! Accounts: who may sign in, what part they play, whose records they have to do with.

use crate::Error;
use crate::token::stored_id;
use salus_access::{Relationship, Role};
use salus_core::Secret;
use salus_fhir::search::Query;
use salus_store::Stored;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;

/// The type of an account in the store. It is internal: no policy and no REST request reaches it.
pub const USER_ACCOUNT: &str = "UserAccount";

/// An account as it is stored. Has no `Debug`: it names people.
#[derive(Clone)]
pub struct Account {
    /// The id of the `UserAccount`.
    pub id: String,
    /// The version that was read.
    pub version: u64,
    /// In lower case; no two accounts have the same.
    pub email: String,
    /// The name to show.
    pub display_name: String,
    /// The parts they play.
    pub roles: Vec<Role>,
    /// Whether they may sign in.
    pub is_active: bool,
    /// The patients they have to do with, by patient id.
    pub patients: BTreeMap<String, Relationship>,
    /// The `Practitioner` they are, by id.
    pub practitioner: Option<String>,
    /// The `Organization` they work for, by id: its patients are in their care.
    pub organization: Option<String>,
    /// The ids of the `AccessPolicy` resources it was given on top of its roles.
    pub policies: Vec<String>,
    /// Whether whoever runs this installation has made sure that they are who they say.
    pub is_verified: bool,
    pub(crate) password_hash: Secret<String>,
    /// Another word with every new password; not with a hash that is only made dearer. It opens nothing.
    pub(crate) credential: Option<String>,
}

/// An account to be made.
pub struct NewAccount {
    /// Compared without regard to case.
    pub email: String,
    /// The name to show.
    pub display_name: String,
    /// The parts they play.
    pub roles: Vec<Role>,
    /// The patients they have to do with, by patient id.
    pub patients: BTreeMap<String, Relationship>,
    /// The `Practitioner` they are, by id.
    pub practitioner: Option<String>,
    /// The `Organization` they work for, by id.
    pub organization: Option<String>,
    /// Judged by [`crate::password_rule`].
    pub password: Secret<String>,
}

impl Account {
    /// Opens with another password from now on.
    pub(crate) fn set_password(&mut self, hash: Secret<String>) {
        self.credential = Some(stored_id(hash.expose()));
        self.password_hash = hash;
    }

    /// What an account matches that got another password, or none of these words yet, since this one was read.
    pub(crate) fn with_another_password(&self) -> Result<Query, Error> {
        let credential = match &self.credential {
            Some(credential) => ("credential:not".to_owned(), credential.clone()),
            None => ("credential:missing".to_owned(), "false".to_owned()),
        };
        let pairs = [("_id".to_owned(), self.id.clone()), credential];
        Query::parse(USER_ACCOUNT, &pairs).map_err(|cause| Error::Broken(cause.to_string()))
    }

    pub(crate) fn read(stored: &Stored) -> Result<Self, Error> {
        let body = stored.json()?;
        Self::parse(stored, &body)
            .ok_or_else(|| Error::Broken(format!("account {} cannot be read", stored.id)))
    }

    fn parse(stored: &Stored, body: &Value) -> Option<Self> {
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let roles = body["role"].as_array().into_iter().flatten();
        let named = |field: &str, type_name: &str| {
            let id = body[field]["reference"].as_str()?.strip_prefix(type_name)?.strip_prefix('/')?;
            Some(id.to_owned())
        };
        let policies = body["policy"].as_array().into_iter().flatten();
        let policies = policies
            .map(|entry| Some(entry["reference"].as_str()?.strip_prefix("AccessPolicy/")?.to_owned()));
        let patients = body["patient"].as_array().into_iter().flatten().map(|entry| {
            let id = entry["reference"]["reference"].as_str()?.strip_prefix("Patient/")?;
            Some((id.to_owned(), entry["relationship"].as_str()?.parse().ok()?))
        });
        Some(Self {
            id: stored.id.clone(),
            version: stored.version,
            email: text("email")?,
            display_name: text("displayName")?,
            roles: roles.map(|role| role.as_str()?.parse().ok()).collect::<Option<_>>()?,
            is_active: body["state"] == "active",
            patients: patients.collect::<Option<_>>()?,
            practitioner: named("practitioner", "Practitioner"),
            organization: named("organization", "Organization"),
            policies: policies.collect::<Option<_>>()?,
            is_verified: body["verified"] == true,
            password_hash: Secret::new(text("passwordHash")?),
            credential: text("credential"),
        })
    }

    pub(crate) fn resource(&self) -> Value {
        let roles: Vec<_> = self.roles.iter().map(|role| role.code()).collect();
        let patient = |(id, relationship): (&String, &Relationship)| {
            json!({
                "reference": { "reference": format!("Patient/{id}") },
                "relationship": relationship.code(),
            })
        };
        let mut resource = json!({
            "resourceType": USER_ACCOUNT,
            "id": self.id,
            "email": self.email,
            "displayName": self.display_name,
            "passwordHash": self.password_hash.expose(),
            "state": if self.is_active { "active" } else { "disabled" },
        });
        if !roles.is_empty() {
            resource["role"] = json!(roles);
        }
        if let Some(credential) = &self.credential {
            resource["credential"] = credential.as_str().into();
        }
        if self.is_verified {
            resource["verified"] = true.into();
        }
        let named = [
            ("practitioner", "Practitioner", &self.practitioner),
            ("organization", "Organization", &self.organization),
        ];
        for (field, type_name, id) in named {
            if let Some(id) = id {
                resource[field] = json!({ "reference": format!("{type_name}/{id}") });
            }
        }
        if !self.policies.is_empty() {
            let reference = |id: &String| json!({ "reference": format!("AccessPolicy/{id}") });
            resource["policy"] = self.policies.iter().map(reference).collect();
        }
        if !self.patients.is_empty() {
            resource["patient"] = self.patients.iter().map(patient).collect();
        }
        resource
    }
}

/// The form in which e-mail addresses are stored and compared; `None` where it is none.
pub fn normal_email(typed: &str) -> Option<String> {
    let email = typed.trim().to_lowercase();
    let (name, host) = email.split_once('@')?;
    let is_fine = |c: char| !c.is_whitespace() && !c.is_control() && !",|$\\@".contains(c);
    let is_email = !name.is_empty() && !host.is_empty() && email.len() <= 254;
    (is_email && name.chars().chain(host.chars()).all(is_fine)).then_some(email)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_address_has_one_form() {
        for (typed, expect) in [
            ("Maria@Example.org ", Some("maria@example.org")),
            ("o'neil+salus@mail.example", Some("o'neil+salus@mail.example")),
            ("root@localhost", Some("root@localhost")),
            ("maria", None),
            ("@example.org", None),
            ("maria@", None),
            ("a@b@c", None),
            ("a,b@example.org", None),
            ("a b@example.org", None),
            ("a\u{0}b@example.org", None),
        ] {
            assert_eq!(normal_email(typed).as_deref(), expect, "{typed:?}");
        }
        assert_eq!(normal_email(&format!("{}@example.org", "a".repeat(300))), None);
    }
}
