//! Stories over the whole application: keys change while people are there.

use salus_auth::{Auth, AuthConfig};
use salus_core::{Clock, ManualClock, SeededRng};
use salus_http::jobs::run_due_jobs;
use salus_http::testing::{START, TestApp, TestClient};
use salus_http::{App, HttpConfig};
use salus_store::{AuditAction, AuditFilter, Batch, JobState, Op, Progress, Store, StoreConfig};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

async fn admin() -> (TestApp, TestClient) {
    let app = TestApp::with_capabilities(|| vec![crate::capability()]).await;
    let ada = app.admin().await;
    (app, ada)
}

async fn ask(client: &TestClient, path: &str, body: &Value) -> String {
    let answer = client.post(path, body).await;
    assert_eq!(answer.status(), 202, "{}", answer.text());
    answer.json()["jobId"].as_str().unwrap().to_owned()
}

async fn rotation(client: &TestClient, id: &str) -> Value {
    let keys = client.get("/api/v1/keys").await.json();
    keys["rotations"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap().clone()
}

#[tokio::test]
async fn asvs_v11_2_2_the_master_key_changes_at_the_wish_of_an_administrator_and_is_on_file() {
    let (app, ada) = admin().await;
    let maria = app.person("maria").await;
    let before = ada.get("/api/v1/keys").await.json();
    assert_eq!(before["masterKeys"].as_array().unwrap().len(), 1);
    assert_eq!((&before["masterKeys"][0]["holder"], &before["isChanging"]), (&json!("file"), &json!(false)));
    assert_eq!(before["masterKeys"][0]["id"], before["current"]);

    let id = ask(&ada, "/api/v1/keys/master-rotations", &json!({})).await;
    assert_eq!(ask(&ada, "/api/v1/keys/master-rotations", &json!({})).await, id, "one at a time");
    assert_eq!(rotation(&ada, &id).await["state"], "queued");
    app.settle().await;
    let done = rotation(&ada, &id).await;
    let after = ada.get("/api/v1/keys").await.json();
    assert_ne!(after["current"], before["current"]);
    assert_eq!(
        after["masterKeys"],
        json!([{
            "id": after["current"], "holder": "file", "keys": before["masterKeys"][0]["keys"], "beingReplaced": 0
        }])
    );
    assert_eq!(
        (&done["state"], &done["of"], &done["done"]),
        (&json!("done"), &json!("master"), &done["total"])
    );
    assert!(done["message"].as_str().unwrap().contains(after["current"].as_str().unwrap()), "{done}");
    assert!(done["endedAt"].is_string());
    assert_eq!(maria.get("/api/v1/session").await.status(), 200, "she goes on");

    let store = &app.app().store;
    let filter = AuditFilter { actions: vec![AuditAction::KeyRotation], ..AuditFilter::default() };
    let found = store.system("test").audit(&filter, 10).await.unwrap();
    let actors: Vec<_> = found.iter().map(|entry| entry.actor.as_str()).collect();
    assert_eq!(actors, ["system: key rotation", ada.account(), ada.account()]);
}

#[tokio::test]
async fn a_person_is_given_a_fresh_key_and_reads_on() {
    let (app, ada) = admin().await;
    let maria = app.person("maria").await;
    let store = &app.app().store;
    let file = store.system("test").put_blob(Some(maria.patient()), "a letter".into()).await.unwrap();
    let id = ask(&ada, "/api/v1/keys/person-rotations", &json!({ "person": maria.patient() })).await;
    app.settle().await;
    let done = rotation(&ada, &id).await;
    assert_eq!(
        (&done["state"], &done["of"], &done["person"]),
        (&json!("done"), &json!("person"), &json!(maria.patient()))
    );
    assert_eq!((&done["done"], &done["total"]), (&json!(2), &json!(2)), "her Patient and the letter: {done}");
    assert_eq!(store.system("test").get_blob(&file).await.unwrap(), "a letter");

    let refused = ada.post("/api/v1/keys/person-rotations", &json!({ "person": "nobody" })).await;
    assert_eq!(refused.status(), 422);
    // Whoever is erased meanwhile leaves no rotation behind.
    ask(&ada, "/api/v1/keys/person-rotations", &json!({ "person": maria.patient() })).await;
    store.erase_patient(maria.patient(), "the registrar").await.unwrap();
    app.settle().await;
    assert_eq!(ada.get("/api/v1/keys").await.json()["rotations"], json!([]));
}

#[tokio::test]
async fn asvs_v7_5_3_keys_are_for_administrators_who_show_once_more_who_they_are() {
    let (app, ada) = admin().await;
    let maria = app.person("maria").await;
    let person = json!({ "person": maria.patient() });
    let acts = [("/api/v1/keys/master-rotations", json!({})), ("/api/v1/keys/person-rotations", person)];
    assert_eq!(maria.get("/api/v1/keys").await.status(), 404);
    for (path, body) in &acts {
        assert_eq!(maria.post(path, body).await.status(), 404, "{path}");
    }
    app.clock().advance_seconds(601);
    assert_eq!(ada.get("/api/v1/keys").await.status(), 200);
    for (path, body) in &acts {
        let refused = ada.post(path, body).await;
        assert_eq!(refused.status(), 403, "{path}");
        assert_eq!(refused.json()["type"], "urn:salus:problem:step-up-required");
    }
    assert_eq!(app.open_doors(vec![crate::capability()]).await, [] as [String; 0]);
}

/// A house that can be left in the middle of something and entered again.
struct House {
    dir: tempfile::TempDir,
    clock: Arc<ManualClock>,
}

impl House {
    async fn enter(&self, seed: u64) -> App {
        let clock: Arc<dyn Clock> = self.clock.clone();
        let config = StoreConfig::at(self.dir.path());
        let store = Store::open(config, clock, Arc::new(SeededRng::new(seed))).await.unwrap();
        let auth = Auth::open(store.clone(), AuthConfig::default()).unwrap();
        App::new(store, auth, HttpConfig::default())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_died_with_its_process_goes_on_in_the_next_one() {
    const PEOPLE: usize = 250;
    let dir = tempfile::tempdir().unwrap();
    let house = House { dir, clock: Arc::new(ManualClock::at(START.parse().unwrap())) };
    let app = house.enter(1).await;
    let people = (0..PEOPLE).map(|number| {
        let resource = json!({ "resourceType": "Patient", "id": format!("p{number}") });
        Op::Create { resource }
    });
    app.store.system("test").write(Batch { ops: people.collect(), ..Batch::default() }).await.unwrap();
    let before = app.store.key_state().await.unwrap();

    // The job is claimed, and its worker dies with the process after the first commit.
    crate::rotation::resume(&app.store).await.unwrap();
    assert!(app.store.claim(&[crate::rotation::MASTER], Duration::from_secs(60)).await.unwrap().is_none());
    let (told, heard) = mpsc::channel();
    let (go_on, waits) = mpsc::channel::<()>();
    let (running, waits) = (app.store.clone(), Mutex::new(waits));
    let rotating = tokio::spawn(async move {
        let told = move |at: Progress| {
            told.send(at).unwrap();
            waits.lock().unwrap().recv().expect("the process dies here");
        };
        running.rotate_master_key(&told).await
    });
    tokio::task::spawn_blocking(move || heard.recv().unwrap()).await.unwrap();
    drop(go_on);
    assert!(rotating.await.is_err());
    app.store.close().await;
    drop(app);

    let app = house.enter(2).await;
    let half = app.store.key_state().await.unwrap();
    assert!(half.is_changing && half.counts.len() == 2, "{half:?}");
    crate::rotation::resume(&app.store).await.unwrap();
    let jobs = [crate::rotation::of_master()];
    assert_eq!(run_due_jobs(&app, &jobs).await.unwrap(), 1);
    let job = app.store.jobs_of(crate::rotation::MASTER, 1).await.unwrap().pop().unwrap();
    assert_eq!((job.state, job.progress.done), (JobState::Done, PEOPLE as u64 + 1), "{:?}", job.error);
    let after = app.store.key_state().await.unwrap();
    assert_eq!((after.counts.len(), after.is_changing), (1, false));
    assert_ne!(after.current, before.current);

    // The job runs once more: its last word was lost. The key is not changed again.
    let payload = json!({ "from": before.current });
    app.store.enqueue(salus_store::NewJob::new(crate::rotation::MASTER, payload)).await.unwrap();
    assert_eq!(run_due_jobs(&app, &jobs).await.unwrap(), 1);
    assert_eq!(app.store.key_state().await.unwrap(), after);
    assert!(app.store.system("test").read("Patient", "p7").await.unwrap().is_some());
    app.store.close().await;
}
