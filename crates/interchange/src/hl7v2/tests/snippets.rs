//! Short messages and what a part of them becomes.

use super::{converted, errors, message, of_type, segment};
use serde_json::{Value, json};

/// What the resource of a type holds at a pointer, in a message of these segments.
#[track_caller]
fn check(kind: &str, segments: &str, type_name: &str, pointer: &str, expect: Value) {
    let converted = converted(kind, segments);
    let all: Vec<Value> = converted.resources.into_iter().chain(converted.mentioned).collect();
    assert!(all.iter().all(|resource| errors(resource).is_empty()), "{segments}");
    let found = of_type(&all, type_name);
    let found = found.first().unwrap_or_else(|| panic!("no {type_name} of {segments}"));
    assert_eq!(found.pointer(pointer).unwrap_or(&Value::Null), &expect, "{segments}: {found}");
}

#[test]
fn patients() {
    for (field, text, pointer, expect) in [
        (3, "7^^^X&1.2.3&ISO^MR", "/identifier/0/system", json!("urn:oid:1.2.3")),
        (3, "7^^^X^MR", "/identifier/0/system", Value::Null),
        (
            5,
            "Doe&van^J^K^Jr^Dr^MD^D",
            "/name/0",
            json!({ "use": "usual", "family": "Doe", "given": ["J", "K"], "prefix": ["Dr"], "suffix": ["Jr", "MD"] }),
        ),
        (7, "1980", "/birthDate", json!("1980")),
        (7, "198002301200", "/birthDate", Value::Null),
        (7, "198002281230", "/_birthDate/extension/0/valueDateTime", json!("1980-02-28T12:30:00+01:00")),
        (7, "198002280000", "/_birthDate", Value::Null),
        (8, "female", "/gender", json!("female")),
        (8, "Q", "/gender", Value::Null),
        (
            11,
            "1 Road^^Town^ST^99^US^H",
            "/address/0",
            json!({ "line": ["1 Road"], "city": "Town", "state": "ST", "postalCode": "99", "country": "US", "use": "home" }),
        ),
        (13, "^NET^Internet^a@b.example", "/telecom/0", json!({ "system": "email", "value": "a@b.example" })),
        (
            13,
            "^PRN^PH^^39^011^555^8",
            "/telecom/0",
            json!({ "system": "phone", "value": "+39 011 555 ext. 8", "use": "home" }),
        ),
        (
            14,
            "(555)1-2^WPN^CP",
            "/telecom/0",
            json!({ "system": "phone", "value": "(555)1-2", "use": "mobile" }),
        ),
        (16, "M", "/maritalStatus/coding/0/code", json!("M")),
        (19, "123", "/identifier/1/system", json!("http://hl7.org/fhir/sid/us-ssn")),
        (29, "20240101", "/deceasedDateTime", json!("2024-01-01")),
        (30, "Y", "/deceasedBoolean", json!(true)),
        (24, "Y", "/multipleBirthBoolean", json!(true)),
    ] {
        check("ADT^A08", &segment("PID", &[(3, "7"), (field, text)]), "Patient", pointer, expect);
    }
    check(
        "ADT^A08",
        &segment("PID", &[(3, "7"), (24, "Y"), (25, "2")]),
        "Patient",
        "/multipleBirthInteger",
        json!(2),
    );
    let check =
        |segments: &str, pointer: &str, expect: Value| check("ADT^A08", segments, "Patient", pointer, expect);
    check("PID|1||7\nPD1||||9^Weber^Anna", "/generalPractitioner/0/display", json!("Anna Weber"));
    check(
        "PID|1||7\nMRG|6",
        "/link/0",
        json!({ "other": { "identifier": { "value": "6" } }, "type": "replaces" }),
    );
}

#[test]
fn visits() {
    let check = |event: &str, pv1: &str, pointer: &str, expect: Value| {
        check(&format!("ADT^{event}"), &format!("PID|1||7\n{pv1}"), "Encounter", pointer, expect);
    };
    check("A01", "PV1|1|I", "/class/code", json!("IMP"));
    check("A01", "PV1|1|I", "/status", json!("in-progress"));
    check("A03", "PV1|1|O", "/status", json!("finished"));
    check("A11", "PV1|1|E", "/status", json!("cancelled"));
    check("A08", "PV1|1|I", "/status", json!("unknown"));
    check("A08", &format!("PV1|1|I{}20240101|20240103", "|".repeat(42)), "/status", json!("finished"));
    check(
        "A08",
        &format!("PV1|1|I{}20240101|20240103", "|".repeat(42)),
        "/period",
        json!({ "start": "2024-01-01", "end": "2024-01-03" }),
    );
    check(
        "A01",
        "PV1|1|C",
        "/class",
        json!({ "system": "http://terminology.hl7.org/CodeSystem/v2-0004", "code": "C" }),
    );
    check("A01", "PV1|1", "/class/code", json!("U"));
    check(
        "A01",
        "PV1|1|I|W^12^B^Hospital",
        "/location/0",
        json!({ "location": { "display": "B, 12, W, Hospital" }, "status": "active" }),
    );
    check("A01", "PV1|1|I|||||5^Weber^Anna", "/participant/0/individual/display", json!("Anna Weber"));
    check("A01", "PV1|1|I||E", "/type/0/coding/0/display", json!("Emergency"));
    check("A01", "PV1|1|I\nPV2|||^Fever", "/reasonCode/0/text", json!("Fever"));
}

