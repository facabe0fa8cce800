//! The layout that all tables share: tab-separated columns, `#` begins a comment.

/// The rows of a table.
pub(super) fn rows(text: &'static str) -> impl Iterator<Item = Row> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(Row)
}

/// One row; columns that are left out at its end are empty.
#[derive(Clone, Copy)]
pub(super) struct Row(&'static str);

impl Row {
    /// The first `N` columns.
    pub(super) fn columns<const N: usize>(self) -> [&'static str; N] {
        let mut columns = [""; N];
        for (column, text) in columns.iter_mut().zip(self.0.split('\t')) {
            *column = text;
        }
        columns
    }

    /// The first column, and all after it.
    pub(super) fn split_first(self) -> (&'static str, &'static str) {
        self.0.split_once('\t').unwrap_or((self.0, ""))
    }
}
