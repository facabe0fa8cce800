//! Leaving nothing on a page that a row once stood on.
//!
//! What is deleted is overwritten (`secure_delete`), and so is a page that is freed. What is not: the old place of a row
//! that was moved to another page while the tree was balanced. So the tables that hold words are written anew when
//! somebody is erased, and their old pages are freed. The others hold numbers, digests and sealed bytes.

use rusqlite::{Connection, Result};

/// The tables with words in them: names, file names, ids that somebody chose.
const WITH_WORDS: [&str; 3] = ["idx_str", "res", "job"];

const DEFINITIONS: &str = "
    SELECT type, name, sql FROM sqlite_schema WHERE tbl_name = ?1 AND sql IS NOT NULL AND type IN ('table', 'index')
    ORDER BY type DESC";

pub(super) const STATEMENTS: &[&str] = &[DEFINITIONS];

/// Writes the tables that hold words anew, inside the open transaction.
pub(super) fn scour(connection: &Connection) -> Result<()> {
    WITH_WORDS.iter().try_for_each(|table| rewrite(connection, table))
}

fn rewrite(connection: &Connection, table: &str) -> Result<()> {
    let definitions: Vec<(String, String, String)> = connection
        .prepare(DEFINITIONS)?
        .query_map([table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_>>()?;
    let (tables, indexes): (Vec<_>, Vec<_>) = definitions.into_iter().partition(|(kind, ..)| kind == "table");
    let Some((_, _, definition)) = tables.first() else { return Ok(()) };
    for (_, index, _) in &indexes {
        connection.execute_batch(&format!("DROP INDEX {index}"))?;
    }
    connection.execute_batch(&format!(
        "ALTER TABLE {table} RENAME TO {table}_old; {definition};
         INSERT INTO {table} SELECT * FROM {table}_old; DROP TABLE {table}_old"
    ))?;
    indexes.iter().try_for_each(|(_, _, definition)| connection.execute_batch(definition))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_comes_back_with_its_rows_and_indexes() {
        let connection = Connection::open_in_memory().unwrap();
        let made = "
            CREATE TABLE job (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, payload TEXT NOT NULL);
            ALTER TABLE job ADD COLUMN later TEXT;
            CREATE INDEX job_payload ON job (payload) WHERE n > 0;
            INSERT INTO job VALUES (7, 'a', '{}', 'x'), (9, 'b', '{}', NULL);";
        connection.execute_batch(made).unwrap();
        let schema = |connection: &Connection| -> Vec<String> {
            let mut all =
                connection.prepare("SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY 1").unwrap();
            all.query_map([], |row| row.get(0)).unwrap().collect::<Result<_>>().unwrap()
        };
        let before = schema(&connection);
        scour(&connection).unwrap();
        assert_eq!(schema(&connection), before);
        let rows: Vec<(i64, String)> = connection
            .prepare("SELECT n, id FROM job ORDER BY n")
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .collect::<Result<_>>()
            .unwrap();
        assert_eq!(rows, [(7, "a".to_owned()), (9, "b".to_owned())]);
    }
}
