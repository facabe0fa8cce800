//! Is it alive, is it ready, and what is not as it should be? For whoever watches over the process.

use crate::{ApiError, App, Caller, Json};
use axum::extract::State;
use serde::Serialize;
use std::sync::{Arc, Mutex, PoisonError};

/// Whether the process can serve.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Health {
    /// Always `ok`: whatever else is an error.
    #[schema(example = "ok")]
    status: &'static str,
}

/// How the installation is, part by part.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct HealthDetail {
    /// `ok`, or `degraded` where one part is.
    #[schema(example = "ok")]
    status: &'static str,
    /// What it is made of.
    parts: Vec<HealthPart>,
}

/// One part of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct HealthPart {
    /// `store`, `certificate`, `limits`
    #[schema(example = "certificate")]
    name: &'static str,
    /// `ok` or `degraded`: Salus works, and somebody should look.
    #[schema(example = "ok")]
    status: &'static str,
    /// In words, for people.
    detail: String,
}

const OK: Json<Health> = Json(Health { status: "ok" });

/// The process runs.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, body = Health)))]
pub(crate) async fn alive() -> Json<Health> {
    OK
}

/// The store answers: requests are welcome.
#[utoipa::path(get, path = "/readyz", tag = "health", responses(
    (status = 200, body = Health),
    (status = 503, description = "The store does not answer; send requests elsewhere."),
))]
pub(crate) async fn ready(State(app): State<App>) -> Result<Json<Health>, ApiError> {
    app.store.cursor("readiness").await.map_err(|cause| match cause {
        salus_store::Error::Busy => ApiError::busy(),
        cause => ApiError::internal(format!("the store does not answer: {cause}")),
    })?;
    Ok(OK)
}

/// How the installation is, part by part
///
/// For administrators. `degraded` says that Salus works and that somebody should look.
#[utoipa::path(get, path = "/api/v1/health", tag = "health", operation_id = "readHealth", responses(
    (status = 200, body = HealthDetail),
))]
pub(crate) async fn detail(caller: Caller, State(app): State<App>) -> Result<Json<HealthDetail>, ApiError> {
    caller.require_admin()?;
    let is_there = app.store.cursor("readiness").await.is_ok();
    let words = if is_there { "The store answers." } else { "The store does not answer." };
    let mut parts = vec![part("store", is_there, words.to_owned())];
    parts.extend(app.watched.ask());
    let is_well = parts.iter().all(|part| part.status == word(true));
    Ok(Json(HealthDetail { status: word(is_well), parts }))
}

/// Tells whether all is well, and words.
type Tell = Arc<dyn Fn() -> (bool, String) + Send + Sync>;

/// The parts that tell by themselves how they are.
#[derive(Default)]
pub(crate) struct Watched(Mutex<Vec<(&'static str, Tell)>>);

impl Watched {
    pub(crate) fn add(&self, name: &'static str, tell: impl Fn() -> (bool, String) + Send + Sync + 'static) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((name, Arc::new(tell)));
    }

    fn ask(&self) -> Vec<HealthPart> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        all.into_iter()
            .map(|(name, tell)| {
                let (is_well, detail) = tell();
                part(name, is_well, detail)
            })
            .collect()
    }
}

fn part(name: &'static str, is_well: bool, detail: String) -> HealthPart {
    HealthPart { name, status: word(is_well), detail }
}

fn word(is_well: bool) -> &'static str {
    if is_well { "ok" } else { "degraded" }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;
    use serde_json::json;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[tokio::test]
    async fn administrators_see_which_part_is_not_well_and_nobody_else_does() {
        let app = TestApp::init().await;
        let is_well = Arc::new(AtomicBool::new(true));
        let seen = Arc::clone(&is_well);
        app.app().tells("certificate", move || (seen.load(Ordering::SeqCst), "Good until May.".to_owned()));
        let (ada, maria) = (app.admin().await, app.person("maria").await);
        for (well, word) in [(true, "ok"), (false, "degraded")] {
            is_well.store(well, Ordering::SeqCst);
            let store = json!({ "name": "store", "status": "ok", "detail": "The store answers." });
            let certificate = json!({ "name": "certificate", "status": word, "detail": "Good until May." });
            let expect = json!({ "status": word, "parts": [store, certificate] });
            assert_eq!(ada.get("/api/v1/health").await.json(), expect);
        }
        assert_eq!(maria.get("/api/v1/health").await.status(), 404);
        assert_eq!(app.anonymous().get("/api/v1/health").await.status(), 401);
    }
}
