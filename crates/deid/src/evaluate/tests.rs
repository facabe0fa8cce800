use super::*;

fn finding(start: usize, end: usize, kind: Kind) -> Finding {
    Finding { start, end, kind, confidence: 1.0, rule: "test" }
}

fn mark(start: usize, end: usize, label: &str) -> Span {
    Span { start, end, label: label.to_owned() }
}

#[test]
fn scores_are_counted_as_defined() {
    let text = "Ana Berg, 44, of Ohio, 2019, saw us on 3/4/2021 at x";
    let spans = vec![
        mark(0, 8, "PATIENT"),
        mark(10, 12, "AGE"),
        mark(17, 21, "STATE"),
        mark(23, 27, "DATE"),
        mark(39, 47, "DATE"),
        mark(51, 52, "GIZMO"),
    ];
    let mut tally = Tally::default();
    let findings = [
        finding(0, 3, Kind::Name),
        finding(10, 12, Kind::Age),
        finding(39, 47, Kind::Date),
        finding(33, 35, Kind::Id),
    ];
    tally.add(&Labelled { text: text.to_owned(), spans }, &findings);
    let result = tally.close();
    assert_eq!(
        (result.strict.marked, result.strict.found, result.strict.given, result.strict.right),
        (2, 1, 3, 1)
    );
    assert_eq!((result.overlap.found, result.overlap.right), (2, 2));
    assert_eq!((result.set_aside, result.unknown_labels["GIZMO"]), (4, 1));
    // "AnaBerg" has 7 letters, the date 8; 3 + 8 were found, and 2 more.
    assert_eq!((result.characters.marked, result.characters.found, result.characters.given), (15, 11, 13));
    assert!(result.misses.is_empty());
    assert_eq!(result.false_alarms[&Kind::Id].len(), 1);
}

#[test]
fn labels_of_known_sets_are_understood() {
    for (label, expect) in [
        ("PATIENT", Some(Meaning::Identifier(Kind::Name))),
        ("B-Doctor", Some(Meaning::Identifier(Kind::Name))),
        ("MEDICAL_RECORD", Some(Meaning::Identifier(Kind::Mrn))),
        ("medicalrecord", Some(Meaning::Identifier(Kind::Mrn))),
        ("health_plan", Some(Meaning::Identifier(Kind::HealthPlan))),
        ("US_SSN", Some(Meaning::Identifier(Kind::Ssn))),
        ("LOCATION-OTHER", Some(Meaning::Identifier(Kind::Location))),
        ("State", Some(Meaning::Told)),
        ("PROFESSION", Some(Meaning::Told)),
        ("GIZMO", None),
    ] {
        assert_eq!(meaning(label), expect, "{label}");
    }
}

/// The gate. This seed is for the gate alone: no rule was made with its notes in sight.
#[test]
fn generated_notes_are_recognised() {
    let notes = crate::generate::notes(300, 0x5A1A5);
    let result = evaluate(&notes);
    let figures = (
        result.overlap.recall,
        result.overlap.precision,
        result.characters.recall,
        result.characters.precision,
    );
    assert!(result.overlap.recall >= 0.98 && result.overlap.precision >= 0.95, "{figures:?}");
    assert!(result.characters.recall >= 0.98 && result.characters.precision >= 0.95, "{figures:?}");
}
