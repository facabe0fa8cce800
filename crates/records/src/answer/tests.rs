//! Questions over a small hand-made record, and over Synthea people.

use super::*;
use crate::document::{Layer, LayerPage};
use crate::facts::{Context, ResourceKey, flatten};
use crate::record::{Document, Source};
use crate::when::When;
use jiff::civil::date;
use salus_fhir::json::Value;
use serde_json::json;

fn coding(system: &str, code: &str, text: &str) -> Value {
    json!({ "coding": [{ "system": system, "code": code, "display": text }], "text": text })
}

pub(super) fn lab(
    id: &str,
    (loinc, text): (&str, &str),
    day: &str,
    (value, unit): (f64, &str),
    (low, high): (f64, f64),
) -> Value {
    json!({
        "resourceType": "Observation", "id": id, "status": "final",
        "code": coding("http://loinc.org", loinc, text), "effectiveDateTime": day,
        "valueQuantity": { "value": value, "unit": unit },
        "referenceRange": [{ "low": { "value": low }, "high": { "value": high } }]
    })
}

fn pressure(id: &str, day: &str, systolic: u32, diastolic: u32) -> Value {
    let part = |loinc: &str, value: u32| json!({ "code": coding("http://loinc.org", loinc, ""), "valueQuantity": { "value": value, "unit": "mm[Hg]" } });
    json!({
        "resourceType": "Observation", "id": id, "status": "final",
        "code": coding("http://loinc.org", "85354-9", "Blood pressure panel"), "effectiveDateTime": day,
        "component": [part("8480-6", systolic), part("8462-4", diastolic)]
    })
}

pub(super) fn medicine(id: &str, status: &str, text: &str, day: &str, dosage: &str) -> Value {
    json!({
        "resourceType": "MedicationRequest", "id": id, "status": status, "intent": "order",
        "medicationCodeableConcept": { "text": text }, "authoredOn": day,
        "dosageInstruction": [{ "text": dosage }]
    })
}

pub(super) fn allergy(id: &str, code: Value, verification: &str, clinical: &str) -> Value {
    json!({
        "resourceType": "AllergyIntolerance", "id": id, "code": code, "recordedDate": "2015-05-05",
        "verificationStatus": { "coding": [{ "code": verification }] },
        "clinicalStatus": { "coding": [{ "code": clinical }] }
    })
}

fn vaccine(id: &str, cvx: &str, text: &str, day: &str, status: &str) -> Value {
    json!({
        "resourceType": "Immunization", "id": id, "status": status, "occurrenceDateTime": day,
        "vaccineCode": coding("http://hl7.org/fhir/sid/cvx", cvx, text)
    })
}

pub(super) fn condition(id: &str, snomed: &str, text: &str, day: &str, clinical: &str) -> Value {
    json!({
        "resourceType": "Condition", "id": id, "code": coding("http://snomed.info/sct", snomed, text),
        "onsetDateTime": day, "clinicalStatus": { "coding": [{ "code": clinical }] }
    })
}

