//! `salus bench emergency`: how long the emergency card takes while everybody else is busy, beside a quiet server.
//!
//! The server is a process of its own, reached by HTTP over the loopback, with a folder of synthetic people. A helper
//! who broke the glass asks for cards in the emergency's own lane; signed-in people read and search their own records.

use crate::Failure;
use crate::open_loop::{Arrivals, Outcome, Sender, run as open_loop};
use crate::report::{Gate, Report};
use crate::served::{Connection, Served};
use salus_access::{Relationship, Role};
use salus_auth::{AccountChange, Auth, AuthConfig, NewAccount};
use salus_core::{Secret, SystemClock, SystemRng};
use salus_store::{Batch, Expect, Op, Store, StoreConfig};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Synthetic people in the store.
const PEOPLE: usize = 100;
/// Those of them who are signed in. Their 25 requests a second each stay within the limit of an account.
const SIGNED_IN: usize = 20;
/// Those whose glass is broken; they are not signed in.
const EMERGENCIES: usize = 5;
const CARDS_A_SECOND: u32 = 5;
/// Connections that stay open: of the people, and of the helper.
const CONNECTIONS: usize = 60;
const CARD_CONNECTIONS: usize = 4;
const PASSWORD: &str = "heron river turns twice";
const HELPER: &str = "helper@example.org";

/// All requests come from one address here, so its limit, meant for strangers, is off; the one of accounts is on.
const SETTINGS: [(&str, &str); 1] = [("SALUS_HTTP__LIMITS__REQUESTS_PER_MINUTE_BY_ADDRESS", "0")];

/// What to measure.
pub struct Options {
    /// The binary that serves.
    pub program: PathBuf,
    /// The folder in which a temporary one is made.
    pub folder: PathBuf,
    /// Ordinary requests in a second.
    pub rate: u32,
    /// How long the busy phase lasts; the quiet one lasts half as long.
    pub seconds: u32,
}

/// Measures the card without and with others' requests.
pub async fn run(options: &Options, mut said: impl FnMut(&str)) -> Result<Report, Failure> {
    let mut report = Report::here();
    let folder = tempfile::tempdir_in(&options.folder)?;
    let data = folder.path().canonicalize()?;
    said("the filling of a store");
    let patients = fill(&data).await?;
    let served = Served::start(&options.program, &data, &SETTINGS)?;
    said("a helper breaks the glass, people sign in");
    let (people, urgent) = patients.split_at(SIGNED_IN);
    let helper = break_the_glass(&served, urgent).await?;
    let cookies = sign_in(&served, people.len()).await?;

    said("the emergency card in quiet");
    let lasting = Duration::from_secs(options.seconds.into());
    let cards = Arrivals { rate: CARDS_A_SECOND, lasting: lasting / 2 };
    let quiet = open_loop(cards, card_senders(&served, &helper, urgent).await?).await?;
    said("the emergency card while others read and search");
    let cards = Arrivals { rate: CARDS_A_SECOND, lasting };
    let others = Arrivals { rate: options.rate, lasting };
    let (loaded, ordinary) = tokio::try_join!(
        open_loop(cards, card_senders(&served, &helper, urgent).await?),
        open_loop(others, ordinary_senders(&served, &cookies, people).await?),
    )?;
    for outcome in [&quiet, &loaded, &ordinary] {
        if let Some(cause) = &outcome.last_failure {
            said(&format!("{} requests were not served: {cause}", outcome.failed));
        }
    }
    tell(&mut report, options.rate, &quiet, &loaded, &ordinary);
    Ok(report)
}

fn tell(report: &mut Report, rate: u32, quiet: &Outcome, loaded: &Outcome, ordinary: &Outcome) {
    let least = 0.95 * f64::from(rate);
    report.baseline("card.quiet.p50", quiet.times.percentile_ms(0.5), "ms");
    report.baseline("card.quiet.p95", quiet.times.percentile_ms(0.95), "ms");
    report.gated("ordinary.served", ordinary.rate(), "requests/s", Gate::AtLeast(least));
    report.gated("ordinary.failed", ordinary.failed as f64, "", Gate::AtMost(0.0));
    report.baseline("ordinary.p50", ordinary.times.percentile_ms(0.5), "ms");
    report.baseline("ordinary.p95", ordinary.times.percentile_ms(0.95), "ms");
    report.baseline("card.loaded.p50", loaded.times.percentile_ms(0.5), "ms");
    report.gated("card.loaded.p95", loaded.times.percentile_ms(0.95), "ms", Gate::AtMost(200.0));
    report.gated("card.failed", (quiet.failed + loaded.failed) as f64, "", Gate::AtMost(0.0));
    let ratio = loaded.times.percentile_ms(0.95) / quiet.times.percentile_ms(0.95).max(1e-9);
    report.baseline("card.loaded_to_quiet", ratio, "×");
}

/// Fills a data folder with people and accounts; the ids of the patients, those with an account first.
async fn fill(data: &Path) -> Result<Vec<String>, Failure> {
    let store = Store::open(StoreConfig::at(data), Arc::new(SystemClock), Arc::new(SystemRng)).await?;
    let records = store.system("fill a store to measure it");
    let mut patients = Vec::new();
    for resources in salus_demo::population(1, PEOPLE) {
        let id = resources.first().and_then(|patient| patient["id"].as_str());
        patients.push(id.ok_or("a person has no id")?.to_owned());
        let ops = resources.into_iter().map(|resource| Op::Put { resource, expect: Expect::Any }).collect();
        records.write(Batch { ops, ..Batch::default() }).await?;
    }
    patients.truncate(SIGNED_IN + EMERGENCIES);
    let auth = Auth::open(store.clone(), AuthConfig::default())?;
    for (number, patient) in patients.iter().take(SIGNED_IN).enumerate() {
        let own = BTreeMap::from([(patient.clone(), Relationship::Oneself)]);
        create(&auth, &email(number), Role::Person, own).await?;
    }
    let helper = create(&auth, HELPER, Role::Emergency, BTreeMap::new()).await?;
    let verified = AccountChange { is_verified: Some(true), ..AccountChange::default() };
    auth.change_account(&helper, verified).await?;
    store.close().await;
    Ok(patients)
}

