//! Whole messages: those at hand, and any bytes.

use super::{Message, read};
use proptest::prelude::*;
use salus_fhir::validate;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

fn shared() -> BTreeMap<String, Vec<u8>> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let root = std::env::var_os("SALUS_SHARED_DATA").map_or(default, PathBuf::from);
    let Ok(files) = std::fs::read_dir(root.join("hl7v2")) else {
        println!("skipped: no shared data");
        return BTreeMap::new();
    };
    let paths = files.map(|file| file.unwrap().path());
    paths
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap()))
        .collect()
}

fn errors(resource: &Value) -> Vec<String> {
    let issues = validate(resource);
    issues
        .iter()
        .filter(|issue| issue.is_error())
        .map(|issue| format!("{}: {}", issue.expression.as_deref().unwrap_or_default(), issue.diagnostics))
        .collect()
}

#[test]
fn every_message_at_hand_becomes_valid_resources() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut faults = Vec::new();
    for (name, bytes) in shared() {
        for message in read(&bytes).unwrap() {
            let converted = message.to_fhir();
            for resource in converted.resources.iter().chain(&converted.mentioned) {
                *counts.entry(resource["resourceType"].as_str().unwrap().to_owned()).or_default() += 1;
                faults.extend(errors(resource).into_iter().map(|error| format!("{name}: {error}")));
            }
        }
    }
    println!("{counts:?}");
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
