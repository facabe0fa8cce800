use super::*;
use serde_json::json;

fn keys() -> Keys {
    Keys::new(KeyedHash::new([3; 16]))
}

/// Which of the named keys a resource has rows of, and under which patients.
#[track_caller]
fn check(resource: &Value, pats: &[i64], expected: &[(i64, &[i64])]) {
    let rows = keys().rows(resource, pats, 77);
    for (k, under) in expected {
        let found: Vec<i64> = rows.rows.iter().filter(|row| row.k == *k).map(|row| row.pat).collect();
        assert_eq!(&found, under);
    }
    assert!(rows.rows.is_sorted());
}

fn observation() -> Value {
    json!({
        "resourceType": "Observation", "id": "o", "status": "final",
        "identifier": [{"system": "urn:lab", "value": "A-1"}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}]},
        "subject": {"reference": "Patient/p"},
        "effectiveDateTime": "2026-01-01T00:00:00Z",
        "valueQuantity": {"value": 6.1}
    })
}

#[test]
fn rows_stand_under_each_patient_and_what_is_looked_for_everywhere_also_under_shared() {
    let keys = keys();
    let in_two = [
        (keys.token("Observation", "code", "4548-4"), &[4, 9][..]),
        (keys.token("Observation", "CODE", "4548-4"), &[]),
        (keys.token("Observation", "identifier", "a-1"), &[SHARED, 4, 9]),
        (keys.reference("Observation", "subject", "Patient", "p"), &[4, 9]),
        (keys.reference("Observation", "patient", "Patient", "p"), &[]),
        (keys.token("Observation", "combo-code", "4548-4"), &[]),
        (keys.token("Observation", "status", "final"), &[]),
        (keys.whole("Observation", "_lastUpdated"), &[4, 9]),
        (keys.whole("Observation", "date"), &[4, 9]),
        (keys.composite("Observation", "code-value-quantity", "4548-4"), &[4, 9]),
    ];
    check(&observation(), &[4, 9], &in_two);
    let patient = json!({"resourceType": "Patient", "id": "p", "gender": "female"});
    check(&patient, &[4], &[(keys.token("Patient", "gender", "female"), &[SHARED, 4])]);
    let clinic = json!({"resourceType": "Organization", "id": "c", "active": true});
    check(&clinic, &[], &[(keys.token("Organization", "active", "true"), &[SHARED])]);
}

#[test]
fn rows_are_ordered_by_the_clinical_date() {
    let ord = |resource: &Value, k: i64| {
        keys().rows(resource, &[1], 77).rows.iter().find(|row| row.k == k).map(|row| (row.ord, row.hi))
    };
    let second = 1_767_225_600_000_000;
    let code = keys().token("Observation", "code", "4548-4");
    assert_eq!(ord(&observation(), code), Some((second, None)));
    let date = keys().whole("Observation", "date");
    assert_eq!(ord(&observation(), date), Some((second, Some(second + 1_000_000))));
    let value = keys().whole("Observation", "value-quantity");
    assert_eq!(ord(&observation(), value), Some((number_ord(6.1), None)));
    let listing = keys().whole("Observation", "_lastUpdated");
    assert_eq!(ord(&observation(), listing), Some((77, None)));
    let mut undated = observation();
    undated.as_object_mut().unwrap().shift_remove("effectiveDateTime");
    assert_eq!(ord(&undated, code), Some((UNDATED, None)));
    let clinic = json!({"resourceType": "Organization", "id": "c", "active": true});
    assert_eq!(ord(&clinic, keys().token("Organization", "active", "true")), Some((77, None)));
}

#[test]
fn a_patients_own_words_are_not_in_the_index() {
    let spoken = json!({"resourceType": "Observation", "valueString": "tired and sad"});
    assert!(keys().rows(&spoken, &[1], 77).strings.is_empty());
    let named = json!({"resourceType": "Patient", "id": "p", "name": [{"family": "Sørensen"}]});
    let strings = keys().rows(&named, &[1], 77).strings;
    assert!(strings.iter().any(|row| row.pat == SHARED && row.norm.contains("rensen")));
}

#[test]
fn numbers_keep_their_order() {
    let ascending = [f64::NEG_INFINITY, -1e300, -2.0, -0.5, 0.0, 1e-9, 0.5, 2.0, 1e300, f64::INFINITY];
    assert!(ascending.map(number_ord).is_sorted());
    assert_eq!(number_ord(-0.0), number_ord(0.0));
}

