//! Pulling the plug: nothing acknowledged is lost, and the audit chain stays whole.

use crate::server::{self, Server, observation};
use serde_json::{Value, json};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const ROUNDS: u64 = 20;
const CLIENTS: usize = 64;

#[test]
fn killing_the_server_under_load_loses_no_acknowledged_write() {
    let folder = tempfile::tempdir().unwrap();
    let token = server::token(folder.path());
    let mut acknowledged: Vec<String> = Vec::new();
    for round in 0..ROUNDS {
        let server = Server::start(folder.path());
        assert_all_there(&server.address, &token, &acknowledged);
        put_patient(&server.address, &token);
        let fresh = write_until_killed(server, &token, Duration::from_millis(150 + 37 * (round % 7)));
        assert!(!fresh.is_empty(), "no write was acknowledged in round {round}: the test tested nothing");
        acknowledged = fresh;
        let audit = server::run_json(folder.path(), &["audit", "verify", "--json"]);
        assert_eq!(audit["intact"], json!(true), "round {round}: {audit}");
    }
    let server = Server::start(folder.path());
    assert_all_there(&server.address, &token, &acknowledged);
}

/// Lets `CLIENTS` clients create resources, kills the server in the midst, and returns the ids of what it
/// had acknowledged.
fn write_until_killed(server: Server, token: &str, after: Duration) -> Vec<String> {
    let acknowledged = Mutex::new(Vec::new());
    let (ended, number) = (AtomicBool::new(false), AtomicUsize::new(0));
    let address = server.address.clone();
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let agent = ureq::Agent::new_with_defaults();
                while !ended.load(Ordering::SeqCst) {
                    let number = number.fetch_add(1, Ordering::SeqCst);
                    match create(&agent, &address, token, &observation("crash", number)) {
                        Some(id) => acknowledged.lock().unwrap().push(id),
                        None => return,
                    }
                }
            });
        }
        let patience = Instant::now() + Duration::from_secs(30);
        while acknowledged.lock().unwrap().len() < CLIENTS && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(after);
        server.kill();
        ended.store(true, Ordering::SeqCst);
    });
    acknowledged.into_inner().unwrap()
}

/// Creates a resource; `None` when the server was gone before it answered.
fn create(agent: &ureq::Agent, address: &str, token: &str, resource: &Value) -> Option<String> {
    let response = agent
        .post(format!("{address}/fhir/r4/Observation"))
        .header("Authorization", format!("Bearer {token}"))
        .header("Content-Type", "application/fhir+json")
        .send(resource.to_string())
        .ok()?;
    let location = response.headers().get("Location")?.to_str().ok()?.to_owned();
    location.split("/Observation/").nth(1)?.split('/').next().map(str::to_owned)
}

fn put_patient(address: &str, token: &str) {
    let response = ureq::put(format!("{address}/fhir/r4/Patient/crash"))
        .header("Authorization", format!("Bearer {token}"))
        .header("Content-Type", "application/fhir+json")
        .send(json!({"resourceType": "Patient", "id": "crash"}).to_string());
    assert!(response.is_ok(), "{response:?}");
}

fn assert_all_there(address: &str, token: &str, ids: &[String]) {
    let agent = ureq::Agent::new_with_defaults();
    for id in ids {
        let response = agent
            .get(format!("{address}/fhir/r4/Observation/{id}"))
            .header("Authorization", format!("Bearer {token}"))
            .call();
        assert!(response.is_ok(), "Observation/{id} was acknowledged and is lost: {response:?}");
    }
}
