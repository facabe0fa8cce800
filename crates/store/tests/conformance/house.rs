//! The stage: a data directory, a clock that stands still, and people.

use salus_access::{Relationship, Role, Subject};
use salus_core::{Clock, ManualClock, Rng, SeededRng};
use salus_fhir::json::Value;
use salus_fhir::search::Query;
use salus_store::{Batch, Error, Expect, Lookup, Op, Records, Store, StoreConfig, Stored, Written};
use serde_json::json;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

pub type Opening = Pin<Box<dyn Future<Output = Result<Store, Error>> + Send>>;
pub type Open = fn(StoreConfig, Arc<dyn Clock>, Arc<dyn Rng>) -> Opening;

pub fn open_sqlite(config: StoreConfig, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> Opening {
    Box::pin(Store::open(config, clock, rng))
}

pub struct House {
    open: Open,
    dir: tempfile::TempDir,
    pub clock: Arc<ManualClock>,
    rng: Arc<SeededRng>,
}

impl House {
    pub fn build(open: Open) -> Self {
        Self {
            open,
            dir: tempfile::tempdir().unwrap(),
            clock: Arc::new(ManualClock::at("2026-01-05T08:00:00Z".parse().unwrap())),
            rng: Arc::new(SeededRng::new(7)),
        }
    }

    /// Another house of the same make, empty.
    pub fn next_door(&self) -> Self {
        Self::build(self.open)
    }

    pub fn dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub fn config(&self) -> StoreConfig {
        StoreConfig::at(self.dir())
    }

    pub async fn open(&self) -> Store {
        self.try_open(self.config()).await.unwrap_or_else(|error| panic!("{error}"))
    }

    pub async fn try_open(&self, config: StoreConfig) -> Result<Store, Error> {
        (self.open)(config, self.clock.clone(), self.rng.clone()).await
    }
}

/// Closes a store and waits until its directory can be opened again.
pub async fn close(store: Store) {
    store.close().await;
    drop(store);
}

/// Somebody who is these patients, in the role of a person.
pub fn person(store: &Store, patients: &[&str]) -> Records {
    let patients = patients.iter().map(|id| ((*id).to_owned(), Relationship::Oneself)).collect();
    store.as_user(Arc::new(Subject::new("account-1", "Somebody", vec![Role::Person], patients)))
}

pub fn system(store: &Store) -> Records {
    store.system("a story")
}

pub fn patient(id: &str, family: &str) -> Value {
    json!({"resourceType": "Patient", "id": id, "name": [{"family": family}]})
}

pub fn observation(id: &str, patient: &str, code: &str, date: &str, value: f64) -> Value {
    json!({
        "resourceType": "Observation", "id": id, "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": format!("Patient/{patient}")},
        "effectiveDateTime": date,
        "valueQuantity": {"value": value, "unit": "mg/dL"}
    })
}

pub fn put_of(resource: Value) -> Op {
    Op::Put { resource, expect: Expect::Any }
}

pub async fn put(records: &Records, resource: Value) -> Written {
    write(records, put_of(resource)).await.unwrap_or_else(|error| panic!("{error}"))
}

pub async fn write(records: &Records, op: Op) -> Result<Written, Error> {
    records.write(Batch::of(op)).await.map(|mut written| written.remove(0))
}

pub async fn delete(records: &Records, type_name: &str, id: &str) -> Result<Written, Error> {
    write(records, Op::Delete { type_name: type_name.into(), id: id.into(), expect: Expect::Any }).await
}

pub async fn found(records: &Records, type_name: &str, id: &str) -> Option<Stored> {
    records.read(type_name, id).await.unwrap_or_else(|error| panic!("{error}"))
}

pub async fn is_absent(records: &Records, type_name: &str, id: &str) -> bool {
    matches!(records.lookup(type_name, id).await, Ok(Lookup::Absent))
}

pub fn query(type_name: &str, pairs: &[(&str, &str)]) -> Query {
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Query::parse(type_name, &pairs).unwrap_or_else(|error| panic!("{error}"))
}

pub async fn ids(records: &Records, type_name: &str, pairs: &[(&str, &str)]) -> Vec<String> {
    let page = records.search(&query(type_name, pairs), salus_store::Page::first(1_000)).await;
    let mut ids: Vec<_> =
        page.unwrap_or_else(|error| panic!("{error}")).matches.into_iter().map(|found| found.id).collect();
    ids.sort();
    ids
}

/// Copies a directory with everything in it.
pub fn copy_files(from: &Path, to: &Path) {
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

/// Puts a file or a directory of a copy in the place of the present one.
pub fn put_back(from: &Path, to: &Path) {
    if from.is_dir() {
        return copy_files(from, to);
    }
    for suffix in ["", "-wal", "-shm"] {
        let [from, to] = [from, to].map(|path| PathBuf::from(format!("{}{suffix}", path.display())));
        let _absent = std::fs::remove_file(&to);
        if from.exists() {
            std::fs::copy(from, to).unwrap();
        }
    }
}

/// The bytes of every file under a directory, one after the other.
pub fn all_bytes(dir: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => bytes.extend(all_bytes(&path)),
            false => bytes.extend(std::fs::read(&path).unwrap()),
        }
    }
    bytes
}

pub fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