#[test]
fn allergies_diagnoses_and_procedures() {
    let check = |segment: &str, type_name: &str, pointer: &str, expect: Value| {
        check("ADT^A08", &format!("PID|1||7\n{segment}"), type_name, pointer, expect);
    };
    let allergy = "AL1|1|DA|70618^Penicillin^RXNORM|SV|Hives~Swelling|2010";
    check(allergy, "AllergyIntolerance", "/category", json!(["medication"]));
    check(
        allergy,
        "AllergyIntolerance",
        "/reaction",
        json!([{ "manifestation": [{ "text": "Hives" }, { "text": "Swelling" }], "severity": "severe" }]),
    );
    check(allergy, "AllergyIntolerance", "/onsetDateTime", json!("2010"));
    check(allergy, "AllergyIntolerance", "/clinicalStatus/coding/0/code", json!("active"));
    check("AL1|1||^Latex|MO", "AllergyIntolerance", "/reaction/0/severity", json!("moderate"));
    check(
        "AL1|1||^Latex|MO",
        "AllergyIntolerance",
        "/reaction/0/manifestation/0/text",
        json!("Reaction not told"),
    );
    check("IAM|1||^Latex|||D", "AllergyIntolerance", "/clinicalStatus/coding/0/code", json!("inactive"));
    check(
        "IAM|1||^Latex||||||||||||||E",
        "AllergyIntolerance",
        "/verificationStatus/coding/0/code",
        json!("entered-in-error"),
    );
    check("IAM|1||^Latex||||||||||||||E", "AllergyIntolerance", "/clinicalStatus", Value::Null);
    check(
        "DG1|1|I9|428.0|Heart failure|20240101|F",
        "Condition",
        "/code",
        json!({ "coding": [{ "code": "428.0", "system": "http://hl7.org/fhir/sid/icd-9-cm" }], "text": "Heart failure" }),
    );
    check(
        "DG1|1||I10^Hypertension^I10C||20240101|W",
        "Condition",
        "/verificationStatus/coding/0/code",
        json!("provisional"),
    );
    check("DG1|1||I10^Hypertension^I10C||20240101", "Condition", "/recordedDate", json!("2024-01-01"));
    check(
        "PRB|AD|2024|38341003^Hypertension^SCT|P1|||20240101||20240201",
        "Condition",
        "/clinicalStatus/coding/0/code",
        json!("resolved"),
    );
    check(
        "PRB|DE|2024|38341003^Hypertension^SCT|P1",
        "Condition",
        "/verificationStatus/coding/0/code",
        json!("entered-in-error"),
    );
    check(
        "PR1|1||80146002^Appendectomy^SCT||202401011030|||||||5^Weber^Anna",
        "Procedure",
        "/performedDateTime",
        json!("2024-01-01T10:30:00+01:00"),
    );
    check(
        "PR1|1||80146002^Appendectomy^SCT||20240101||||||5^Weber^Anna",
        "Procedure",
        "/performer/0/actor/display",
        json!("Anna Weber"),
    );
}

