//! Questions that were once answered with something else: each must now say what was asked, or that it did not.

use super::tests::{condition, lab, letter, maria, medicine, record_of, said};
use super::*;
use jiff::civil::date;
use salus_fhir::json::Value;
use serde_json::json;

fn visit(id: &str, class: &str, text: &str, from: &str, to: &str) -> Value {
    json!({
        "resourceType": "Encounter", "id": id, "status": "finished", "class": { "code": class },
        "type": [{ "text": text }], "period": { "start": from, "end": to }
    })
}

fn relative(id: &str, code: &str, text: &str, illness: &str, note: &str) -> Value {
    json!({
        "resourceType": "FamilyMemberHistory", "id": id, "status": "completed",
        "relationship": {
            "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": code }], "text": text
        },
        "condition": if illness.is_empty() { json!([]) } else { json!([{ "code": { "text": illness } }]) },
        "note": [{ "text": note }]
    })
}

/// Somebody with ended medicines, a stay in hospital, many values and a large family.
fn nora() -> Vec<Value> {
    let mut metformin = medicine("m1", "active", "Metformin 500 MG", "2024-09-21", "one tablet twice a day");
    metformin["requester"] = json!({ "display": "Dr. Ada Berg" });
    let mut retinopathy = condition("c2", "422034002", "Diabetic retinopathy", "2022-01-01", "active");
    retinopathy["abatementDateTime"] = json!("2023-01-01");
    vec![
        json!({ "resourceType": "Patient", "id": "nora", "birthDate": "1961-12-12" }),
        medicine("m0", "completed", "Metformin 500 MG", "2017-09-21", "one tablet a day"),
        metformin,
        medicine("m2", "stopped", "Ramipril 5 MG", "2015-01-01", "one a day"),
        medicine("m3", "active", "Levothyroxine 50 MCG", "2019-01-01", "50 micrograms in the morning"),
        lab("h1", ("4548-4", "Hemoglobin A1c"), "2024-01-03", (7.9, "%"), (4.0, 5.6)),
        lab("h2", ("4548-4", "Hemoglobin A1c"), "2025-01-03", (7.0, "%"), (4.0, 5.6)),
        lab("h3", ("4548-4", "Hemoglobin A1c"), "2026-01-03", (5.5, "%"), (4.0, 5.6)),
        lab("g1", ("33914-3", "Glomerular filtration"), "2026-01-03", (58.0, "mL/min"), (60.0, 120.0)),
        lab("k1", ("2823-3", "Potassium"), "2026-03-04", (4.1, "mmol/L"), (3.5, 5.1)),
        lab("t1", ("2093-3", "Cholesterol"), "2024-03-04", (160.0, "mg/dL"), (0.0, 199.0)),
        lab("l1", ("13457-7", "LDL"), "2024-03-04", (160.0, "mg/dL"), (0.0, 130.0)),
        lab("l2", ("13457-7", "LDL"), "2025-03-04", (120.0, "mg/dL"), (0.0, 130.0)),
        condition("c1", "44054006", "Type 2 diabetes mellitus", "2017-09-21", "active"),
        condition("c3", "59621000", "Essential hypertension", "2010-01-01", "active"),
        json!({
            "resourceType": "Condition", "id": "c4", "onsetDateTime": "2020-01-01",
            "code": { "text": "Osteoporosis", "coding": [
                { "display": "Age-related osteoporosis without current pathological fracture" }
            ] }
        }),
        condition("c5", "5913000", "Fracture of neck of femur", "2026-01-09", "resolved"),
        retinopathy,
        visit("e1", "AMB", "Check up at the emergency clinic of the hospital", "2026-04-04", "2026-04-04"),
        visit("e2", "IMP", "Hip replacement", "2026-05-01", "2026-05-09"),
        json!({
            "resourceType": "Encounter", "id": "e3", "status": "planned", "class": { "code": "AMB" },
            "type": [{ "text": "Eye check" }], "period": { "start": "2027-01-09" }
        }),
        json!({
            "resourceType": "Procedure", "id": "p1", "status": "completed", "performedDateTime": "2026-02-02",
            "code": { "text": "Transthoracic echocardiography" }, "note": [{ "text": "Good pictures." }]
        }),
        json!({
            "resourceType": "Procedure", "id": "p2", "status": "completed", "performedDateTime": "2026-02-03",
            "code": { "text": "Echography of kidney" }, "note": [{ "text": "Both kidneys small." }]
        }),
        json!({
            "resourceType": "Procedure", "id": "p3", "status": "completed", "performedDateTime": "2026-05-02",
            "code": { "text": "Total replacement of hip" }
        }),
        json!({
            "resourceType": "DocumentReference", "id": "d1", "status": "current", "date": "2026-10-10T08:00:00Z",
            "content": [{ "attachment": { "title": "Diabetes letter" } }]
        }),
        relative("f1", "FTH", "father", "Lung cancer", "Died of a heart attack."),
        relative("f2", "MTH", "mother", "High blood pressure", ""),
        relative("f3", "DAU", "natural daughter", "Type 2 diabetes", ""),
        relative("f4", "MGRMTH", "maternal grandmother", "", "Died of a stroke."),
    ]
}

