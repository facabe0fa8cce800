//! Allergies, problems, family history.

use super::*;

const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
const VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
const ALLERGY_CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
const ALLERGY_VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";

fn allergy(negated: bool, kind: &str, inner: &str) -> Converted {
    section(
        "48765-2",
        &format!(
            r#"<act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.30"/>
            <statusCode code="active"/><entryRelationship typeCode="SUBJ">
            <observation classCode="OBS" moodCode="EVN" negationInd="{negated}">
            <templateId root="2.16.840.1.113883.10.20.22.4.7"/><id root="1.2.5" extension="a"/>
            <value xsi:type="CD" code="{kind}" codeSystem="2.16.840.1.113883.6.96"/>{inner}</observation>
            </entryRelationship></act>"#
        ),
    )
}

const NOTHING: &str = r#"<participant typeCode="CSM"><participantRole><playingEntity><code nullFlavor="NA"/></playingEntity></participantRole></participant>"#;
const PENICILLIN: &str = r#"<participant typeCode="CSM"><participantRole><playingEntity><code code="7980" codeSystem="2.16.840.1.113883.6.88" displayName="Penicillin"/></playingEntity></participantRole></participant>"#;

#[test]
fn no_known_allergy_has_its_own_code() {
    for (kind, code, display) in [
        ("419199007", "716186003", "No known allergy"),
        ("420134006", "716186003", "No known allergy"),
        ("416098002", "409137002", "No known drug allergy"),
        ("414285001", "429625007", "No known food allergy"),
        ("426232007", "428607008", "No known environmental allergy"),
    ] {
        let converted = allergy(true, kind, NOTHING);
        let mut expect = concept(SNOMED, code, display);
        expect["text"] = json!(display);
        assert_has(
            only(&converted, "AllergyIntolerance"),
            json!({
                "code": expect,
                "clinicalStatus": coded(ALLERGY_CLINICAL, "active"),
                "verificationStatus": coded(ALLERGY_VERIFICATION, "confirmed"),
            }),
        );
    }
}

#[test]
fn a_negated_allergy_to_something_is_refuted() {
    let converted = allergy(true, "416098002", PENICILLIN);
    assert_has(
        only(&converted, "AllergyIntolerance"),
        json!({
            "code": concept(RXNORM, "7980", "Penicillin"),
            "verificationStatus": coded(ALLERGY_VERIFICATION, "refuted"),
            "type": "allergy",
            "category": ["medication"],
        }),
    );
}

