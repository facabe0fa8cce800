//! Where a page ended.
//!
//! A cursor names the last resource of a page by its entry in the log, and nothing of its content: the log keeps
//! every version, so the place can be worked out again although the resource has changed, or is gone.

use crate::{Cursor, Error};
use salus_fhir::{Issue, IssueCode};

/// The content of a cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The type of the last resource.
    pub(super) type_name: String,
    /// The patient under whom it was found.
    pub(super) pat: i64,
    /// Its log entry.
    pub(super) seq: u64,
}

impl Place {
    pub(super) fn to_cursor(&self) -> Cursor {
        Cursor(format!("{}.{}.{}", self.type_name, self.pat, self.seq))
    }

    pub(super) fn of_cursor(cursor: &Cursor) -> Result<Self, Error> {
        let mut parts = cursor.as_str().split('.');
        let place = (|| {
            let type_name = parts.next()?.to_owned();
            let pat = parts.next()?.parse().ok()?;
            let seq = parts.next()?.parse().ok().filter(|seq| *seq > 0)?;
            parts.next().is_none().then_some(Self { type_name, pat, seq })
        })();
        place.ok_or_else(unusable)
    }
}

/// The cursor is not one of ours, or what it names is no longer there for this caller.
pub(super) fn unusable() -> Error {
    let text = "the place at which the page before ended is not known any more; start the search again";
    Error::Invalid(vec![Issue::error(IssueCode::Value, text)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_and_others_are_refused() {
        let place = Place { type_name: "Observation".into(), pat: 7, seq: 42 };
        assert_eq!(Place::of_cursor(&place.to_cursor()).unwrap(), place);
        for text in
            ["", "Observation", "Observation.7", "Observation.7.0", "Observation.7.x", "a.1.2.3", "a.-.2"]
        {
            let Err(Error::Invalid(_)) = Place::of_cursor(&Cursor::parse(text)) else { panic!("{text}") };
        }
    }
}
