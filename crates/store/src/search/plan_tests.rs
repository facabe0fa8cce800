//! What is planned for which query: where, how, with which rows, and what is left to the bodies.

use super::*;
use crate::hash::KeyedHash;

/// A plan in a line: patients, walk, what each clause finds, and the filters that the bodies answer.
fn describe(plan: &Plan, unanswered: &[Filter]) -> String {
    let pats = match &plan.pats {
        Pats::All => "all".to_owned(),
        Pats::Only(list) => format!("{list:?}"),
    };
    let walk = match plan.walk {
        Walk::Keyed { until: i64::MAX } => "keyed".to_owned(),
        Walk::Keyed { .. } => "keyed, bounded".to_owned(),
        Walk::Listing => "listing".to_owned(),
        Walk::KeyedByDate { descending, .. } => {
            format!("keyed by date{}", if descending { ", down" } else { "" })
        }
        Walk::ListingByDate { descending } => {
            format!("listing by date{}", if descending { ", down" } else { "" })
        }
        Walk::Gathered => "gathered".to_owned(),
    };
    let clauses = plan.clauses.iter().map(|clause| match &clause.finds {
        Finds::Keyed(keys) => format!("{} keys", keys.len()),
        Finds::Spans(spans) => format!("{} spans", spans.len()),
        Finds::Prefixes(prefixes) => format!("{} prefixes", prefixes.len()),
        Finds::Ids(ids) => format!("{} ids", ids.len()),
    });
    let left = unanswered.iter().map(|filter| filter.param.code);
    format!("{pats} {walk} {:?} verify {:?}", clauses.collect::<Vec<_>>(), left.collect::<Vec<_>>())
}

#[track_caller]
fn check(pats: Pats, query: &str, expect: &str) {
    check_hiding(&[], pats, query, expect);
}

#[track_caller]
fn check_hiding(hidden: &[&str], pats: Pats, query: &str, expect: &str) {
    let hidden = Elements::parse(hidden.iter().copied()).unwrap();
    let (type_name, text) = query.split_once('?').unwrap_or((query, ""));
    let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    });
    let query = Query::parse(type_name, &pairs.collect::<Vec<_>>()).unwrap();
    let scope = Scope::over(pats);
    let (plan, unanswered) = Plan::new(1, &query, &scope, &hidden, &Keys::new(KeyedHash::new([7; 16])));
    assert_eq!(describe(&plan, &unanswered), expect, "{type_name}?{text}");
}

#[test]
fn within_a_patient_one_keyed_range_is_walked() {
    let ann = || Pats::Only(vec![7]);
    let table = [
        ("Observation", "[7] listing [] verify []"),
        ("Observation?patient=ann", r#"[7] keyed ["1 keys"] verify []"#),
        ("Observation?subject=Patient/ann&code=1-8", r#"[7] keyed ["1 keys", "1 keys"] verify ["code"]"#),
        ("Observation?code=1-8,2-7&_sort=-date", r#"[7] keyed by date, down ["2 keys"] verify ["code"]"#),
        ("Observation?code=1-8&_sort=date", r#"[7] keyed by date ["1 keys"] verify ["code"]"#),
        (
            "Observation?code=1-8&date=lt2020",
            r#"[7] keyed, bounded ["1 keys", "1 spans"] verify ["code", "date"]"#,
        ),
        ("Observation?code=1-8&date=ge2020", r#"[7] keyed ["1 keys", "1 spans"] verify ["code", "date"]"#),
        ("Observation?date=ge2020", r#"[7] gathered ["1 spans"] verify ["date"]"#),
        ("Observation?combo-code=1-8", r#"[7] keyed ["2 keys"] verify ["combo-code"]"#),
        ("Observation?performer=x", r#"[7] keyed ["6 keys"] verify ["performer"]"#),
        ("Observation?_sort=_lastUpdated", "[7] listing by date [] verify []"),
        ("Observation?code=1-8&_sort=_lastUpdated", r#"[7] gathered ["1 keys"] verify ["code"]"#),
        ("Condition?code=x&_sort=onset-date", r#"[7] gathered ["1 keys"] verify ["code"]"#),
        ("Observation?_id=a,b&status=final", r#"[7] gathered ["2 ids"] verify ["_id", "status"]"#),
    ];
    for (query, expect) in table {
        check(ann(), query, expect);
    }
}

#[test]
fn what_rows_cannot_say_is_left_to_the_bodies() {
    let table = [
        ("Observation?code:not=1-8", r#"[7] listing [] verify ["code"]"#),
        ("Observation?code=http://loinc.org|", r#"[7] listing [] verify ["code"]"#),
        ("Observation?date:missing=true", r#"[7] listing [] verify ["date"]"#),
        ("Patient?name:contains=mit", r#"[7] listing [] verify ["name"]"#),
        ("Patient?name:exact=Smith", r#"[7] gathered ["1 prefixes"] verify ["name"]"#),
        ("Observation?value-quantity=gt5", r#"[7] gathered ["1 spans"] verify ["value-quantity"]"#),
        (
            "Observation?code-value-quantity=1-8$gt5",
            r#"[7] gathered ["1 spans"] verify ["code-value-quantity"]"#,
        ),
    ];
    for (query, expect) in table {
        check(Pats::Only(vec![7]), query, expect);
    }
}

#[test]
fn over_the_population_only_what_must_be_is_walked() {
    let table = [
        ("Observation?code=1-8", r#"all keyed ["1 keys"] verify ["code"]"#),
        ("Observation?code=1-8&_sort=date", r#"all keyed by date ["1 keys"] verify ["code"]"#),
        ("Observation?date=ge2020", r#"all listing ["1 spans"] verify ["date"]"#),
        ("Observation?identifier=n1&code=1-8", r#"[0] keyed ["1 keys"] verify ["identifier", "code"]"#),
        ("Patient?name=smi", r#"[0] gathered ["1 prefixes"] verify ["name"]"#),
        ("Patient?_sort=-_lastUpdated", "[0] listing by date, down [] verify []"),
        ("Practitioner?name=smi", r#"[0] gathered ["1 prefixes"] verify ["name"]"#),
    ];
    for (query, expect) in table {
        check(Pats::All, query, expect);
    }
}

#[test]
fn rows_made_of_hidden_elements_are_not_used() {
    let hidden = ["Observation.effective", "Observation.performer.display"];
    let table = [
        ("Observation", "[7] listing [] verify []"),
        ("Observation?code=1-8", r#"[7] gathered ["1 keys"] verify ["code"]"#),
        ("Observation?patient=ann&date=ge2020", r#"[7] gathered ["1 keys"] verify ["date"]"#),
        ("Observation?performer=Patient/ann", r#"[7] listing [] verify ["performer"]"#),
        ("Observation?code=1-8&_sort=-date", r#"[7] gathered ["1 keys"] verify ["code"]"#),
        ("Observation?_sort=-date", "[7] gathered [] verify []"),
        ("Observation?_sort=-_lastUpdated", "[7] listing by date, down [] verify []"),
        ("Observation?_tag=SUBSETTED", r#"[7] listing [] verify ["_tag"]"#),
        ("Observation?_id=a", r#"[7] gathered ["1 ids"] verify ["_id"]"#),
    ];
    for (query, expect) in table {
        check_hiding(&hidden, Pats::Only(vec![7]), query, expect);
    }
}
