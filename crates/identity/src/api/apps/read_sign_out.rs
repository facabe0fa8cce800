//! `GET /api/v1/app-sign-outs`: an app wishes that the person signs out here too.

use super::shape::AppSummary;
use axum::extract::State;
use salus_auth::oauth::Asked;
use salus_http::{ApiError, App, Caller, Json, Query};
use serde::{Deserialize, Serialize};

/// Which wish.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// The word that `/oauth/end-session` put into the address.
    ask: String,
}

/// The wish. It is the person who signs out, or does not.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppSignOut {
    /// Whose wish it is, where that is known.
    app: Option<AppSummary>,
    /// Where to go after signing out, if the app registered it.
    then_to: Option<String>,
}

/// An app wishes a sign-out
#[utoipa::path(get, path = "/api/v1/app-sign-outs", tag = "apps", operation_id = "readAppSignOut", params(Which),
    responses((status = 200, body = AppSignOut)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Result<Json<AppSignOut>, ApiError> {
    caller.require_session()?;
    let asked =
        Asked::unpack(&which.ask).ok_or_else(|| ApiError::invalid("The app's wish cannot be read."))?;
    let wish = app.auth.wish_to_sign_out(&asked).await?;
    Ok(Json(AppSignOut {
        app: wish.client.as_ref().map(|client| AppSummary::of(client, wish.then_to.as_deref())),
        then_to: wish.then_to,
    }))
}
