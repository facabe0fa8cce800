//! What every handler has at hand.

use crate::ApiError;
use crate::config::HttpConfig;
use crate::forget::Forgetting;
use crate::health::Watched;
use crate::idempotency::Answers;
use crate::limits::Limits;
use salus_auth::Auth;
use salus_core::{Clock, Rng, Timestamp};
use salus_store::Store;
use std::sync::Arc;

/// The state of the server. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The store. Handlers reach data by [`crate::Caller::records`]; background work by `store.system("why")`.
    pub store: Store,
    /// Accounts, sessions and tokens.
    pub auth: Auth,
    /// The clock everything goes by.
    pub clock: Arc<dyn Clock>,
    /// The one source of randomness.
    pub rng: Arc<dyn Rng>,
    /// The settings of the HTTP surface.
    pub config: Arc<HttpConfig>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) answers: Arc<Answers>,
    pub(crate) forgetting: Arc<Forgetting>,
    pub(crate) watched: Arc<Watched>,
}

impl App {
    /// Puts the parts together.
    pub fn new(store: Store, auth: Auth, config: HttpConfig) -> Self {
        if let Some(origin) = &config.public_origin {
            auth.is_found_at(origin);
        }
        Self {
            clock: Arc::clone(store.clock()),
            rng: Arc::clone(store.rng()),
            limits: Arc::new(Limits::new(&config, auth.counters())),
            answers: Arc::new(Answers::new(config.idempotency_bytes)),
            forgetting: Arc::default(),
            watched: Arc::default(),
            config: Arc::new(config),
            store,
            auth,
        }
    }

    /// Counts a request against the limit of a registered app; 429 where there is no room.
    ///
    /// # Errors
    /// When the app has sent too many; the answer says when to come again.
    pub async fn check_client(&self, client: &str) -> Result<(), ApiError> {
        self.limits.check_client(client).await
    }

    /// From now on administrators are told how this part of the installation is: whether all is well, and words.
    pub fn tells(&self, name: &'static str, tell: impl Fn() -> (bool, String) + Send + Sync + 'static) {
        self.watched.add(name, tell);
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