pub(super) fn maria() -> Vec<Value> {
    vec![
        json!({ "resourceType": "Patient", "id": "maria", "birthDate": "1961-04-12", "name": [{ "text": "Maria" }] }),
        lab("a1", ("4548-4", "Hemoglobin A1c"), "2025-01-03", (6.5, "%"), (4.0, 5.6)),
        lab("a2", ("4548-4", "Hemoglobin A1c"), "2026-03-04T08:00:00Z", (5.9, "%"), (4.0, 5.6)),
        lab("a3", ("17856-6", "HbA1c"), "2024-01-03", (7.9, "%"), (4.0, 5.6)),
        lab("k1", ("2823-3", "Potassium"), "2026-03-04", (4.1, "mmol/L"), (3.5, 5.1)),
        lab("z1", ("99999-9", "Zonulin in stool"), "2026-02-01", (41.5, "ng/mL"), (0.0, 61.0)),
        pressure("b1", "2026-01-10", 148, 92),
        pressure("b2", "2026-05-10", 139, 88),
        pressure("b3", "2026-10-10", 128, 80),
        pressure("b0", "2024-10-10", 155, 95),
        medicine("m1", "active", "Simvastatin 20 MG Oral Tablet", "2020-02-01", "one tablet in the evening"),
        medicine("m2", "completed", "Amoxicillin 250 MG Oral Capsule", "2014-02-01", "three times a day"),
        medicine("m3", "active", "Lisinopril 10 MG Oral Tablet", "2021-02-01", "one tablet in the morning"),
        medicine("m4", "entered-in-error", "Warfarin 5 MG", "2021-02-01", ""),
        json!({
            "resourceType": "MedicationRequest", "id": "m5", "status": "active", "intent": "order", "doNotPerform": true,
            "medicationCodeableConcept": { "text": "Ibuprofen 400 MG" }, "authoredOn": "2022-02-01"
        }),
        allergy("y1", json!({ "text": "Amoxicillin" }), "confirmed", "active"),
        allergy("y2", coding("http://snomed.info/sct", "91935009", "Allergy to peanut"), "refuted", "active"),
        allergy("y3", json!({ "text": "Latex" }), "confirmed", "resolved"),
        vaccine("v1", "113", "Td (adult) preservative free", "2018-06-01", "completed"),
        vaccine("v2", "115", "Tdap", "2008-06-01", "completed"),
        vaccine("v3", "140", "Influenza, seasonal", "2026-10-01", "not-done"),
        condition("c1", "38341003", "Hypertension", "2019-03-01", "active"),
        condition("c2", "10509002", "Acute bronchitis (disorder)", "2016-03-01", "resolved"),
        json!({
            "resourceType": "Encounter", "id": "e1", "status": "finished", "class": { "code": "AMB" },
            "type": [{ "text": "Check up" }], "period": { "start": "2026-03-04T07:00:00Z" }
        }),
        json!({
            "resourceType": "FamilyMemberHistory", "id": "f1", "status": "completed",
            "relationship": { "text": "mother" }, "condition": [{ "code": { "text": "Diabetes mellitus" } }]
        }),
    ]
}

pub(super) fn letter(text: &str, day: &str) -> (Document, Layer) {
    let document = Document {
        source: ResourceKey { type_name: "DocumentReference".into(), id: "d1".into(), version: 2 },
        title: "Letter".to_owned(),
        date: When::parse(day),
        sha256: "ab".repeat(32),
        layer: "layer".to_owned(),
    };
    let page = LayerPage { text: text.to_owned(), words: Vec::new(), confidence: Vec::new() };
    (document, Layer { sha256: "ab".repeat(32), pages: vec![page] })
}

pub(super) fn record_of(resources: &[Value], documents: Vec<(Document, Layer)>) -> Record {
    let facts = resources.iter().filter_map(|resource| flatten(resource, 1, &Context::default())).collect();
    Record::new(facts, documents)
}