/// The rows of `subject` answer for `patient`: wherever a type has both, the one finds what the other finds.
#[test]
fn subject_stands_for_patient() {
    for type_name in defs::resource_types() {
        let (Some(_), Some(patient)) =
            (defs::search_param(type_name, "subject"), defs::search_param(type_name, "patient"))
        else {
            continue;
        };
        let resource = json!({"resourceType": type_name, "subject": {"reference": "Patient/p"}});
        let values = |code: &str| -> Vec<IndexValue> {
            extract(&resource)
                .into_iter()
                .filter(|entry| entry.param.code == code)
                .map(|entry| entry.value)
                .collect()
        };
        assert!(values("patient").iter().all(|value| values("subject").contains(value)), "{type_name}");
        let stored: Vec<&str> = stored_as(type_name, patient).iter().map(|param| param.code).collect();
        assert_eq!(stored, ["subject"], "{type_name}");
    }
}

/// The parts that stand for a `combo-…` parameter exist, and together say what it says.
#[test]
fn the_parts_stand_for_the_combination() {
    let resource = json!({
        "resourceType": "Observation",
        "code": {"coding": [{"code": "85354-9"}]},
        "valueQuantity": {"value": 1},
        "dataAbsentReason": {"coding": [{"code": "unknown"}]},
        "component": [
            {"code": {"coding": [{"code": "8480-6"}]}, "valueQuantity": {"value": 120}},
            {"code": {"coding": [{"code": "8462-4"}]}, "valueCodeableConcept": {"coding": [{"code": "x"}]},
             "dataAbsentReason": {"coding": [{"code": "masked"}]}}
        ]
    });
    let entries = extract(&resource);
    let combinations =
        defs::search_params("Observation").iter().filter(|param| param.code.starts_with("combo-"));
    let mut count = 0;
    for combination in combinations {
        let parts = stored_as("Observation", combination);
        assert_eq!(parts.len(), 2, "{}", combination.code);
        let of = |code: &str| entries.iter().filter(|entry| entry.param.code == code).count();
        let in_parts: usize = parts.iter().map(|part| of(part.code)).sum();
        assert_eq!(in_parts, of(combination.code), "{}", combination.code);
        count += 1;
    }
    assert_eq!(count, 6);
}

/// Who changes the rows of what is on record already raises [`LAYOUT`], and writes the new digest beside it.
#[test]
fn rows_change_only_with_the_layout() {
    let sample = [
        (observation(), &[4_i64, 9][..]),
        (
            json!({
                "resourceType": "Patient", "id": "p", "active": true, "gender": "female", "birthDate": "1980-05",
                "name": [{"family": "Sørensen", "given": ["Ida"]}], "identifier": [{"system": "urn:x"}],
                "generalPractitioner": [{"reference": "Practitioner/d"}], "link": [{"type": "seealso", "other": {"reference": "Patient/q"}}]
            }),
            &[4],
        ),
        (
            json!({
                "resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"},
                "clinicalStatus": {"coding": [{"system": "urn:s", "code": "active"}]},
                "code": {"coding": [{"code": "J45"}], "text": "asthma"}, "onsetDateTime": "2019"
            }),
            &[4],
        ),
        (
            json!({
                "resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order",
                "subject": {"reference": "Patient/p"}, "authoredOn": "2024-02-03",
                "requester": {"identifier": {"system": "urn:d", "value": "D-7"}},
                "medicationReference": {"reference": "https://elsewhere.example/Medication/1"}
            }),
            &[4],
        ),
        (
            json!({
                "resourceType": "RiskAssessment", "id": "r", "status": "final", "subject": {"reference": "Patient/p"},
                "prediction": [{"probabilityDecimal": 0.25}]
            }),
            &[4],
        ),
        (
            json!({
                "resourceType": "ValueSet", "id": "v", "status": "active", "url": "http://x.example/v|1", "version": "1",
                "name": "Colours", "date": "2020-01-01",
                "useContext": [{"code": {"code": "age"}, "valueQuantity": {"value": 3}}]
            }),
            &[],
        ),
    ];
    let mut text = String::new();
    for (resource, pats) in sample {
        let Rows { rows, strings } = keys().rows(&resource, pats, 77);
        for Row { pat, k, ord, hi } in rows {
            text += &format!("{pat} {k} {ord} {hi:?}\n");
        }
        for StringRow { pat, k, norm } in strings {
            text += &format!("{pat} {k} {norm}\n");
        }
    }
    let digest = hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes()));
    assert_eq!(
        (LAYOUT, digest.as_str()),
        (1, "569aa135fece498e9515da1b3bc3ace5c145bf2f01f052b0b2b41459d2b71d2a"),
        "{text}"
    );
}
