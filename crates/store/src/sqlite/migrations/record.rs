//! The steps of `record.db`.

use super::Step;

pub(in crate::sqlite) const STEPS: &[Step] = &[
    Step { number: 1, sql: TABLES },
    Step { number: 2, sql: AUDIT_DETAIL },
    Step { number: 3, sql: JOB_ENDED },
    Step { number: 4, sql: JOB_QUEUE },
];

const TABLES: &str = "
CREATE TABLE typ (n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

-- History, feed and bodies in one; append-only. `prev` is the entry of the version before (0 = none).
CREATE TABLE log (
    seq INTEGER PRIMARY KEY, rid INTEGER NOT NULL, ver INTEGER NOT NULL, event INTEGER NOT NULL,
    at INTEGER NOT NULL, typ INTEGER NOT NULL, pat INTEGER NOT NULL, prev INTEGER NOT NULL,
    dict INTEGER NOT NULL, body BLOB);
CREATE INDEX log_typ ON log (typ);
CREATE INDEX log_pat ON log (pat, typ);
-- Entries that concern further patients than the owner.
CREATE TABLE log_also (pat INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (pat, seq)) WITHOUT ROWID;

-- Where each resource stands in the log. UUIDs are kept as 16 bytes.
CREATE TABLE res (rid INTEGER PRIMARY KEY, typ INTEGER NOT NULL, id NOT NULL, seq INTEGER NOT NULL, UNIQUE (typ, id));

-- See index.rs.
CREATE TABLE idx (
    pat INTEGER NOT NULL, k INTEGER NOT NULL, ord INTEGER NOT NULL, rid INTEGER NOT NULL, hi INTEGER,
    PRIMARY KEY (pat, k, ord, rid)) WITHOUT ROWID;
CREATE TABLE idx_str (
    pat INTEGER NOT NULL, k INTEGER NOT NULL, norm TEXT NOT NULL, rid INTEGER NOT NULL,
    PRIMARY KEY (pat, k, norm, rid)) WITHOUT ROWID;

-- The newest log entry that touched a patient's compartment.
CREATE TABLE touch (pat INTEGER PRIMARY KEY, seq INTEGER NOT NULL);

-- See audit.rs.
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action INTEGER NOT NULL,
    typ INTEGER NOT NULL, target INTEGER NOT NULL, patient INTEGER NOT NULL, n INTEGER NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, digest BLOB, hash BLOB NOT NULL);
CREATE INDEX audit_patient ON audit (patient) WHERE patient <> 0;

-- state: 0 waits, 1 runs, 2 done, 3 dead.
CREATE TABLE job (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, queue TEXT NOT NULL, state INTEGER NOT NULL DEFAULT 0,
    priority INTEGER NOT NULL, run_at INTEGER NOT NULL, lease_until INTEGER NOT NULL DEFAULT 0,
    lease INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, max_attempts INTEGER NOT NULL,
    dedupe TEXT, owner TEXT, payload TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0, message TEXT, error TEXT, ended_at INTEGER);
CREATE INDEX job_waiting ON job (queue, priority DESC, run_at) WHERE state = 0;
CREATE INDEX job_running ON job (lease_until) WHERE state = 1;
CREATE UNIQUE INDEX job_dedupe ON job (queue, dedupe) WHERE dedupe IS NOT NULL AND state < 2;

CREATE TABLE blob (hash BLOB PRIMARY KEY, pat INTEGER NOT NULL, size INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX blob_pat ON blob (pat);

-- Compressed themselves.
CREATE TABLE dict (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE cursor (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
";

/// Who, in which capacity, from where, and what exactly. Entries of before follow rule 1.
const AUDIT_DETAIL: &str = "
ALTER TABLE audit ADD COLUMN rule INTEGER NOT NULL DEFAULT 1;
ALTER TABLE audit ADD COLUMN outcome INTEGER NOT NULL DEFAULT 0;
ALTER TABLE audit ADD COLUMN capacity TEXT;
ALTER TABLE audit ADD COLUMN pat INTEGER NOT NULL DEFAULT 0;
ALTER TABLE audit ADD COLUMN detail BLOB;
ALTER TABLE audit ADD COLUMN detail_digest BLOB;
";

/// To find the jobs that ended long ago.
const JOB_ENDED: &str = "CREATE INDEX job_ended ON job (ended_at) WHERE ended_at IS NOT NULL;";

/// To list the jobs of a queue, the newest first.
const JOB_QUEUE: &str = "CREATE INDEX job_queue ON job (queue);";
