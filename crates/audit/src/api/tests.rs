use salus_access::{Relationship, Role};
use salus_http::testing::{TestApp, TestClient};
use salus_store::{AuditAction, AuditRecord};
use serde_json::{Value, json};
use std::collections::BTreeMap;

async fn house() -> TestApp {
    TestApp::with_capabilities(|| vec![crate::capability(), salus_rest::capability()]).await
}

fn weight(patient: &str) -> Value {
    json!({
        "resourceType": "Observation", "status": "final", "code": { "text": "Weight" },
        "subject": { "reference": format!("Patient/{patient}") }, "valueQuantity": { "value": 70, "unit": "kg" },
    })
}

/// The entries that came after `seq`, without what the platform does by itself.
async fn since(app: &TestApp, seq: u64) -> Vec<AuditRecord> {
    let entries = app.app().store.audit_log(seq, 100).await.unwrap();
    entries.into_iter().filter(|entry| !entry.actor.starts_with("system: ")).collect()
}

async fn head(app: &TestApp) -> u64 {
    app.app().store.audit_anchor().await.unwrap().seq
}

#[tokio::test]
async fn asvs_v16_2_1_every_call_leaves_its_entry_with_who_when_where_and_what() {
    use AuditAction as A;
    let app = house().await;
    let maria = app.person("maria").await;
    let own = maria.patient().to_owned();
    let made = maria.post("/fhir/r4/Observation", &weight(&own)).await;
    assert_eq!(made.status(), 201, "{}", made.text());
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let at = |rest: &str| format!("/fhir/r4/{rest}");
    for (method, path, body, action, type_name) in [
        ("GET", at(&format!("Observation/{id}")), None, A::Read, Some("Observation")),
        ("GET", at(&format!("Observation/{id}/_history/1")), None, A::VersionRead, Some("Observation")),
        ("GET", at(&format!("Observation/{id}/_history")), None, A::History, Some("Observation")),
        ("GET", at(&format!("Observation?patient={own}")), None, A::Search, Some("Observation")),
        ("GET", at(&format!("AuditEvent?patient={own}")), None, A::Search, Some("AuditEvent")),
        ("GET", format!("/api/v1/people/{own}/accesses"), None, A::Search, Some("AuditEvent")),
        ("POST", at("Observation"), Some(weight(&own)), A::Create, Some("Observation")),
    ] {
        let before = head(&app).await;
        let answer = match body {
            None => maria.get(&path).await,
            Some(body) => maria.post(&path, &body).await,
        };
        assert!(answer.status() < 300, "{method} {path}: {}", answer.text());
        let [entry] = &since(&app, before).await[..] else { panic!("{method} {path}") };
        assert_eq!((entry.action, entry.type_name.as_deref()), (action, type_name), "{method} {path}");
        assert_eq!((entry.actor.as_str(), entry.client.as_deref()), (maria.account(), Some("web")));
        assert_eq!(entry.request_id.as_deref(), Some(answer.header("x-request-id").as_str()));
        assert_eq!(
            (entry.purpose.as_deref(), entry.patient.as_deref()),
            (Some("PATRQT"), Some(own.as_str()))
        );
        assert_eq!((entry.roles.as_slice(), entry.at), (&["person".to_owned()][..], app.app().now()));
    }
}

