//! `salus bench sign-in`: what a token check costs, and whether reading stays quick while everybody signs in.

use crate::Failure;
use crate::measure::Times;
use crate::report::{Gate, Report};
use salus_auth::{Auth, AuthConfig, Credential, NewAccount, Opening, SignIn};
use salus_core::{Clock, Secret, SystemClock, SystemRng};
use salus_store::{Batch, Store, StoreConfig};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

const EMAIL: &str = "reader@example.org";
const PASSWORD: &str = "heron river turns twice";
/// Checks of the reader's cookie.
const CHECKS: usize = 20_000;
/// Reads in each of the two phases.
const READS: usize = 3_000;
/// Those who sign in at once, again and again.
const STORM: usize = 32;

/// Measures the check of a session's cookie, then reads without and with a storm of sign-ins.
pub async fn run(folder: &Path, mut said: impl FnMut(&str)) -> Result<Report, Failure> {
    let mut report = Report::here();
    let folder = tempfile::tempdir_in(folder)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = Store::open(StoreConfig::at(folder.path()), clock, Arc::new(SystemRng)).await?;
    let auth = Auth::open(store.clone(), AuthConfig::default())?;
    let patient = json!({ "resourceType": "Patient", "name": [{ "given": ["Reader"] }] });
    let written = store.system("measure signing in").write(Batch::create(patient)).await?;
    let patient = written.into_iter().next().ok_or("nothing was written")?.id;
    let cookie = signed_in(&auth, &patient).await?;

    said("the check of a cookie");
    let mut checks = Times::default();
    for _ in 0..CHECKS {
        checks.of(auth.authenticate(&cookie)).await?;
    }
    report.baseline("token_check.p50", checks.percentile_ms(0.5) * 1e3, "µs");
    report.gated("token_check.p95", checks.percentile_ms(0.95) * 1e3, "µs", Gate::AtMost(50.0));

    said("reads in quiet, then in a storm of sign-ins");
    let quiet = reads(&store, &auth, &cookie, &patient).await?;
    let (is_over, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let storm: Vec<_> =
        (0..STORM).map(|_| tokio::spawn(guess(auth.clone(), is_over.clone(), done.clone()))).collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let stormy = reads(&store, &auth, &cookie, &patient).await?;
    is_over.store(true, Ordering::SeqCst);
    for task in storm {
        task.await?;
    }
    report.baseline("sign_ins_during_the_storm", done.load(Ordering::SeqCst) as f64, "");
    report.baseline("read.quiet.p95", quiet.percentile_ms(0.95), "ms");
    report.gated("read.storm.p95", stormy.percentile_ms(0.95), "ms", Gate::AtMost(25.0));
    store.close().await;
    Ok(report)
}

/// An account that may read the patient, signed in.
async fn signed_in(auth: &Auth, patient: &str) -> Result<Credential, Failure> {
    auth.create_account(NewAccount {
        email: EMAIL.to_owned(),
        display_name: "Reader".to_owned(),
        roles: vec!["person".parse()?],
        patients: BTreeMap::from([(patient.to_owned(), "self".parse()?)]),
        practitioner: None,
        organization: None,
        password: Secret::new(PASSWORD.to_owned()),
    })
    .await?;
    let typed =
        SignIn { email: EMAIL, password: Secret::new(PASSWORD.to_owned()), address: None, agent: "bench" };
    match auth.sign_in(typed).await? {
        Opening::Open(new) => Ok(Credential::Cookie(new.secret)),
        Opening::HalfOpen(_) => Err("a second step was asked for".into()),
    }
}

/// What a request for one's own record does: the cookie, then the resource through the policy.
async fn reads(store: &Store, auth: &Auth, cookie: &Credential, patient: &str) -> Result<Times, Failure> {
    let mut times = Times::default();
    for _ in 0..READS {
        let read = async {
            let identity = auth.authenticate(cookie).await?.ok_or("the session ended")?;
            let found = store.as_user(identity.subject).read("Patient", patient).await?;
            found.ok_or("the record is not there")?;
            Ok::<_, Failure>(())
        };
        times.of(read).await?;
    }
    Ok(times)
}

/// Signs in with a wrong password at one address after the other, so that each attempt costs a hash.
async fn guess(auth: Auth, is_over: Arc<AtomicBool>, done: Arc<AtomicUsize>) {
    while !is_over.load(Ordering::SeqCst) {
        let number = done.load(Ordering::SeqCst);
        let email = format!("person{number}-{:?}@example.org", std::thread::current().id());
        let password = Secret::new("not the password".to_owned());
        let typed = SignIn { email: &email, password, address: None, agent: "bench" };
        if auth.sign_in(typed).await.is_err() {
            done.fetch_add(1, Ordering::SeqCst);
        }
    }
}
