//! Signing in by another provider of OpenID Connect.

mod begin_sign_in;
mod callback;
mod list_providers;
mod send_away;

pub use send_away::{SendAway, SentAway};

use crate::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_providers::handle))
        .routes(routes!(begin_sign_in::handle))
        .routes(routes!(callback::handle))
}
