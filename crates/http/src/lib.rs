//! The HTTP surface that capabilities stand on: who calls, what an error looks like, what every request passes through.
//!
//! A capability brings an [`OpenApiRouter`](utoipa_axum::router::OpenApiRouter), job handlers and listeners; [`router`]
//! puts them together with the platform's own operations (session, tokens, health) behind the same layers.
//!
//! What it must never do: contain a capability; let a handler reach data without a [`Caller`]; send the cause of a 5xx;
//! log what was sent.
//!
//! **Invariants:** the routes without a [`Caller`] are [`PUBLIC_ROUTES`] and no others (`layers::door` turns strangers away);
//! not-found and not-allowed look the same; an unsafe request from another site is turned away before anything else is
//! looked at.
//!
//! Start reading at [`router`], then [`Caller`], [`ApiError`] and `api/sign_in.rs`.

mod address;
mod api;
mod app;
#[cfg(test)]
mod browser_tests;
mod caller;
mod capability;
mod config;
mod cookie;
mod csrf;
mod error;
mod extract;
mod forget;
mod health;
mod idempotency;
pub mod jobs;
mod layers;
mod limits;
pub mod listeners;
mod openapi;
mod panics;
pub mod people;
mod public_routes;
mod router;
#[cfg(test)]
mod router_tests;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use api::{SendAway, SentAway};
pub use app::App;
pub use caller::Caller;
pub use capability::Capability;
pub use config::HttpConfig;
pub use error::{ApiError, FieldProblem, Problem};
pub use extract::{ClientAddress, Json, Path, Query, Upload};
pub use forget::Forget;
pub use jobs::{JobError, JobHandler, progress};
pub use layers::envelope::RequestId;
pub use listeners::{Listener, ListenerError};
pub use openapi::{openapi, operations};
pub use panics::hide_panic_messages;
pub use public_routes::{PUBLIC_ROUTES, is_public};
pub use router::router;
