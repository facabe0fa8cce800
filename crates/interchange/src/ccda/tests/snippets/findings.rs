//! Results, vital signs, social history, procedures.

use super::*;

const UCUM: &str = "http://unitsofmeasure.org";
const ABSENT: &str = "http://terminology.hl7.org/CodeSystem/data-absent-reason";

fn quantity(value: i64, unit: &str) -> Value {
    json!({ "value": value, "unit": unit, "system": UCUM, "code": unit })
}

fn observation(attributes: &str, inner: &str) -> Converted {
    section(
        "30954-2",
        &format!(
            r#"<observation classCode="OBS" moodCode="EVN" {attributes}><templateId root="2.16.840.1.113883.10.20.22.4.2"/>
            <code code="718-7" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/>{inner}</observation>"#
        ),
    )
}

#[test]
fn a_value_of_any_type_has_its_form() {
    for (value, name, expect) in [
        (r#"<value xsi:type="PQ" value="13" unit="g/dL"/>"#, "valueQuantity", quantity(13, "g/dL")),
        (r#"<value xsi:type="PQ" value="trace" unit="g/L"/>"#, "valueString", json!("trace g/L")),
        (r#"<value xsi:type="PQ" value="3"/>"#, "valueQuantity", json!({ "value": 3 })),
        (
            r#"<value xsi:type="IVL_PQ"><high value="5" unit="mg" inclusive="false"/></value>"#,
            "valueQuantity",
            {
                let mut below = quantity(5, "mg");
                below["comparator"] = json!("<");
                below
            },
        ),
        (
            r#"<value xsi:type="IVL_PQ"><low value="1" unit="mg"/><high value="2" unit="mg"/></value>"#,
            "valueRange",
            json!({ "low": quantity(1, "mg"), "high": quantity(2, "mg") }),
        ),
        (
            r#"<value xsi:type="RTO_PQ_PQ"><numerator value="1"/><denominator value="128"/></value>"#,
            "valueRatio",
            json!({ "numerator": { "value": 1 }, "denominator": { "value": 128 } }),
        ),
        (
            r#"<value xsi:type="CD" code="1" codeSystem="2.16.840.1.113883.6.96"/>"#,
            "valueCodeableConcept",
            coded(SNOMED, "1"),
        ),
        (r#"<value xsi:type="ST">yellow</value>"#, "valueString", json!("yellow")),
        (r##"<value xsi:type="ED"><reference value="#name"/></value>"##, "valueString", json!("Sore throat")),
        (r#"<value xsi:type="INT" value="9"/>"#, "valueInteger", json!(9)),
        (
            r#"<value xsi:type="INT" value="99999999999"/>"#,
            "valueQuantity",
            json!({ "value": 99_999_999_999_i64 }),
        ),
        (
            r#"<value xsi:type="REAL" value="0.5"/>"#,
            "valueQuantity",
            json!({ "value": serde_json::from_str::<Value>("0.5").unwrap() }),
        ),
        (r#"<value xsi:type="BL" value="true"/>"#, "valueBoolean", json!(true)),
        (r#"<value xsi:type="TS" value="20240203"/>"#, "valueDateTime", json!("2024-02-03")),
        (
            r#"<value xsi:type="IVL_TS"><low value="2024"/></value>"#,
            "valuePeriod",
            json!({ "start": "2024" }),
        ),
        (r#"<value xsi:type="PQ" nullFlavor="NA"/>"#, "dataAbsentReason", coded(ABSENT, "not-applicable")),
        (r#"<value xsi:type="CD" nullFlavor="ASKU"/>"#, "dataAbsentReason", coded(ABSENT, "asked-unknown")),
        (r#"<value xsi:type="ST" nullFlavor="MSK"/>"#, "dataAbsentReason", coded(ABSENT, "masked")),
        ("", "dataAbsentReason", Value::Null),
    ] {
        let converted = observation("", value);
        let found = only(&converted, "Observation");
        assert_eq!(*found.get(name).unwrap_or(&Value::Null), expect, "{value}");
        let values = found
            .as_object()
            .unwrap()
            .keys()
            .filter(|key| key.starts_with("value") || *key == "dataAbsentReason");
        assert_eq!(values.count(), usize::from(!expect.is_null()), "{value}");
    }
}

#[test]
fn ranges_and_interpretations_stand_beside_the_value() {
    let converted = observation(
        "",
        r#"<value xsi:type="PQ" value="9" unit="g/dL"/><interpretationCode code="L" codeSystem="2.16.840.1.113883.5.83"/>
        <referenceRange><observationRange><value xsi:type="IVL_PQ"><low value="12" unit="g/dL"/><high value="15" unit="g/dL"/></value></observationRange></referenceRange>
        <referenceRange><observationRange><text>below 5 is dangerous</text></observationRange></referenceRange>
        <referenceRange><observationRange/></referenceRange>"#,
    );
    assert_has(
        only(&converted, "Observation"),
        json!({
            "status": "final",
            "interpretation": [coded("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "L")],
            "referenceRange": [
                { "low": quantity(12, "g/dL"), "high": quantity(15, "g/dL") },
                { "text": "below 5 is dangerous" },
            ],
        }),
    );
}

#[test]
fn what_is_not_so_is_never_told_as_so() {
    let assertion = r#"<observation classCode="OBS" moodCode="EVN" negationInd="true">
        <code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/><statusCode code="completed"/>
        <value xsi:type="CD" code="77386006" codeSystem="2.16.840.1.113883.6.96" displayName="Pregnancy"/></observation>"#;
    let converted = section("29762-2", assertion);
    assert_has(
        only(&converted, "Observation"),
        json!({ "code": concept(SNOMED, "77386006", "Pregnancy"), "valueBoolean": false }),
    );
    let undone = observation("negationInd=\"true\"", "");
    assert_has(
        only(&undone, "Observation"),
        json!({ "status": "cancelled", "dataAbsentReason": coded(ABSENT, "not-performed") }),
    );
    let value = observation("negationInd=\"true\"", r#"<value xsi:type="PQ" value="9" unit="g/dL"/>"#);
    assert!(of_type(&value, "Observation").is_empty());
    assert_eq!(reasons(&value), ["That a finding is not so, has no form in FHIR: its words say it."]);
}

#[test]
fn what_is_planned_is_never_told_as_found() {
    for (template, value) in
        [("2", ""), ("4", r#"<value xsi:type="CD" code="1" codeSystem="2.16.840.1.113883.6.96"/>"#)]
    {
        let converted = section(
            "18776-5",
            &format!(
                r#"<observation classCode="OBS" moodCode="INT"><templateId root="2.16.840.1.113883.10.20.22.4.{template}"/>
                <code code="718-7" codeSystem="2.16.840.1.113883.6.1"/>{value}</observation>"#
            ),
        );
        assert_has(
            only(&converted, "ServiceRequest"),
            json!({ "code": coded(LOINC, "718-7"), "intent": "plan" }),
        );
        assert!(of_type(&converted, "Observation").is_empty() && of_type(&converted, "Condition").is_empty());
    }
}

#[test]
fn pending_results_are_registered() {
    let converted = section(
        "30954-2",
        r#"<organizer classCode="BATTERY" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.1"/>
        <code code="57782-5" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="active"/>
        <component><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.2"/>
        <code code="804-5" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="active"/><value xsi:type="PQ" nullFlavor="NA"/></observation></component>
        </organizer>"#,
    );
    assert_has(only(&converted, "Observation"), json!({ "status": "registered" }));
    let id = only(&converted, "Observation")["id"].as_str().unwrap();
    assert_has(
        only(&converted, "DiagnosticReport"),
        json!({ "status": "partial", "code": coded(LOINC, "57782-5"), "result": [{ "reference": format!("Observation/{id}") }] }),
    );
}

#[test]
fn two_pressures_of_one_time_are_one_observation() {
    let part = |code: &str, value: u32, time: &str| {
        format!(
            r#"<component><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.27"/>
            <code code="{code}" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/><effectiveTime value="{time}"/>
            <value xsi:type="PQ" value="{value}" unit="mm[Hg]"/></observation></component>"#
        )
    };
    let panel = |parts: &str| {
        section(
            "8716-3",
            &format!(
                r#"<organizer classCode="CLUSTER" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.26"/>
                <code code="46680005" codeSystem="2.16.840.1.113883.6.96"/><statusCode code="completed"/>{parts}</organizer>"#
            ),
        )
    };
    let together = panel(&format!("{}{}", part("8480-6", 120, "2024"), part("8462-4", 80, "2024")));
    let pressure =
        of_type(&together, "Observation").into_iter().find(|one| one.get("component").is_some()).unwrap();
    assert_has(
        pressure,
        json!({
            "code": coded(LOINC, "85354-9"),
            "effectiveDateTime": "2024",
            "valueQuantity": null,
            "component": [
                { "code": coded(LOINC, "8480-6"), "valueQuantity": quantity(120, "mm[Hg]") },
                { "code": coded(LOINC, "8462-4"), "valueQuantity": quantity(80, "mm[Hg]") },
            ],
        }),
    );
    assert_eq!(of_type(&together, "Observation").len(), 2, "the pressure and its panel");
    let apart = panel(&format!("{}{}", part("8480-6", 120, "2024"), part("8462-4", 80, "2023")));
    assert_eq!(of_type(&apart, "Observation").len(), 3);
}

#[test]
fn smoking_is_named_also_where_the_code_is_an_assertion() {
    for (code, expect) in [
        (r#"<code code="72166-2" codeSystem="2.16.840.1.113883.6.1"/>"#, coded(LOINC, "72166-2")),
        (r#"<code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/>"#, coded(LOINC, "72166-2")),
    ] {
        let converted = section(
            "29762-2",
            &format!(
                r#"<observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.78"/>{code}
                <statusCode code="completed"/><effectiveTime value="20120910"/>
                <value xsi:type="CD" code="8517006" codeSystem="2.16.840.1.113883.6.96" displayName="Former smoker"/></observation>"#
            ),
        );
        assert_has(
            only(&converted, "Observation"),
            json!({
                "code": expect,
                "category": [coded("http://terminology.hl7.org/CodeSystem/observation-category", "social-history")],
                "valueCodeableConcept": concept(SNOMED, "8517006", "Former smoker"),
            }),
        );
    }
}

#[test]
fn procedures_are_done_stopped_or_refused() {
    let procedure = |attributes: &str, inner: &str| {
        section(
            "47519-4",
            &format!(
                r#"<procedure classCode="PROC" moodCode="EVN" {attributes}><templateId root="2.16.840.1.113883.10.20.22.4.14"/>
                <code code="6025007" codeSystem="2.16.840.1.113883.6.96"/>{inner}</procedure>"#
            ),
        )
    };
    let reason = r#"<statusCode code="completed"/><entryRelationship typeCode="REFR"><observation classCode="OBS" moodCode="EVN">
        <code code="77301-0" codeSystem="2.16.840.1.113883.6.1"/><value xsi:type="CD" code="105480006" codeSystem="2.16.840.1.113883.6.96"/>
        </observation></entryRelationship>"#;
    let time = |time: &str| format!("<statusCode code=\"completed\"/><effectiveTime>{time}</effectiveTime>");
    for (attributes, inner, expect) in [
        (
            "",
            time("<low value=\"2011\"/><high value=\"2012\"/>"),
            json!({ "status": "completed", "performedPeriod": { "start": "2011", "end": "2012" } }),
        ),
        (
            "",
            time("<low nullFlavor=\"UNK\"/>"),
            json!({ "status": "completed", "performedPeriod": null, "performedDateTime": null }),
        ),
        ("", "<statusCode code=\"aborted\"/>".to_owned(), json!({ "status": "stopped" })),
        ("", String::new(), json!({ "status": "unknown" })),
        (
            "negationInd=\"true\"",
            reason.to_owned(),
            json!({ "status": "not-done", "statusReason": coded(SNOMED, "105480006"), "reasonCode": null }),
        ),
    ] {
        assert_has(only(&procedure(attributes, &inner), "Procedure"), expect);
    }
}

#[test]
fn an_implant_has_its_udi() {
    let converted = section(
        "46264-8",
        r#"<procedure classCode="PROC" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.14"/>
        <code code="609153008" codeSystem="2.16.840.1.113883.6.96"/><statusCode code="completed"/>
        <participant typeCode="DEV"><participantRole classCode="MANU"><id root="2.16.840.1.113883.3.3719" extension="(01)00848486001048(10)ABC124(17)200712"/>
        <playingDevice><code code="14106009" codeSystem="2.16.840.1.113883.6.96"/></playingDevice></participantRole></participant></procedure>"#,
    );
    let device = only(&converted, "Device");
    assert_has(
        device,
        json!({
            "type": coded(SNOMED, "14106009"),
            "lotNumber": "ABC124",
            "expirationDate": "2020-07-12",
            "udiCarrier": [{
                "deviceIdentifier": "00848486001048",
                "jurisdiction": "http://hl7.org/fhir/NamingSystem/fda-udi",
                "carrierHRF": "(01)00848486001048(10)ABC124(17)200712",
            }],
        }),
    );
    let reference =
        json!([{ "manipulated": { "reference": format!("Device/{}", device["id"].as_str().unwrap()) } }]);
    assert_has(only(&converted, "Procedure"), json!({ "focalDevice": reference }));
}