pub(super) fn said(draft: &Draft) -> String {
    draft.claims.iter().map(|claim| claim.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn cited(record: &Record, draft: &Draft) -> Vec<String> {
    let quotes = draft.claims.iter().flat_map(|claim| &claim.quotes);
    let mut ids: Vec<String> = quotes
        .map(|quote| match quote.source {
            Source::Fact(at) => record.facts[at].source.id.clone(),
            Source::Passage(at) => {
                format!("{}#{}", record.documents[record.passages[at].document].source.id, at)
            }
        })
        .collect();
    ids.dedup();
    ids
}

const LETTER: &str = "Dear colleague,\nMaria was seen for pain in her left knee. The X-ray shows a meniscus tear.\n\
    Ferritin\t18\tng/mL\t15 - 150\nHbA1c\t5.7\t%\t4.0 - 5.6";

#[track_caller]
fn check(question: &str, kind: Kind, parts: &[&str], sources: &[&str]) {
    let record = record_of(&maria(), vec![letter(LETTER, "2026-02-02")]);
    let draft = answer(&record, question, date(2026, 11, 20)).ok().unwrap();
    let text = said(&draft);
    assert_eq!(draft.kind, kind, "{question}: {text}");
    for part in parts {
        assert!(text.contains(part), "{question}: {text}");
    }
    let cited = cited(&record, &draft);
    for source in sources {
        assert!(cited.iter().any(|id| id == source), "{question}: {text} {cited:?}");
    }
}

#[test]
fn values_are_told_with_range_and_date() {
    use Kind::Structured;
    check(
        "latest HbA1c",
        Structured,
        &["5.9 % on 4 Mar 2026 (reference range 4.0\u{2013}5.6): a little high", "Before that it was 6.5 %"],
        &["a2", "a1"],
    );
    check("What was my HbA1c in 2024?", Structured, &["in 2024 was 7.9 %", ": high"], &["a3"]);
    check("highest hba1c", Structured, &["highest HbA1c was 7.9 %"], &["a3"]);
    check("first HbA1c", Structured, &["first HbA1c was 7.9 %"], &["a3"]);
    check("how often was my HbA1c measured", Structured, &["3 measurements"], &["a3", "a2"]);
    check("is my potassium too high", Structured, &["4.1 mmol/L", "in the usual range"], &["k1"]);
    check("my systolic pressure", Structured, &["128 mmHg on 10 Oct 2026"], &["b3"]);
    check("What is my zonulin?", Structured, &["41.5 ng/mL", "in the usual range"], &["z1"]);
    check(
        "HbA1c in 2019",
        Structured,
        &["can't find a value for HbA1c in 2019", "latest value is 5.9 %"],
        &["a2"],
    );
    check("What is my vitamin D?", Kind::NotFound, &["I can't find a value for vitamin D"], &[]);
}

#[test]
fn change_is_told_from_first_to_last() {
    check(
        "how has my blood pressure changed this year",
        Kind::Structured,
        &[
            "Blood pressure in 2026: 3 measurements, from 148/92 mmHg on 10 Jan 2026 to 128/80 mmHg on 10 Oct 2026, lower",
            "highest was 148/92 mmHg",
        ],
        &["b1", "b3"],
    );
    let record = record_of(&maria(), Vec::new());
    let draft = answer(&record, "blood pressure over time", date(2026, 11, 20)).ok().unwrap();
    assert_eq!(draft.series.map(|series| series.facts.len()), Some(4));
}

#[test]
fn values_in_different_units_are_not_compared() {
    let resources = [
        lab("u1", ("14749-6", "Glucose"), "2024-01-01", (5.5, "mmol/L"), (3.9, 5.6)),
        lab("u2", ("2345-7", "Glucose"), "2025-01-01", (99.0, "mg/dL"), (70.0, 100.0)),
        lab("u3", ("2345-7", "Glucose"), "2026-01-01", (90.5, "mg/dL"), (70.0, 100.0)),
        lab("u4", ("99999-8", "Glucose in urine"), "2026-02-01", (1.5, "mg/dL"), (0.0, 15.0)),
    ];
    let record = record_of(&resources, Vec::new());
    let told = |question: &str| said(&answer(&record, question, date(2026, 11, 20)).ok().unwrap());
    let text = told("how has my glucose changed");
    assert!(
        text.contains("2 measurements, from 99.0 mg/dL") && text.contains("1 measurement in another unit"),
        "{text}"
    );
    assert!(told("lowest glucose").contains("90.5 mg/dL"), "{}", told("lowest glucose"));
    assert!(told("latest glucose").contains("90.5 mg/dL on 1 Jan 2026"), "{}", told("latest glucose"));
}

#[test]
fn medicines_are_those_still_active() {
    use Kind::{NotFound, Structured};
    check(
        "Which medicines do I take?",
        Structured,
        &["2 active medicines", "Simvastatin 20 MG Oral Tablet: one tablet in the evening"],
        &["m1", "m3"],
    );
    check(
        "do I take a statin?",
        Structured,
        &["Simvastatin 20 MG Oral Tablet, which is a statin, as an active medicine"],
        &["m1"],
    );
    check("Have I taken amoxicillin?", Structured, &["as past", "1 Feb 2014"], &["m2"]);
    check("do I take ibuprofen", Structured, &["Ibuprofen 400 MG as not taken or not to be taken"], &["m5"]);
    check("am I on blood thinners", NotFound, &["I can't find an anticoagulant"], &[]);
}

#[test]
fn allergies_are_never_denied() {
    use Kind::{NotFound, Structured};
    check("Am I allergic to penicillin?", Structured, &["Amoxicillin, which is a penicillin"], &["y1"]);
    check(
        "Am I allergic to ampicillin?",
        Structured,
        &["an allergy: Amoxicillin", "is a penicillin too"],
        &["y1"],
    );
    check("am I allergic to amoxicillin", Structured, &["an allergy: Amoxicillin"], &["y1"]);
    check("am I allergic to peanuts", Structured, &["refuted"], &["y2"]);
    check("am I allergic to latex", Structured, &["no longer active"], &["y3"]);
    check(
        "am I allergic to ibuprofen",
        NotFound,
        &["can't find an allergy to ibuprofen", "not the same as having none", "Amoxicillin"],
        &["y1"],
    );
    check("what allergies do I have", Structured, &["1 allergy", "Amoxicillin"], &["y1"]);
}

#[test]
fn an_explicit_no_is_told_as_what_it_is() {
    let none = allergy(
        "n1",
        coding("http://snomed.info/sct", "716186003", "No known allergy"),
        "confirmed",
        "active",
    );
    let record = record_of(&[none], Vec::new());
    for question in ["what allergies do I have", "am I allergic to penicillin"] {
        let draft = answer(&record, question, date(2026, 11, 20)).ok().unwrap();
        assert!(said(&draft).contains("Your record says: No known allergy"), "{}", said(&draft));
        assert_eq!(cited(&record, &draft), ["n1"]);
    }
}

#[test]
fn vaccinations_count_by_what_they_protect_from() {
    use Kind::{NotFound, Structured};
    check("When was my last tetanus shot?", Structured, &["against tetanus was on 1 Jun 2018"], &["v1"]);
    check("when was my last whooping cough jab", Structured, &["1 Jun 2008"], &["v2"]);
    check("have I been vaccinated against tetnus", Structured, &["1 Jun 2018"], &["v1"]);
    check("when was my last flu shot", NotFound, &["I can't find a vaccination", "was not given"], &["v3"]);
    check("which vaccines have I had", Structured, &["Tdap"], &["v1", "v2"]);
    check("Wann war meine letzte Impfung gegen Tetanus?", Structured, &["1 Jun 2018"], &["v1"]);
}

#[test]
fn conditions_visits_and_family_are_told() {
    use Kind::{NotFound, Structured};
    check(
        "do I have high blood pressure?",
        Structured,
        &["High blood pressure (Hypertension) as active, since 1 Mar 2019"],
        &["c1"],
    );
    check("have I had bronchitis", Structured, &["as past"], &["c2"]);
    check("do I have diabetes", NotFound, &["not the same as not having it"], &[]);
    check("since when do I have hypertension", Structured, &["1 Mar 2019"], &["c1"]);
    check("when was my last doctor visit", Structured, &["4 Mar 2026: Check up"], &["e1"]);
    check("does anyone in my family have diabetes", Structured, &["mother", "Diabetes mellitus"], &["f1"]);
}

#[test]
fn broad_questions_are_answered_in_short() {
    use Kind::{NotFound, Structured};
    check(
        "tell me about my health",
        Structured,
        &["Hypertension", "2 active medicines", "1 allergy"],
        &["c1", "m1", "y1"],
    );
    check("how old am I", Structured, &["born on 12 Apr 1961"], &["maria"]);
    check("any abnormal results?", Structured, &["HbA1c: 5.9 %", "a little high"], &["a2"]);
    check(
        "am I taking anything for my blood pressure",
        Structured,
        &["Lisinopril 10 MG Oral Tablet, which is a blood pressure medicine,"],
        &["m3"],
    );
    check("was I ever in hospital?", NotFound, &["I can't find"], &[]);
    check("show my visits", Structured, &["Check up"], &["e1"]);
    check("what insurance do I have", NotFound, &["I can't find an insurance entry"], &[]);
}

#[test]
fn documents_are_quoted_word_for_word() {
    check(
        "What did the X-ray of my knee show?",
        Kind::Quoted,
        &["\u{201c}The X-ray shows a meniscus tear.\u{201d}"],
        &[],
    );
    check("What is my ferritin?", Kind::Quoted, &["Ferritin 18 ng/mL 15 - 150"], &[]);
    check("who won the football match", Kind::NotFound, &["I can't find"], &[]);
}

#[test]
fn a_newer_document_is_not_kept_back() {
    let record = record_of(&maria(), vec![letter(LETTER, "2026-09-09")]);
    let draft = answer(&record, "latest HbA1c", date(2026, 11, 20)).ok().unwrap();
    assert!(
        said(&draft).contains("A newer document says: \u{201c}HbA1c 5.7 % 4.0 - 5.6\u{201d}"),
        "{}",
        said(&draft)
    );
}

#[test]
fn advice_is_left_to_those_who_may_give_it() {
    check(
        "should I stop taking simvastatin?",
        Kind::NeedsClinician,
        &["question for your doctor or pharmacist", "Simvastatin"],
        &["m1"],
    );
    check("Can I drink alcohol?", Kind::NeedsClinician, &["question for your doctor or pharmacist"], &[]);
}

fn synthea() -> Vec<Vec<Value>> {
    let shared = std::env::var("SALUS_SHARED_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").to_owned());
    let Ok(files) = std::fs::read_dir(format!("{shared}/fhir/synthea")) else {
        println!("skipped: no shared data");
        return Vec::new();
    };
    let resources = |path: std::path::PathBuf| {
        let bundle: Value = salus_fhir::json::parse(&std::fs::read(path).unwrap()).ok().unwrap();
        bundle["entry"].as_array().unwrap().iter().map(|entry| entry["resource"].clone()).collect()
    };
    files.map(|file| resources(file.unwrap().path())).collect()
}

/// A templated sentence that fails its check is a fault of the template, and would vanish without a word.
#[test]
fn no_template_fails_its_own_check() {
    let mut people = synthea();
    people.truncate(2);
    people.push(maria());
    let names: Vec<String> = crate::concepts::concepts()
        .all()
        .iter()
        .step_by(6)
        .filter_map(|concept| concept.phrases.first().map(|phrase| phrase.join(" ")))
        .collect();
    let broad =
        ["my record", "which medicines do I take", "show my visits", "my bills", "reports", "procedures"];
    for resources in people {
        let record = record_of(&resources, Vec::new());
        let asked = names.iter().flat_map(|name| {
            ["latest", "trend of", "do I have", "when was", "allergic to", "do I take", "how many"]
                .map(|words| format!("{words} {name}"))
        });
        for question in asked.chain(broad.map(str::to_owned)) {
            let today = date(2026, 11, 20);
            let Ok(plan) = Plan::of(&question, today, None, &|stem| record.index.knows(stem)) else {
                continue;
            };
            for claim in run(&record, &plan, today).claims {
                assert!(verify(&record, &claim), "{question}: {}", claim.text);
            }
        }
    }
}

/// The questions of the house, over every Synthea person that is there.
#[test]
fn synthea_people_are_answered_with_proof() {
    for resources in synthea() {
        let record = record_of(&resources, Vec::new());
        let holds = |type_name: &str, code: &str| {
            resources
                .iter()
                .any(|r| r["resourceType"] == type_name && r.to_string().contains(&format!("\"{code}\"")))
        };
        for (question, is_answerable) in [
            ("latest HbA1c", holds("Observation", "4548-4")),
            (
                "which medicines do I take",
                resources.iter().any(|r| r["resourceType"] == "MedicationRequest" && r["status"] == "active"),
            ),
            ("am I allergic to penicillin", false),
            ("when was my last tetanus shot", holds("Immunization", "113") || holds("Immunization", "20")),
            ("how has my blood pressure changed this year", holds("Observation", "55284-4")),
        ] {
            let draft = answer(&record, question, date(2026, 11, 20)).ok().unwrap();
            let has_proof = draft.claims.iter().any(|claim| !claim.quotes.is_empty());
            if is_answerable {
                assert_eq!(draft.kind, Kind::Structured, "{question}: {}", said(&draft));
                assert!(has_proof, "{question}: {}", said(&draft));
            }
            if std::env::var_os("SALUS_SHOW").is_some() {
                println!("{question}: {:?} {}", draft.kind, said(&draft));
            }
        }
    }
}
