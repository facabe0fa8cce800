//! The bare writes that the bench compares the store with.

use super::{schema, sql_error};
use crate::Error;
use crate::audit::{AuditAction, Head, NewAudit, RULE, link};
use crate::hash::KeyedHash;
use crate::keys::PatientKey;
use crate::keys::kms::aes_key;
use crate::seal::{Name, seal};
use rusqlite::{Connection, params};
use salus_core::{Secret, SeededRng};
use std::path::Path;

const RUN: usize = 100;
const ROWS: usize = 8;

pub(crate) fn raw(dir: &Path, bodies: &[Vec<u8>], batch: usize) -> Result<(), Error> {
    let connection = Connection::open(dir.join("raw.db")).map_err(sql_error)?;
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE raw (id INTEGER PRIMARY KEY, body BLOB);")
        .map_err(sql_error)?;
    let mut id = 0;
    for piece in bodies.chunks(batch.max(1)) {
        in_transaction(&connection, || {
            let mut insert = connection.prepare_cached("INSERT INTO raw (id, body) VALUES (?1, ?2)")?;
            for body in piece {
                id += 1;
                insert.execute(params![id, body])?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

pub(crate) fn floor(dir: &Path, bodies: &[Vec<u8>], batch: usize) -> Result<(), Error> {
    let connection = schema::open_writer(&dir.join("floor.db"), None)?;
    let rng = SeededRng::new(1);
    let hash = KeyedHash::new([1; 16]);
    let key =
        PatientKey { pat: 1, patient_id: String::new(), key: aes_key(&Secret::new([2; 32]))?, older: None };
    let mut head = Head::EMPTY;
    for (number, piece) in bodies.chunks(batch.max(1)).enumerate() {
        let first = number * batch.max(1);
        let mut sealed = Vec::with_capacity(piece.len());
        for body in piece {
            let id = format!("{:032x}", rng.next_u64());
            let name = Name { type_name: "Observation", id: &id, version: 1, last_updated: "" };
            sealed.push(seal(name, &String::from_utf8_lossy(body), &key, &rng)?);
        }
        in_transaction(&connection, || {
            let mut log = connection.prepare_cached(
                "INSERT INTO log (seq, rid, ver, event, at, typ, pat, prev, dict, body) VALUES (?1, ?1, 1, 0, ?2, 1, ?3, 0, ?4, ?5)",
            )?;
            let mut res =
                connection.prepare_cached("INSERT INTO res (rid, typ, id, seq) VALUES (?1, 1, ?2, ?1)")?;
            let mut idx = connection
                .prepare_cached("INSERT INTO idx (pat, k, ord, rid, hi) VALUES (?1, ?2, ?3, ?4, NULL)")?;
            for (place, body) in sealed.iter().enumerate() {
                let seq = (first + place + 1) as i64;
                let pat = seq / RUN as i64 + 1;
                log.execute(params![seq, 1_700_000_000_000_i64 + seq, pat, body.dict, body.bytes])?;
                res.execute(params![seq, hash_bytes(&hash, seq)])?;
                for row in 0..ROWS {
                    // Three of the eight differ with each resource, the others repeat within a patient.
                    let value = if row < 3 { seq } else { seq % 7 };
                    let k = hash.short(&["Observation", &row.to_string(), &value.to_string()]);
                    idx.execute(params![pat, k, 1_700_000_000_000_000_i64 + seq * 1_000, seq])?;
                }
            }
            let entry = NewAudit {
                typ: 1,
                patient: 1,
                count: piece.len() as u32,
                ops: Some((0, piece.len())),
                ..NewAudit::of(0, "bench".to_owned(), AuditAction::Create)
            };
            let next = Head { seq: head.seq + 1, hash: link(RULE, &head.hash, head.seq + 1, &entry, (1, 1)) };
            connection.execute(
                "INSERT INTO audit (seq, at, actor, action, typ, target, patient, n, first, last, digest, hash)
                 VALUES (?1, 0, 'bench', 5, 1, 0, 1, ?2, 1, 1, ?3, ?4)",
                params![next.seq as i64, entry.count, entry.digest, next.hash],
            )?;
            head = next;
            Ok(())
        })?;
    }
    Ok(())
}

fn hash_bytes(hash: &KeyedHash, seq: i64) -> [u8; 16] {
    let mut bytes = [0; 16];
    let (one, two) = bytes.split_at_mut(8);
    one.copy_from_slice(&hash.of(&["id", &seq.to_string()]).to_be_bytes());
    two.copy_from_slice(&seq.to_be_bytes());
    bytes
}

fn in_transaction(connection: &Connection, work: impl FnOnce() -> rusqlite::Result<()>) -> Result<(), Error> {
    connection
        .execute_batch("BEGIN IMMEDIATE")
        .and_then(|()| work())
        .and_then(|()| connection.execute_batch("COMMIT"))
        .map_err(sql_error)
}
