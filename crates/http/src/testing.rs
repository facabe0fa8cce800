//! A whole application for tests: the real store in a folder of its own, a clock that stands still, a seeded generator.
//!
//! ```ignore
//! let (app, maria) = TestApp::with_person("maria").await;
//! let response = maria.get("/api/v1/session").await;
//! assert_eq!(response.status(), 200);
//! ```
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use crate::jobs::{JobHandler, run_due_jobs};
use crate::listeners::{Listener, catch_up};
use crate::{App, Capability, HttpConfig, is_public, openapi, operations, router};
use axum::body::Body;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use http::{HeaderMap, Method, Request};
use salus_access::{Relationship, Role};
use salus_auth::{Auth, AuthConfig, NewAccount, PasswordCost};
use salus_core::{Clock, ManualClock, Secret, SeededRng};
use salus_store::{Batch, Store, StoreConfig};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tower::ServiceExt;

/// The password of every person made here.
pub const PASSWORD: &str = "heron river turns twice";

/// Where the clock stands at first: 2026-01-05T08:00:00Z, a Monday.
pub const START: &str = "2026-01-05T08:00:00Z";

/// A whole application over an empty store. Dropping it removes the store.
#[derive(Clone)]
pub struct TestApp {
    app: App,
    clock: Arc<ManualClock>,
    router: axum::Router,
    jobs: Vec<JobHandler>,
    listeners: Vec<Listener>,
    dir: Arc<tempfile::TempDir>,
}

impl TestApp {
    /// The platform alone.
    pub async fn init() -> Self {
        Self::with_capabilities(Vec::new).await
    }

    /// The platform and one person with a record of their own.
    pub async fn with_person(name: &str) -> (Self, TestClient) {
        let app = Self::init().await;
        let person = app.person(name).await;
        (app, person)
    }

    /// The platform and these capabilities.
    pub async fn with_capabilities(capabilities: fn() -> Vec<Capability>) -> Self {
        Self::with_config(capabilities, HttpConfig::default()).await
    }

    /// The platform and these capabilities, set up otherwise than usual.
    pub async fn with_config(capabilities: fn() -> Vec<Capability>, config: HttpConfig) -> Self {
        Self::with_auth(capabilities, config, AuthConfig::default()).await
    }

    /// The platform and these capabilities, with another way of signing in than usual.
    pub async fn with_auth(
        capabilities: fn() -> Vec<Capability>,
        config: HttpConfig,
        auth: AuthConfig,
    ) -> Self {
        let public_origin = config.public_origin.clone().or_else(|| Some("http://salus.test".to_owned()));
        let config = HttpConfig { public_origin, ..config };
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let clock = Arc::new(ManualClock::at(START.parse().unwrap()));
        let shown: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
        let store =
            Store::open(StoreConfig::at(dir.path()), shown, Arc::new(SeededRng::new(1))).await.unwrap();
        let password_cost = PasswordCost { memory_kib: 64, passes: 1, ..PasswordCost::default() };
        let auth = Auth::open(store.clone(), AuthConfig { password_cost, ..auth }).unwrap();
        let app = App::new(store, auth, config);
        let jobs = capabilities().into_iter().flat_map(|capability| capability.jobs).collect();
        let listeners = capabilities().into_iter().flat_map(|capability| capability.listeners).collect();
        let router = router(app.clone(), capabilities(), None);
        Self { app, clock, router, jobs, listeners, dir }
    }

    /// What handlers have at hand.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The clock, to be moved.
    pub fn clock(&self) -> &ManualClock {
        &self.clock
    }

    /// Where the store lies.
    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// The service itself.
    pub fn router(&self) -> axum::Router {
        self.router.clone()
    }

    /// Somebody who is not signed in.
    pub fn anonymous(&self) -> TestClient {
        TestClient { router: self.router.clone(), headers: HeaderMap::new(), account: None, patient: None }
    }

