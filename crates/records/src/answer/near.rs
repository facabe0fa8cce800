//! How near the meaning of each entry is to that of the question.

use std::cell::OnceCell;

/// Worked out when it is first asked for: most questions are answered without.
pub(crate) struct Near<'a> {
    work_out: &'a dyn Fn() -> Vec<Option<f32>>,
    found: OnceCell<Vec<Option<f32>>>,
}

impl<'a> Near<'a> {
    /// By this; the cosine of each entry that has a vector.
    pub(crate) fn by(work_out: &'a dyn Fn() -> Vec<Option<f32>>) -> Self {
        Self { work_out, found: OnceCell::new() }
    }

    /// The cosines, by entry.
    pub(super) fn get(&self) -> &[Option<f32>] {
        self.found.get_or_init(self.work_out)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{letter, record_of, said};
    use super::super::{Kind, answer_near};
    use super::Near;
    use jiff::civil::date;
    use std::cell::Cell;

    const LETTER: &str = "The porter mended the boiler of the ward. The night nurse closed the amber window.";

    #[test]
    fn what_means_the_same_is_quoted_and_what_only_resembles_it_is_not() {
        let record = record_of(&[], vec![letter(LETTER, "2026-02-02")]);
        for (question, near, expect) in [
            ("Who repaired the heater?", [Some(0.75), Some(0.2)], Some("porter")),
            ("Who repaired the heater?", [Some(0.65), Some(0.2)], None),
            ("Who repaired the boiler of the ward?", [Some(0.65), Some(0.2)], Some("porter")),
            ("Who repaired the boiler of the ward?", [Some(0.5), Some(0.2)], None),
            ("Who repaired the heater?", [None, None], None),
            ("What about the amber window?", [Some(0.4), Some(0.3)], Some("amber")),
        ] {
            let given = || near.to_vec();
            let draft = answer_near(&record, question, date(2026, 11, 20), &Near::by(&given)).ok().unwrap();
            let kind = if expect.is_some() { Kind::Quoted } else { Kind::NotFound };
            assert_eq!(draft.kind, kind, "{question} {near:?}: {}", said(&draft));
            assert!(said(&draft).contains(expect.unwrap_or_default()), "{question}: {}", said(&draft));
        }
    }

    #[test]
    fn meanings_are_not_asked_for_where_entries_answer() {
        let medicine = serde_json::json!({
            "resourceType": "MedicationStatement", "id": "m1", "status": "active",
            "medicationCodeableConcept": { "text": "Metformin 500 mg" }
        });
        let record = record_of(&[medicine], vec![letter(LETTER, "2026-02-02")]);
        let asked = Cell::new(0);
        let near = || {
            asked.set(asked.get() + 1);
            Vec::new()
        };
        for (question, expect) in [("Which medicines do I take?", 0), ("Who repaired the heater?", 1)] {
            let draft = answer_near(&record, question, date(2026, 11, 20), &Near::by(&near)).ok().unwrap();
            assert_eq!(asked.get(), expect, "{question}: {}", said(&draft));
        }
    }
}
