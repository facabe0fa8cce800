//! Sound resources into the store: a thousand to a transaction, and where one of them is refused, one by one.

use super::ImportError;
use super::file::Sound;
use super::report::{Fault, FileReport};
use salus_fhir::json::{self, Value};
use salus_store::{Batch, Error, Expect, Op, Records, Written};
use std::collections::HashSet;

/// Resources in one transaction: enough that the transaction's own cost does not count (measured: no gain beyond).
const BATCH: usize = 1_000;
/// How often a busy store is asked again.
const PATIENCE: usize = 5;

/// Stores what is only mentioned where nothing is known under its id, and gives back the others. `seen` are the names
/// that this file mentioned before.
pub(super) async fn mentioned(
    records: &Records,
    sound: Vec<Sound>,
    seen: &mut HashSet<String>,
    report: &mut FileReport,
    stored: &(dyn Fn(u64) + Send + Sync),
) -> Result<Vec<Sound>, ImportError> {
    let (mentioned, told): (Vec<Sound>, Vec<Sound>) = sound.into_iter().partition(|one| one.is_mentioned);
    seen.extend(told.iter().map(Sound::name));
    for one in mentioned {
        if !seen.insert(one.name()) {
            continue;
        }
        let mut one = [one];
        match put(records, &mut one).await {
            Ok(written) => count(&one, &written, report, stored),
            Err(Error::Conflict(_)) => count_known(&one, report, stored),
            Err(error) if is_about_one(&error) => {
                report.faults.extend(one.map(|refused| refuse(refused, &error)))
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(told)
}

/// Stores the resources and counts them in the report.
pub(super) async fn store(
    records: &Records,
    sound: Vec<Sound>,
    report: &mut FileReport,
    stored: &(dyn Fn(u64) + Send + Sync),
) -> Result<(), ImportError> {
    let mut waiting = sound.into_iter();
    loop {
        let mut batch: Vec<Sound> = waiting.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Ok(());
        }
        match put(records, &mut batch).await {
            Ok(written) => count(&batch, &written, report, stored),
            Err(error) if is_about_one(&error) => one_by_one(records, batch, report, stored).await?,
            Err(error) => return Err(error.into()),
        }
    }
}

async fn one_by_one(
    records: &Records,
    batch: Vec<Sound>,
    report: &mut FileReport,
    stored: &(dyn Fn(u64) + Send + Sync),
) -> Result<(), ImportError> {
    for one in batch {
        let mut one = [one];
        match put(records, &mut one).await {
            Ok(written) => count(&one, &written, report, stored),
            Err(error) if is_about_one(&error) => {
                report.faults.extend(one.map(|refused| refuse(refused, &error)));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Hands the resources over; what was handed over before is read again from its JSON.
async fn put(records: &Records, batch: &mut [Sound]) -> Result<Vec<Written>, Error> {
    let mut tries = 0;
    loop {
        let ops = batch.iter_mut().map(|one| {
            let resource = match one.resource.take() {
                Value::Null => json::parse(&one.json).unwrap_or_default(),
                resource => resource,
            };
            Op::Put { resource, expect: if one.is_mentioned { Expect::Absent } else { Expect::Any } }
        });
        match records.write(Batch { ops: ops.collect(), ..Batch::default() }).await {
            Err(Error::Busy) if tries < PATIENCE => tries += 1,
            outcome => return outcome,
        }
    }
}

fn count(
    batch: &[Sound],
    written: &[Written],
    report: &mut FileReport,
    stored: &(dyn Fn(u64) + Send + Sync),
) {
    for (one, written) in batch.iter().zip(written) {
        *report.counts.entry(one.type_name.clone()).or_default() += 1;
        report.unchanged += u64::from(!written.changed);
        report.json_bytes += one.json.len() as u64;
    }
    stored(batch.len() as u64);
}

fn count_known(known: &[Sound], report: &mut FileReport, stored: &(dyn Fn(u64) + Send + Sync)) {
    for one in known {
        *report.counts.entry(one.type_name.clone()).or_default() += 1;
        report.unchanged += 1;
        report.json_bytes += one.json.len() as u64;
    }
    stored(known.len() as u64);
}

fn refuse(refused: Sound, error: &Error) -> Fault {
    Fault { place: refused.place, resource_type: Some(refused.type_name), reasons: vec![reason(error)] }
}

/// Whether an error is the fault of a single resource, so that the others can still be stored.
fn is_about_one(error: &Error) -> bool {
    matches!(
        error,
        Error::Denied | Error::NotFound | Error::Invalid(_) | Error::Conflict(_) | Error::Corrupt(_)
    )
}

fn reason(error: &Error) -> String {
    match error {
        Error::Denied | Error::NotFound => "You may not put this into the record.".to_owned(),
        Error::Invalid(issues) => issues.iter().map(super::report::sentence).collect::<Vec<_>>().join(" "),
        other => format!("The store refused it: {other}."),
    }
}