#[track_caller]
fn check(question: &str, parts: &[&str], absent: &[&str]) {
    let text_of_letter = "Diabetes review Page 1 of 1\n\nThe telephone hour of the diabetes nurse is on Tuesdays from 14:00.\n\
        \u{2022} Your sugar target at home is 80 to 130.\n\u{2022} Bring your booklet.\n\u{2022} Echocardiography: ejection fraction 58 %.\n\
        \u{2022} We aim for an LDL cholesterol below 70 mg/dL.";
    let record = record_of(&nora(), vec![letter(text_of_letter, "2026-10-10")]);
    let draft = answer(&record, question, date(2026, 11, 20)).ok().unwrap();
    let text = said(&draft);
    for part in parts {
        assert!(text.contains(part), "{question}: “{part}” is missing in: {text}");
    }
    for part in absent {
        assert!(!text.contains(part), "{question}: “{part}” stands in: {text}");
    }
}

#[test]
fn a_relative_is_never_answered_for_by_another() {
    for (question, parts, absent) in [
        (
            "did my mother have cancer",
            &["can't find cancer", "your mother", "High blood pressure"][..],
            &["Lung"][..],
        ),
        ("does my daughter have diabetes", &["natural daughter", "Type 2 diabetes"], &["father"]),
        ("did my father have heart disease", &["your father", "Died of a heart attack"], &["mother"]),
        ("what did my grandmother die of", &["Died of a stroke"], &["father"]),
        ("does my brother have asthma", &["can't find an entry about your brother"], &["father", "mother"]),
        ("who in my family had cancer", &["father", "Lung cancer"], &["mother"]),
        ("did my mother's mother have a stroke", &["maternal grandmother"], &["father"]),
    ] {
        check(question, parts, absent);
    }
}

#[test]
fn visits_are_of_the_kind_of_their_class() {
    check("was I in the emergency room", &["can't find an emergency visit"], &["Check up"]);
    check("was I hospitalized in 2026", &["Hip replacement"], &["Check up"]);
    check("how long was I in the hospital", &["Hip replacement", "until 9 May 2026"], &["Check up"]);
}

#[test]
fn medicines_hold_from_start_to_end() {
    check("which medicines have I stopped", &["1 medicine as ended", "Ramipril"], &["Levothyroxine"]);
    check("what medicines did I take in 2020", &["Levothyroxine", "leaves open: Metformin 500 MG"], &[]);
    check("did I take levothyroxine in 2018", &["can't find levothyroxine", "in 2018"], &[]);
    check("which medicines were prescribed in 2024", &["Metformin"], &["Levothyroxine"]);
    check(
        "what medicines was I taking in 2018",
        &["ended at a time your record leaves open", "Ramipril"],
        &[],
    );
    check("when did I stop ramipril", &["can't find a date", "Ramipril 5 MG as past"], &["first entry"]);
    check("does diabetes run in my family", &["natural daughter"], &["found nothing"]);
    check("when did I start taking metformin", &["21 Sep 2017"], &["question for your doctor"]);
    check("how often do I take metformin", &["one tablet twice a day"], &["2 entries"]);
    check("what is my dose of levothyroxine", &["50 micrograms in the morning"], &["vaccination"]);
    check("who prescribed my metformin", &["Dr. Ada Berg"], &[]);
    check("wich medicins do i tkae", &["2 active medicines"], &["can't find"]);
    check("what conditions did I have in 2022", &["Diabetic retinopathy", "High blood pressure"], &[]);
    check("which conditions are resolved", &["Diabetic retinopathy"], &["High blood pressure"]);
}

