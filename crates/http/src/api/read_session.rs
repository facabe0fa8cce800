//! `GET /api/v1/session`: who am I, and whose records do I see?

use crate::people::{PersonSummary, people};
use crate::{ApiError, Caller, Json};
use serde::Serialize;

/// Who is signed in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// The account.
    pub account: AccountSummary,
    /// Whose records it may open, oneself first.
    pub people: Vec<PersonSummary>,
    /// When the session ends in any case (RFC 3339).
    pub expires_at: String,
}

/// An account as its holder sees it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountSummary {
    /// The id of the account.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// The address to sign in with.
    pub email: String,
    /// The parts it plays: `person`, `caregiver`, `clinician`, `pharmacist`, `emergency`, `admin`.
    pub roles: Vec<&'static str>,
}

/// Who am I
#[utoipa::path(get, path = "/api/v1/session", tag = "session", operation_id = "readSession",
    responses((status = 200, body = Session)))]
pub(crate) async fn handle(caller: Caller) -> Result<Json<Session>, ApiError> {
    describe(&caller).await.map(Json)
}

pub(crate) async fn describe(caller: &Caller) -> Result<Session, ApiError> {
    let subject = &caller.subject;
    Ok(Session {
        account: AccountSummary {
            id: subject.account.clone(),
            name: subject.display_name.clone(),
            email: caller.identity.email.to_string(),
            roles: subject.roles.iter().map(|role| role.code()).collect(),
        },
        people: people(caller).await?,
        expires_at: caller.identity.expires_at.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[tokio::test]
    async fn a_session_that_ended_is_nobody() {
        let (app, maria) = TestApp::with_person("maria").await;
        assert_eq!(maria.get("/api/v1/session").await.status(), 200);
        app.clock().advance_seconds(1_800);
        let response = maria.get("/api/v1/session").await;
        assert_eq!(
            (response.status(), response.header("www-authenticate")),
            (401, "Bearer realm=\"salus\"".to_owned())
        );
    }

    #[tokio::test]
    async fn an_account_sees_its_own_people_alone() {
        let (app, maria) = TestApp::with_person("maria").await;
        let john = app.person("john").await;
        for (client, name) in [(&maria, "Maria"), (&john, "John")] {
            let session = client.get("/api/v1/session").await.json();
            let names: Vec<_> =
                session["people"].as_array().unwrap().iter().map(|person| &person["name"]).collect();
            assert_eq!(names, [name]);
        }
    }
}
