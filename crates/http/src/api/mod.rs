//! The operations of the platform itself, one file each.

mod change_password;
mod end_other_sessions;
mod end_session;
mod issue_token;
mod list_sessions;
mod list_tokens;
mod passkey_sign_in;
mod password_reset;
mod providers;
mod read_session;
mod revoke_token;
mod second_step;
mod shown;
mod sign_in;
mod sign_out;
mod step_up;

pub use providers::{SendAway, SentAway};

use crate::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read_session::handle, sign_in::handle, sign_out::handle))
        .routes(routes!(second_step::read, second_step::handle))
        .routes(routes!(second_step::send_code))
        .routes(routes!(second_step::ask_passkey))
        .routes(routes!(passkey_sign_in::ask))
        .routes(routes!(passkey_sign_in::handle))
        .merge(providers::routes())
        .routes(routes!(step_up::handle))
        .routes(routes!(step_up::send_code))
        .routes(routes!(step_up::ask_passkey))
        .routes(routes!(password_reset::ask))
        .routes(routes!(password_reset::confirm))
        .routes(routes!(list_sessions::handle, end_other_sessions::handle))
        .routes(routes!(end_session::handle))
        .routes(routes!(list_tokens::handle, issue_token::handle))
        .routes(routes!(revoke_token::handle))
        .routes(routes!(change_password::handle))
        .routes(routes!(crate::health::alive))
        .routes(routes!(crate::health::ready))
        .routes(routes!(crate::health::detail))
}
