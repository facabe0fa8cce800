use salus_core::{Clock, ManualClock, Rng, SeededRng};
use salus_fhir::json::Value;
use salus_outbound::{Outbound, OutboundConfig};
use salus_store::{Batch, Error, Expect, Kms, Op, Store, StoreConfig};
use serde_json::json;
use std::sync::Arc;

pub struct House {
    pub dir: tempfile::TempDir,
    pub clock: Arc<ManualClock>,
    pub rng: Arc<SeededRng>,
}

impl House {
    pub fn build() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            clock: Arc::new(ManualClock::at("2026-01-05T08:00:00Z".parse().unwrap())),
            rng: Arc::new(SeededRng::new(7)),
        }
    }

    pub fn config(&self) -> StoreConfig {
        StoreConfig::at(self.dir.path().join("data"))
    }

    pub fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    pub fn rng(&self) -> Arc<dyn Rng> {
        self.rng.clone()
    }

    pub async fn open(&self) -> Result<Store, Error> {
        Store::open(self.config(), self.clock(), self.rng()).await
    }

    pub async fn open_with(&self, kms: Arc<dyn Kms>) -> Result<Store, Error> {
        Store::open_with_kms(self.config(), kms, self.clock(), self.rng()).await
    }
}

pub fn outbound() -> Outbound {
    Outbound::new(&OutboundConfig { time_limit_seconds: 5, ..OutboundConfig::default() }).unwrap()
}

pub fn patient(id: &str) -> Value {
    json!({"resourceType": "Patient", "id": id, "name": [{"family": format!("Family of {id}")}]})
}

pub fn observation(id: &str, patient: &str, value: u64) -> Value {
    json!({
        "resourceType": "Observation", "id": id, "status": "final", "code": {"text": "a measurement"},
        "subject": {"reference": format!("Patient/{patient}")}, "valueInteger": value,
    })
}

pub async fn put(store: &Store, resource: Value) -> Result<(), Error> {
    let ops = vec![Op::Put { resource, expect: Expect::Any }];
    store.system("a story").write(Batch { ops, ..Batch::default() }).await.map(drop)
}

/// The text of a resource, as it is read.
pub async fn read(store: &Store, type_name: &str, id: &str) -> Result<Option<String>, Error> {
    let found = store.system("a story").read(type_name, id).await?;
    Ok(found.map(|stored| String::from_utf8(stored.bytes().to_vec()).unwrap()))
}

pub async fn close(store: Store) {
    store.close().await;
    drop(store);
}
