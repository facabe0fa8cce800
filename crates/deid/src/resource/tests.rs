use crate::{Deidentifier, Key, Mode, Plan};
use jiff::civil::date;
use proptest::prelude::*;
use salus_fhir::json::{self, Value};
use serde_json::json;
use std::path::Path;

fn plan(mode: Mode) -> Plan {
    Plan::new(mode, Key::from_bytes(&[7; 32]), date(2026, 11, 27))
}

fn patient() -> Value {
    json!({
        "resourceType": "Patient", "id": "p1", "meta": {"lastUpdated": "2024-05-06T07:08:09Z"},
        "text": {"status": "generated", "div": "<div>Amara Okonjo</div>"},
        "extension": [
            {"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race", "extension": [
                {"url": "ombCategory", "valueCoding": {"system": "urn:oid:2.16.840.1.113883.6.238", "code": "2054-5"}},
                {"url": "text", "valueString": "Amara's own words"}]},
            {"url": "http://example.org/mothersMaidenName", "valueString": "Adeyemi"}],
        "identifier": [{"system": "http://hospital.example", "value": "MRN-99312"}],
        "name": [{"family": "Okonjo", "given": ["Amara"]}],
        "telecom": [{"system": "phone", "value": "617-555-0148"}],
        "gender": "female", "birthDate": "1980-02-03", "_birthDate": {"extension": [{"url": "x", "valueDateTime": "1980-02-03T04:05:06Z"}]},
        "address": [{"line": ["12 Larkspur Road"], "city": "Fenhollow", "state": "MA", "postalCode": "02139", "country": "US"}],
        "contact": [{"name": {"family": "Okonjo", "given": ["Tunde"]}}],
        "generalPractitioner": [{"reference": "Practitioner/d1", "display": "Dr. Ngozi Bello"}],
        "favouriteColour": "green"
    })
}

fn deidentify(mode: Mode, record: &[Value]) -> Vec<Value> {
    let mut deidentifier = Deidentifier::new(&plan(mode), "p1", record);
    record.iter().filter_map(|resource| deidentifier.resource(resource)).collect()
}

#[test]
fn a_patient_is_left_with_what_safe_harbor_allows() {
    let plain = deidentify(Mode::SafeHarbor, &[patient()]).remove(0);
    let names = crate::Pseudonyms::new(Key::from_bytes(&[7; 32]));
    assert_eq!(
        plain,
        json!({
            "resourceType": "Patient", "id": names.id("p1"),
            "extension": [{"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race", "extension": [
                {"url": "ombCategory", "valueCoding": {"system": "urn:oid:2.16.840.1.113883.6.238", "code": "2054-5"}}]}],
            "gender": "female", "birthDate": "1980",
            "address": [{"state": "MA", "country": "US", "postalCode": "021"}],
            "generalPractitioner": [{"reference": format!("Practitioner/{}", names.id("d1"))}]
        })
    );
}

#[test]
fn shifted_dates_keep_their_intervals() {
    let record = [
        json!({"resourceType": "Encounter", "id": "e1", "status": "finished", "period": {"start": "2020-02-27T10:00:00Z", "end": "2020-03-02"}}),
    ];
    let plain = deidentify(Mode::Shifted, &record).remove(0);
    let day =
        |name: &str| plain["period"][name].as_str().unwrap()[..10].parse::<jiff::civil::Date>().unwrap();
    assert_ne!(day("start"), date(2020, 2, 27));
    assert_eq!((day("end") - day("start")).get_days(), 4);
    assert!(plain["period"]["start"].as_str().unwrap().ends_with("T10:00:00Z"));
}

#[test]
fn free_text_loses_the_persons_own_words_and_keeps_the_medicine() {
    let record = [
        patient(),
        json!({
            "resourceType": "Observation", "id": "o1", "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4", "display": "Hemoglobin A1c"}], "text": "HbA1c"},
            "subject": {"reference": "Patient/p1", "identifier": {"value": "MRN-99312"}},
            "effectiveDateTime": "2023-04-05", "issued": "2023-04-05T06:07:08Z",
            "valueQuantity": {"value": 7.2, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"},
            "note": [{"authorString": "Ngozi Bello", "time": "2023-04-05", "text": "okonjo rang from 617 555 0148; metformin 500 mg. AMARA lives at 12 Larkspur Rd, seen 4/5/2023. Parkinson's disease."}]
        }),
        json!({"resourceType": "Provenance", "id": "x", "target": [{"reference": "Observation/o1"}]}),
    ];
    let plain = deidentify(Mode::SafeHarbor, &record);
    assert_eq!(plain.len(), 2);
    let names = crate::Pseudonyms::new(Key::from_bytes(&[7; 32]));
    assert_eq!(plain[1]["subject"], json!({"reference": format!("Patient/{}", names.id("p1"))}));
    assert_eq!(plain[1]["effectiveDateTime"], json!("2023"));
    assert_eq!(plain[1].get("issued"), None);
    assert_eq!(plain[1]["valueQuantity"], record[1]["valueQuantity"]);
    assert_eq!(plain[1]["code"], record[1]["code"]);
    let note = plain[1]["note"][0]["text"].as_str().unwrap();
    assert_eq!(
        note,
        "[NAME] rang from [PHONE]; metformin 500 mg. [NAME] lives at [LOCATION], seen 2023. Parkinson's disease."
    );
}

