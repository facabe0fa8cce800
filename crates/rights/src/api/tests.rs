//! Stories over the whole application: a person takes everything along, and leaves nothing behind.

use crate::{Config, Retention};
use salus_http::Capability;
use salus_http::testing::{TestApp, TestClient};
use salus_store::{Store, StoreConfig};
use serde_json::{Value, json};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

fn capabilities() -> Vec<Capability> {
    vec![
        salus_rest::capability(),
        salus_records::capability(salus_records::Reader::Here),
        crate::capability(Config::default(), Retention::default()),
    ]
}

fn patient_capabilities() -> Vec<Capability> {
    vec![crate::capability(Config { cooling_off_hours: 48, ..Config::default() }, Retention::default())]
}

/// Writes a word wherever a person can write.
async fn plant(app: &TestApp, name: &str, word: &str) -> TestClient {
    let client = app.person(name).await;
    let person = client.patient().to_owned();
    let subject = json!({ "reference": format!("Patient/{person}"), "display": word });
    let patient = json!({
        "resourceType": "Patient", "id": person, "name": [{ "family": word, "given": [word] }],
        "identifier": [{ "system": "urn:x", "value": word }], "address": [{ "city": word, "line": [word] }],
        "telecom": [{ "system": "email", "value": format!("{word}@example.org") }],
    });
    app.app().store.system("test").write(salus_store::Batch::of(put(patient))).await.unwrap();
    for resource in [
        json!({ "resourceType": "Observation", "status": "final", "code": { "text": word }, "subject": subject,
            "valueString": word, "note": [{ "text": word }] }),
        json!({ "resourceType": "Condition", "code": { "text": word }, "subject": subject,
            "identifier": [{ "value": word }] }),
        json!({ "resourceType": "AllergyIntolerance", "code": { "text": word }, "patient": subject }),
        json!({ "resourceType": "MedicationStatement", "status": "active", "subject": subject,
            "medicationCodeableConcept": { "text": word } }),
        json!({ "resourceType": "FamilyMemberHistory", "status": "completed", "patient": subject, "name": word,
            "relationship": { "text": word } }),
        json!({ "resourceType": "QuestionnaireResponse", "status": "completed", "subject": subject,
            "item": [{ "linkId": word, "text": word, "answer": [{ "valueString": word }] }] }),
        json!({ "resourceType": "Communication", "status": "completed", "subject": subject,
            "payload": [{ "contentString": word }] }),
        json!({ "resourceType": "RelatedPerson", "patient": subject, "name": [{ "family": word }] }),
    ] {
        let path = format!("/fhir/r4/{}", resource["resourceType"].as_str().unwrap());
        let response =
            client.send(http::Method::POST, &path, Some("application/fhir+json"), resource.to_string()).await;
        assert_eq!(response.status(), 201, "{path}: {}", response.text());
    }
    let documents = format!("/api/v1/people/{person}/documents");
    let letter = format!("Dear {word}, the X-ray of the knee shows {word}.");
    let uploaded = client.upload(&documents, &format!("{word}.txt"), "text/plain", letter.as_bytes()).await;
    assert_eq!(uploaded.status(), 202);
    let bundle = json!({ "resourceType": "Bundle", "type": "collection", "entry": [{ "resource": {
        "resourceType": "Immunization", "status": "completed", "patient": subject, "occurrenceDateTime": "2020",
        "vaccineCode": { "text": word } } }] });
    let import = format!("/api/v1/people/{person}/import");
    let imported = client
        .upload(&import, &format!("{word}.json"), "application/json", bundle.to_string().as_bytes())
        .await;
    assert_eq!(imported.status(), 202, "{}", imported.text());
    app.settle().await;
    // A job that failed keeps its words.
    let broken =
        client.upload(&import, &format!("{word}-2.json"), "application/json", b"{\"resourceType\":").await;
    assert!(matches!(broken.status(), 202 | 422), "{}", broken.text());
    app.settle().await;
    let questions = format!("/api/v1/people/{person}/questions");
    let asked = client
        .with_header("idempotency-key", &format!("k-{name}"))
        .post(&questions, &json!({ "question": format!("What does the letter say about {word}?") }))
        .await;
    assert_eq!(asked.status(), 200, "{}", asked.text());
    let token = client.post("/api/v1/tokens", &json!({ "label": word })).await;
    assert_eq!(token.status(), 201);
    let export = format!("/api/v1/people/{person}/exports");
    assert_eq!(client.post(&export, &json!({})).await.status(), 202);
    app.settle().await;
    client
}

