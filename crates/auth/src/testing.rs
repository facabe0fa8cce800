//! A door over a store in a folder of its own, with a clock that stands still.

use crate::{
    AccountError, Auth, AuthConfig, Credential, Identity, NewAccount, NewSession, PasswordCost, SignIn,
    SignInError,
};
use salus_access::Role;
use salus_core::{Clock, ManualClock, Rng, Secret, SeededRng};
use salus_store::{AuditAction, AuditFilter, AuditRecord, Store, StoreConfig};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) const MARIA: &str = "maria@example.org";
pub(crate) const PASSWORD: &str = "heron river turns twice";

pub(crate) struct Door {
    pub(crate) auth: Auth,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Store,
    dir: Arc<tempfile::TempDir>,
}

pub(crate) fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn config(passes: u32) -> AuthConfig {
    let password_cost = PasswordCost { memory_kib: 64, passes, ..PasswordCost::default() };
    AuthConfig { password_cost, ..AuthConfig::default() }
}

impl Door {
    pub(crate) async fn open() -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let clock = Arc::new(ManualClock::at("2026-01-05T08:00:00Z".parse().unwrap()));
        let rng: Arc<dyn Rng> = Arc::new(SeededRng::new(1));
        let store = Store::open(StoreConfig::at(dir.path()), Arc::clone(&clock) as Arc<dyn Clock>, rng)
            .await
            .unwrap();
        let auth = Auth::open(store.clone(), config(1)).unwrap();
        Self { auth, clock, store, dir }
    }

    pub(crate) fn reopened_with_passes(&self, passes: u32) -> Self {
        Self {
            auth: Auth::open(self.store.clone(), config(passes)).unwrap(),
            clock: Arc::clone(&self.clock),
            store: self.store.clone(),
            dir: Arc::clone(&self.dir),
        }
    }

    pub(crate) async fn create(&self, email: &str) -> Result<String, AccountError> {
        let new = NewAccount {
            email: email.to_owned(),
            display_name: "Maria López".to_owned(),
            roles: vec![Role::Person],
            patients: BTreeMap::new(),
            practitioner: None,
            organization: None,
            password: secret(PASSWORD),
        };
        self.auth.create_account(new).await
    }

    pub(crate) async fn try_sign_in(&self, email: &str, password: &str) -> Result<NewSession, SignInError> {
        self.auth.sign_in(SignIn { email, password: secret(password), address: None, agent: "test" }).await
    }

    pub(crate) async fn sign_in(&self, email: &str) -> Credential {
        match self.try_sign_in(email, PASSWORD).await {
            Ok(new) => Credential::Cookie(new.secret),
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) async fn who(&self, credential: &Credential) -> Option<Identity> {
        self.auth.authenticate(credential).await.unwrap()
    }

    pub(crate) async fn eventually_nobody(&self, credential: &Credential) {
        let gone = async {
            while self.who(credential).await.is_some() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(10), gone).await.unwrap();
    }

    /// What the audit tells of sign-ins, oldest first.
    pub(crate) async fn sign_ins(&self) -> Vec<AuditRecord> {
        let filter = AuditFilter { actions: vec![AuditAction::SignIn], ..AuditFilter::default() };
        let mut found = self.store.system("test").audit(&filter, 100).await.unwrap();
        found.reverse();
        found
    }
}