#[tokio::test]
async fn asvs_v16_3_2_whoever_is_curious_is_shown_nothing_and_is_on_file() {
    let app = house().await;
    let (maria, eve) = (app.person("maria").await, app.person("eve").await);
    let her = maria.patient();
    let id = app.create(weight(her)).await;
    for (method, path, status, attempt) in [
        ("GET", format!("/fhir/r4/Patient/{her}"), 404, "read"),
        ("GET", format!("/fhir/r4/Observation/{id}"), 404, "read"),
        ("GET", format!("/fhir/r4/Observation/{id}/_history/1"), 404, "vread"),
        ("GET", format!("/fhir/r4/Observation/{id}/_history"), 404, "history"),
        ("GET", format!("/fhir/r4/Observation?patient={her}"), 200, "search"),
        ("GET", format!("/fhir/r4/Patient?_id={her}"), 200, "search"),
        ("GET", format!("/fhir/r4/AuditEvent?patient={her}"), 404, "search"),
        ("GET", format!("/api/v1/people/{her}/accesses"), 404, "search"),
        ("DELETE", format!("/fhir/r4/Observation/{id}"), 204, "delete"),
        ("PUT", format!("/fhir/r4/Observation/{id}"), 403, "update"),
        ("POST", "/fhir/r4/Observation".to_owned(), 403, "create"),
        ("DELETE", format!("/fhir/r4/Observation?patient={her}"), 204, "search"),
    ] {
        let before = head(&app).await;
        let mut body = weight(her);
        body["id"] = json!(id);
        let answer = match method {
            "GET" => eve.get(&path).await,
            "DELETE" => eve.delete(&path).await,
            "PUT" => eve.put(&path, &body).await,
            _ => eve.post(&path, &weight(her)).await,
        };
        let told = answer.text();
        assert_eq!(answer.status(), status, "{method} {path}: {told}");
        assert!(!told.contains("Weight"), "{told}");
        let entries = since(&app, before).await;
        let denied = entries.iter().find(|entry| entry.action == AuditAction::Denied);
        let denied = denied.unwrap_or_else(|| panic!("{method} {path} left no denial"));
        assert_eq!((denied.patient.as_deref(), denied.actor.as_str()), (Some(her), eve.account()), "{path}");
        assert_eq!(denied.detail["attempt"], attempt, "{method} {path}");
    }
    // Maria sees it, in words.
    let page = maria.get(&format!("/api/v1/people/{her}/accesses?what=denied")).await.json();
    let group = &page["groups"][0];
    assert_eq!((&group["who"], &group["isYou"]), (&json!("Eve"), &json!(false)));
    assert_eq!(group["lines"][0]["isDenied"], true);
    let lines: Vec<_> =
        group["lines"].as_array().unwrap().iter().map(|line| line["what"].as_str().unwrap()).collect();
    assert!(
        lines.iter().all(|line| line.starts_with("tried to do this and was not allowed to: ")),
        "{lines:?}"
    );
    assert!(
        lines.iter().any(|line| line.ends_with("deleted measurements and laboratory results"))
            || lines.iter().any(|line| line.contains("deleted")),
        "{lines:?}"
    );
}

async fn events(client: &TestClient, query: &str) -> Vec<Value> {
    let answer = client.get(&format!("/fhir/r4/AuditEvent?{query}")).await;
    assert_eq!(answer.status(), 200, "{query}: {}", answer.text());
    let entries = answer.json()["entry"].as_array().unwrap().clone();
    entries.into_iter().map(|entry| entry["resource"].clone()).collect()
}

#[tokio::test]
async fn the_audit_is_searched_in_fhir_and_every_event_is_valid() {
    let app = house().await;
    let (maria, admin) = (app.person("maria").await, app.admin().await);
    let own = maria.patient().to_owned();
    let made = maria.post("/fhir/r4/Observation", &weight(&own)).await.json();
    let id = made["id"].as_str().unwrap();
    maria.get(&format!("/fhir/r4/Observation/{id}")).await;
    maria.get(&format!("/fhir/r4/Observation?patient={own}&code:text=weight")).await;
    let account = maria.account();
    for (query, at_least) in [
        ("_count=500".to_owned(), 6),
        (format!("patient={own}"), 4),
        (format!("entity=Patient/{own}&action=C"), 1),
        (format!("entity=Observation/{id}"), 2),
        (format!("agent:identifier=urn:salus:account|{account}&action=R"), 1),
        ("outcome=4".to_owned(), 0),
        ("date=ge2026-01-05&date=lt2026-01-06".to_owned(), 6),
        ("date=lt2026-01-05".to_owned(), 0),
    ] {
        let found = events(&admin, &query).await;
        assert!(found.len() >= at_least && (at_least > 0 || found.is_empty()), "{query}: {}", found.len());
        for event in found {
            let issues = salus_fhir::validate::validate(&event);
            let wrong: Vec<_> =
                issues.iter().filter(|issue| issue.is_error()).map(|issue| &issue.diagnostics).collect();
            assert!(wrong.is_empty(), "{wrong:?}\n{event}");
        }
    }
    let event = &events(&maria, &format!("patient={own}&action=R")).await[0];
    let read = maria.get(&format!("/fhir/r4/AuditEvent/{}", event["id"].as_str().unwrap())).await;
    assert_eq!((read.status(), &read.json()), (200, event));
    for (query, status) in [("", 404), ("type=rest", 404), ("patient=", 400), ("shoe=1", 400)] {
        let answer = maria.get(&format!("/fhir/r4/AuditEvent?{query}")).await;
        assert!(answer.status() == status || answer.status() == 400, "{query}: {}", answer.status());
    }
}

#[tokio::test]
async fn asvs_v16_4_2_nobody_writes_or_changes_an_audit_event() {
    let app = house().await;
    let admin = app.admin().await;
    let event = json!({ "resourceType": "AuditEvent", "id": "1" });
    assert_eq!(admin.post("/fhir/r4/AuditEvent", &event).await.status(), 405);
    assert_eq!(admin.put("/fhir/r4/AuditEvent/1", &event).await.status(), 405);
    assert_eq!(admin.delete("/fhir/r4/AuditEvent/1").await.status(), 405);
    assert_eq!(admin.get("/fhir/r4/AuditEvent/1").await.status(), 200);
}

