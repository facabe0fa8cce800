//! Whose data is whose: V8, seen from a browser that tries.

use super::house::house;
use serde_json::{Value, json};

/// Of a demo person whom the first person of the demo has nothing to do with.
const STRANGER: &str = "amina-yusuf";

#[test]
fn asvs_v8_2_2_another_persons_record_is_nowhere_to_be_found() {
    let (maria, admin) = (house().sign_in("person"), house().sign_in("admin"));
    let known = admin.get(&format!("/fhir/r4/Observation?patient={STRANGER}&_count=1")).json();
    let observation = known["entry"][0]["resource"]["id"].as_str().unwrap().to_owned();
    let nothing = maria.get("/fhir/r4/Observation/none");
    for path in [
        format!("/fhir/r4/Patient/{STRANGER}"),
        format!("/fhir/r4/Observation/{observation}"),
        format!("/fhir/r4/Observation/{observation}/_history"),
        format!("/fhir/r4/Observation/{observation}/_history/1"),
        format!("/fhir/r4/Patient/{STRANGER}/$everything"),
        format!("/api/v1/people/{STRANGER}/glance"),
        format!("/api/v1/people/{STRANGER}/timeline"),
        format!("/api/v1/people/{STRANGER}/documents"),
    ] {
        let answer = maria.get(&path);
        assert_eq!(answer.status, nothing.status, "{path}: {}", answer.text);
    }
    for query in
        [format!("patient={STRANGER}"), format!("subject=Patient/{STRANGER}"), format!("_id={observation}")]
    {
        let found = maria.get(&format!("/fhir/r4/Observation?{query}&_total=accurate")).json();
        assert_eq!(
            (found["total"].as_u64(), found["entry"].as_array().map(Vec::len)),
            (Some(0), None),
            "{query}"
        );
    }
}

#[test]
fn asvs_v8_3_1_what_the_web_client_hides_the_server_refuses() {
    let maria = house().sign_in("person");
    let about = |patient: &str| {
        json!({ "resourceType": "Observation", "status": "final", "code": { "text": "pulse" },
                "subject": { "reference": format!("Patient/{patient}") } })
    };
    let [foreign, absent] = [STRANGER, "nobody-at-all"]
        .map(|patient| maria.fhir("POST", "/fhir/r4/Observation", &about(patient)));
    assert!([403, 404].contains(&foreign.status), "{}", foreign.text);
    assert_eq!(
        (foreign.status, foreign.text),
        (absent.status, absent.text),
        "whether there is such a person stays unsaid"
    );
    for method in ["PUT", "DELETE"] {
        let [foreign, absent] = [STRANGER, "nobody-at-all"].map(|id| {
            let patient = json!({ "resourceType": "Patient", "id": id, "gender": "unknown" });
            maria.fhir(method, &format!("/fhir/r4/Patient/{id}"), &patient)
        });
        assert_eq!((foreign.status, foreign.text), (absent.status, absent.text), "{method}");
    }
    let stands = house().sign_in("admin").get(&format!("/fhir/r4/Patient/{STRANGER}"));
    assert_eq!((stands.status, stands.json()["meta"]["versionId"].as_str()), (200, Some("1")));
    let question = json!({ "question": "Which medicines do I take?" });
    assert_eq!(maria.json("POST", &format!("/api/v1/people/{STRANGER}/questions"), &question).status, 404);
    for path in ["/api/v1/accounts", "/api/v1/accounts/x"] {
        assert_eq!(maria.get(path).status, 404, "{path}");
    }
}

#[test]
fn asvs_v15_3_1_an_answer_holds_the_fields_it_is_about_and_no_others() {
    let admin = house().sign_in("admin");
    for path in ["/api/v1/session", "/api/v1/sessions", "/api/v1/tokens", "/api/v1/accounts"] {
        let text = admin.get(path).text;
        for secret in ["passwordHash", "argon2", "__Host-", "salus_"] {
            assert!(!text.contains(secret), "{path} holds {secret}");
        }
    }
    assert_eq!(
        admin.get("/fhir/r4/UserAccount").status,
        404,
        "internal types are no resources of the interface"
    );
}

#[test]
fn asvs_v15_4_2_of_two_changes_to_one_version_one_is_refused() {
    let admin = house().sign_in("admin");
    let patient = |gender: &str| json!({ "resourceType": "Patient", "id": "two-hands", "gender": gender });
    let first = admin.fhir("PUT", "/fhir/r4/Patient/two-hands", &patient("female"));
    assert_eq!(first.status, 201);
    let version = first.header("etag");
    let race = |gender: &str| {
        admin.with("if-match", &version).fhir("PUT", "/fhir/r4/Patient/two-hands", &patient(gender)).status
    };
    let mut outcomes = std::thread::scope(|scope| {
        let [one, two] = ["male", "other"].map(|gender| scope.spawn(move || race(gender)));
        [one.join().unwrap(), two.join().unwrap()]
    });
    outcomes.sort_unstable();
    assert_eq!(outcomes, [200, 412]);
    let stands: Value = admin.get("/fhir/r4/Patient/two-hands").json();
    assert_eq!(stands["meta"]["versionId"], "2");
}
