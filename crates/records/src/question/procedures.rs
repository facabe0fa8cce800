//! Examinations and operations by their names: an echocardiogram is an echocardiography.

use crate::tables;
use crate::words::{contains_phrase, stems};
use std::sync::LazyLock;

/// Names of one examination or operation, as stems.
struct Row {
    is_exam: bool,
    names: Vec<Vec<String>>,
}

/// Whether the stems name an examination, which is no operation.
pub(crate) fn is_examination(stems: &[String]) -> bool {
    let exams = rows().iter().filter(|row| row.is_exam);
    exams.flat_map(|row| &row.names).any(|name| contains_phrase(stems, name))
}

/// All names of what a word names; none where it names no procedure.
pub(crate) fn names_of(stem: &str) -> Vec<Vec<String>> {
    let is_it = |row: &&Row| row.names.iter().any(|name| name.len() == 1 && name[0] == stem);
    rows().iter().find(is_it).map(|row| row.names.clone()).unwrap_or_default()
}

fn rows() -> &'static [Row] {
    static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
        tables::rows(tables::PROCEDURES)
            .filter_map(|row| {
                let [kind, names] = row.as_slice() else { return None };
                Some(Row { is_exam: *kind == "exam", names: names.split('|').map(stems).collect() })
            })
            .collect()
    });
    &ROWS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examinations_are_told_from_operations() {
        for (name, expect) in [
            ("Transthoracic echocardiography", true),
            ("Ophthalmic examination and evaluation", true),
            ("Echography of kidney", true),
            ("Plain chest X-ray", true),
            ("Total replacement of hip", false),
            ("Cataract surgery", false),
        ] {
            assert_eq!(is_examination(&stems(name)), expect, "{name}");
        }
        let [stem] = stems("echocardiogram").try_into().unwrap();
        assert!(names_of(&stem).contains(&stems("echocardiography")));
    }
}