#[tokio::test]
async fn who_may_see_the_audit() {
    let app = house().await;
    let (maria, admin) = (app.person("maria").await, app.admin().await);
    let own = maria.patient().to_owned();
    let related = |relationship| BTreeMap::from([(own.clone(), relationship)]);
    let carer = app.account("carer", vec![Role::Caregiver], related(Relationship::Entrusted)).await;
    let doctor = app.account("doctor", vec![Role::Clinician], related(Relationship::InCare)).await;
    let path = format!("/api/v1/people/{own}/accesses");
    for (client, of_the_person, of_all) in
        [(&maria, 200, 404), (&carer, 200, 404), (&doctor, 404, 404), (&admin, 200, 200)]
    {
        assert_eq!(client.get(&path).await.status(), of_the_person);
        assert_eq!(client.get("/api/v1/audit").await.status(), of_all);
        assert_eq!(client.post("/api/v1/audit/verification", &json!({})).await.status(), of_all);
    }
    let all = admin.get("/api/v1/audit?action=sign-in").await.json();
    let names: Vec<_> =
        all["entries"].as_array().unwrap().iter().map(|entry| entry["who"].as_str().unwrap()).collect();
    assert_eq!(names, ["Doctor", "Carer", "Admin", "Maria"]);
    let state = admin.post("/api/v1/audit/verification", &json!({})).await.json();
    assert_eq!((&state["isWhole"], &state["first"]), (&json!(true), &json!(1)));
    assert_eq!(admin.get("/api/v1/audit?action=dance").await.status(), 400);
    assert!(app.open_doors(vec![crate::capability()]).await.is_empty());
}

#[tokio::test]
async fn a_day_is_told_by_person_and_thing() {
    let app = house().await;
    let maria = app.person("maria").await;
    let own = maria.patient().to_owned();
    for _ in 0..3 {
        maria.get(&format!("/fhir/r4/Patient/{own}")).await;
    }
    app.clock().advance_seconds(24 * 60 * 60);
    let maria = app.sign_in("maria").await;
    maria.get(&format!("/fhir/r4/Patient/{own}")).await;
    let page = maria.get(&format!("/api/v1/people/{own}/accesses?what=looks")).await.json();
    let told: Vec<_> = page["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| {
            let read = group["lines"]
                .as_array()
                .unwrap()
                .iter()
                .find(|line| line["what"] == "read personal details")
                .unwrap();
            (group["day"].as_str().unwrap(), read["times"].as_u64().unwrap() >= 1)
        })
        .collect();
    assert_eq!(told, [("2026-01-06", true), ("2026-01-05", true)]);
    assert_eq!(page["next"], Value::Null);
    let with_platform = maria.get(&format!("/api/v1/people/{own}/accesses?platform=true")).await.json();
    let who: Vec<_> = with_platform["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| group["who"].as_str().unwrap().to_owned())
        .collect();
    assert!(who.contains(&"Salus itself (test)".to_owned()), "{who:?}");
}

#[tokio::test]
async fn what_was_read_in_an_emergency_stands_apart_from_what_was_read_otherwise() {
    let app = house().await;
    let maria = app.person("maria").await;
    let patients = BTreeMap::from([(maria.patient().to_owned(), Relationship::InCare)]);
    let doctor = app.account("doctor", vec![Role::Clinician], patients).await;
    let account = app.app().auth.account(doctor.account()).await.unwrap().unwrap();
    let mut subject = app.app().auth.subject(&account).await.unwrap();
    for is_emergency in [false, true] {
        subject.emergencies = is_emergency.then(|| maria.patient().to_owned()).into_iter().collect();
        let records = app.app().store.as_user(std::sync::Arc::new(subject.clone()));
        records.read("Patient", maria.patient()).await.unwrap().unwrap();
    }
    let page = maria.get(&format!("/api/v1/people/{}/accesses?what=looks", maria.patient())).await.json();
    let groups = page["groups"].as_array().unwrap();
    let hers = groups.iter().find(|group| group["account"] == doctor.account()).unwrap();
    let lines = hers["lines"].as_array().unwrap().iter();
    let lines: Vec<_> = lines.map(|line| (&line["purpose"], &line["isEmergency"])).collect();
    let emergency = (&json!("an emergency that opened the record"), &json!(true));
    assert_eq!(lines, [emergency, (&json!("treatment"), &json!(false))]);
    assert_eq!(hers["lines"][0]["times"], 1, "{hers}");
}