#[test]
fn orders_and_medicines() {
    let check = |kind: &str, segments: &str, type_name: &str, pointer: &str, expect: Value| {
        check(kind, &format!("PID|1||7\n{segments}"), type_name, pointer, expect);
    };
    let ordered = segment("ORC", &[(1, "NW"), (2, "P1"), (9, "20240301"), (12, "5^Weber^Anna")]);
    let timed = segment("TQ1", &[(7, "20240302"), (9, "S")]);
    let order = &format!(
        "{ordered}
OBR|1|P1||24323-8^Panel^LN
{timed}
NTE|1||Fasting"
    );
    check("ORM^O01", order, "ServiceRequest", "/status", json!("active"));
    check("ORM^O01", order, "ServiceRequest", "/priority", json!("stat"));
    check("ORM^O01", order, "ServiceRequest", "/authoredOn", json!("2024-03-01"));
    check("ORM^O01", order, "ServiceRequest", "/occurrenceDateTime", json!("2024-03-02"));
    check("ORM^O01", order, "ServiceRequest", "/note/0/text", json!("Fasting"));
    check("ORM^O01", order, "ServiceRequest", "/requester/display", json!("Anna Weber"));
    check("ORM^O01", "ORC|CA|P1\nOBR|1|P1||1^Panel", "ServiceRequest", "/status", json!("revoked"));
    let made = segment(
        "RXE",
        &[
            (2, "0093^Amoxicillin 500 mg^NDC"),
            (3, "1"),
            (5, "CAP^capsule"),
            (7, "^Take one"),
            (9, "G"),
            (10, "30"),
            (11, "CAP"),
            (12, "2"),
            (15, "RX9"),
        ],
    );
    let timed = segment("TQ1", &[(3, "TID"), (7, "20240301"), (8, "20240310")]);
    let prescription = &format!(
        "ORC|NW|P2
{made}
{timed}
RXR|PO^Oral^HL70162"
    );
    check(
        "RDE^O11",
        prescription,
        "MedicationRequest",
        "/medicationCodeableConcept/text",
        json!("Amoxicillin 500 mg"),
    );
    check("RDE^O11", prescription, "MedicationRequest", "/dosageInstruction/0/text", json!("Take one"));
    check(
        "RDE^O11",
        prescription,
        "MedicationRequest",
        "/dosageInstruction/0/doseAndRate/0/doseQuantity",
        json!({ "value": 1, "unit": "CAP" }),
    );
    check(
        "RDE^O11",
        prescription,
        "MedicationRequest",
        "/dosageInstruction/0/timing/repeat",
        json!({ "boundsPeriod": { "start": "2024-03-01", "end": "2024-03-10" }, "frequency": 3, "period": 1, "periodUnit": "d" }),
    );
    check(
        "RDE^O11",
        prescription,
        "MedicationRequest",
        "/dispenseRequest",
        json!({ "numberOfRepeatsAllowed": 2, "quantity": { "value": 30, "unit": "CAP" } }),
    );
    check("RDE^O11", prescription, "MedicationRequest", "/substitution/allowedBoolean", json!(true));
    check("RDE^O11", "ORC|DC|P2\nRXE||1^Amoxicillin", "MedicationRequest", "/status", json!("cancelled"));
    check(
        "RDS^O13",
        "ORC|RE|P2\nRXE||1^Amoxicillin\nRXD|1|1^Amoxicillin|202403011030|30|CAP||RX9",
        "MedicationDispense",
        "/whenHandedOver",
        json!("2024-03-01T10:30:00+01:00"),
    );
    check(
        "RAS^O17",
        "ORC|RE|P2\nRXA|0|1|20240301||1^Amoxicillin|500|mg|||||||||||||CP",
        "MedicationAdministration",
        "/dosage/dose",
        json!({ "value": 500, "unit": "mg" }),
    );
}

#[test]
fn documents_appointments_and_money() {
    let check = |kind: &str, segments: &str, type_name: &str, pointer: &str, expect: Value| {
        check(kind, segments, type_name, pointer, expect);
    };
    let letter = "PID|1||7\nTXA|1|DS|TX|202403011000|||||5^Weber^Anna|||D-1|||||AU\nOBX|1|TX|||Dear colleague,\nOBX|2|TX|||she is well.";
    check(
        "MDM^T02",
        letter,
        "DocumentReference",
        "/content/0/attachment/data",
        json!("RGVhciBjb2xsZWFndWUsCnNoZSBpcyB3ZWxsLg=="),
    );
    check("MDM^T02", letter, "DocumentReference", "/type/coding/0/display", json!("Discharge summary"));
    check("MDM^T02", letter, "DocumentReference", "/docStatus", json!("final"));
    check("MDM^T02", letter, "DocumentReference", "/date", json!("2024-03-01T10:00:00+01:00"));
    check("MDM^T11", letter, "DocumentReference", "/status", json!("entered-in-error"));
    let booked = "SCH|1|A-1||||^Follow-up|||30|min|^^^202403051000\nPID|1||7\nRGS|1\nAIP|1||5^Weber^Anna";
    check("SIU^S12", booked, "Appointment", "/status", json!("booked"));
    check("SIU^S12", booked, "Appointment", "/start", json!("2024-03-05T10:00:00+01:00"));
    check("SIU^S12", booked, "Appointment", "/end", json!("2024-03-05T10:30:00+01:00"));
    check("SIU^S12", booked, "Appointment", "/participant/1/actor/display", json!("Anna Weber"));
    check("SIU^S15", booked, "Appointment", "/status", json!("cancelled"));
    check(
        "SIU^S12",
        "SCH|1|A-1|||||||||^^^20240305\nPID|1||7",
        "Appointment",
        "/requestedPeriod/0/start",
        json!("2024-03-05"),
    );
    let insurance = segment(
        "IN1",
        &[
            (2, "P^Gold"),
            (3, "55^^^&1.2.3&ISO"),
            (4, "Blue Shield"),
            (8, "G1"),
            (9, "Group"),
            (12, "20240101"),
            (13, "20241231"),
            (17, "SEL"),
            (36, "N-9"),
        ],
    );
    let insured = &format!(
        "PID|1||7
{insurance}"
    );
    check("ADT^A08", insured, "Coverage", "/payor/0/display", json!("Blue Shield"));
    check("ADT^A08", insured, "Coverage", "/subscriberId", json!("N-9"));
    check("ADT^A08", insured, "Coverage", "/period", json!({ "start": "2024-01-01", "end": "2024-12-31" }));
    let charged = "PID|1||7\nFT1|1|T1||20240301||CG|71045^X-ray^C4|||2|100&USD";
    check("DFT^P03", charged, "ChargeItem", "/priceOverride", json!({ "value": 100, "currency": "USD" }));
    check("DFT^P03", charged, "ChargeItem", "/quantity/value", json!(2));
}

