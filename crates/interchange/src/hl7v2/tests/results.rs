//! Results: types, flags, ranges, times, ids.

use super::{converted, of_type};
use serde_json::{Value, json};

/// The Observation of one OBX.
#[track_caller]
fn result(obx: &str) -> Value {
    let converted = converted("ORU^R01", &format!("PID|1||1\nOBR|1||F1|1^Panel|||202403011000\n{obx}"));
    let found = of_type(&converted.resources, "Observation");
    assert_eq!(found.len(), 1, "{obx}");
    found[0].clone()
}

#[test]
fn values_are_read_by_their_types() {
    let ucum = json!({ "value": 7, "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL" });
    for (kind, value, unit, element, expect) in [
        ("NM", "7", "mg/dL^^UCUM", "valueQuantity", ucum),
        ("NM", "7.10", "mg/dL", "valueQuantity", json!({ "value": "7.10", "unit": "mg/dL" })),
        ("NM", "+007.", "", "valueQuantity", json!({ "value": 7 })),
        ("NM", "-.5", "", "valueQuantity", json!({ "value": "-0.5" })),
        ("NM", "<5", "", "valueQuantity", json!({ "value": 5, "comparator": "<" })),
        ("NM", "1^5", "", "valueString", json!("1 5")),
        ("NM", "negative", "", "valueString", json!("negative")),
        ("SN", "^182", "mg/dl", "valueQuantity", json!({ "value": 182, "unit": "mg/dl" })),
        ("SN", ">=^100", "", "valueQuantity", json!({ "value": 100, "comparator": ">=" })),
        (
            "SN",
            "^1^:^128",
            "",
            "valueRatio",
            json!({ "numerator": { "value": 1 }, "denominator": { "value": 128 } }),
        ),
        (
            "SN",
            "^10^-^20",
            "g",
            "valueRange",
            json!({ "low": { "value": 10, "unit": "g" }, "high": { "value": 20, "unit": "g" } }),
        ),
        ("SN", "^2^+", "", "valueString", json!("2 +")),
        ("SN", "<>^5", "", "valueString", json!("<> 5")),
        (
            "CWE",
            "260348001^Present^SCT^P^Local^L^^^Seen",
            "",
            "valueCodeableConcept",
            json!({
            "coding": [{ "system": "http://snomed.info/sct", "code": "260348001", "display": "Present" },
                       { "code": "P", "display": "Local" }],
            "text": "Seen" }),
        ),
        ("CE", "^Only words", "", "valueCodeableConcept", json!({ "text": "Only words" })),
        ("CNE", "two words", "", "valueCodeableConcept", json!({ "text": "two words" })),
        ("ST", r"R\T\D ^ & more", "", "valueString", json!("R&D ^ & more")),
        ("FT", r"one\.br\two~three", "", "valueString", json!("one\ntwo\nthree")),
        ("", "untyped", "", "valueString", json!("untyped")),
        ("DT", "202403", "", "valueDateTime", json!("2024-03")),
        ("TS", "20240301103000", "", "valueDateTime", json!("2024-03-01T10:30:00+01:00")),
        ("DTM", "202403011030-0500", "", "valueDateTime", json!("2024-03-01T10:30:00-05:00")),
        ("TM", "1030", "", "valueTime", json!("10:30:00")),
        ("DT", "yesterday", "", "valueString", json!("yesterday")),
        (
            "NR",
            "1^2",
            "g",
            "valueRange",
            json!({ "low": { "value": 1, "unit": "g" }, "high": { "value": 2, "unit": "g" } }),
        ),
        ("DR", "2024^2025", "", "valuePeriod", json!({ "start": "2024", "end": "2025" })),
        (
            "CQ",
            "5^mL&&UCUM",
            "",
            "valueQuantity",
            json!({ "value": 5, "unit": "mL", "system": "http://unitsofmeasure.org", "code": "mL" }),
        ),
        ("XPN", "Rossi^Maria", "", "valueString", json!("Rossi Maria")),
    ] {
        let found = result(&format!("OBX|1|{kind}|1^Test||{value}|{unit}|||||F"));
        // Numbers are told as texts where their digits matter.
        let told = found[element]
            .to_string()
            .replace("\"value\":7.10", "\"value\":\"7.10\"")
            .replace("\"value\":-0.5", "\"value\":\"-0.5\"");
        assert_eq!(serde_json::from_str::<Value>(&told).unwrap(), expect, "{kind} {value}: {found}");
        let values = found.as_object().unwrap().keys().filter(|key| key.starts_with("value")).count();
        assert_eq!(values, 1, "{found}");
    }
}

#[test]
fn several_values_are_components() {
    let found = result("OBX|1|NM|1^Test||60~120|/min|||||F");
    let values: Vec<_> = found["component"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part["valueQuantity"]["value"].to_string())
        .collect();
    assert_eq!(values, ["60", "120"]);
    assert_eq!(result("OBX|1|NM|1^Test||\"\"||||||F").get("valueQuantity"), None);
}

