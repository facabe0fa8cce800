//! A door over a store in a folder of its own, with a clock that stands still.

use crate::factor::code_at;
use crate::outreach::testing::Mailbox;
use crate::{
    Account, AccountChange, AccountError, Auth, AuthConfig, Credential, HalfOpen, Identity, Method,
    NewAccount, NewSession, Opening, PasswordCost, SignIn, SignInError,
};
use salus_access::Role;
use salus_core::{Clock, ManualClock, Rng, Secret, SeededRng};
use salus_fhir::search::Query;
use salus_store::{AuditAction, AuditFilter, AuditRecord, Page, Store, StoreConfig};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) const MARIA: &str = "maria@example.org";
pub(crate) const PASSWORD: &str = "heron river turns twice";

pub(crate) struct Door {
    pub(crate) auth: Auth,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Store,
    pub(crate) mailbox: Mailbox,
    dir: Arc<tempfile::TempDir>,
}

/// An authenticator app.
pub(crate) struct App {
    pub(crate) id: String,
    secret: Vec<u8>,
    clock: Arc<ManualClock>,
}

impl App {
    /// The code of the present step, or of one so many steps away.
    pub(crate) fn code(&self, drift: i64) -> String {
        code_at(&self.secret, self.clock.now().as_second() / 30 + drift)
    }
}

pub(crate) fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn config(passes: u32, mailbox: &Mailbox) -> AuthConfig {
    let password_cost = PasswordCost { memory_kib: 64, passes, ..PasswordCost::default() };
    let public_origin = Some("https://salus.example".to_owned());
    AuthConfig { password_cost, public_origin, outreach: mailbox.outreach(), ..AuthConfig::default() }
}

impl Door {
    pub(crate) async fn open() -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let clock = Arc::new(ManualClock::at("2026-01-05T08:00:00Z".parse().unwrap()));
        let rng: Arc<dyn Rng> = Arc::new(SeededRng::new(1));
        let store = Store::open(StoreConfig::at(dir.path()), Arc::clone(&clock) as Arc<dyn Clock>, rng)
            .await
            .unwrap();
        let mailbox = Mailbox::open();
        let auth = Auth::open(store.clone(), config(1, &mailbox)).unwrap();
        Self { auth, clock, store, mailbox, dir }
    }

    pub(crate) fn reopened_with_passes(&self, passes: u32) -> Self {
        Self {
            auth: Auth::open(self.store.clone(), config(passes, &self.mailbox)).unwrap(),
            clock: Arc::clone(&self.clock),
            store: self.store.clone(),
            mailbox: self.mailbox.clone(),
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
        match self.open_with(email, password).await? {
            Opening::Open(new) => Ok(*new),
            Opening::HalfOpen(_) => panic!("{email} asks for a second step"),
        }
    }

    pub(crate) async fn open_with(&self, email: &str, password: &str) -> Result<Opening, SignInError> {
        self.auth.sign_in(SignIn { email, password: secret(password), address: None, agent: "test" }).await
    }

    pub(crate) async fn half_open(&self, email: &str) -> HalfOpen {
        match self.open_with(email, PASSWORD).await {
            Ok(Opening::HalfOpen(half)) => half,
            _ => panic!("{email} asks for no second step"),
        }
    }

    /// Sets up an authenticator app for the account.
    pub(crate) async fn with_totp(&self, account: &str) -> App {
        let begun = self.auth.begin_totp(account).await.unwrap();
        let secret = data_encoding::BASE32_NOPAD.decode(begun.secret.expose().as_bytes()).unwrap();
        let app = App { id: begun.id, secret, clock: Arc::clone(&self.clock) };
        self.auth.confirm_totp(account, &app.id, &app.code(0)).await.unwrap();
        app
    }

    /// An account with codes by e-mail.
    pub(crate) async fn with_codes_by_email(&self, email: &str) -> Account {
        let id = self.create(email).await.unwrap();
        self.auth.begin_address(&id, "set-up", Method::EmailCode, None).await.unwrap();
        self.auth.confirm_address(&id, "set-up", &self.last_code()).await.unwrap();
        self.auth.account(&id).await.unwrap().unwrap()
    }

    pub(crate) fn last_code(&self) -> String {
        let letters = self.mailbox.letters();
        let mut codes = letters.iter().filter(|letter| letter.text.contains("is your code"));
        let words = codes.next_back().unwrap().text.split_whitespace().map(str::to_owned);
        words.into_iter().find(|word| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit())).unwrap()
    }

    /// All bodies of a type, as text.
    pub(crate) async fn stored(&self, type_name: &str) -> String {
        let page = self.store.system("test").search(&Query::all(type_name), Page::first(100)).await.unwrap();
        page.matches.iter().map(|stored| stored.json().unwrap().to_string()).collect()
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

    /// Changes an account as an administrator does.
    pub(crate) async fn change(&self, account: &str, change: AccountChange) {
        self.auth.change_account(account, change).await.map(drop).unwrap();
    }

    /// Gives an account these roles.
    pub(crate) async fn play(&self, account: &str, roles: &[Role]) {
        self.change(account, AccountChange { roles: Some(roles.to_vec()), ..AccountChange::default() }).await;
    }

    /// Makes sure that somebody is who they say, or takes that back.
    pub(crate) async fn verify(&self, account: &str, is_verified: bool) {
        let change = AccountChange { is_verified: Some(is_verified), ..AccountChange::default() };
        self.change(account, change).await;
    }

    /// What the audit tells of sign-ins, oldest first.
    pub(crate) async fn sign_ins(&self) -> Vec<AuditRecord> {
        self.audited(AuditAction::SignIn).await
    }

    /// What the audit tells of such actions, oldest first.
    pub(crate) async fn audited(&self, action: AuditAction) -> Vec<AuditRecord> {
        let filter = AuditFilter { actions: vec![action], ..AuditFilter::default() };
        let mut found = self.store.system("test").audit(&filter, 100).await.unwrap();
        found.reverse();
        found
    }
}
