//! Foreign data through the front door: what goes in comes out, all of it, and is found.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test's helpers may fail as its tests do")]

use salus_fhir::json::{self, Map, Value};
use salus_http::testing::{TestApp, TestClient};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

async fn fhir() -> (TestApp, TestClient) {
    let app = TestApp::with_capabilities(|| vec![salus_rest::capability()]).await;
    let admin = app.admin().await;
    (app, admin)
}

/// The JSON files of a folder, the smallest first.
fn shared(folder: &str) -> Option<Vec<PathBuf>> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let root = std::env::var_os("SALUS_SHARED_DATA").map_or(default, PathBuf::from);
    let Ok(files) = std::fs::read_dir(root.join("fhir").join(folder)) else {
        println!("skipped: no shared data");
        return None;
    };
    let mut files: Vec<PathBuf> = files.filter_map(|file| Some(file.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort_by_key(|file| (std::fs::metadata(file).map_or(0, |metadata| metadata.len()), file.clone()));
    Some(files)
}

fn read(file: &Path) -> Value {
    json::parse(&std::fs::read(file).unwrap()).unwrap_or_else(|_| panic!("{}", file.display()))
}

/// Without what the server adds.
fn without_version(mut resource: Value) -> Value {
    if let Some(object) = resource.as_object_mut() {
        if let Some(meta) = object.get_mut("meta").and_then(Value::as_object_mut) {
            meta.remove("versionId");
            meta.remove("lastUpdated");
        }
        if object.get("meta").and_then(Value::as_object).is_some_and(Map::is_empty) {
            object.remove("meta");
        }
    }
    resource
}

#[tokio::test]
async fn every_example_comes_back_as_it_was_and_is_found() {
    let Some(files) = shared("examples") else { return };
    let (_app, admin) = fhir().await;
    for file in files {
        let mut resource = read(&file);
        let type_name = resource["resourceType"].as_str().unwrap().to_owned();
        let id = resource["id"].as_str().map_or_else(|| "unnamed".to_owned(), str::to_owned);
        resource["id"] = id.clone().into();
        let path = format!("/fhir/r4/{type_name}/{id}");
        let response = admin.put(&path, &resource).await;
        assert!(matches!(response.status(), 200 | 201), "{} {}", file.display(), response.text());
        let stored = json::parse(admin.get(&path).await.bytes()).unwrap_or_else(|_| panic!("{path}"));
        assert!(without_version(stored) == without_version(resource), "{} has changed", file.display());
        let found = admin.get(&format!("/fhir/r4/{type_name}?_id={id}")).await.json();
        assert_eq!(found["entry"][0]["resource"]["id"], id, "{path}");
    }
}

#[tokio::test]
async fn a_whole_record_is_one_transaction() {
    let Some(files) = shared("synthea") else { return };
    let (_app, admin) = fhir().await;
    let mut expected: BTreeMap<String, u64> = BTreeMap::new();
    for file in &files[..2] {
        let bundle = read(file);
        for entry in bundle["entry"].as_array().unwrap() {
            *expected.entry(entry["resource"]["resourceType"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        let response = admin.with_header("prefer", "return=minimal").post("/fhir/r4", &bundle).await;
        let answer = response.json();
        assert_eq!(response.status(), 200, "{} {answer}", file.display());
        let statuses = answer["entry"].as_array().unwrap().iter().map(|entry| &entry["response"]["status"]);
        assert!(statuses.into_iter().all(|status| status == "201 Created"), "{answer}");
    }
    for (type_name, count) in &expected {
        let found = admin.get(&format!("/fhir/r4/{type_name}?_summary=count")).await.json();
        assert_eq!(found["total"], *count, "{type_name}");
    }
    let patients = admin.get("/fhir/r4/Patient").await.json();
    let id = patients["entry"][0]["resource"]["id"].as_str().unwrap();
    let everything = admin.get(&format!("/fhir/r4/Patient/{id}/$everything?_count=1000")).await.text();
    assert!(!everything.contains("\"reference\":\"urn:uuid:"));
}

/// `cargo test -p salus-rest --release --test shared_data -- --ignored --nocapture`
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn milliseconds_of_a_transaction() {
    let Some(files) = shared("synthea") else { return };
    let (_app, admin) = fhir().await;
    let admin = admin.with_header("prefer", "return=minimal");
    for file in files {
        let bundle = read(&file);
        let start = std::time::Instant::now();
        let response = admin.post("/fhir/r4", &bundle).await;
        assert_eq!(response.status(), 200);
        let entries = bundle["entry"].as_array().unwrap().len();
        println!("{entries} entries: {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    }
}
