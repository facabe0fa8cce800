//! What the bench measures the store against: the same disk, the same library, without Salus.
//!
//! Each probe works in a directory of its own and gives how many it did in a second. Not for the product.

use crate::Error;
use crate::sqlite::bench as sql;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// Plain inserts `(id, body)` into one table, `batch` to a transaction: the most that SQLite does here.
pub fn raw(dir: &Path, bodies: &[Vec<u8>], batch: usize) -> Result<f64, Error> {
    let start = Instant::now();
    sql::raw(dir, bodies, batch)?;
    Ok(rate(bodies.len(), start.elapsed()))
}

/// The writes of the store without FHIR: log, resource, eight index rows, audit, sealed bodies; one thread.
/// Bodies come in runs of a hundred for each of the patients.
pub fn floor(dir: &Path, bodies: &[Vec<u8>], batch: usize) -> Result<f64, Error> {
    let start = Instant::now();
    sql::floor(dir, bodies, batch)?;
    Ok(rate(bodies.len(), start.elapsed()))
}

/// How often in a second the disk syncs an append of 4 KiB.
pub fn fsync(dir: &Path, lasting: Duration) -> Result<f64, Error> {
    let path = dir.join("fsync.probe");
    let mut file = std::fs::File::create(&path)?;
    let (start, mut count) = (Instant::now(), 0);
    while start.elapsed() < lasting {
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        count += 1;
    }
    let rate = rate(count, start.elapsed());
    std::fs::remove_file(path)?;
    Ok(rate)
}

fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64().max(1e-9)
}