    /// Makes a `Patient` named `name`, an account `name@example.org` whose own record that is, and signs in.
    pub async fn person(&self, name: &str) -> TestClient {
        let shown: String =
            name.chars().take(1).flat_map(char::to_uppercase).chain(name.chars().skip(1)).collect();
        let patient = self
            .create(json!({
                "resourceType": "Patient",
                "name": [{ "given": [shown] }],
                "gender": "female",
                "birthDate": "1984-03-12",
            }))
            .await;
        let patients = BTreeMap::from([(patient.clone(), Relationship::Oneself)]);
        let client = self.account(name, vec![Role::Person], patients).await;
        TestClient { patient: Some(patient), ..client }
    }

    /// Makes an account `name@example.org` with these roles and patients, and signs in.
    pub async fn account(
        &self,
        name: &str,
        roles: Vec<Role>,
        patients: BTreeMap<String, Relationship>,
    ) -> TestClient {
        let display_name =
            name.chars().take(1).flat_map(char::to_uppercase).chain(name.chars().skip(1)).collect();
        let new = NewAccount {
            email: format!("{name}@example.org"),
            display_name,
            roles,
            patients,
            practitioner: None,
            organization: None,
            password: Secret::new(PASSWORD.to_owned()),
        };
        self.app.auth.create_account(new).await.unwrap();
        self.sign_in(name).await
    }

    /// An account that runs the installation.
    pub async fn admin(&self) -> TestClient {
        self.account("admin", vec![Role::Admin], BTreeMap::new()).await
    }

    /// Signs `name@example.org` in, in a browser of its own.
    pub async fn sign_in(&self, name: &str) -> TestClient {
        let body = json!({ "email": format!("{name}@example.org"), "password": PASSWORD });
        let response = self.anonymous().post("/api/v1/session", &body).await;
        assert_eq!(response.status(), 200, "{}", response.text());
        let account = response.json()["account"]["id"].as_str().map(str::to_owned);
        let client =
            self.anonymous().with_header(COOKIE.as_str(), &format!("__Host-salus={}", response.cookie()));
        TestClient { account, ..client }
    }

    /// Sets up an authenticator app for somebody, and gives its secret; a minute passes, so that the next code is fresh.
    pub async fn with_totp(&self, client: &TestClient) -> String {
        let begun = self.app.auth.begin_totp(client.account()).await.unwrap();
        let secret = begun.secret.expose().clone();
        self.app.auth.confirm_totp(client.account(), &begun.id, &totp_code(&secret, self, 0)).await.unwrap();
        self.clock.advance_seconds(60);
        secret
    }

    /// Stores a resource past all policies, and gives its id.
    pub async fn create(&self, resource: Value) -> String {
        let written = self.app.store.system("test").write(Batch::create(resource)).await.unwrap();
        written.into_iter().next().unwrap().id
    }

    /// Does what the capabilities have to do in the background, until nothing is left: listeners, then due jobs.
    pub async fn settle(&self) {
        loop {
            let mut did = 0;
            for listener in &self.listeners {
                did += catch_up(&self.app, listener).await.unwrap();
            }
            did += run_due_jobs(&self.app, &self.jobs).await.unwrap();
            if did == 0 {
                return;
            }
        }
    }

    /// Calls every operation of these capabilities as a stranger, and gives those that did not answer 401 though they
    /// are not on the list of public routes, as `METHOD path status`.
    pub async fn open_doors(&self, capabilities: Vec<Capability>) -> Vec<String> {
        let mut open = Vec::new();
        for (path, item) in &openapi(capabilities).paths.paths {
            for (method, _) in operations(item) {
                let concrete = concrete_path(path);
                let response =
                    self.anonymous().send(method.parse().unwrap(), &concrete, None, Body::empty()).await;
                if response.status() != 401 && !is_public(method, path) {
                    open.push(format!("{method} {path} {}", response.status()));
                }
            }
        }
        open
    }
}

/// The code that an authenticator app with this secret shows, or shows so many steps from now.
pub fn totp_code(secret: &str, app: &TestApp, drift: i64) -> String {
    salus_auth::testing_totp_code(secret, app.clock.now().as_second() / 30 + drift)
}

