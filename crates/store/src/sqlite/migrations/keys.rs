//! The steps of `keys.db`.

use super::Step;

pub(in crate::sqlite) const STEPS: &[Step] =
    &[Step { number: 1, sql: TABLES }, Step { number: 2, sql: OLDER }];

const TABLES: &str = "
CREATE TABLE patient_key (
    pat INTEGER PRIMARY KEY, patient_id TEXT UNIQUE, kek TEXT, wrapped BLOB, erased_at INTEGER);
CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
";

/// The key before, while what it sealed is sealed anew.
const OLDER: &str = "ALTER TABLE patient_key ADD COLUMN older BLOB;";
