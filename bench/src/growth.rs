//! A store that grows: does it keep its pace, and does it still answer?

use crate::Failure;
use crate::measure::{Times, bytes_below, rate, resident_mb};
use crate::report::{Gate, Report};
use salus_core::{Clock, SeededRng, SystemClock, SystemRng};
use salus_fhir::search::Query;
use salus_store::{Batch, Expect, Op, Page, Store, StoreConfig};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Resources in one transaction of the growing store.
const BATCH: usize = 1000;
/// How often each question is asked.
const QUESTIONS: usize = 2000;

/// Fills a store in `folder` with `size` synthetic resources, then reads and searches it.
pub async fn measure(report: &mut Report, folder: &Path, size: usize) -> Result<(), Failure> {
    let store = open(folder).await?;
    let grown = fill(&store, size).await?;
    report.baseline("growth.resources", grown.count as f64, "");
    report.baseline("growth.first_tenth", grown.first_tenth, "resources/s");
    report.baseline("growth.last_tenth", grown.last_tenth, "resources/s");
    report.gated("growth.last_to_first", grown.last_tenth / grown.first_tenth, "×", Gate::AtLeast(0.7));
    store.close().await;
    drop(store);
    let on_disk = bytes_below(folder)? as f64;
    report.gated("growth.disk_to_json", on_disk / grown.json_bytes as f64, "×", Gate::AtMost(0.6));

    let start = Instant::now();
    let store = open(folder).await?;
    report.gated("start", start.elapsed().as_secs_f64(), "s", Gate::AtMost(1.0));
    read_and_search(report, &store, &grown).await?;
    report.baseline("growth.memory", resident_mb(), "MB");
    store.close().await;
    Ok(())
}

async fn open(folder: &Path) -> Result<Store, Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    Ok(Store::open(StoreConfig::at(folder), clock, Arc::new(SystemRng)).await?)
}

/// What a filled store holds.
struct Grown {
    count: usize,
    json_bytes: u64,
    first_tenth: f64,
    last_tenth: f64,
    patients: Vec<String>,
    names: Vec<(String, String)>,
}

async fn fill(store: &Store, size: usize) -> Result<Grown, Failure> {
    let records = store.system("fill a store to measure it");
    let mut people = salus_demo::population(1, usize::MAX).flatten();
    let (mut written, mut json_bytes) = (0, 0);
    let (mut patients, mut names) = (Vec::new(), Vec::new());
    let mut tenths = [(0_usize, Duration::ZERO); 10];
    while written < size {
        let batch: Vec<Value> = people.by_ref().take(BATCH.min(size - written)).collect();
        if batch.is_empty() {
            break;
        }
        for resource in &batch {
            json_bytes += serde_json::to_vec(resource)?.len() as u64;
            let name = |key: &str| resource.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            if name("resourceType") == "Patient" {
                patients.push(name("id"));
            }
            names.push((name("resourceType"), name("id")));
        }
        let count = batch.len();
        let ops = batch.into_iter().map(|resource| Op::Put { resource, expect: Expect::Any }).collect();
        let start = Instant::now();
        records.write(Batch { ops, ..Batch::default() }).await?;
        if let Some((tenth, time)) = tenths.get_mut(written * 10 / size) {
            *tenth += count;
            *time += start.elapsed();
        }
        written += count;
    }
    let pace = |tenth: usize| tenths.get(tenth).map_or(0.0, |(count, time)| rate(*count, *time));
    Ok(Grown { count: written, json_bytes, first_tenth: pace(0), last_tenth: pace(9), patients, names })
}

async fn read_and_search(report: &mut Report, store: &Store, grown: &Grown) -> Result<(), Failure> {
    let records = store.system("measure reading");
    let pick = SeededRng::new(2);
    let any = |length: usize| (pick.next_u64() % length.max(1) as u64) as usize;
    let (mut reads, mut twenty, mut pages) = (Times::default(), Times::default(), Times::default());
    for _ in 0..QUESTIONS {
        let (type_name, id) = &grown.names[any(grown.names.len())];
        if reads.of(records.read(type_name, id)).await?.is_none() {
            return Err(format!("{type_name}/{id} was written and is not there").into());
        }
    }
    let mut found = 0;
    for _ in 0..QUESTIONS / 10 {
        let patient = &grown.patients[any(grown.patients.len())];
        let query = Query::parse("Observation", &pairs(patient))?;
        found += pages.of(records.search(&query, Page::first(20))).await?.matches.len();
        let names: Vec<_> = (0..20).map(|_| &grown.names[any(grown.names.len())]).collect();
        let reading = async {
            for (type_name, id) in &names {
                records.read(type_name, id).await?;
            }
            Ok::<_, salus_store::Error>(())
        };
        twenty.of(reading).await?;
    }
    report.gated("read.p99", reads.percentile_ms(0.99), "ms", Gate::AtMost(2.0));
    report.baseline("read.p50", reads.percentile_ms(0.5), "ms");
    report.baseline("search.page_rows", found as f64 / (QUESTIONS / 10) as f64, "rows");
    report.gated("search.p99", pages.percentile_ms(0.99), "ms", Gate::AtMost(10.0));
    report.baseline("search.p50", pages.percentile_ms(0.5), "ms");
    let ratio = pages.percentile_ms(0.5) / twenty.percentile_ms(0.5).max(1e-9);
    report.gated("search.page_to_twenty_reads", ratio, "×", Gate::AtMost(2.0));
    Ok(())
}

/// A patient's heart rates over the years, newest first.
fn pairs(patient: &str) -> Vec<(String, String)> {
    [("patient", patient), ("code", "http://loinc.org|8867-4"), ("date", "ge2000"), ("_sort", "-date")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
}