fn put(resource: Value) -> salus_store::Op {
    salus_store::Op::Put { resource, expect: salus_store::Expect::Any }
}

/// Where in the files of a folder a word stands, as UTF-8 or as UTF-16 of either order.
fn traces(folder: &Path, word: &str) -> Vec<String> {
    let forms = [
        word.as_bytes().to_vec(),
        word.to_lowercase().into_bytes(),
        word.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        word.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    ];
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(traces(&path, word));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let has = |form: &Vec<u8>| bytes.windows(form.len()).any(|window| window == form.as_slice());
        if path.to_string_lossy().contains(word) || forms.iter().any(has) {
            found.push(path.display().to_string());
        }
    }
    found
}

async fn erase(app: &TestApp, client: &TestClient, wish: Value) -> (Value, String) {
    let path = format!("/api/v1/people/{}/erasure", client.patient());
    let preview = client.get(&path).await.json();
    let mut wish = wish;
    wish["confirmation"] = preview["confirmation"].clone();
    let accepted = client.post(&path, &wish).await;
    assert_eq!(accepted.status(), 202, "{}", accepted.text());
    let accepted = accepted.json();
    app.settle().await;
    let id = accepted["erasure"]["id"].as_str().unwrap();
    let shown = app
        .anonymous()
        .post(&format!("/api/v1/erasures/{id}/certificate"), &json!({ "receipt": accepted["receipt"] }))
        .await;
    assert_eq!(shown.status(), 200, "{}", shown.text());
    (shown.json(), id.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asvs_v14_2_4_no_byte_of_an_erased_person_is_left_in_any_file() {
    let app = TestApp::with_capabilities(capabilities).await;
    let (gone, stays) = ("Zwetkowskaja", "Brandenburgius");
    let maria = plant(&app, "maria", gone).await;
    let john = plant(&app, "john", stays).await;
    let (erasure, _) = erase(&app, &maria, json!({ "closeAccount": true })).await;
    assert_eq!(erasure["state"], "done", "{erasure}");
    let erased = &erasure["certificate"]["statement"]["erased"];
    assert!(erased["versions"].as_u64().unwrap() >= 10 && erased["files"].as_u64().unwrap() >= 3, "{erased}");
    assert_eq!((&erased["keys"], &erased["accountsClosed"]), (&json!(1), &json!(1)));

    assert_eq!(maria.get("/api/v1/session").await.status(), 401);
    let admin = app.admin().await;
    for path in [
        format!("/fhir/r4/Patient/{}", maria.patient()),
        format!("/fhir/r4/Patient/{}/$everything", maria.patient()),
        format!("/api/v1/people/{}/erasure", maria.patient()),
    ] {
        assert_eq!(admin.get(&path).await.status(), 404, "{path}");
    }
    let found = admin.get(&format!("/fhir/r4/Patient?name={gone}")).await.json();
    assert!(found["entry"].as_array().is_none_or(Vec::is_empty), "{found}");
    let question = json!({ "question": format!("What does the letter say about {stays}?") });
    let answer = john.post(&format!("/api/v1/people/{}/questions", john.patient()), &question).await;
    assert!(answer.text().contains(stays), "{}", answer.text());
    assert_eq!(app.app().store.verify_audit().await.unwrap().broken_at, None);

    app.app().store.close().await;
    assert_eq!(traces(app.dir(), gone), Vec::<String>::new());
    assert_eq!(traces(app.dir(), maria.patient()), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_of_the_folder_from_before_brings_nobody_back() {
    let app = TestApp::with_capabilities(capabilities).await;
    let maria = plant(&app, "maria", "Zwetkowskaja").await;
    let copy = tempfile::tempdir().unwrap();
    app.settle().await;
    // An empty write-ahead log makes the copy whole.
    let _counted = app.app().store.audit_head().await.unwrap();
    copy_files(app.dir(), copy.path());
    erase(&app, &maria, json!({})).await;
    std::fs::copy(app.dir().join("erased.log"), copy.path().join("erased.log")).unwrap();

    let clock = Arc::clone(&app.app().clock);
    let rng = Arc::clone(&app.app().rng);
    let store = Store::open(StoreConfig::at(copy.path()), clock, rng).await.unwrap();
    let records = store.system("test");
    assert!(records.read("Patient", maria.patient()).await.unwrap().is_none());
    assert!(matches!(store.holdings(maria.patient()).await, Err(salus_store::Error::NotFound)));
    assert_eq!(store.verify_audit().await.unwrap().broken_at, None);
    store.close().await;
    drop((records, store));
    assert_eq!(traces(copy.path(), "Zwetkowskaja"), Vec::<String>::new());
}

fn copy_files(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy_files(&entry.path(), &target),
            false => std::fs::copy(entry.path(), target).map(drop).unwrap(),
        }
    }
}

#[tokio::test]
async fn an_erasure_takes_the_right_words_and_happens_once() {
    let app = TestApp::with_capabilities(capabilities).await;
    let maria = app.person("maria").await;
    let path = format!("/api/v1/people/{}/erasure", maria.patient());
    let wrong = maria.post(&path, &json!({ "confirmation": "yes" })).await;
    assert_eq!((wrong.status(), &wrong.json()["errors"][0]["field"]), (422, &json!("confirmation")));
    let wish = json!({ "confirmation": "Maria" });
    let (one, two) = tokio::join!(maria.post(&path, &wish), maria.post(&path, &wish));
    let mut answers = [one.status(), two.status()];
    answers.sort_unstable();
    assert_eq!(answers, [202, 409]);
    app.settle().await;
    assert_eq!(maria.post(&path, &wish).await.status(), 404);
    assert_eq!(maria.get("/api/v1/session").await.status(), 200, "the account was to stay");
}

#[tokio::test]
async fn an_erasure_can_be_called_off_while_it_waits() {
    let app = TestApp::with_capabilities(patient_capabilities).await;
    let (maria, john) = (app.person("maria").await, app.person("john").await);
    let path = format!("/api/v1/people/{}/erasure", maria.patient());
    let accepted = maria.post(&path, &json!({ "confirmation": "Maria" })).await.json();
    let erasure = format!("/api/v1/erasures/{}", accepted["erasure"]["id"].as_str().unwrap());
    app.settle().await;
    assert_eq!(maria.get(&path).await.json()["pending"]["state"], "waiting");
    assert_eq!(john.get(&erasure).await.status(), 404);
    assert_eq!(john.delete(&erasure).await.status(), 404);
    assert_eq!(maria.delete(&erasure).await.status(), 204);
    assert_eq!(maria.get(&erasure).await.json()["state"], "cancelled");
    assert_eq!(maria.delete(&erasure).await.status(), 409);
    app.clock().advance_seconds(49 * 3_600);
    app.settle().await;
    let maria = app.sign_in("maria").await;
    let preview = maria.get(&path).await.json();
    assert_eq!((&preview["pending"], &preview["resources"]), (&Value::Null, &json!(1)));

    let accepted = maria.post(&path, &json!({ "confirmation": "Maria" })).await;
    assert_eq!(accepted.status(), 202);
    app.clock().advance_seconds(48 * 3_600);
    app.settle().await;
    assert_eq!(app.sign_in("maria").await.get(&path).await.status(), 404);
}

#[tokio::test]
async fn a_certificate_opens_to_its_receipt_alone() {
    let app = TestApp::with_capabilities(capabilities).await;
    let (maria, john) = (app.person("maria").await, app.person("john").await);
    let observation = json!({ "resourceType": "Observation", "status": "final", "code": { "text": "x" },
        "subject": { "reference": format!("Patient/{}", john.patient()) },
        "performer": [{ "reference": format!("Patient/{}", maria.patient()) }] });
    let mention = app.create(observation).await;
    let (shown, id) = erase(&app, &maria, json!({ "redactMentions": true })).await;
    assert_eq!(shown["state"], "done", "{shown}");
    let statement = &shown["certificate"]["statement"];
    assert_eq!(
        (&statement["kept"]["mentions"], &statement["kept"]["mentionsRedacted"]),
        (&json!(1), &json!(1))
    );
    assert!(
        !shown.to_string().contains(maria.patient()),
        "it names the record to nobody who does not know it"
    );
    assert!(shown["page"].as_str().unwrap().contains("Certificate of erasure"));
    let left = app.app().store.system("test").read("Observation", &mention).await.unwrap().unwrap();
    assert_eq!(left.json().unwrap()["performer"], json!([{ "display": "(erased)" }]));

    let path = format!("/api/v1/erasures/{id}/certificate");
    let wrong = app.anonymous().post(&path, &json!({ "receipt": "guess" })).await;
    assert_eq!(wrong.status(), 404);
    assert_eq!(john.get(&format!("/api/v1/erasures/{id}")).await.status(), 404);
    assert_eq!(maria.get(&format!("/api/v1/erasures/{id}")).await.json()["state"], "done");
    assert_eq!(maria.get("/api/v1/erasures").await.status(), 404);
    assert_eq!(app.admin().await.get("/api/v1/erasures").await.json().as_array().unwrap().len(), 1);
    let keys = app.anonymous().get("/api/v1/certificate-keys").await.json();
    assert_eq!(keys["keys"][0]["crv"], "Ed25519");
}

async fn archive(app: &TestApp, client: &TestClient, wish: Value) -> (Value, Vec<u8>) {
    let path = format!("/api/v1/people/{}/exports", client.patient());
    let asked = client.post(&path, &wish).await;
    assert_eq!(asked.status(), 202, "{}", asked.text());
    app.settle().await;
    let path = format!("{path}/{}", asked.json()["id"].as_str().unwrap());
    let export = client.get(&path).await.json();
    assert_eq!(export["state"], "ready", "{export}");
    let content = client.get(&format!("{path}/content")).await;
    assert_eq!((content.status(), content.header("content-type")), (200, "application/zip".to_owned()));
    (export, content.bytes().to_vec())
}

fn unzip(bytes: Vec<u8>) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut files = Vec::new();
    for place in 0..zip.len() {
        let mut file = zip.by_index(place).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        let name = file.name().unwrap().into_owned();
        files.push((name, content));
    }
    files
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_archive_holds_everything_and_imports_again() {
    let app = TestApp::with_capabilities(capabilities).await;
    let maria = plant(&app, "maria", "Zwetkowskaja").await;
    plant(&app, "john", "Brandenburgius").await;
    let (export, bytes) = archive(&app, &maria, json!({ "withHistory": true })).await;
    assert_eq!(export["size"], json!(bytes.len()));
    let files = unzip(bytes);
    let named = |name: &str| {
        let found = files.iter().find(|(found, _)| found == name);
        String::from_utf8(found.unwrap_or_else(|| panic!("{name} is missing")).1.clone()).unwrap()
    };
    assert!(named("fhir/Patient.ndjson").contains("Zwetkowskaja"));
    assert!(named("documents/Zwetkowskaja.txt").starts_with("Dear Zwetkowskaja"));
    assert!(named("index.html").contains("documents/Zwetkowskaja.txt"));
    assert!(named("who-looked.csv").lines().count() > 10);
    assert!(named("history/versions.txt").lines().count() > 10);
    for (name, content) in &files {
        assert!(!String::from_utf8_lossy(content).contains("Brandenburgius"), "{name}");
    }
    let sums = named("SHA256SUMS");
    assert_eq!(sums.lines().count(), files.len() - 1);
    for (line, (name, content)) in sums.lines().zip(&files) {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, content);
        assert_eq!(line, format!("{}  {name}", hex::encode(digest)));
    }

    let folder = tempfile::tempdir().unwrap();
    for (name, content) in &files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let elsewhere = TestApp::init().await;
    let report = salus_records::import::paths(
        &elsewhere.app().store,
        &[folder.path().to_path_buf()],
        Arc::new(|_| {}),
    )
    .await
    .unwrap();
    assert_eq!(report.faults(), 0, "{:?}", report.files);
    let holdings = elsewhere.app().store.holdings(maria.patient()).await.unwrap();
    assert!(holdings.resources.iter().any(|(name, count)| name == "Observation" && *count == 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_archive_goes_when_its_time_is_over() {
    let app = TestApp::with_capabilities(capabilities).await;
    let (maria, john) = (app.person("maria").await, app.person("john").await);
    let (export, _) = archive(&app, &maria, json!({})).await;
    let path = format!("/api/v1/people/{}/exports/{}", maria.patient(), export["id"].as_str().unwrap());
    assert_eq!(john.get(&format!("{path}/content")).await.status(), 404);
    let theirs =
        format!("/api/v1/people/{}/exports/{}/content", john.patient(), export["id"].as_str().unwrap());
    assert_eq!(john.get(&theirs).await.status(), 404);
    let files = |app: &TestApp| app.app().store.clone();
    assert_eq!(files(&app).holdings(maria.patient()).await.unwrap().files, 1);
    app.clock().advance_seconds(7 * 86_400);
    let maria = TestClient::clone(&app.sign_in("maria").await);
    assert_eq!(maria.get(&format!("{path}/content")).await.status(), 404);
    app.settle().await;
    let patient = path.split('/').nth(4).unwrap().to_owned();
    assert_eq!(files(&app).holdings(&patient).await.unwrap().files, 0);
    assert_eq!(maria.get(&format!("/api/v1/people/{patient}/exports")).await.json(), json!([]));

    let (export, _) = archive_of(&app, &maria, &patient).await;
    assert_eq!(maria.delete(&format!("/api/v1/people/{patient}/exports/{export}")).await.status(), 204);
    assert_eq!(files(&app).holdings(&patient).await.unwrap().files, 0);
}

async fn archive_of(app: &TestApp, client: &TestClient, patient: &str) -> (String, u16) {
    let asked = client.post(&format!("/api/v1/people/{patient}/exports"), &json!({})).await;
    app.settle().await;
    (asked.json()["id"].as_str().unwrap().to_owned(), asked.status())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn asvs_v15_4_2_erasing_and_exporting_at_once_ends_with_all_or_nothing() {
    let app = TestApp::with_capabilities(capabilities).await;
    let mut people = Vec::new();
    for (name, word) in [("maria", "Zwetkowskaja"), ("john", "Brandenburgius")] {
        people.push(plant(&app, name, word).await);
    }
    for client in &people {
        let path = format!("/api/v1/people/{}", client.patient());
        let name = client.get(&format!("{path}/erasure")).await.json()["confirmation"].clone();
        assert_eq!(client.post(&format!("{path}/exports"), &json!({})).await.status(), 202);
        let wish = json!({ "confirmation": name });
        assert_eq!(client.post(&format!("{path}/erasure"), &wish).await.status(), 202);
        assert_eq!(client.post(&format!("{path}/exports"), &json!({})).await.status(), 202);
    }
    let workers = salus_http::jobs::start(app.app(), &capabilities());
    let admin = app.admin().await;
    let over = async {
        loop {
            let listed = admin.get("/api/v1/erasures").await.json();
            let states = listed.as_array().unwrap().iter().map(|erasure| erasure["state"].clone());
            if states.filter(|state| *state == "done").count() == 2 {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), over).await.unwrap();
    workers.stop().await;
    let store = app.app().store.clone();
    for client in &people {
        assert!(matches!(store.holdings(client.patient()).await, Err(salus_store::Error::NotFound)));
    }
    assert_eq!(store.verify_audit().await.unwrap().broken_at, None);
    store.close().await;
    for word in ["Zwetkowskaja", "Brandenburgius"] {
        assert_eq!(traces(app.dir(), word), Vec::<String>::new());
    }
    let blobs = walk(&app.dir().join("blobs"));
    assert!(blobs.is_empty(), "{blobs:?}");
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(walk(&path)),
            false => files.push(path),
        }
    }
    files
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_erased_while_the_archive_is_written_gets_none() {
    use crate::export::{ExportError, Source, write};
    let app = TestApp::with_capabilities(capabilities).await;
    let maria = plant(&app, "maria", "Zwetkowskaja").await;
    let store = app.app().store.clone();
    let source = Source {
        records: store.system("test"),
        store: store.clone(),
        person: maria.patient().to_owned(),
        with_history: true,
        now: app.app().now(),
    };
    // The first word about the progress is said in the middle of the record.
    let (said, hears) = std::sync::mpsc::channel();
    let (go_on, waits) = std::sync::mpsc::channel::<()>();
    let waits = std::sync::Mutex::new(Some(waits));
    let writing = tokio::spawn(async move {
        let told = move |_| {
            if let Some(waits) = waits.lock().unwrap().take() {
                said.send(()).unwrap();
                tokio::task::block_in_place(|| waits.recv().unwrap());
            }
        };
        write(&source, Vec::new(), &told).await.map(drop)
    });
    tokio::task::block_in_place(|| hears.recv().unwrap());
    store.erase_patient(maria.patient(), "test").await.unwrap();
    go_on.send(()).unwrap();
    assert!(matches!(writing.await.unwrap(), Err(ExportError::Gone)));
}

#[tokio::test]
async fn asvs_v7_5_3_exporting_and_erasing_ask_for_a_fresh_proof() {
    let app = TestApp::with_capabilities(capabilities).await;
    let maria = app.person("maria").await;
    app.clock().advance_seconds(600);
    let path = format!("/api/v1/people/{}", maria.patient());
    for (what, wish) in [("exports", json!({})), ("erasure", json!({ "confirmation": "Maria" }))] {
        let refused = maria.post(&format!("{path}/{what}"), &wish).await;
        assert_eq!((refused.status(), &refused.json()["factors"]), (403, &json!(["password"])), "{what}");
    }
    assert_eq!(app.app().store.holdings(maria.patient()).await.unwrap().versions, 1);
}

#[tokio::test]
async fn no_right_of_a_person_is_open_to_strangers() {
    let app = TestApp::with_capabilities(capabilities).await;
    let open = app.open_doors(vec![crate::capability(Config::default(), Retention::default())]).await;
    assert_eq!(open, Vec::<String>::new());
}
