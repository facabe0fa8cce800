//! What somebody can show beside their password: set up, listed, renamed, removed by themselves.
//!
//! Whatever changes how one signs in needs a session and a fresh proof of who one is.

mod addresses;
mod list_factors;
mod passkeys;
mod recovery_codes;
mod remove_factor;
mod rename_factor;
mod totp;

use salus_http::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_factors::handle))
        .routes(routes!(rename_factor::handle, remove_factor::handle))
        .routes(routes!(totp::begin))
        .routes(routes!(totp::confirm))
        .routes(routes!(recovery_codes::handle))
        .routes(routes!(passkeys::ask))
        .routes(routes!(passkeys::finish))
        .routes(routes!(addresses::begin))
        .routes(routes!(addresses::confirm))
}