#[test]
fn states_flags_and_ranges_are_taken_over() {
    for (status, expect) in [
        ("F", "final"),
        ("P", "preliminary"),
        ("C", "corrected"),
        ("X", "cancelled"),
        ("D", "entered-in-error"),
        ("W", "entered-in-error"),
        ("I", "registered"),
        ("", "unknown"),
        ("?", "unknown"),
    ] {
        assert_eq!(result(&format!("OBX|1|NM|1^Test||5||||||{status}"))["status"], expect, "{status}");
    }
    let found = result("OBX|1|NM|1^Test||5|g|3-4|H~A|||F");
    let flags: Vec<_> = found["interpretation"]
        .as_array()
        .unwrap()
        .iter()
        .map(|flag| flag["coding"][0]["code"].clone())
        .collect();
    assert_eq!(flags, ["H", "A"]);
    let range =
        json!([{ "low": { "value": 3, "unit": "g" }, "high": { "value": 4, "unit": "g" }, "text": "3-4" }]);
    assert_eq!(found["referenceRange"], range);
    let found = result("OBX|1|NM|1^Test||5|g|not detected|*|||F");
    assert_eq!(found["referenceRange"], json!([{ "text": "not detected" }]));
    assert_eq!(found["interpretation"], json!([{ "coding": [{ "code": "*" }] }]));
}

#[test]
fn a_result_is_of_its_own_time_or_its_orders() {
    let own = result("OBX|1|NM|1^Test||5||||||F|||20240229");
    assert_eq!(own["effectiveDateTime"], "2024-02-29");
    assert_eq!(result("OBX|1|NM|1^Test||5||||||F")["effectiveDateTime"], "2024-03-01T10:00:00+01:00");
}

#[test]
fn a_correction_meets_the_result_that_it_corrects() {
    let of = |control: &str, status: &str, value: &str| {
        let text = format!(
            "MSH|^~\\&|APP|FAC|||20240301||ORU^R01|{control}\nPID|1||1\nOBR|1||F1|1^Panel|||||||||||||||||||||{status}\nOBX|1|NM|2^Test||{value}||||||{status}"
        );
        super::message(&text).to_fhir().resources
    };
    let (first, second) = (of("1", "P", "5"), of("2", "C", "6"));
    for type_name in ["Observation", "DiagnosticReport"] {
        let (first, second) = (of_type(&first, type_name)[0], of_type(&second, type_name)[0]);
        assert_eq!(first["id"], second["id"], "{type_name}");
        assert_ne!(first, second);
    }
    let other = converted("ORU^R01", "PID|1||1\nOBR|1||F2|1^Panel\nOBX|1|NM|2^Test||5||||||F").resources;
    assert_ne!(of_type(&other, "Observation")[0]["id"], of_type(&first, "Observation")[0]["id"]);
}

#[test]
fn twice_the_same_code_is_two_results() {
    let segments =
        "PID|1||1\nOBR|1||F1|1^Panel\nOBX|1|ST|2^Germ||E. coli||||||F\nOBX|2|ST|2^Germ||None||||||F";
    let converted = converted("ORU^R01", segments);
    let found = of_type(&converted.resources, "Observation");
    assert_eq!(found.len(), 2);
    assert_ne!(found[0]["id"], found[1]["id"]);
}

#[test]
fn a_text_in_several_segments_is_one() {
    let lines = "OBX|1|TX|2^Text||one||||||F\nOBX|2|TX|2^Text||two||||||F\nNTE|1||Seen.\nOBX|3|TX|3^Other||three||||||F";
    let converted = converted("ORU^R01", &format!("PID|1||1\nOBR|1||F1|1^Panel\n{lines}"));
    let found = of_type(&converted.resources, "Observation");
    let texts: Vec<_> = found.iter().map(|found| found["valueString"].clone()).collect();
    assert_eq!(texts, ["one\ntwo", "three"]);
    assert_eq!(found[0]["note"], json!([{ "text": "Seen." }]));
}

#[test]
fn what_is_left_out_says_why() {
    for (obx, reason) in [
        ("OBX|1|NM|||5||||||F", "does not say what was found"),
        ("OBX|1|NM|1^Test||||||||U", "final now"),
        ("OBX|1|ED|1^File||^AP^PDF^Base64^???||||||F", "does not hold it"),
        ("OBX|1|ED|1^File||||||||F", "does not hold it"),
    ] {
        let converted = converted("ORU^R01", &format!("PID|1||1\nOBR|1||F1|1^Panel\n{obx}"));
        assert!(of_type(&converted.resources, "Observation").is_empty(), "{obx}");
        let left = converted.left_out.iter().find(|left| left.place == "OBX[1]").unwrap();
        assert!(left.reason.contains(reason), "{}", left.reason);
    }
}

#[test]
fn a_file_comes_with_its_report() {
    let segments = "PID|1||1\nOBR|1||F1|1^Panel\nOBX|1|ED|1^Scan||^IM^JPEG^Base64^/9j/\nOBX|2|RP|1^Scan||https://pacs.example/1^^image^PNG\nOBX|3|ED|1^Text||^TEXT^^A^words";
    let converted = converted("ORU^R01", segments);
    let report = of_type(&converted.resources, "DiagnosticReport")[0].clone();
    assert_eq!(
        report["presentedForm"],
        json!([
            { "contentType": "image/jpeg", "data": "/9j/", "title": "Scan" },
            { "contentType": "image/png", "url": "https://pacs.example/1", "title": "Scan" },
            { "contentType": "text/plain", "data": "d29yZHM=", "title": "Text" },
        ])
    );
}
