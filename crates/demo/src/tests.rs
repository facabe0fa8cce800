use super::*;
use jiff::civil::date;
use std::collections::BTreeMap;

fn told() -> Vec<Person> {
    people(date(2026, 3, 4))
}

fn reference_of(resource: &Value) -> String {
    format!("{}/{}", resource["resourceType"].as_str().unwrap(), resource["id"].as_str().unwrap())
}

/// Every `reference` in a resource.
fn references(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value.as_str() {
                    Some(text) if name == "reference" => out.push(text.to_owned()),
                    _ => references(value, out),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, out)),
        _ => {}
    }
}

/// Checks that resources are valid, that their ids differ, and that what they refer to is among them.
#[track_caller]
fn check(resources: &[Value]) {
    let mut ids = BTreeSet::new();
    for resource in resources {
        let issues = salus_fhir::validate::validate(resource);
        let errors: Vec<_> =
            issues.iter().filter(|issue| issue.is_error()).map(|issue| &issue.diagnostics).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", reference_of(resource));
        assert!(ids.insert(reference_of(resource)), "{} twice", reference_of(resource));
    }
    for resource in resources {
        let mut found = Vec::new();
        references(resource, &mut found);
        for reference in found {
            assert!(ids.contains(&reference), "{} refers to {reference}", reference_of(resource));
        }
    }
}

#[test]
fn the_people_are_valid_and_hang_together() {
    let people = told();
    assert_eq!(people.len(), 12);
    let resources: Vec<Value> = people.iter().flat_map(|person| person.resources.clone()).collect();
    check(&resources);
    assert!(resources.len() > 700, "{}", resources.len());
    for kind in [
        "Patient",
        "Practitioner",
        "Organization",
        "RelatedPerson",
        "Encounter",
        "Condition",
        "AllergyIntolerance",
        "MedicationRequest",
        "MedicationStatement",
        "Observation",
        "DiagnosticReport",
        "Immunization",
        "Procedure",
        "CarePlan",
        "Coverage",
        "ExplanationOfBenefit",
        "FamilyMemberHistory",
    ] {
        assert!(resources.iter().any(|resource| resource["resourceType"] == kind), "no {kind}");
    }
}

#[test]
fn every_row_of_every_story_is_understood() {
    for (id, story) in STORIES {
        let mut chart = Chart::of(id, date(2026, 3, 4), story).unwrap();
        assert_eq!(chart.person.kind(), "person", "{id}");
        for row in Row::all(story).skip(1) {
            if row.kind() == "document" {
                assert!(documents::write(&chart, &row, story).is_some(), "{id}: {}", row.cell(1));
                continue;
            }
            let values = row.pairs(if row.kind() == "labs" { 3 } else { 2 }).count();
            let made = resources::read(&mut chart, &row);
            assert!(!made.is_empty(), "{id}: {} {}", row.kind(), row.cell(1));
            if matches!(row.kind(), "labs" | "vitals") {
                assert!(made.len() >= values, "{id}: {} {}", row.kind(), row.cell(1));
            }
            assert!(
                !made.iter().any(|resource| resource.to_string().contains(":null")),
                "{id}: {} {}",
                row.kind(),
                row.cell(1)
            );
        }
    }
}

#[test]
fn codes_have_one_display() {
    let mut displays: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    fn collect(value: &Value, displays: &mut BTreeMap<String, BTreeSet<String>>) {
        if let (Some(system), Some(code), Some(display)) =
            (value["system"].as_str(), value["code"].as_str(), value["display"].as_str())
        {
            displays.entry(format!("{system}|{code}")).or_default().insert(display.to_owned());
        }
        match value {
            Value::Object(members) => members.values().for_each(|value| collect(value, displays)),
            Value::Array(items) => items.iter().for_each(|value| collect(value, displays)),
            _ => {}
        }
    }
    told().iter().flat_map(|person| &person.resources).for_each(|resource| collect(resource, &mut displays));
    for (code, displays) in displays {
        assert_eq!(displays.len(), 1, "{code}: {displays:?}");
    }
}

#[test]
fn the_same_day_tells_the_same_story() {
    let (a, b) = (told(), told());
    for (a, b) in a.iter().zip(&b) {
        assert_eq!(
            Value::from(a.resources.clone()).to_string(),
            Value::from(b.resources.clone()).to_string()
        );
        assert!(a.documents.iter().zip(&b.documents).all(|(a, b)| a.pdf == b.pdf && a.date == b.date));
    }
}

#[test]
fn documents_are_pdf_files_with_plain_text() {
    let people = told();
    let documents: Vec<&Document> = people.iter().flat_map(|person| &person.documents).collect();
    assert_eq!(documents.len(), 18);
    for document in &documents {
        assert!(document.pdf.starts_with(b"%PDF-") && document.pdf.len() > 2000, "{}", document.title);
        assert!(!document.title.is_empty() && document.date <= date(2026, 3, 4));
    }
    let holds = |person: &str, file: &str, words: &str| {
        let person = people.iter().find(|found| found.id == person).unwrap();
        let document = person.documents.iter().find(|document| document.file_name == file).unwrap();
        String::from_utf8_lossy(&document.pdf).contains(words)
    };
    // A value that is in the resources too, and one that only the document has.
    assert!(holds("maria-lindqvist", "lab-report.pdf", "(6.7)"));
    assert!(
        holds("maria-lindqvist", "lab-report.pdf", "Lipoprotein\\(a\\)")
            || holds("maria-lindqvist", "lab-report.pdf", "Lipoprotein(a)")
    );
    assert!(holds("ingrid-lindqvist", "discharge-letter.pdf", "T-score of -3.1"));
    assert!(holds("ingrid-lindqvist", "discharge-letter.pdf", "Page 2 of"));
}

#[test]
fn accounts_name_people_who_exist() {
    let people = told();
    let roles: BTreeSet<&str> = accounts().iter().flat_map(|account| account.roles.clone()).collect();
    assert_eq!(
        roles,
        BTreeSet::from(["admin", "caregiver", "clinician", "emergency", "person", "pharmacist"])
    );
    for account in accounts() {
        for (id, _) in account.patients {
            assert!(people.iter().any(|person| person.id == id), "{id}");
        }
    }
}

#[test]
fn a_population_is_valid_and_can_be_made_again() {
    let resources: Vec<Value> = population(7, 3).flatten().collect();
    check(&resources);
    assert!(resources.len() > 400, "{}", resources.len());
    let bytes = |seed| population(seed, 2).flatten().map(|resource| resource.to_string()).collect::<String>();
    assert_eq!(bytes(7), bytes(7));
    assert_ne!(bytes(7), bytes(8));
    let size = bytes(7).len() / population(7, 2).flatten().count();
    assert!((800..2000).contains(&size), "{size} bytes a resource");
}
