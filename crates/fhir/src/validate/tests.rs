//! What is accepted and what is refused, as tables.

use super::*;
use crate::json::parse;
use crate::outcome::IssueCode;
use serde_json::json;

/// Validates and shows what is wrong as `path: code`.
fn faults(resource: &Value) -> Vec<String> {
    let shown = validate(resource).into_iter();
    shown.map(|issue| format!("{}: {}", issue.expression.unwrap_or_default(), issue.code.code())).collect()
}

#[track_caller]
fn check(text: &str, expect: &[&str]) {
    let resource = parse(text.as_bytes()).unwrap();
    assert_eq!(faults(&resource), expect, "{text}");
}

/// A patient with these members.
#[track_caller]
fn patient(members: &str, expect: &[&str]) {
    check(&format!(r#"{{"resourceType":"Patient",{members}}}"#), expect);
}

/// An observation with these members beside status and code.
#[track_caller]
fn observation(members: &str, expect: &[&str]) {
    check(
        &format!(r#"{{"resourceType":"Observation","status":"final","code":{{"text":"x"}},{members}}}"#),
        expect,
    );
}

#[test]
fn resources() {
    check(r#"{"resourceType":"Patient"}"#, &[]);
    check("[]", &["Resource: structure"]);
    check("{}", &["Resource: structure"]);
    check(r#"{"resourceType":"Nobody"}"#, &["Nobody: structure"]);
    check(r#"{"resourceType":7}"#, &["Resource: structure"]);
    check(r#"{"resourceType":"DomainResource"}"#, &["DomainResource: structure"]);
    check(r#"{"resourceType":"UserAccount","email":"a@b.example","state":"active"}"#, &[]);
    check(
        r#"{"resourceType":"UserAccount","state":"gone"}"#,
        &["UserAccount.state: code-invalid", "UserAccount.email: required"],
    );
}

#[test]
fn elements_and_their_number() {
    patient(r#""nickname":"x""#, &["Patient.nickname: structure"]);
    patient(r#""birthdate":"1970-01-01""#, &["Patient.birthdate: structure"]);
    patient(r#""name":{"family":"x"}"#, &["Patient.name: structure"]);
    patient(r#""name":[]"#, &["Patient.name: structure"]);
    patient(r#""name":[{}]"#, &["Patient.name[0]: structure"]);
    patient(r#""name":["x"]"#, &["Patient.name[0]: structure"]);
    patient(r#""name":[{"family":["x"]}]"#, &["Patient.name[0].family: structure"]);
    patient(r#""contact":[{"name":{"family":7}}]"#, &["Patient.contact[0].name.family: value"]);
    patient(r#""communication":[{"preferred":true}]"#, &["Patient.communication[0].language: required"]);
    patient(r#""_name":[{"id":"x"}]"#, &["Patient._name: structure"]);
    patient(r#""maritalStatus":null"#, &["Patient.maritalStatus: structure"]);
    check(
        r#"{"resourceType":"Observation"}"#,
        &["Observation.status: required", "Observation.code: required"],
    );
    check(
        r#"{"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"1","type":"group","item":[{"linkId":"2","type":"string","x":1}]}]}"#,
        &["Questionnaire.item[0].item[0].x: structure"],
    );
}

#[test]
fn choices() {
    observation(r#""valueQuantity":{"value":1.0}"#, &[]);
    observation(r#""valueInteger":1,"valueString":"x""#, &["Observation.value: structure"]);
    observation(r#""value":1"#, &["Observation.value: structure"]);
    observation(r#""valueMoney":{"value":1}"#, &["Observation.valueMoney: structure"]);
    observation(r#""_valueString":{"extension":[{"url":"http://x","valueCode":"unknown"}]}"#, &[]);
    check(
        r#"{"resourceType":"MedicationRequest","status":"active","intent":"order","subject":{"reference":"Patient/1"}}"#,
        &["MedicationRequest.medication: required"],
    );
}

#[test]
fn primitives_and_their_twins() {
    patient(r#""birthDate":"1970-02-30""#, &["Patient.birthDate: value"]);
    patient(r#""active":"true""#, &["Patient.active: value"]);
    patient(r#""id":"a_b""#, &["Patient.id: value"]);
    patient(r#""birthDate":null"#, &["Patient.birthDate: structure"]);
    patient(r#""birthDate":{}"#, &["Patient.birthDate: value"]);
    patient(r#""_birthDate":{"extension":[{"url":"http://x","valueCode":"unknown"}]}"#, &[]);
    patient(r#""_birthDate":{"id":"a"}"#, &["Patient.birthDate: structure"]);
    patient(r#""_birthDate":"x""#, &["Patient.birthDate: structure"]);
    patient(r#""_birthDate":{}"#, &["Patient.birthDate: structure", "Patient.birthDate: structure"]);
    let given = |given: &str, twin: &str| format!(r#""name":[{{"given":{given},"_given":{twin}}}]"#);
    let extension = r#"{"extension":[{"url":"http://x","valueCode":"unknown"}]}"#;
    patient(&given(r#"["a",null]"#, &format!("[null,{extension}]")), &[]);
    patient(&given(r#"["a"]"#, &format!("[null,{extension}]")), &["Patient.name[0].given: structure"]);
    patient(&given(r#"["a",null]"#, "[null,null]"), &["Patient.name[0].given[1]: structure"]);
    patient(r#""name":[{"given":[null]}]"#, &["Patient.name[0].given[0]: structure"]);
    patient(r#""multipleBirthInteger":1.5"#, &["Patient.multipleBirth: value"]);
}

#[test]
fn codes() {
    patient(r#""gender":"female""#, &[]);
    patient(r#""gender":"F""#, &["Patient.gender: code-invalid"]);
    let condition = |clinical: &str| {
        format!(
            r#"{{"resourceType":"Condition","subject":{{"reference":"Patient/1"}},"clinicalStatus":{clinical}}}"#
        )
    };
    let coding = |system: &str| format!(r#"{{"coding":[{{"system":"{system}","code":"active"}}]}}"#);
    check(&condition(&coding("http://terminology.hl7.org/CodeSystem/condition-clinical")), &[]);
    check(&condition(&coding("http://x")), &["Condition.clinicalStatus: code-invalid"]);
    check(&condition(r#"{"text":"active"}"#), &["Condition.clinicalStatus: code-invalid"]);
}

#[test]
fn references() {
    observation(r#""subject":{"reference":"Patient/1"}"#, &[]);
    observation(r#""subject":{"reference":"https://elsewhere.example/fhir/Patient/1"}"#, &[]);
    observation(r#""subject":{"reference":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520"}"#, &[]);
    observation(r#""subject":{"display":"somebody"}"#, &[]);
    observation(r#""subject":{"reference":"Practitioner/1"}"#, &["Observation.subject: value"]);
    observation(
        r#""subject":{"reference":"https://x.example/Practitioner/1"}"#,
        &["Observation.subject: value"],
    );
    observation(r#""subject":{"type":"Practitioner"}"#, &["Observation.subject: value"]);
    observation(r#""subject":{"reference":"Patient/1","type":"Group"}"#, &["Observation.subject: value"]);
    observation(r##""subject":{"reference":"#p"},"contained":[{"resourceType":"Patient","id":"p"}]"##, &[]);
    observation(r##""subject":{"reference":"#q"}"##, &["Observation.subject: value"]);
    observation(
        r##""subject":{"reference":"#p"},"contained":[{"resourceType":"Practitioner","id":"p"}]"##,
        &["Observation.subject: value"],
    );
    observation(r#""focus":[{"reference":"Practitioner/1"}]"#, &[]);
}

#[test]
fn contained_resources() {
    patient(r#""contained":[{"resourceType":"Patient"}]"#, &["Patient.contained[0]: required"]);
    patient(r#""contained":[{"id":"a"}]"#, &["Patient.contained[0]: structure"]);
    patient(
        r#""contained":[{"resourceType":"Patient","id":"a","contained":[{"resourceType":"Patient","id":"b"}]}]"#,
        &["Patient.contained[0].contained[0]: structure"],
    );
    patient(
        r#""contained":[{"resourceType":"Patient","id":"a"},{"resourceType":"Group","id":"a","type":"person","actual":true}]"#,
        &["Patient.contained[1]: duplicate"],
    );
    check(
        r#"{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Patient","gender":"x"}}]}"#,
        &["Bundle.entry[0].resource.gender: code-invalid"],
    );
}

#[test]
fn extensions() {
    patient(r#""extension":[{"url":"http://x","valueString":"a"}]"#, &[]);
    patient(r#""extension":[{"url":"http://x","extension":[{"url":"y","valueString":"a"}]}]"#, &[]);
    patient(r#""extension":[{"valueString":"a"}]"#, &["Patient.extension[0].url: required"]);
    patient(r#""extension":[{"url":"http://x"}]"#, &["Patient.extension[0]: extension"]);
    patient(r#""extension":[{"url":"x","valueString":"a"}]"#, &["Patient.extension[0]: extension"]);
    patient(
        r#""extension":[{"url":"http://x","valueString":"a","extension":[{"url":"y","valueString":"a"}]}]"#,
        &["Patient.extension[0]: extension"],
    );
}

#[test]
fn a_sentence_says_what_to_do() {
    let sentence = |resource: Value| validate(&resource).remove(0).diagnostics;
    assert_eq!(
        sentence(json!({ "resourceType": "Patient", "birthdate": "1970-01-01" })),
        "Patient has no element 'birthdate'. Did you mean 'birthDate'?"
    );
    assert_eq!(
        sentence(json!({ "resourceType": "Patient", "gender": "F" })),
        "'F' is not allowed here. Use one of female, male, other, unknown \
         (value set http://hl7.org/fhir/ValueSet/administrative-gender)."
    );
    assert_eq!(
        sentence(json!({ "resourceType": "Patient", "deceased": true })),
        "Patient has no element 'deceased'. Name its type: deceasedBoolean, deceasedDateTime."
    );
}

#[test]
fn a_book_of_issues_is_cut() {
    let names: Vec<Value> = (0..500).map(|number| json!({ "x": number })).collect();
    assert_eq!(validate(&json!({ "resourceType": "Patient", "name": names })).len(), 100);
}

#[test]
fn invariants_are_asked_in_full_validation_only() {
    let resource = json!({
        "resourceType": "Observation", "status": "final", "code": { "text": "x" },
        "valueString": "a", "dataAbsentReason": { "text": "none" },
        "effectivePeriod": { "start": "2024-01-02", "end": "2024-01-01" },
    });
    assert!(validate(&resource).is_empty());
    let issues = validate_fully(&resource, Timestamp::UNIX_EPOCH);
    let broken: Vec<&str> = issues
        .iter()
        .filter(|issue| issue.is_error())
        .map(|issue| issue.expression.as_deref().unwrap_or_default())
        .collect();
    assert_eq!(broken, ["Observation", "Observation.effective"], "{issues:?}");
    assert!(issues[0].diagnostics.contains("obs-6"), "{issues:?}");
}

#[test]
fn a_bundle_is_whole() {
    let bundle = json!({ "resourceType": "Bundle", "type": "transaction", "entry": [
        { "fullUrl": "http://x.example/Patient/1", "resource": { "resourceType": "Patient", "id": "2" } },
        { "fullUrl": "Patient/3", "resource": { "resourceType": "Patient", "id": "3" } },
        { "fullUrl": "urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "resource": {
            "resourceType": "Person", "link": [{ "target": { "reference": "urn:uuid:00000000-ec9a-4326-a141-556f43239520" } }]
        } },
    ]});
    let issues = validate_fully(&bundle, Timestamp::UNIX_EPOCH);
    let broken: Vec<&str> = issues
        .iter()
        .filter(|issue| issue.code == IssueCode::Invalid)
        .map(|issue| issue.expression.as_deref().unwrap_or_default())
        .collect();
    assert_eq!(broken, ["Bundle.entry[0].fullUrl", "Bundle.entry[1].fullUrl", "Bundle.entry[2].resource"]);
}

#[test]
fn full_validation_asks_for_codes_and_systems_that_can_be_looked_up() {
    let resource = json!({
        "resourceType": "Patient", "maritalStatus": { "coding": [{ "system": "Location!", "code": "x" }] },
        "_gender": { "extension": [{ "url": "http://x.example", "valueCode": "unknown" }] },
    });
    assert!(validate(&resource).is_empty());
    let issues = validate_fully(&resource, Timestamp::UNIX_EPOCH);
    let broken: Vec<_> =
        issues.iter().filter(|issue| issue.is_error()).map(|issue| issue.expression.as_deref()).collect();
    assert_eq!(broken, [Some("Patient.maritalStatus.coding[0].system"), Some("Patient.gender")]);
}

#[test]
fn conformance_resources_name_what_exists() {
    let errors = |resource: Value| {
        let issues = validate_fully(&resource, Timestamp::UNIX_EPOCH);
        issues
            .iter()
            .filter(|issue| issue.code == IssueCode::Invalid)
            .filter_map(|issue| issue.expression.clone())
            .collect::<Vec<_>>()
    };
    let definition = |path: &str| {
        json!({
            "resourceType": "StructureDefinition", "url": "http://x.example/A", "name": "A", "status": "draft",
            "kind": "resource", "abstract": false, "type": "Observation", "derivation": "constraint",
            "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Observation",
            "differential": { "element": [{ "id": "Observation", "path": "Observation" }, { "id": path, "path": path }] },
        })
    };
    for path in [
        "Observation.value[x]",
        "Observation.valueQuantity",
        "Observation.component.code.coding.system",
        "Observation.value[x].coding",
        "Observation.contained",
        "Observation.extension.value[x]",
    ] {
        assert_eq!(errors(definition(path)), Vec::<String>::new(), "{path}");
    }
    for path in ["Observation.valueBla", "Observation.component.x", "Patient.name"] {
        assert_eq!(errors(definition(path)), ["StructureDefinition.differential.element[1].path"], "{path}");
    }
    let statement = |kind: &str| {
        json!({
            "resourceType": "CapabilityStatement", "status": "draft", "date": "2024", "kind": "requirements",
            "fhirVersion": "4.0.1", "format": ["json"], "description": "x", "rest": [{ "mode": "server", "resource": [{
                "type": "Patient", "searchParam": [{ "name": "birthdate", "type": kind,
                    "definition": "http://hl7.org/fhir/SearchParameter/individual-birthdate" }],
            }]}],
        })
    };
    assert_eq!(errors(statement("date")), Vec::<String>::new());
    assert_eq!(errors(statement("token")), ["CapabilityStatement.rest[0].resource[0].searchParam[0].type"]);
}

#[test]
fn work_has_an_end() {
    let contained: Vec<Value> = (0..5_000)
        .map(|number| json!({ "resourceType": "Basic", "id": number.to_string(), "code": { "text": "x" } }))
        .collect();
    let resource = json!({ "resourceType": "Patient", "contained": contained });
    let issues = validate_fully(&resource, Timestamp::UNIX_EPOCH);
    let costly = issues.iter().filter(|issue| issue.code == IssueCode::TooCostly).count();
    assert_eq!(costly, 1, "{:?}", issues.first());
}
