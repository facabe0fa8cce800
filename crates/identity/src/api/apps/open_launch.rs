//! `POST /api/v1/launches`: open an app for the patient on the screen (SMART's EHR launch).

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use salus_http::{ApiError, App, Caller, Json};
use serde::{Deserialize, Serialize};
use url::Url;

/// What is on the screen.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LaunchRequest {
    /// The id of the `Patient`.
    person: String,
    /// The id of the `Encounter`.
    #[serde(default)]
    encounter: Option<String>,
    /// The app to open, by its id.
    #[serde(default)]
    app: Option<String>,
}

/// A launch.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OpenedLaunch {
    /// What the app sends along as `launch`; good once, for ten minutes, for whoever opened it.
    launch: String,
    /// What the app needs as `iss`.
    iss: String,
    /// Where to go, if the named app said where it is opened.
    go_to: Option<String>,
}

/// Open an app for a patient
#[utoipa::path(post, path = "/api/v1/launches", tag = "apps", operation_id = "openLaunch",
    request_body = LaunchRequest,
    responses(
        (status = 201, body = OpenedLaunch),
        (status = 404, description = "There is no such patient or encounter for you, or no such app."),
    ))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Json(wish): Json<LaunchRequest>,
) -> Result<Response, ApiError> {
    caller.require_session()?;
    let readable = caller.records.read("Patient", &wish.person).await?;
    if readable.is_none() || !caller.subject.patients.contains_key(&wish.person) {
        return Err(ApiError::not_found("patient"));
    }
    if let Some(encounter) = &wish.encounter {
        let found =
            caller.records.read("Encounter", encounter).await?.map(|stored| stored.json()).transpose()?;
        let subject = format!("Patient/{}", wish.person);
        if found.is_none_or(|found| found["subject"]["reference"] != subject.as_str()) {
            return Err(ApiError::not_found("encounter"));
        }
    }
    let client = match &wish.app {
        Some(id) => Some(app.auth.client(id).await?.ok_or_else(|| ApiError::not_found("app"))?),
        None => None,
    };
    let secret = app.auth.open_launch(&caller.subject, &wish.person, wish.encounter.as_deref()).await?;
    let (launch, iss) = (secret.expose().clone(), app.auth.issuer().fhir());
    let go_to = client.and_then(|client| Url::parse(client.launch_uri.as_deref()?).ok()).map(|mut url| {
        url.query_pairs_mut().append_pair("iss", &iss).append_pair("launch", &launch);
        url.to_string()
    });
    Ok((StatusCode::CREATED, Json(OpenedLaunch { launch, iss, go_to })).into_response())
}
