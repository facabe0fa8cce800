//! The header, sections without entries, bodies that are no sections.

use super::*;

fn document(inner: &str) -> Converted {
    read(wrapped(inner).as_bytes()).unwrap().to_fhir()
}

#[test]
fn a_patient_is_read_as_far_as_they_are_known() {
    let converted = document(
        r#"<id root="1.2.3"/><recordTarget><patientRole><id root="1.2.4" extension="p"/><id nullFlavor="UNK"/><addr nullFlavor="UNK"/>
        <telecom value="tel:+1-555-0100" use="MC"/>
        <patient><name><given>Ada</given><family>Moor</family></name><administrativeGenderCode nullFlavor="UNK"/>
        <birthTime value="197001021530-0500"/><maritalStatusCode code="M" codeSystem="2.16.840.1.113883.5.2"/>
        <raceCode code="2106-3" codeSystem="2.16.840.1.113883.6.238" displayName="White"/>
        <sdtc:raceCode code="2114-7" codeSystem="2.16.840.1.113883.6.238" displayName="Italian"/>
        <ethnicGroupCode nullFlavor="UNK"/><sdtc:deceasedInd value="false"/>
        <languageCommunication><languageCode code="it"/><preferenceInd value="true"/></languageCommunication></patient>
        </patientRole></recordTarget>"#,
    );
    assert_has(
        only(&converted, "Patient"),
        json!({
            "identifier": [{ "system": "urn:oid:1.2.4", "value": "p" }],
            "name": [{ "family": "Moor", "given": ["Ada"] }],
            "gender": "unknown",
            "birthDate": "1970-01-02",
            "_birthDate": { "extension": [{
                "url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime", "valueDateTime": "1970-01-02T15:30:00-05:00" }] },
            "deceasedBoolean": false,
            "address": null,
            "communication": [{ "language": { "coding": [{ "system": "urn:ietf:bcp:47", "code": "it" }] }, "preferred": true }],
            "extension": [{
                "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race",
                "extension": [
                    { "url": "ombCategory", "valueCoding": { "system": "urn:oid:2.16.840.1.113883.6.238", "code": "2106-3", "display": "White" } },
                    { "url": "detailed", "valueCoding": { "system": "urn:oid:2.16.840.1.113883.6.238", "code": "2114-7", "display": "Italian" } },
                    { "url": "text", "valueString": "White, Italian" },
                ],
            }],
        }),
    );
}

#[test]
fn a_document_that_says_nothing_makes_nothing_up() {
    let converted = document("");
    let composition = only(&converted, "Composition");
    let absent = |why: &str| json!({ "extension": [{ "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": why }] });
    assert_has(
        composition,
        json!({
            "status": "final",
            "type": coded("http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "UNK"),
            "date": null,
            "_date": absent("unknown"),
            "author": [absent("unknown")],
            "section": null,
        }),
    );
    assert_has(only(&converted, "Patient"), json!({ "name": null, "birthDate": null, "gender": null }));
    for resource in &converted.resources {
        assert!(validate(resource).iter().all(|issue| !issue.is_error()), "{resource:#}");
    }
}

#[test]
fn authors_without_a_name_are_named_by_whoever_has_it() {
    let author = |inner: &str| {
        format!(
            r#"<author><assignedAuthor><id root="2.16.840.1.113883.4.6" extension="7"/>{inner}</assignedAuthor></author>"#
        )
    };
    let full =
        author("<assignedPerson><name><given>Otto</given><family>Berg</family></name></assignedPerson>");
    let converted = document(&format!("{}{full}", author("")));
    let authors = &only(&converted, "Composition")["author"];
    assert_eq!(authors[0], authors[1]);
    assert_eq!(authors[0]["display"], "Otto Berg");
    let unknown = document(&author(""));
    assert_eq!(
        only(&unknown, "Composition")["author"],
        json!([{ "identifier": { "system": "http://hl7.org/fhir/sid/us-npi", "value": "7" } }])
    );
    assert!(unknown.mentioned.is_empty(), "nobody without a name is stored");
}

#[test]
fn sections_keep_their_words_and_their_order() {
    let converted = document(
        r#"<component><structuredBody>
        <component><section><code code="10164-2" codeSystem="2.16.840.1.113883.6.1"/><title>History</title><text>Well &lt;until&gt; now</text>
          <component><section><title>Skin</title><text>Dry</text></section></component></section></component>
        <component><section nullFlavor="NI"><code code="48765-2" codeSystem="2.16.840.1.113883.6.1"/><title>Allergies</title><text>No information</text></section></component>
        <component><section><title>Nothing</title><text/></section></component>
        </structuredBody></component>"#,
    );
    let narrative = |words: &str| json!({ "status": "additional", "div": format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{words}</div>") });
    assert_eq!(
        only(&converted, "Composition")["section"],
        json!([
            {
                "title": "History",
                "code": coded(LOINC, "10164-2"),
                "text": narrative("Well &lt;until&gt; now"),
                "section": [{ "title": "Skin", "text": narrative("Dry") }],
            },
            {
                "title": "Allergies",
                "code": coded(LOINC, "48765-2"),
                "text": narrative("No information"),
                "emptyReason": coded("http://terminology.hl7.org/CodeSystem/list-empty-reason", "unavailable"),
            },
        ])
    );
    assert_eq!(converted.left_out.len(), 1);
    assert_eq!(converted.left_out[0].place, "Nothing (no code)");
}

#[test]
fn a_body_without_sections_is_a_document() {
    let body = |text: &str| {
        document(&format!("<title>Scan</title><component><nonXMLBody>{text}</nonXMLBody></component>"))
    };
    let pdf = body(r#"<text mediaType="application/pdf" representation="B64">JVBERi0x</text>"#);
    assert_eq!(
        only(&pdf, "DocumentReference")["content"],
        json!([{ "attachment": { "contentType": "application/pdf", "data": "JVBERi0x", "title": "Scan" } }])
    );
    assert_eq!(only(&pdf, "Composition")["section"][0]["entry"].as_array().map(Vec::len), Some(1));
    let words = body("<text mediaType=\"text/plain\">All is well</text>");
    assert_eq!(only(&words, "DocumentReference")["content"][0]["attachment"]["data"], "QWxsIGlzIHdlbGw=");
    for (text, reason) in [
        (
            "<text mediaType=\"application/pdf\"><reference value=\"scan.pdf\"/></text>",
            "The body of the document is not in it: it refers to scan.pdf.",
        ),
        (
            "<text mediaType=\"application/pdf\" representation=\"B64\" compression=\"DF\">AAAA</text>",
            "The body of the document is compressed, and is not read.",
        ),
    ] {
        let outside = body(text);
        assert!(of_type(&outside, "DocumentReference").is_empty());
        assert_eq!(outside.left_out.last().map(|one| one.reason.as_str()), Some(reason));
    }
}
