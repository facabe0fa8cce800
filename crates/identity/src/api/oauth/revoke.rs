//! `POST /oauth/revoke`: a client gives a token back (RFC 7009).

use super::answer::Failed;
use super::form::ClientForm;
use axum::extract::State;
use http::StatusCode;
use salus_http::App;

/// Give a token back
///
/// With a refresh token everything of its grant ends. A token that is not known is answered alike.
#[utoipa::path(post, path = "/oauth/revoke", tag = "oauth", operation_id = "giveTokenBack",
    responses(
        (status = 200, description = "It is good for nothing any more."),
        (status = 401, body = Object, description = "The client did not prove who it is."),
    ))]
pub(crate) async fn handle(State(app): State<App>, body: ClientForm) -> Result<StatusCode, Failed> {
    app.auth.revoke(&body.form, body.authorization()).await?;
    Ok(StatusCode::OK)
}
