//! Many clients at once: durable creates.

use crate::Failure;
use crate::measure::rate;
use salus_store::{Batch, Store};
use serde_json::json;
use std::time::{Duration, Instant};

/// Creates a second, acknowledged as durable, by `clients` closed-loop clients.
pub async fn durable_creates(store: &Store, clients: usize, lasting: Duration) -> Result<f64, Failure> {
    let start = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for client in 0..clients {
        let records = store.system("measure durable creates");
        tasks.spawn(async move {
            let mut count = 0_usize;
            while start.elapsed() < lasting {
                let value = 60 + (count + client) % 40;
                let observation = json!({
                    "resourceType": "Observation",
                    "status": "final",
                    "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4", "display": "Heart rate"}]},
                    "subject": {"reference": format!("Patient/load-{client}")},
                    "effectiveDateTime": "2026-03-04T08:00:00Z",
                    "valueQuantity": {"value": value, "unit": "/min"},
                });
                records.write(Batch::create(observation)).await?;
                count += 1;
            }
            Ok::<_, salus_store::Error>(count)
        });
    }
    let mut count = 0;
    while let Some(ended) = tasks.join_next().await {
        count += ended??;
    }
    Ok(rate(count, start.elapsed()))
}
