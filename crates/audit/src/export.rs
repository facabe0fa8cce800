//! The audit as NDJSON: an AuditEvent a line, with its place and hash in the chain, and a manifest over all of it.

use crate::event::audit_event;
use aws_lc_rs::digest::{Context, SHA256};
use salus_store::{AuditRecord, AuditReport};
use serde_json::{Value, json};

/// The SHA-256 of what is written, as it is written.
pub struct Digest(Context);

impl Default for Digest {
    fn default() -> Self {
        Self(Context::new(&SHA256))
    }
}

impl Digest {
    /// Goes on with these bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest, hex.
    pub fn hex(self) -> String {
        hex::encode(self.0.finish())
    }
}

/// Where an exported event stands in the chain.
const CHAIN: &str = "urn:salus:audit:chain";

/// A line of the export: the AuditEvent, with the hash of its entry.
pub fn line(record: &AuditRecord, server: &str) -> Value {
    let mut event = audit_event(record, server);
    event["extension"] = json!([{ "url": CHAIN, "valueString": record.hash }]);
    event
}

/// What is said of a whole export: what is in it, its digest, and the state of the chain it was taken from.
pub fn manifest(lines: u64, sha256: &str, report: &AuditReport, at: salus_core::Timestamp) -> Value {
    json!({
        "format": "FHIR R4 AuditEvent, NDJSON",
        "exportedAt": at.to_string(),
        "lines": lines,
        "sha256": sha256,
        "chain": {
            "intact": report.damage.is_none(),
            "first": report.first,
            "entries": report.entries,
            "head": report.head,
        },
    })
}
