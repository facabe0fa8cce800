//! `POST /api/v1/factors/totp`: an authenticator app.

use crate::api::factors::list_factors::FactorItem;
use axum::extract::State;
use qrcode::QrCode;
use qrcode::render::svg;
use salus_http::{ApiError, App, Caller, Json, Path};
use serde::{Deserialize, Serialize};

/// What the app has to be told. It is shown this once.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TotpSetup {
    /// To confirm it by.
    id: String,
    /// To be typed into the app, in Base32.
    #[schema(format = Password)]
    secret: String,
    /// The same as an `otpauth:` address.
    #[schema(format = Password)]
    uri: String,
    /// The address as a QR code, an SVG image.
    #[schema(format = Password)]
    qr_svg: String,
}

/// A code.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FirstCode {
    /// As the app or the message shows it.
    code: String,
}

impl FirstCode {
    pub(super) fn text(&self) -> &str {
        &self.code
    }
}

/// Begin to set up an authenticator app
#[utoipa::path(post, path = "/api/v1/factors/totp", tag = "factors", operation_id = "beginTotp",
    responses(
        (status = 200, body = TotpSetup),
        (status = 403, description = "`step-up-required`: show once more that it is you."),
    ))]
pub(crate) async fn begin(caller: Caller, State(app): State<App>) -> Result<Json<TotpSetup>, ApiError> {
    caller.require_session()?;
    caller.require_step_up()?;
    let begun = app.auth.begin_totp(caller.account()).await?;
    let code = QrCode::new(begun.uri.expose()).map_err(|cause| ApiError::internal(cause.to_string()))?;
    Ok(Json(TotpSetup {
        qr_svg: code.render::<svg::Color<'_>>().min_dimensions(200, 200).build(),
        id: begun.id,
        secret: begun.secret.expose().clone(),
        uri: begun.uri.expose().clone(),
    }))
}

/// Confirm an authenticator app by its first code
#[utoipa::path(post, path = "/api/v1/factors/totp/{id}/confirmation", tag = "factors", operation_id = "confirmTotp",
    params(("id" = String, Path, description = "Of the set-up.")), request_body = FirstCode,
    responses((status = 200, body = FactorItem), (status = 422, description = "The code is not right.")))]
pub(crate) async fn confirm(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(typed): Json<FirstCode>,
) -> Result<Json<FactorItem>, ApiError> {
    caller.require_session()?;
    caller.require_step_up()?;
    Ok(Json(app.auth.confirm_totp(caller.account(), &id, &typed.code).await?.into()))
}

#[cfg(test)]
mod tests {
    use salus_http::testing::{TestApp, totp_code};
    use serde_json::json;

    #[tokio::test]
    async fn an_app_is_set_up_by_its_first_code() {
        let app = TestApp::with_capabilities(|| vec![crate::capability()]).await;
        let maria = app.person("maria").await;
        let setup = maria.post("/api/v1/factors/totp", &json!({})).await.json();
        let secret = setup["secret"].as_str().unwrap();
        assert!(setup["uri"].as_str().unwrap().contains(secret));
        assert!(setup["qrSvg"].as_str().unwrap().contains("<svg"));
        let path = format!("/api/v1/factors/totp/{}/confirmation", setup["id"].as_str().unwrap());
        let right = totp_code(secret, &app, 0);
        let wrong = if right == "000000" { "000001" } else { "000000" };
        for (code, status) in [(wrong, 422), (right.as_str(), 200), (right.as_str(), 404)] {
            // A code that was right makes the app the account's, so that the next change asks for it.
            let answer = maria.post(&path, &json!({ "code": code })).await;
            let is_expected = answer.status() == status || (status == 404 && answer.status() == 403);
            assert!(is_expected, "{code}: {}", answer.text());
        }
        assert_eq!(maria.get("/api/v1/factors").await.json()[0]["method"], "totp");
    }
}