async fn create(
    auth: &Auth,
    email: &str,
    role: Role,
    patients: BTreeMap<String, Relationship>,
) -> Result<String, Failure> {
    let new = NewAccount {
        email: email.to_owned(),
        display_name: "Measured".to_owned(),
        roles: vec![role],
        patients,
        practitioner: None,
        organization: None,
        password: Secret::new(PASSWORD.to_owned()),
    };
    Ok(auth.create_account(new).await?)
}

fn email(number: usize) -> String {
    format!("person{number}@example.org")
}

/// The cookie of a helper who opened the emergencies of these patients.
async fn break_the_glass(served: &Served, patients: &[String]) -> Result<String, Failure> {
    let mut helper = served.connect().await?;
    let cookie = helper.sign_in(HELPER, PASSWORD).await?;
    let mut helper = helper.with_cookie(&cookie);
    for patient in patients {
        let wish = json!({ "personId": patient, "reason": "urgent", "reasonText": "A measurement" });
        helper.post("/api/v1/emergency/accesses", &wish).await?;
    }
    Ok(cookie)
}

async fn sign_in(served: &Served, count: usize) -> Result<Vec<String>, Failure> {
    let mut cookies = Vec::with_capacity(count);
    let mut stranger = served.connect().await?;
    for number in 0..count {
        cookies.push(stranger.sign_in(&email(number), PASSWORD).await?);
    }
    Ok(cookies)
}

/// A connection with the addresses that it asks for, in turn.
struct Asks {
    connection: Connection,
    paths: Vec<String>,
}

impl Sender for Asks {
    async fn send(&mut self, number: usize) -> Result<(), String> {
        let path = &self.paths[number % self.paths.len()];
        self.connection.get(path).await.map(drop).map_err(|cause| cause.to_string())
    }
}

async fn card_senders(served: &Served, cookie: &str, patients: &[String]) -> Result<Vec<Asks>, Failure> {
    let card = |patient: &String| format!("/api/v1/people/{patient}/emergency-card");
    let mut senders = Vec::with_capacity(CARD_CONNECTIONS);
    for _ in 0..CARD_CONNECTIONS {
        let connection = served.connect().await?.with_cookie(cookie);
        senders.push(Asks { connection, paths: patients.iter().map(card).collect() });
    }
    Ok(senders)
}

/// The connections of signed-in people, each of whom reads and searches their own record.
async fn ordinary_senders(
    served: &Served,
    cookies: &[String],
    patients: &[String],
) -> Result<Vec<Asks>, Failure> {
    let people: Vec<(&String, &String)> = cookies.iter().zip(patients).collect();
    let mut senders = Vec::with_capacity(CONNECTIONS);
    for (cookie, patient) in people.into_iter().cycle().take(CONNECTIONS) {
        let connection = served.connect().await?.with_cookie(cookie);
        senders.push(Asks { connection, paths: ordinary(patient) });
    }
    Ok(senders)
}

/// What people ask for of their own record.
fn ordinary(patient: &str) -> Vec<String> {
    [
        format!("Patient/{patient}"),
        format!("Observation?patient={patient}&code=http://loinc.org|8867-4&_sort=-date&_count=20"),
        format!("Condition?patient={patient}"),
        format!("MedicationRequest?patient={patient}&status=active"),
        format!("Observation?patient={patient}&category=laboratory&_count=20"),
    ]
    .map(|what| format!("/fhir/r4/{}", what.replace('|', "%7C")))
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_store_that_is_served_has_people_to_ask_for() {
        let folder = tempfile::tempdir().unwrap();
        let patients = fill(folder.path()).await.unwrap();
        assert_eq!(patients.len(), SIGNED_IN + EMERGENCIES);
        let store = Store::open(StoreConfig::at(folder.path()), Arc::new(SystemClock), Arc::new(SystemRng));
        let store = store.await.unwrap();
        let auth = Auth::open(store.clone(), AuthConfig::default()).unwrap();
        let helper = auth.account_by_email(HELPER).await.unwrap().unwrap();
        assert!(helper.may_break_the_glass());
        let last = auth.account_by_email(&email(SIGNED_IN - 1)).await.unwrap().unwrap();
        assert!(last.patients.contains_key(&patients[SIGNED_IN - 1]));
    }

    #[test]
    fn a_report_tells_each_gate_and_what_was_missed() {
        let mut report = Report::here();
        let slow = Outcome { failed: 1, ..Outcome::default() };
        tell(&mut report, 500, &Outcome::default(), &Outcome::default(), &slow);
        let gates: Vec<_> =
            report.figures.iter().filter_map(|figure| Some((figure.name, figure.holds?))).collect();
        let expect = [
            ("ordinary.served", false),
            ("ordinary.failed", false),
            ("card.loaded.p95", true),
            ("card.failed", true),
        ];
        assert_eq!(gates, expect);
    }
}