/// A path with something in place of each variable.
fn concrete_path(template: &str) -> String {
    let segments = template.split('/').map(|segment| if segment.starts_with('{') { "x" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

/// A browser or a program that sends requests.
#[derive(Clone)]
pub struct TestClient {
    router: axum::Router,
    headers: HeaderMap,
    account: Option<String>,
    patient: Option<String>,
}

impl TestClient {
    /// The id of its account.
    pub fn account(&self) -> &str {
        self.account.as_deref().unwrap()
    }

    /// The id of the person's own `Patient`.
    pub fn patient(&self) -> &str {
        self.patient.as_deref().unwrap()
    }

    /// The same client, known to have this record of their own.
    #[must_use]
    pub fn with_patient(&self, patient: &str) -> Self {
        Self { patient: Some(patient.to_owned()), ..self.clone() }
    }

    /// The same client, sending one header more.
    #[must_use]
    pub fn with_header(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.insert(http::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
        client
    }

    /// The same client, sending to another service.
    #[must_use]
    pub fn through(&self, router: axum::Router) -> Self {
        Self { router, ..self.clone() }
    }

    /// Sends GET.
    pub async fn get(&self, path: &str) -> TestResponse {
        self.send(Method::GET, path, None, Body::empty()).await
    }

    /// Sends POST with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> TestResponse {
        self.send(Method::POST, path, Some("application/json"), body.to_string()).await
    }

    /// Sends PUT with a JSON body.
    pub async fn put(&self, path: &str, body: &Value) -> TestResponse {
        self.send(Method::PUT, path, Some("application/json"), body.to_string()).await
    }

    /// Sends DELETE.
    pub async fn delete(&self, path: &str) -> TestResponse {
        self.send(Method::DELETE, path, None, Body::empty()).await
    }

    /// Sends one file as `multipart/form-data` in the field `file`.
    pub async fn upload(
        &self,
        path: &str,
        file_name: &str,
        content_type: &str,
        bytes: &[u8],
    ) -> TestResponse {
        let boundary = "salus-test-boundary";
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n\
             Content-Type: {content_type}\r\n\r\n"
        );
        let body = [head.as_bytes(), bytes, format!("\r\n--{boundary}--\r\n").as_bytes()].concat();
        let kind = format!("multipart/form-data; boundary={boundary}");
        self.send(Method::POST, path, Some(&kind), body).await
    }

    /// Sends anything.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        content_type: Option<&str>,
        body: impl Into<Body>,
    ) -> TestResponse {
        let mut request = Request::builder().method(method).uri(path).header("host", "salus.test");
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        let mut request = request.body(body.into()).unwrap();
        request.headers_mut().extend(self.headers.clone());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 256 * 1024 * 1024).await.unwrap();
        TestResponse { parts, body }
    }
}

/// What came back.
pub struct TestResponse {
    parts: http::response::Parts,
    body: Bytes,
}

impl TestResponse {
    /// The status code.
    pub fn status(&self) -> u16 {
        self.parts.status.as_u16()
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> String {
        let value = self.parts.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        value.unwrap_or_default()
    }

    /// The body as it came.
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|cause| panic!("{cause}: {}", self.text()))
    }

    /// The body as compact JSON with `…` in place of ids, for snapshots.
    pub fn json_without_ids(&self) -> String {
        let mut json = self.json();
        hide_ids(&mut json);
        json.to_string()
    }

    /// The value of the session's cookie that it sets.
    pub fn cookie(&self) -> String {
        let line = self.header(SET_COOKIE.as_str());
        let value = line.split_once('=').map(|(_, rest)| rest.split(';').next().unwrap_or_default());
        value.unwrap_or_default().to_owned()
    }
}

fn hide_ids(json: &mut Value) {
    match json {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == "id" || name == "requestId" => "…".clone_into(text),
                    other => hide_ids(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide_ids),
        _ => {}
    }
}
