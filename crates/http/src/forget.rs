//! What is kept of a person in memory, and how it goes when they are erased.

use crate::App;
use std::sync::{Arc, Mutex, PoisonError};

/// Something that drops what it keeps of a person.
#[derive(Clone)]
pub struct Forget(Arc<dyn Fn(&str) + Send + Sync>);

impl Forget {
    pub(crate) fn new(forget: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(forget))
    }
}

/// All who keep something of people in memory.
#[derive(Default)]
pub(crate) struct Forgetting(Mutex<Vec<Forget>>);

impl Forgetting {
    pub(crate) fn add(&self, forgets: Vec<Forget>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(forgets);
    }

    fn all(&self) -> Vec<Forget> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl App {
    /// Drops from memory whatever this process keeps of a person: answers that could be given again to these accounts
    /// or that name the person, and what the capabilities keep.
    pub fn forget_person(&self, patient_id: &str, accounts: &[String]) {
        self.answers.forget(patient_id, accounts);
        for Forget(forget) in self.forgetting.all() {
            forget(patient_id);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Capability;
    use crate::testing::TestApp;
    use serde_json::json;
    use std::sync::{Mutex, PoisonError};
    use utoipa_axum::router::OpenApiRouter;

    static FORGOTTEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

    fn forgetful() -> Vec<Capability> {
        let forget = |id: &str| FORGOTTEN.lock().unwrap_or_else(PoisonError::into_inner).push(id.to_owned());
        vec![Capability::new("test", OpenApiRouter::new()).forgets(forget)]
    }

    #[tokio::test]
    async fn asvs_v14_2_2_answers_and_caches_of_an_erased_person_are_purged() {
        let app = TestApp::with_capabilities(forgetful).await;
        let (maria, john) = (app.person("maria").await, app.person("john").await);
        let replays = |response: &crate::testing::TestResponse| response.header("idempotency-replayed");
        let issue = async |client: &crate::testing::TestClient| {
            let client = client.with_header("idempotency-key", "k1");
            client.post("/api/v1/tokens", &json!({ "label": "sync" })).await
        };
        for client in [&maria, &john] {
            assert_eq!(issue(client).await.status(), 201);
            assert_eq!(replays(&issue(client).await), "true");
        }
        app.app().forget_person(maria.patient(), &[maria.account().to_owned()]);
        assert_eq!(replays(&issue(&maria).await), "");
        assert_eq!(replays(&issue(&john).await), "true");
        assert_eq!(*FORGOTTEN.lock().unwrap(), [maria.patient()]);
    }
}
