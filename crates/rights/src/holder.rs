//! Who may use the rights of a person: they themselves, a parent of theirs, or whoever runs the installation.

use salus_access::{Relationship, Role};
use salus_http::{ApiError, Caller};
use salus_store::Stored;

/// As what somebody uses the rights of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is their own record.
    Oneself,
    /// It is the record of their child.
    Parent,
    /// They run the installation.
    Admin,
    /// They run it, at its command line.
    Operator,
}

impl Standing {
    /// The word for it in what is kept.
    pub fn code(self) -> &'static str {
        match self {
            Self::Oneself => "self",
            Self::Parent => "parent",
            Self::Admin => "admin",
            Self::Operator => "operator",
        }
    }

    /// As what this caller would use the rights of a person; none: they may not.
    pub(crate) fn of(caller: &Caller, person: &str) -> Option<Self> {
        match caller.subject.patients.get(person) {
            Some(Relationship::Oneself) => Some(Self::Oneself),
            Some(Relationship::Child) => Some(Self::Parent),
            _ if caller.subject.has_role(Role::Admin) => Some(Self::Admin),
            _ => None,
        }
    }
}

/// The person, and as what the caller may use their rights. Who may not is told the same as where nobody is.
pub(crate) async fn holder(caller: &Caller, person: &str) -> Result<(Stored, Standing), ApiError> {
    let absent = || ApiError::not_found("person");
    let standing = Standing::of(caller, person).ok_or_else(absent)?;
    let stored = caller.records.read("Patient", person).await?.ok_or_else(absent)?;
    Ok((stored, standing))
}

#[cfg(test)]
mod tests {
    use salus_access::{Relationship, Role};
    use salus_http::testing::TestApp;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[tokio::test]
    async fn rights_are_the_persons_their_parents_and_the_administrators() {
        let app = TestApp::with_capabilities(|| {
            vec![crate::capability(crate::Config::default(), crate::Retention::default())]
        })
        .await;
        let child =
            json!({ "resourceType": "Patient", "name": [{ "given": ["Ana"] }], "birthDate": "2019-05-01" });
        let child = app.create(child).await;
        let path = format!("/api/v1/people/{child}/erasure");
        let linked = |relationship| BTreeMap::from([(child.clone(), relationship)]);
        for (name, role, relationship, expect) in [
            ("ana", Role::Person, Some(Relationship::Oneself), 200),
            ("mother", Role::Caregiver, Some(Relationship::Child), 200),
            ("husband", Role::Caregiver, Some(Relationship::Partner), 404),
            ("doctor", Role::Clinician, Some(Relationship::InCare), 404),
            ("stranger", Role::Person, None, 404),
            ("root", Role::Admin, None, 200),
        ] {
            let patients = relationship.map(linked).unwrap_or_default();
            let client = app.account(name, vec![role], patients).await;
            assert_eq!(client.get(&path).await.status(), expect, "{name}");
        }
        assert_eq!(app.anonymous().get(&path).await.status(), 401);
    }
}
