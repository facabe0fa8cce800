//! What the tables are: numbered steps, each building on the one before. A file knows the last step it took.
//!
//! A step that was released is never changed: whoever needs a table, a column or an index appends a step. A new file
//! takes all steps, an older file those that it lacks, so both end the same.

pub(super) mod keys;
pub(super) mod record;

use super::sql_error;
use crate::Error;
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;

/// One change of the tables.
pub(super) struct Step {
    /// Its place: 1, 2, 3 …
    pub(super) number: i64,
    /// Statements, each with its semicolon.
    pub(super) sql: &'static str,
}

/// Takes the steps that the file lacks, in one transaction: where one fails, the file stays as it was.
pub(super) fn run(connection: &mut Connection, path: &Path, steps: &[Step]) -> Result<(), Error> {
    let at: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(sql_error)?;
    let known = steps.last().map_or(0, |step| step.number);
    if at > known {
        let path = path.display();
        return Err(Error::Unusable(format!(
            "{path} was written by a newer Salus (layout {at}, known is {known})"
        )));
    }
    if at == known {
        return Ok(());
    }
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql_error)?;
    for step in steps.iter().filter(|step| step.number > at) {
        let taken = transaction.execute_batch(step.sql);
        taken.map_err(|error| match sql_error(error) {
            Error::Io(why) => {
                let (path, number) = (path.display(), step.number);
                Error::Unusable(format!("{path} could not be brought to layout {number}: {why}"))
            }
            other => other,
        })?;
    }
    transaction.pragma_update(None, "user_version", known).map_err(sql_error)?;
    transaction.commit().map_err(sql_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the tables of a file are, as SQLite keeps it.
    fn tables(connection: &Connection) -> Vec<(String, Option<String>)> {
        let mut all = connection.prepare("SELECT name, sql FROM sqlite_master ORDER BY name").unwrap();
        all.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    }

    fn version(connection: &Connection) -> i64 {
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
    }

    fn memory() -> Connection {
        Connection::open_in_memory().unwrap()
    }

    #[test]
    fn a_file_ends_the_same_whichever_step_it_comes_from() {
        for (name, steps) in [("record.db", record::STEPS), ("keys.db", keys::STEPS)] {
            let path = Path::new(name);
            let numbers: Vec<i64> = steps.iter().map(|step| step.number).collect();
            assert_eq!(numbers, (1..=steps.len() as i64).collect::<Vec<_>>(), "{name}");
            let mut fresh = memory();
            run(&mut fresh, path, steps).unwrap();
            for from in 1..=steps.len() {
                let mut older = memory();
                run(&mut older, path, &steps[..from]).unwrap();
                assert_eq!(version(&older), from as i64);
                run(&mut older, path, steps).unwrap();
                assert_eq!(tables(&older), tables(&fresh), "{name} from step {from}");
                assert_eq!(version(&older), version(&fresh));
            }
        }
    }

    #[test]
    fn the_first_steps_are_what_was_released() {
        // A file of the first release: its tables were made by these statements, and its mark is 1.
        for (steps, first) in [
            (record::STEPS, "CREATE TABLE typ (n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)"),
            (keys::STEPS, "CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"),
        ] {
            let mut released = memory();
            released.execute_batch(steps[0].sql).unwrap();
            released.pragma_update(None, "user_version", 1).unwrap();
            assert!(tables(&released).iter().any(|(_, sql)| sql.as_deref() == Some(first)), "{first}");
            run(&mut released, Path::new("a.db"), steps).unwrap();
            assert_eq!(version(&released), steps.len() as i64);
        }
    }

    #[test]
    fn a_newer_file_is_refused_and_a_failed_step_leaves_the_file_as_it_was() {
        let mut newer = memory();
        newer.pragma_update(None, "user_version", 99).unwrap();
        let Err(Error::Unusable(why)) = run(&mut newer, Path::new("record.db"), record::STEPS) else {
            panic!()
        };
        assert!(why.contains("newer Salus (layout 99"), "{why}");

        let good = Step { number: 1, sql: "CREATE TABLE a (n INTEGER);" };
        let next = Step { number: 2, sql: "CREATE TABLE b (n INTEGER);" };
        let bad = Step { number: 3, sql: "CREATE TABLE c (n INTEGER); INSERT INTO nowhere VALUES (1);" };
        let mut file = memory();
        run(&mut file, Path::new("record.db"), std::slice::from_ref(&good)).unwrap();
        let before = tables(&file);
        let Err(Error::Unusable(why)) = run(&mut file, Path::new("record.db"), &[good, next, bad]) else {
            panic!()
        };
        assert!(why.contains("layout 3") && why.contains("nowhere"), "{why}");
        assert_eq!((tables(&file), version(&file)), (before, 1));
    }
}