#[test]
fn references_of_every_form_follow_their_targets() {
    let names = crate::Pseudonyms::new(Key::from_bytes(&[7; 32]));
    for (reference, expect) in [
        ("Patient/p1", Some(format!("Patient/{}", names.id("p1")))),
        ("https://ehr.example.org/fhir/Patient/p1/_history/3", Some(format!("Patient/{}", names.id("p1")))),
        ("urn:uuid:p1", Some(format!("urn:uuid:{}", names.id("p1")))),
        ("#c1", Some(format!("#{}", names.id("c1")))),
        ("Patient?identifier=http://h|MRN-99312", None),
        ("Okonjo", None),
        ("", None),
    ] {
        let record = [
            json!({"resourceType": "Flag", "id": "f", "status": "active", "subject": {"reference": reference}}),
        ];
        let plain = deidentify(Mode::SafeHarbor, &record).remove(0);
        let found = plain.get("subject").and_then(|subject| subject.get("reference")).and_then(Value::as_str);
        assert_eq!(found.map(str::to_owned), expect, "{reference}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever the person is called and wherever it stands in a text, it is not in the output.
    #[test]
    fn nothing_of_the_person_survives(
        family in "Zq[a-z]{4,9}", given in "Xw[a-z]{3,8}", mrn in "[A-Z]{2}[0-9]{7}",
        phone in "[2-9][0-9]{2}-[2-9][0-9]{2}-[0-9]{4}", street in "[1-9][0-9]{2,3} Vj[a-z]{4,8} Road", town in "Kx[a-z]{5,9}",
        before in "[a-zA-Z ,.]{0,24}", shout in any::<bool>(),
    ) {
        let told = format!("{before} {} {family} of {town}, {mrn}, {phone}, {street}.", if shout { given.to_uppercase() } else { given.clone() });
        let record = [
            json!({"resourceType": "Patient", "id": "p1", "name": [{"family": family, "given": [given]}],
                "identifier": [{"value": mrn}], "telecom": [{"system": "phone", "value": phone}],
                "address": [{"line": [street], "city": town}]}),
            json!({"resourceType": "Condition", "id": "c1", "code": {"text": told}, "note": [{"text": told}],
                "asserter": {"display": told}, "contained": [{"resourceType": "Patient", "id": "x", "name": [{"text": told}]}]}),
        ];
        let plain = Value::Array(deidentify(Mode::SafeHarbor, &record)).to_string().to_lowercase();
        for secret in [&family, &given, &mrn, &phone, &street, &town] {
            prop_assert!(!plain.contains(&secret.to_lowercase()), "{secret}: {plain}");
        }
    }
}

/// On the synthetic records of Synthea, where that data is there.
#[test]
fn nothing_of_synthea_people_survives() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/fhir/synthea");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: no shared data");
        return;
    };
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    for path in files.iter().take(4) {
        let bundle = json::parse(&std::fs::read(path).unwrap()).unwrap();
        let entries = bundle["entry"].as_array().unwrap();
        let record: Vec<Value> = entries.iter().map(|entry| entry["resource"].clone()).collect();
        let plain = Value::Array(deidentify(Mode::SafeHarbor, &record)).to_string().to_lowercase();
        let patient = record.iter().find(|resource| resource["resourceType"] == "Patient").unwrap();
        for secret in secrets(patient) {
            assert!(!plain.contains(&secret.to_lowercase()), "{}: {secret}", path.display());
        }
    }
}

/// Names, telephones, addresses, identifiers, the id and the birth date.
fn secrets(patient: &Value) -> Vec<String> {
    let mut secrets = Vec::new();
    let mut add =
        |value: &Value| secrets.extend(value.as_str().filter(|text| text.len() > 3).map(str::to_owned));
    for name in patient["name"].as_array().unwrap() {
        add(&name["family"]);
        name["given"].as_array().unwrap().iter().for_each(&mut add);
    }
    patient["telecom"].as_array().unwrap().iter().for_each(|telecom| add(&telecom["value"]));
    patient["identifier"].as_array().unwrap().iter().for_each(|identifier| add(&identifier["value"]));
    for address in patient["address"].as_array().unwrap() {
        address["line"].as_array().unwrap().iter().for_each(&mut add);
        add(&address["city"]);
        add(&address["postalCode"]);
    }
    add(&patient["id"]);
    add(&patient["birthDate"]);
    secrets
}