#[test]
fn limits_and_ranges_are_applied_or_said_not_to_be() {
    check(
        "how many times was my HbA1c above 7",
        &["1 measurement of HbA1c above 7", "3 measurements"],
        &["5.5"],
    );
    check("was my HbA1c ever above 9", &["can't find a value of HbA1c above 9", "3 measurements"], &[]);
    check("how often was my HbA1c at least 7", &["2 measurements of HbA1c at least 7"], &[]);
    check("was my HbA1c above 53 mmol/mol", &["do not convert units"], &[]);
    check("was my HbA1c ever too high", &["2 measurements of HbA1c that is high"], &[]);
    check("which of my results are abnormal", &["eGFR: 58"], &["Potassium", "HbA1c"]);
    check("which results are high", &["can't find a latest result that is high"], &["eGFR"]);
    check("which results are low", &["eGFR: 58"], &["Potassium"]);
    check("what are my results", &["Potassium"], &[]);
    check("average of my LDL", &["do not work out averages", "120"], &[]);
    check("what was my LDL last christmas", &["did not understand the time", "120"], &[]);
    check("compare my LDL in 2024 and 2025", &["160", "120"], &[]);
    check("how many medicines above 7 do I take", &["did not apply"], &[]);
}

#[test]
fn everyday_words_are_what_they_are() {
    check("what's the meaning of life", &["can't find"], &["meningococcal", "vaccination"]);
    check("which allergies are dangerous", &["can't find allergies"], &["dander"]);
    check("do I have no allergies?", &["can't find allergies"], &["\u{201c}no\u{201d}"]);
    check("am I allergic to anything", &["can't find allergies"], &["anything"]);
    check("how old am I", &["12 Dec 1961", "64 years"], &[]);
}

#[test]
fn words_beside_a_name_are_not_dropped() {
    check("when is the telephone hour of the diabetes nurse", &["Tuesdays from 14:00"], &["Page 1"]);
    check("what is my sugar target at home", &["80 to 130"], &["booklet"]);
    check("do I have diabetes", &["Type 2 diabetes"], &["Page 1 of 1"]);
    check("latest cholesterol", &["160.0 mg/dL"], &["70 mg/dL"]);
    check("what is my HbA1c passport", &["found nothing on \u{201c}passport\u{201d}", "5.5 %"], &[]);
}

#[test]
fn visits_to_come_examinations_and_letters_are_found() {
    check("when is my next appointment", &["next planned visit is on 9 Jan 2027", "Eye check"], &["Hip"]);
    check("when was my last visit", &["Hip replacement"], &["Eye check"]);
    check("which surgery did I have in 2026", &["Total replacement of hip"], &["echocardiography"]);
    check("which procedures did I have in 2026", &["echocardiography"], &[]);
    check("what did the echocardiogram show", &["Good pictures", "ejection fraction 58 %"], &[]);
    check("what did the kidney ultrasound show", &["Both kidneys small"], &["eGFR"]);
    check("what does the diabetes letter say about the booklet", &["Bring your booklet"], &["Tuesdays"]);
    check("when did I break my hip", &["Fracture of neck of femur", "9 Jan 2026"], &["steoporosis"]);
    check("what is my phone number", &["Person"], &["telephone hour"]);
}

#[test]
fn plain_names_stand_first() {
    check("do I have diabetes", &["Type 2 diabetes (Type 2 diabetes mellitus)"], &[]);
    check("do I have high blood pressure", &["High blood pressure (Essential hypertension)"], &[]);
    let record = record_of(&maria(), Vec::new());
    assert!(record.facts.iter().all(|fact| !fact.text.contains("EGFR")));
}
