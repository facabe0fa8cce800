//! What is planned, who pays, what somebody wants, notes.

use super::*;

#[test]
fn plans_are_requests() {
    let request = |name: &str, mood: &str, attributes: &str, inner: &str| {
        section(
            "18776-5",
            &format!(r#"<{name} classCode="PROC" moodCode="{mood}" {attributes}>{inner}</{name}>"#),
        )
    };
    let code = r#"<code code="73761001" codeSystem="2.16.840.1.113883.6.96"/><statusCode code="active"/><effectiveTime value="20310613"/>"#;
    for (name, mood, attributes, expect) in [
        (
            "procedure",
            "RQO",
            "",
            json!({ "intent": "order", "status": "active", "doNotPerform": null, "occurrenceDateTime": "2031-06-13" }),
        ),
        ("observation", "INT", "", json!({ "intent": "plan" })),
        ("act", "PRP", "", json!({ "intent": "proposal" })),
        ("act", "INT", "negationInd=\"true\"", json!({ "doNotPerform": true })),
    ] {
        let converted = request(name, mood, attributes, code);
        assert_has(only(&converted, "ServiceRequest"), json!({ "code": coded(SNOMED, "73761001") }));
        assert_has(only(&converted, "ServiceRequest"), expect);
    }
    let nothing = request(
        "observation",
        "INT",
        "negationInd=\"true\"",
        "<code nullFlavor=\"OTH\"><originalText>No tests</originalText></code>",
    );
    assert!(of_type(&nothing, "ServiceRequest").is_empty());
    assert_eq!(reasons(&nothing), ["Nothing of a kind is planned: its words say so."]);
}

#[test]
fn goals_have_targets() {
    let goal = |inner: &str| {
        section(
            "61146-7",
            &format!(
                r#"<observation classCode="OBS" moodCode="GOL"><templateId root="2.16.840.1.113883.10.20.22.4.121"/>
                <code code="29463-7" codeSystem="2.16.840.1.113883.6.1" displayName="Body weight"/><statusCode code="active"/>{inner}</observation>"#
            ),
        )
    };
    let weight = concept(LOINC, "29463-7", "Body weight");
    let kilos = json!({ "value": 70, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg" });
    for (inner, expect) in [
        (
            r#"<effectiveTime><low value="20240101"/><high value="20241231"/></effectiveTime><value xsi:type="PQ" value="70" unit="kg"/>"#,
            json!({
                "lifecycleStatus": "active",
                "description": weight,
                "startDate": "2024-01-01",
                "target": [{ "measure": weight, "detailQuantity": kilos, "dueDate": "2024-12-31" }],
            }),
        ),
        (
            r#"<value xsi:type="ST">lose ten pounds</value>"#,
            json!({ "description": { "text": "lose ten pounds" }, "target": null }),
        ),
        ("", json!({ "description": weight, "target": null, "startDate": null })),
    ] {
        assert_has(only(&goal(inner), "Goal"), expect);
    }
}

#[test]
fn visits_to_come_are_proposed_unless_they_are_exact() {
    let visit = |mood: &str, time: &str| {
        section(
            "18776-5",
            &format!(
                r#"<encounter classCode="ENC" moodCode="{mood}"><templateId root="2.16.840.1.113883.10.20.22.4.40"/>
                <code code="185349003" codeSystem="2.16.840.1.113883.6.96"/><effectiveTime>{time}</effectiveTime></encounter>"#
            ),
        )
    };
    let exact = r#"<low value="20310615093000-0500"/><high value="20310615100000-0500"/>"#;
    assert_has(
        only(&visit("APT", exact), "Appointment"),
        json!({ "status": "booked", "start": "2031-06-15T09:30:00-05:00", "end": "2031-06-15T10:00:00-05:00" }),
    );
    assert_has(
        only(&visit("INT", "<low value=\"20310615\"/>"), "Appointment"),
        json!({ "status": "proposed", "start": null, "requestedPeriod": [{ "start": "2031-06-15" }] }),
    );
}

#[test]
fn visits_that_were_have_a_class_only_where_it_is_told() {
    let visit = |code: &str| {
        let inner = format!(
            r#"<encounter classCode="ENC" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.49"/>{code}
            <statusCode code="completed"/><effectiveTime value="20240102"/></encounter>"#
        );
        only(&section("46240-8", &inner), "Encounter").clone()
    };
    let told = visit(
        r#"<code code="99213" codeSystem="2.16.840.1.113883.6.12"><translation code="AMB" codeSystem="2.16.840.1.113883.5.4"/></code>"#,
    );
    let system = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
    assert_has(
        &told,
        json!({ "status": "finished", "class": { "system": system, "code": "AMB" }, "period": { "start": "2024-01-02" } }),
    );
    let open = visit(r#"<code code="99213" codeSystem="2.16.840.1.113883.6.12"/>"#);
    let system = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor";
    assert_has(&open, json!({ "class": { "system": system, "code": "UNK" } }));
}

#[test]
fn a_policy_is_a_coverage() {
    let converted = section(
        "48768-6",
        r#"<act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.60"/><statusCode code="completed"/>
        <entryRelationship typeCode="COMP"><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.61"/>
        <id root="1.2.7" extension="policy"/><code code="12" codeSystem="2.16.840.1.113883.3.221.5"/><statusCode code="completed"/>
        <performer typeCode="PRF"><assignedEntity><code code="PAYOR"/><representedOrganization><name>Good Insurance</name></representedOrganization></assignedEntity></performer>
        <performer typeCode="PRF"><assignedEntity><code code="GUAR"/><assignedPerson><name>Ada Moor</name></assignedPerson></assignedEntity></performer>
        <participant typeCode="COV"><time><low value="2020"/></time><participantRole><id root="1.2.8" extension="M-1"/><code code="SELF" codeSystem="2.16.840.1.113883.5.111"/></participantRole></participant>
        </act></entryRelationship></act>"#,
    );
    let coverage = only(&converted, "Coverage");
    assert_has(
        coverage,
        json!({
            "status": "active",
            "type": coded("https://nahdo.org/sopt", "12"),
            "subscriberId": "M-1",
            "relationship": coded("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "SELF"),
            "period": { "start": "2020" },
        }),
    );
    assert_eq!(coverage["payor"][0]["display"], "Good Insurance");
    assert_eq!(
        reasons(&converted),
        ["The guarantor of a policy, Ada Moor, has no place in a FHIR Coverage."]
    );
}

#[test]
fn an_advance_directive_is_a_consent() {
    let converted = section(
        "42348-3",
        r#"<observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.48"/>
        <code code="304251008" codeSystem="2.16.840.1.113883.6.96"/><statusCode code="completed"/>
        <effectiveTime><low value="20110219"/><high nullFlavor="NA"/></effectiveTime>
        <value xsi:type="CD" code="304253006" codeSystem="2.16.840.1.113883.6.96" displayName="Do not resuscitate"/></observation>"#,
    );
    let consent = only(&converted, "Consent");
    assert_has(
        consent,
        json!({
            "status": "active",
            "scope": coded("http://terminology.hl7.org/CodeSystem/consentscope", "adr"),
            "provision": { "period": { "start": "2011-02-19" }, "code": [concept(SNOMED, "304253006", "Do not resuscitate")] },
        }),
    );
}

#[test]
fn a_note_is_a_document_with_its_words() {
    let note = |text: &str| {
        section(
            "34109-9",
            &format!(
                r#"<act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.202"/>
                <code code="34109-9" codeSystem="2.16.840.1.113883.6.1"/>{text}<statusCode code="completed"/></act>"#
            ),
        )
    };
    for (text, kind, data) in [
        (r##"<text><reference value="#sig"/></text>"##, "text/plain; charset=utf-8", "T25lIGF0IG5pZ2h0"),
        (
            r##"<text mediaType="text/rtf" representation="B64">e1xy
            dGYx<reference value="#sig"/></text>"##,
            "text/rtf",
            "e1xydGYx",
        ),
        (
            r##"<text mediaType="text/rtf" representation="B64">%%<reference value="#sig"/></text>"##,
            "text/plain; charset=utf-8",
            "T25lIGF0IG5pZ2h0",
        ),
    ] {
        let converted = note(text);
        let attachment = &only(&converted, "DocumentReference")["content"][0]["attachment"];
        assert_has(attachment, json!({ "contentType": kind, "data": data }));
    }
    assert_eq!(reasons(&note("")), ["A note has no text."]);
}

#[test]
fn a_comment_is_a_note_on_its_entry() {
    let converted = section(
        "47519-4",
        r##"<procedure classCode="PROC" moodCode="EVN"><code code="1" codeSystem="2.16.840.1.113883.6.96"/>
        <entryRelationship typeCode="SUBJ" inversionInd="true"><act classCode="ACT" moodCode="EVN">
        <templateId root="2.16.840.1.113883.10.20.22.4.64"/><code code="48767-8"/><text><reference value="#sig"/></text></act></entryRelationship></procedure>"##,
    );
    assert_has(only(&converted, "Procedure"), json!({ "note": [{ "text": "One at night" }] }));
}
