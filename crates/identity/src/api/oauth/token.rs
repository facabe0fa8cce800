//! `POST /oauth/token`: a code, a refresh token or a service's own word becomes tokens.

use super::answer::{Failed, secret};
use super::form::ClientForm;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use salus_auth::oauth::Issued;
use salus_http::App;
use serde_json::{Value, json};

/// Exchange for tokens
#[utoipa::path(post, path = "/oauth/token", tag = "oauth", operation_id = "exchangeForTokens",
    responses(
        (status = 200, body = Object, description = "The tokens, with SMART's launch context."),
        (status = 400, body = Object, description = "`error` and `error_description`."),
        (status = 401, body = Object, description = "The client did not prove who it is."),
    ))]
pub(crate) async fn handle(State(app): State<App>, body: ClientForm) -> Result<Response, Failed> {
    let issued = app.auth.exchange(&body.form, body.authorization()).await?;
    Ok(secret(StatusCode::OK, answer(issued)))
}

fn answer(issued: Issued) -> Value {
    let mut answer = json!({
        "access_token": issued.access_token.expose(),
        "token_type": "Bearer",
        "expires_in": issued.expires_in,
        "scope": issued.scope,
    });
    if let Some(patient) = issued.patient {
        // Salus is not around the app to say whose record it is: the app has to.
        answer["need_patient_banner"] = true.into();
        answer["patient"] = patient.into();
    }
    let rest = [
        ("refresh_token", issued.refresh_token.map(|token| token.expose().clone())),
        ("id_token", issued.id_token),
        ("encounter", issued.encounter),
    ];
    for (name, value) in rest {
        if let Some(value) = value {
            answer[name] = value.into();
        }
    }
    answer
}
