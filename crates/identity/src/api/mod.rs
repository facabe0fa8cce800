//! The operations, a folder for each subject and a file for each operation.

mod accounts;
mod apps;
mod clients;
mod factors;
mod identities;
mod oauth;
mod policies;

use salus_http::App;
use utoipa_axum::router::OpenApiRouter;

/// All of them.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(accounts::routes())
        .merge(apps::routes())
        .merge(clients::routes())
        .merge(factors::routes())
        .merge(identities::routes())
        .merge(oauth::routes())
        .merge(policies::routes())
}