#[test]
fn nothing_is_lost_in_silence() {
    for (kind, segments, place, reason) in [
        ("ADT^A08", "PID|1||7||||19801301", "PID[1]-7", "'19801301' is no date"),
        ("ADT^A08", "PID|1||7||||1980|Q", "PID[1]-8", "no sex"),
        ("ADT^A08", "PID|1||7\nACC|20240101", "ACC[1]", "an accident"),
        ("ADT^A08", "PID|1||7\nZZ1|x", "ZZ1[1]", "ZZ1 is not taken over"),
        ("ADT^A08", "PID|1||7|||||||||||||||9", "PID[1]-18", "has no place"),
        ("ADT^A08", "PID|1||7\nNTE|1||Speaks loudly", "NTE[1]", "takes no notes"),
        ("ADT^A08", "AL1|1||^Latex", "AL1[1]", "must be about a patient"),
        ("ADT^A08", "PID|1||7\nMRG|6", "MRG[1]", "two records are not made one"),
        ("ORM^O01", "PID|1||7\nORC|NW|1", "ORC[1]", "no segment behind it names"),
        ("RDE^O11", "PID|1||7\nORC|NW|1\nRXO|1^A\nRXE||2^B", "RXO[1]-1", "Asked for was A"),
        ("ORU^R01", "PID|1||7\nOBR|1||1|1^P||||||||||||||||||20240301", "OBR[1]-22", "to the second"),
        ("DFT^P03", "PID|1||7\nFT1|1|||20240101||PY|1^Paid", "FT1[1]", "no charge"),
        ("ADT^A08", &format!("PID|1||{}", "1~".repeat(600)), "PID[1]-3", "first 500"),
    ] {
        let converted = converted(kind, segments);
        let left = converted.left_out.iter().find(|left| left.place == place);
        let left = left.unwrap_or_else(|| panic!("{place}: {:?}", converted.left_out));
        assert!(left.reason.contains(reason), "{place}: {}", left.reason);
    }
}

#[test]
fn times_without_an_offset_are_days_and_that_is_told() {
    let text = "MSH|^~\\&|APP|FAC|||20240301120000||ADT^A08|C1\nPID|1||7\nPR1|1||1^Cut||202401011030";
    let converted = message(text).to_fhir();
    assert_eq!(of_type(&converted.resources, "Procedure")[0]["performedDateTime"], "2024-01-01");
    let left = converted.left_out.iter().find(|left| left.place == "MSH[1]-7").unwrap();
    assert!(left.reason.contains("1 others"), "{}", left.reason);
    let origin = of_type(&converted.resources, "Provenance")[0].clone();
    assert_eq!(origin["_recorded"]["extension"][0]["valueCode"], "unknown");
    assert_eq!(origin["occurredDateTime"], "2024-03-01");
}

#[test]
fn a_patient_is_told_of_or_named_in_passing() {
    for (kind, told) in [("ADT^A08", 1), ("VXU^V04", 1), ("ORU^R01", 0)] {
        let converted = converted(kind, "PID|1||7^^^X^MR||Doe^J\nPV1|1|I");
        assert_eq!(of_type(&converted.resources, "Patient").len(), told, "{kind}");
        assert_eq!(of_type(&converted.mentioned, "Patient").len(), 1 - told, "{kind}");
    }
    let of = |kind: &str| {
        let converted = converted(kind, "PID|1||7^^^X^MR||Doe^J");
        let all: Vec<Value> = converted.resources.into_iter().chain(converted.mentioned).collect();
        of_type(&all, "Patient")[0]["id"].clone()
    };
    assert_eq!(of("ADT^A08"), of("ORU^R01"));
}