#[test]
fn reactions_keep_their_severity_and_time() {
    let severity = |code: &str| {
        format!(
            r#"<entryRelationship typeCode="SUBJ" inversionInd="true"><observation classCode="OBS" moodCode="EVN">
            <templateId root="2.16.840.1.113883.10.20.22.4.8"/><code code="SEV"/>
            <value xsi:type="CD" code="{code}" displayName="S{code}"/></observation></entryRelationship>"#
        )
    };
    let reaction = |value: &str, inner: &str| {
        format!(
            r#"<entryRelationship typeCode="MFST" inversionInd="true"><observation classCode="OBS" moodCode="EVN">
            <templateId root="2.16.840.1.113883.10.20.22.4.9"/><effectiveTime><low value="2011"/></effectiveTime>
            {value}{inner}</observation></entryRelationship>"#
        )
    };
    let hives =
        r#"<value xsi:type="CD" code="247472004" codeSystem="2.16.840.1.113883.6.96" displayName="Hives"/>"#;
    let own = reaction(hives, &severity("255604002"));
    let bare = reaction(hives, "");
    let unnamed = reaction(r#"<value xsi:type="CD" nullFlavor="UNK"/>"#, "");
    let manifestation = json!([concept(SNOMED, "247472004", "Hives")]);
    let mild = json!({ "manifestation": manifestation, "onset": "2011", "severity": "mild" });
    let severe = json!({ "manifestation": manifestation, "onset": "2011", "severity": "severe" });
    let none = json!({ "manifestation": manifestation, "onset": "2011" });
    let noted = json!([{ "text": "Severity: S371924009" }]);
    for (inner, reactions, note) in [
        (own.clone(), json!([mild]), Value::Null),
        (bare.clone(), json!([none]), Value::Null),
        (format!("{bare}{}", severity("371924009")), json!([severe]), Value::Null),
        (format!("{own}{}", severity("371924009")), json!([mild]), noted.clone()),
        (severity("371924009"), Value::Null, noted),
    ] {
        let converted = allergy(false, "416098002", &format!("{PENICILLIN}{inner}"));
        let found = only(&converted, "AllergyIntolerance");
        assert_has(found, json!({ "reaction": reactions, "note": note }));
        assert_eq!(reasons(&converted), Vec::<&str>::new());
    }
    let converted = allergy(false, "416098002", &format!("{PENICILLIN}{unnamed}"));
    assert_eq!(reasons(&converted), ["A reaction is not named."]);
}

#[test]
fn the_standing_and_danger_of_an_allergy_are_told() {
    let status = |code: &str| {
        format!(
            r#"<entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN"><code code="33999-4"/>
            <value xsi:type="CE" code="{code}"/></observation></entryRelationship>"#
        )
    };
    let danger = r#"<entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN"><code code="82606-5"/>
        <value xsi:type="CD" code="CRITH"/></observation></entryRelationship>"#;
    let over = r#"<effectiveTime><low value="2001"/><high value="2010"/></effectiveTime>"#;
    for (inner, standing, criticality) in [
        (String::new(), "active", Value::Null),
        (status("73425007"), "inactive", Value::Null),
        (status("413322009"), "resolved", Value::Null),
        (over.to_owned(), "resolved", Value::Null),
        (danger.to_owned(), "active", json!("high")),
    ] {
        let converted = allergy(false, "416098002", &format!("{inner}{PENICILLIN}"));
        assert_has(
            only(&converted, "AllergyIntolerance"),
            json!({ "clinicalStatus": coded(ALLERGY_CLINICAL, standing), "criticality": criticality }),
        );
    }
}

fn problem(attributes: &str, inner: &str) -> Converted {
    section(
        "11450-4",
        &format!(
            r##"<act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.3"/>
            <statusCode code="active"/><entryRelationship typeCode="SUBJ">
            <observation classCode="OBS" moodCode="EVN" {attributes}>
            <templateId root="2.16.840.1.113883.10.20.22.4.4"/><id root="1.2.5" extension="p"/>
            <code code="55607006" codeSystem="2.16.840.1.113883.6.96"/><text><reference value="#name"/></text>{inner}
            </observation></entryRelationship></act>"##
        ),
    )
}

const THROAT: &str = r#"<value xsi:type="CD" code="162397003" codeSystem="2.16.840.1.113883.6.96" displayName="Pain in throat"/>"#;

#[test]
fn a_problem_has_its_name_and_its_standing() {
    let throat = concept(SNOMED, "162397003", "Pain in throat");
    let time = |low: &str, high: &str| format!("<effectiveTime><low {low}/><high {high}/></effectiveTime>");
    for (attributes, inner, code, standing, verification, onset, abatement) in [
        (
            "",
            format!("{}{THROAT}", time("value=\"2012\"", "nullFlavor=\"UNK\"")),
            throat.clone(),
            "active",
            "confirmed",
            json!("2012"),
            Value::Null,
        ),
        (
            "",
            format!("{}{THROAT}", time("nullFlavor=\"UNK\"", "value=\"20130201\"")),
            throat.clone(),
            "resolved",
            "confirmed",
            Value::Null,
            json!("2013-02-01"),
        ),
        ("negationInd=\"true\"", THROAT.to_owned(), throat, "active", "refuted", Value::Null, Value::Null),
        (
            "",
            "<value xsi:type=\"CD\" nullFlavor=\"UNK\"/>".to_owned(),
            json!({ "text": "Sore throat" }),
            "active",
            "confirmed",
            Value::Null,
            Value::Null,
        ),
        (
            "",
            r##"<value xsi:type="CD" nullFlavor="OTH"><originalText><reference value="#name"/></originalText>
               <translation code="J02.9" codeSystem="2.16.840.1.113883.6.90"/></value>"##
                .to_owned(),
            json!({ "coding": [{ "system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "J02.9" }], "text": "Sore throat" }),
            "active",
            "confirmed",
            Value::Null,
            Value::Null,
        ),
    ] {
        let converted = problem(attributes, &inner);
        assert_has(
            only(&converted, "Condition"),
            json!({
                "code": code,
                "clinicalStatus": coded(CLINICAL, standing),
                "verificationStatus": coded(VERIFICATION, verification),
                "onsetDateTime": onset,
                "abatementDateTime": abatement,
            }),
        );
    }
}

#[test]
fn no_problem_at_all_has_its_own_code() {
    for value in [
        r#"<value xsi:type="CD" code="55607006" codeSystem="2.16.840.1.113883.6.96" displayName="Problem"/>"#,
        r#"<value xsi:type="CD" nullFlavor="NA"/>"#,
    ] {
        let converted = problem("negationInd=\"true\"", value);
        let mut expect = concept(SNOMED, "160245001", "No current problems or disability");
        expect["text"] = json!("No current problems or disability");
        assert_has(
            only(&converted, "Condition"),
            json!({ "code": expect, "verificationStatus": coded(VERIFICATION, "confirmed") }),
        );
    }
}

/// What is denied in words only may be "no known allergies" or "latex": no code is made of it.
#[test]
fn what_is_denied_in_words_only_is_left_out() {
    let latex = |null: &str| {
        format!(
            r#"<participant typeCode="CSM"><participantRole><playingEntity><code nullFlavor="{null}"><originalText>Latex</originalText>
            </code></playingEntity></participantRole></participant>"#
        )
    };
    let unclear = allergy(true, "419199007", &latex("UNK"));
    assert!(of_type(&unclear, "AllergyIntolerance").is_empty());
    assert_eq!(
        reasons(&unclear),
        ["That there is no allergy to something without a code, stands in its words only."]
    );
    assert_has(
        only(&allergy(true, "419199007", &latex("OTH")), "AllergyIntolerance"),
        json!({ "code": { "text": "Latex" }, "verificationStatus": coded(ALLERGY_VERIFICATION, "refuted") }),
    );
    for value in [
        "",
        r#"<value xsi:type="CD" nullFlavor="UNK"/>"#,
        r#"<value xsi:type="CD" nullFlavor="UNK"><originalText>Diabetes</originalText></value>"#,
        r#"<value xsi:type="CD" code="418799008" codeSystem="2.16.840.1.113883.6.96" displayName="Symptom"/>"#,
    ] {
        let converted = problem("negationInd=\"true\"", value);
        assert!(of_type(&converted, "Condition").is_empty(), "{value}");
        assert_eq!(reasons(&converted), ["That there is no problem of some kind, stands in its words only."]);
    }
}

#[test]
fn what_was_taken_back_is_an_error() {
    let nullified = THROAT.to_owned() + "<statusCode code=\"nullified\"/>";
    assert_has(
        only(&problem("", &nullified), "Condition"),
        json!({ "verificationStatus": coded(VERIFICATION, "entered-in-error"), "clinicalStatus": null }),
    );
}

#[test]
fn the_same_problem_of_two_documents_is_one() {
    let id = |converted: &Converted| only(converted, "Condition")["id"].clone();
    let time = |low: &str| format!("<effectiveTime><low value=\"{low}\"/></effectiveTime>{THROAT}");
    assert_eq!(id(&problem("", &time("2012"))), id(&problem("", &time("2013"))));
    let other = THROAT.replace("162397003", "25064002");
    assert_ne!(id(&problem("", THROAT)), id(&problem("", &other)), "a source may give one id to everything");
}

#[test]
fn a_relative_has_conditions_and_an_end() {
    let converted = section(
        "10157-6",
        r#"<organizer classCode="CLUSTER" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.45"/>
        <statusCode code="completed"/>
        <subject><relatedSubject classCode="PRS"><code code="FTH" codeSystem="2.16.840.1.113883.5.111" displayName="Father"/>
        <subject><administrativeGenderCode code="M"/><birthTime value="1910"/></subject></relatedSubject></subject>
        <component><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.46"/>
          <value xsi:type="CD" code="22298006" codeSystem="2.16.840.1.113883.6.96" displayName="Myocardial infarction"/>
          <entryRelationship typeCode="CAUS"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.47"/>
          <value xsi:type="CD" code="419099009"/></observation></entryRelationship>
          <entryRelationship typeCode="SUBJ" inversionInd="true"><observation classCode="OBS" moodCode="EVN">
          <templateId root="2.16.840.1.113883.10.20.22.4.31"/><value xsi:type="PQ" value="57" unit="a"/></observation></entryRelationship>
        </observation></component>
        <component><observation classCode="OBS" moodCode="EVN" negationInd="true">
          <value xsi:type="CD" code="44054006" codeSystem="2.16.840.1.113883.6.96" displayName="Type 2 diabetes"/></observation></component>
        </organizer>"#,
    );
    let age = json!({ "value": 57, "unit": "a", "system": "http://unitsofmeasure.org", "code": "a" });
    assert_has(
        only(&converted, "FamilyMemberHistory"),
        json!({
            "status": "completed",
            "relationship": concept("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "FTH", "Father"),
            "bornDate": "1910",
            "deceasedBoolean": true,
            "note": [{ "text": "Not known to have had: Type 2 diabetes" }],
            "condition": [{ "code": concept(SNOMED, "22298006", "Myocardial infarction"), "contributedToDeath": true, "onsetAge": age }],
        }),
    );
}
