//! Medicines, vaccinations, supplies.

use super::*;

const UCUM: &str = "http://unitsofmeasure.org";
const IBUPROFEN: &str = r#"<consumable><manufacturedProduct><manufacturedMaterial><code code="197806"
    codeSystem="2.16.840.1.113883.6.88" displayName="ibuprofen 600 MG Oral Tablet"/></manufacturedMaterial>
    </manufacturedProduct></consumable>"#;

fn medicine(attributes: &str, inner: &str) -> Converted {
    section(
        "10160-0",
        &format!(
            r#"<substanceAdministration classCode="SBADM" {attributes}>
            <templateId root="2.16.840.1.113883.10.20.22.4.16"/><id root="1.2.5" extension="m"/>{inner}
            </substanceAdministration>"#
        ),
    )
}

fn every(count: u32, unit: &str) -> Value {
    json!({ "frequency": 1, "period": count, "periodUnit": unit })
}

#[test]
fn rhythms_of_taking_it_are_read() {
    for (times, timing, period, left_out) in [
        (
            r#"<effectiveTime xsi:type="PIVL_TS"><period value="6" unit="h"/></effectiveTime>"#,
            json!({ "repeat": every(6, "h") }),
            Value::Null,
            "",
        ),
        (
            r#"<effectiveTime xsi:type="IVL_TS"><low value="20240102"/><high value="20240110"/></effectiveTime>
               <effectiveTime xsi:type="PIVL_TS" institutionSpecified="true" operator="A"><period value="12" unit="h"/></effectiveTime>"#,
            json!({ "repeat": every(12, "h") }),
            json!({ "start": "2024-01-02", "end": "2024-01-10" }),
            "",
        ),
        (
            r#"<effectiveTime xsi:type="PIVL_TS"><period xsi:type="IVL_PQ"><low value="4" unit="h"/><high value="6" unit="h"/></period></effectiveTime>"#,
            json!({ "repeat": { "frequency": 1, "period": 4, "periodMax": 6, "periodUnit": "h" } }),
            Value::Null,
            "",
        ),
        (
            r#"<effectiveTime xsi:type="EIVL_TS"><event code="HS"/></effectiveTime>"#,
            json!({ "repeat": { "when": ["HS"] } }),
            Value::Null,
            "",
        ),
        (
            r#"<effectiveTime xsi:type="SXPR_TS"><comp xsi:type="EIVL_TS"><event code="ACM"/><offset><low value="-30" unit="min"/></offset></comp>
               <comp xsi:type="EIVL_TS" operator="I"><event code="ACV"/></comp></effectiveTime>"#,
            json!({ "repeat": { "when": ["ACM", "ACV"], "offset": 30 } }),
            Value::Null,
            "",
        ),
        (
            r#"<effectiveTime xsi:type="PIVL_TS"><period nullFlavor="UNK"/></effectiveTime>"#,
            Value::Null,
            Value::Null,
            "A rhythm of taking it has no period that FHIR knows.",
        ),
        (r#"<effectiveTime xsi:type="PIVL_TS" nullFlavor="UNK"/>"#, Value::Null, Value::Null, ""),
        (
            r#"<effectiveTime xsi:type="PIVL_TS"><period value="1" unit="d"/></effectiveTime>
               <effectiveTime xsi:type="PIVL_TS"><period value="1" unit="wk"/></effectiveTime>"#,
            json!({ "repeat": every(1, "d") }),
            Value::Null,
            "A second rhythm of taking it stands in its words only.",
        ),
    ] {
        let converted =
            medicine("moodCode=\"EVN\"", &format!("<statusCode code=\"active\"/>{times}{IBUPROFEN}"));
        let statement = only(&converted, "MedicationStatement");
        assert_eq!(statement["dosage"][0]["timing"], timing, "{times}");
        assert_has(statement, json!({ "effectivePeriod": period, "status": "active" }));
        assert_eq!(reasons(&converted).join(" "), left_out, "{times}");
    }
}

#[test]
fn doses_routes_and_words_are_kept() {
    let sig = r##"<entryRelationship typeCode="COMP"><substanceAdministration classCode="SBADM" moodCode="EVN">
        <templateId root="2.16.840.1.113883.10.20.22.4.147"/><code code="76662-6"/><text><reference value="#sig"/></text>
        </substanceAdministration></entryRelationship>"##;
    let needed = |criterion: &str| {
        format!("<precondition typeCode=\"PRCN\"><criterion>{criterion}</criterion></precondition>")
    };
    let pain =
        r#"<value xsi:type="CD" code="22253000" codeSystem="2.16.840.1.113883.6.96" displayName="Pain"/>"#;
    for (inner, expect) in [
        (
            r#"<doseQuantity value="2.50" unit="mg"/>"#.to_owned(),
            json!({ "doseAndRate": [{ "doseQuantity": { "value": serde_json::from_str::<Value>("2.50").unwrap(), "unit": "mg", "system": UCUM, "code": "mg" } }] }),
        ),
        (
            r#"<doseQuantity value="1"/><administrationUnitCode code="C48542" displayName="Tablet"/>"#
                .to_owned(),
            json!({ "doseAndRate": [{ "doseQuantity": { "value": 1, "unit": "Tablet" } }] }),
        ),
        (
            r#"<doseQuantity><low value="1"/><high value="2"/></doseQuantity>"#.to_owned(),
            json!({ "doseAndRate": [{ "doseRange": { "low": { "value": 1 }, "high": { "value": 2 } } }] }),
        ),
        (r#"<doseQuantity nullFlavor="UNK"/>"#.to_owned(), Value::Null),
        (
            r#"<routeCode code="C38288" codeSystem="2.16.840.1.113883.3.26.1.1" displayName="ORAL"/>"#
                .to_owned(),
            json!({ "route": concept("http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", "C38288", "ORAL") }),
        ),
        (
            r#"<maxDoseQuantity><numerator value="6"/><denominator value="1" unit="d"/></maxDoseQuantity>"#
                .to_owned(),
            json!({ "maxDosePerPeriod": { "numerator": { "value": 6 }, "denominator": { "value": 1, "unit": "d", "system": UCUM, "code": "d" } } }),
        ),
        (sig.to_owned(), json!({ "text": "One at night" })),
        (needed(pain), json!({ "asNeededCodeableConcept": concept(SNOMED, "22253000", "Pain") })),
        (needed("<value xsi:type=\"CD\" nullFlavor=\"NI\"/>"), json!({ "asNeededBoolean": true })),
        (r##"<text><reference value="#sig"/></text>"##.to_owned(), json!({ "text": "One at night" })),
    ] {
        let converted =
            medicine("moodCode=\"EVN\"", &format!("<statusCode code=\"active\"/>{inner}{IBUPROFEN}"));
        let found = &only(&converted, "MedicationStatement")["dosage"];
        assert_eq!(*found.get(0).unwrap_or(&Value::Null), expect, "{inner}");
    }
}

#[test]
fn the_mood_and_state_of_a_medicine_are_told() {
    let anything = r#"<consumable><manufacturedProduct><manufacturedMaterial><code nullFlavor="OTH">
        <translation code="410942007" codeSystem="2.16.840.1.113883.6.96"/></code></manufacturedMaterial></manufacturedProduct></consumable>"#;
    let status = |code: &str| {
        format!(
            r#"<entryRelationship typeCode="REFR"><observation classCode="OBS" moodCode="EVN"><code code="33999-4"/>
            <value xsi:type="CE" code="{code}"/></observation></entryRelationship>"#
        )
    };
    for (attributes, inner, type_name, expect) in [
        ("moodCode=\"EVN\"", format!("<statusCode code=\"completed\"/>{IBUPROFEN}"), "MedicationStatement", json!({ "status": "completed" })),
        ("moodCode=\"EVN\"", format!("<statusCode code=\"aborted\"/>{IBUPROFEN}"), "MedicationStatement", json!({ "status": "stopped" })),
        ("moodCode=\"EVN\"", format!("<statusCode nullFlavor=\"UNK\"/>{IBUPROFEN}"), "MedicationStatement", json!({ "status": "unknown" })),
        ("moodCode=\"EVN\"", format!("<statusCode code=\"completed\"/>{IBUPROFEN}{}", status("55561003")), "MedicationStatement", json!({ "status": "active" })),
        ("moodCode=\"EVN\" negationInd=\"true\"", format!("<statusCode code=\"active\"/>{IBUPROFEN}"), "MedicationStatement", json!({ "status": "not-taken" })),
        ("moodCode=\"INT\"", format!("<statusCode code=\"active\"/>{IBUPROFEN}"), "MedicationRequest", json!({ "status": "active", "intent": "order" })),
        ("moodCode=\"RQO\"", format!("<statusCode code=\"active\"/>{IBUPROFEN}"), "MedicationRequest", json!({ "intent": "order" })),
        ("moodCode=\"PRP\"", format!("<statusCode code=\"active\"/>{IBUPROFEN}"), "MedicationRequest", json!({ "intent": "proposal" })),
        (
            "moodCode=\"EVN\" negationInd=\"true\"",
            format!("<statusCode code=\"active\"/>{anything}"),
            "MedicationStatement",
            json!({ "status": "unknown", "medicationCodeableConcept": {
                "coding": [{ "system": SNOMED, "code": "787481004", "display": "No known medications" }], "text": "No known medications" } }),
        ),
        (
            "moodCode=\"EVN\"",
            "<statusCode code=\"active\"/><consumable><manufacturedProduct><manufacturedMaterial><code nullFlavor=\"UNK\"/>\
             </manufacturedMaterial></manufacturedProduct></consumable>".to_owned(),
            "MedicationStatement",
            json!({ "medicationCodeableConcept": coded("http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "UNK") }),
        ),
    ] {
        let converted = medicine(attributes, &inner);
        assert_has(only(&converted, type_name), expect);
    }
}

#[test]
fn a_medicine_that_is_denied_in_words_only_is_left_out() {
    let words = r#"<statusCode code="active"/><consumable><manufacturedProduct><manufacturedMaterial>
        <code nullFlavor="UNK"><originalText>Vitamins</originalText></code></manufacturedMaterial></manufacturedProduct></consumable>"#;
    for mood in ["EVN", "INT"] {
        let converted = medicine(&format!("moodCode=\"{mood}\" negationInd=\"true\""), words);
        assert!(of_type(&converted, "MedicationStatement").is_empty());
        assert!(of_type(&converted, "MedicationRequest").is_empty());
        assert_eq!(
            reasons(&converted),
            ["That a medicine is not taken, or not to be, stands in its words only."]
        );
    }
    let supply = r#"<supply classCode="SPLY" moodCode="EVN" negationInd="true"><product><manufacturedProduct><manufacturedMaterial>
        <code code="1" codeSystem="2.16.840.1.113883.6.88"/></manufacturedMaterial></manufacturedProduct></product></supply>"#;
    assert!(of_type(&section("10160-0", supply), "MedicationDispense").is_empty(), "not handed over");
}

#[test]
fn an_order_and_a_dispense_stand_beside_the_medicine() {
    let supply = |mood: &str, template: &str, inner: &str| {
        format!(
            r#"<entryRelationship typeCode="REFR"><supply classCode="SPLY" moodCode="{mood}">
            <templateId root="2.16.840.1.113883.10.20.22.4.{template}"/><statusCode code="completed"/>{inner}</supply></entryRelationship>"#
        )
    };
    let order = supply("INT", "17", r#"<repeatNumber value="3"/><quantity value="75"/>"#);
    let dispense = supply("EVN", "18", r#"<effectiveTime value="201208151450-0800"/><quantity value="75"/>"#);
    let converted =
        medicine("moodCode=\"EVN\"", &format!("<statusCode code=\"active\"/>{IBUPROFEN}{order}{dispense}"));
    let name = concept(RXNORM, "197806", "ibuprofen 600 MG Oral Tablet");
    assert_has(
        only(&converted, "MedicationRequest"),
        json!({
            "intent": "order",
            "medicationCodeableConcept": name,
            "dispenseRequest": { "numberOfRepeatsAllowed": 2, "quantity": { "value": 75 } },
        }),
    );
    assert_has(
        only(&converted, "MedicationDispense"),
        json!({
            "status": "completed",
            "medicationCodeableConcept": name,
            "whenHandedOver": "2012-08-15T14:50:00-08:00",
            "quantity": { "value": 75 },
        }),
    );
}

#[test]
fn vaccinations_are_given_refused_or_planned() {
    let vaccine = |attributes: &str, inner: &str| {
        section(
            "11369-6",
            &format!(
                r#"<substanceAdministration classCode="SBADM" {attributes}><templateId root="2.16.840.1.113883.10.20.22.4.52"/>
                <statusCode code="completed"/>{inner}<consumable><manufacturedProduct><manufacturedMaterial>
                <code code="141" codeSystem="2.16.840.1.113883.12.292" displayName="Influenza"/><lotNumberText>L1</lotNumberText>
                </manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>"#
            ),
        )
    };
    let code = concept("http://hl7.org/fhir/sid/cvx", "141", "Influenza");
    let given = vaccine("moodCode=\"EVN\"", "<effectiveTime value=\"201008\"/>");
    assert_has(
        only(&given, "Immunization"),
        json!({ "status": "completed", "vaccineCode": code, "occurrenceDateTime": "2010-08", "lotNumber": "L1" }),
    );
    let refusal = r#"<effectiveTime nullFlavor="UNK"/><entryRelationship typeCode="RSON"><observation classCode="OBS" moodCode="EVN">
        <templateId root="2.16.840.1.113883.10.20.22.4.53"/><code code="PATOBJ" codeSystem="2.16.840.1.113883.5.8"/></observation></entryRelationship>"#;
    let refused = vaccine("moodCode=\"EVN\" negationInd=\"true\"", refusal);
    assert_has(
        only(&refused, "Immunization"),
        json!({
            "status": "not-done",
            "statusReason": coded("http://terminology.hl7.org/CodeSystem/v3-ActReason", "PATOBJ"),
            "occurrenceDateTime": null,
            "_occurrenceDateTime": { "extension": [{
                "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown" }] },
        }),
    );
    let planned = vaccine("moodCode=\"INT\"", "<effectiveTime value=\"20310801\"/>");
    assert_has(
        only(&planned, "MedicationRequest"),
        json!({ "intent": "plan", "medicationCodeableConcept": code, "dosageInstruction": [{ "timing": { "event": ["2031-08-01"] } }] }),
    );
    assert!(of_type(&planned, "Immunization").is_empty());
}
