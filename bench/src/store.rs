//! `salus bench store`: the disk, the bare database, the import, the writers, the growth.

use crate::report::{Gate, Report};
use crate::{Failure, growth, load, measure};
use salus_core::{SystemClock, SystemRng};
use salus_fhir::json;
use salus_store::{Batch, Op, Store, StoreConfig};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What to measure.
pub struct Options {
    /// A folder of FHIR bundles to import; synthetic people stand in for the bare database where there is none.
    pub bundles: Option<PathBuf>,
    /// How many resources the growing store gets.
    pub resources: usize,
    /// Where to write; a fresh temporary folder inside it is used and removed.
    pub folder: PathBuf,
}

/// Resources for the bare database: enough to be steady, few enough to be quick.
const BARE: usize = 20_000;
/// Resources in a transaction of the bare database.
const BATCH: usize = 1_000;
/// Entries of the one large transaction.
const LARGE: usize = 600;
/// How often the import is repeated.
const ROUNDS: usize = 5;

/// Makes a folder for one measurement.
type Place<'a> = &'a dyn Fn(&str) -> Result<PathBuf, std::io::Error>;

/// Takes all the figures, in the order of the report.
pub async fn run(options: &Options, mut said: impl FnMut(&str)) -> Result<Report, Failure> {
    let mut report = Report::here();
    let folder = tempfile::tempdir_in(&options.folder)?;
    let place = |name: &str| -> Result<PathBuf, std::io::Error> {
        let path = folder.path().join(name);
        std::fs::create_dir_all(&path)?;
        Ok(path)
    };
    let store = open(place("idle")?).await?;
    report.gated("idle.memory", measure::resident_mb(), "MB", Gate::AtMost(150.0));
    store.close().await;
    drop(store);

    said("the bare database");
    let bodies = bodies(options, BARE)?;
    report.baseline("raw", salus_store::bench::raw(&place("raw")?, &bodies, BATCH)?, "resources/s");
    match &options.bundles {
        Some(bundles) => {
            said("the import of bundles");
            import(&mut report, &place, bundles, &bodies).await?;
        }
        None => {
            let floor = salus_store::bench::floor(&place("floor")?, &bodies, BATCH)?;
            report.baseline("floor", floor, "resources/s");
        }
    }
    drop(bodies);

    said("64 clients");
    let store = open(place("load")?).await?;
    creates(&mut report, &store, folder.path()).await?;
    large_transaction(&mut report, &store).await?;
    store.close().await;
    drop(store);

    said("the growing store");
    growth::measure(&mut report, &place("growth")?, options.resources).await?;
    Ok(report)
}

async fn open(folder: PathBuf) -> Result<Store, Failure> {
    Ok(Store::open(StoreConfig::at(folder), Arc::new(SystemClock), Arc::new(SystemRng)).await?)
}

/// Compact JSON of `count` resources, of the bundles where there are some.
fn bodies(options: &Options, count: usize) -> Result<Vec<Vec<u8>>, Failure> {
    let mut real = Vec::new();
    if let Some(folder) = &options.bundles {
        for entry in std::fs::read_dir(folder)? {
            let bundle = json::parse(&std::fs::read(entry?.path())?)?;
            for entry in bundle.get("entry").and_then(Value::as_array).into_iter().flatten() {
                real.extend(entry.get("resource").map(serde_json::to_vec).transpose()?);
            }
        }
    }
    if real.is_empty() {
        let people = salus_demo::population(3, usize::MAX).flatten().take(count);
        return Ok(people.map(|resource| serde_json::to_vec(&resource)).collect::<Result<_, _>>()?);
    }
    Ok(real.iter().cycle().take(count).cloned().collect())
}

/// Imports the bundles several times, each time into a fresh store, in turn with the bare database, so that
/// both see the same machine; the medians are compared.
async fn import(
    report: &mut Report,
    place: Place<'_>,
    bundles: &Path,
    bodies: &[Vec<u8>],
) -> Result<(), Failure> {
    let (mut paces, mut floors, mut disk_to_json) = (Vec::new(), Vec::new(), 0.0);
    for round in 0..ROUNDS {
        floors.push(salus_store::bench::floor(&place(&format!("floor-{round}"))?, bodies, BATCH)?);
        let folder = place(&format!("import-{round}"))?;
        let store = open(folder.clone()).await?;
        let start = Instant::now();
        let paths = [bundles.to_path_buf()];
        let imported = salus_records::import::paths(&store, &paths, Arc::new(|_progress| {})).await?;
        paces.push(measure::rate(imported.stored() as usize, start.elapsed()));
        store.close().await;
        drop(store);
        disk_to_json = measure::bytes_below(&folder)? as f64 / imported.json_bytes() as f64;
    }
    let (pace, floor) = (measure::median(&mut paces), measure::median(&mut floors));
    report.baseline("floor", floor, "resources/s");
    report.gated("import", pace, "resources/s", Gate::AtLeast(3_000.0));
    report.gated("import_to_floor", pace / floor, "×", Gate::AtLeast(0.35));
    report.gated("import.disk_to_json", disk_to_json, "×", Gate::AtMost(0.6));
    Ok(())
}

/// Durable creates by 64 clients, between two probes of the disk.
async fn creates(report: &mut Report, store: &Store, folder: &Path) -> Result<(), Failure> {
    let probe = || salus_store::bench::fsync(folder, Duration::from_secs(2));
    let before = probe()?;
    let creates = load::durable_creates(store, 64, Duration::from_secs(5)).await?;
    let fsync = f64::midpoint(before, probe()?);
    report.baseline("fsync", fsync, "1/s");
    report.baseline("creates", creates, "resources/s");
    report.gated("creates_to_fsync", creates / fsync, "×", Gate::AtLeast(5.0));
    Ok(())
}

/// The time of one durable transaction of [`LARGE`] resources; the median of several.
async fn large_transaction(report: &mut Report, store: &Store) -> Result<(), Failure> {
    let records = store.system("measure a large transaction");
    let mut people = salus_demo::population(4, usize::MAX).flatten();
    let mut times = measure::Times::default();
    for _ in 0..9 {
        let resources = people.by_ref().take(LARGE);
        let ops = resources.map(|resource| Op::Create { resource }).collect();
        times.of(records.write(Batch { ops, ..Batch::default() })).await?;
    }
    report.gated("transaction_600", times.percentile_ms(0.5), "ms", Gate::AtMost(150.0));
    Ok(())
}
