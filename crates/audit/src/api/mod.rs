//! The operations, one file each.

mod fhir_read;
mod fhir_search;
mod list_accesses;
mod search_audit;
#[cfg(test)]
mod tests;
pub(crate) mod verify_audit;

use axum::routing::get;
use http::HeaderMap;
use http::header::HOST;
use salus_http::App;
use std::collections::HashMap;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// All of them. An AuditEvent is read and searched; nobody writes one.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_accesses::handle))
        .routes(routes!(search_audit::handle))
        .routes(routes!(verify_audit::handle))
        .route("/fhir/r4/AuditEvent", get(fhir_search::handle))
        .route("/fhir/r4/AuditEvent/{id}", get(fhir_read::handle))
}

/// The content type of FHIR's answers.
const FHIR_JSON: &str = "application/fhir+json; charset=utf-8";

/// Under what this server is asked: the configured origin, else what the request calls it.
fn origin(app: &App, headers: &HeaderMap) -> String {
    if let Some(origin) = &app.config.public_origin {
        return origin.trim_end_matches('/').to_owned();
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    format!("{}://{host}", if app.config.is_tls { "https" } else { "http" })
}

/// The name of a server, by its origin.
fn server_of(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, host)| host)
}

/// The names behind accounts, each looked up once.
#[derive(Default)]
struct Names(HashMap<String, String>);

impl Names {
    /// The name to show for an account; the id where the account is gone.
    async fn of(&mut self, app: &App, account: &str) -> Result<String, salus_http::ApiError> {
        if let Some(name) = self.0.get(account) {
            return Ok(name.clone());
        }
        let found = app.auth.account(account).await?;
        let name = found.map_or_else(|| account.to_owned(), |account| account.display_name);
        self.0.insert(account.to_owned(), name.clone());
        Ok(name)
    }
}
