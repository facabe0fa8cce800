//! Who is told of an emergency outside of Salus, and what they are told.

use super::tests::{helper, wish};
use salus_access::Role;
use salus_auth::outreach::testing::Mailbox;
use salus_auth::{AccountChange, AuthConfig, OutreachConfig};
use salus_http::HttpConfig;
use salus_http::testing::{TestApp, TestClient};
use salus_outbound::testing::Fake;
use salus_store::{AuditAction, AuditFilter, NewJob};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// A house with these couriers, Maria in it, and a helper of Riverton Hospital.
async fn house(outreach: OutreachConfig) -> (TestApp, TestClient, TestClient) {
    let auth = AuthConfig { outreach, ..AuthConfig::default() };
    let app = TestApp::with_auth(|| vec![crate::capability()], HttpConfig::default(), auth).await;
    let maria = app.person("maria").await;
    let hospital = json!({ "resourceType": "Organization", "name": "Riverton Hospital" });
    let organization = Some(Some(app.create(hospital).await));
    let jonas = helper(&app, "jonas", Role::Emergency, true).await;
    let change = AccountChange { organization, ..AccountChange::default() };
    app.app().auth.change_account(jonas.account(), change).await.map(drop).unwrap();
    (app, maria, jonas)
}

async fn name_contacts(maria: &TestClient, contacts: Value) {
    let path = format!("/api/v1/people/{}/emergency-contacts", maria.patient());
    let named = maria.put(&path, &contacts).await;
    assert_eq!(named.status(), 200, "{}", named.text());
}

async fn open(helper: &TestClient, person: &TestClient) -> String {
    let opened = helper.post("/api/v1/emergency/accesses", &wish(person)).await;
    assert_eq!(opened.status(), 201, "{}", opened.text());
    opened.json()["id"].as_str().unwrap().to_owned()
}

/// The newest emergency as Maria sees it: `who state channel problem` of each who is told.
async fn told(maria: &TestClient) -> Vec<String> {
    let review = maria.get(&format!("/api/v1/people/{}/emergency-accesses", maria.patient())).await.json();
    let told = review[0]["told"].as_array().cloned().unwrap_or_default();
    let line = |one: &Value| {
        let words = ["who", "state", "channel", "problem"].map(|name| one[name].as_str().unwrap_or("-"));
        words.join(" ")
    };
    told.iter().map(line).collect()
}

fn by_sms(fake: &Fake) -> OutreachConfig {
    let sms = serde_json::from_value(json!({ "url": fake.url() })).unwrap();
    OutreachConfig { smtp: None, sms: Some(sms) }
}

#[tokio::test]
async fn the_person_and_whom_they_chose_are_told_and_learn_nothing_of_the_record() {
    let mailbox = Mailbox::open();
    let (app, maria, jonas) = house(mailbox.outreach()).await;
    name_contacts(
        &maria,
        json!([
            { "name": "Anna R.", "email": "anna@example.org" },
            { "name": "Bo", "email": "bo@example.org", "isTold": false },
            { "name": "Cid", "phone": "+1 555 0203" },
            { "name": "Maria at work", "email": "Maria@example.org" },
        ]),
    )
    .await;
    let id = open(&jonas, &maria).await;
    assert!(mailbox.letters().is_empty(), "opening waits for no mail server");
    app.settle().await;
    let letters = mailbox.letters();
    let to: Vec<&str> = letters.iter().map(|letter| letter.to.as_str()).collect();
    assert_eq!(to, ["maria@example.org", "anna@example.org"]);
    let page = format!("http://salus.test/people/{}/emergency", maria.patient());
    for (letter, whose) in letters.iter().zip(["your record", "the record of Maria"]) {
        let happened = format!(
            "Jonas (emergency helper, Riverton Hospital) opened the emergency view of {whose} on 5 Jan 2026, 08:00 UTC. \
             It closes by itself on 5 Jan 2026, 09:00 UTC."
        );
        assert!(letter.text.contains(&happened) && letter.text.contains(&page), "{}", letter.text);
        for secret in ["Found on the street", "speak"] {
            assert!(!letter.text.contains(secret), "{}", letter.text);
        }
    }
    let expect =
        ["Maria told email -", "Anna R. told email -", "Cid failed - no e-mail address of theirs is known"];
    assert_eq!(told(&maria).await, expect);

    // A job that runs once more tells nobody twice.
    let person = maria.patient();
    for (queue, payload) in [
        ("emergency.tell", json!({ "access": id, "person": person })),
        ("emergency.deliver", json!({ "notice": format!("{id}.1"), "person": person })),
    ] {
        app.app().store.enqueue(NewJob::new(queue, payload)).await.unwrap();
        app.settle().await;
    }
    assert_eq!(mailbox.letters().len(), 2);
    assert_eq!(told(&maria).await, expect);
    let filter = AuditFilter {
        patient: Some(person.to_owned()),
        actions: vec![AuditAction::Notify],
        ..AuditFilter::default()
    };
    let entries = app.app().store.system("test").audit(&filter, 10).await.unwrap();
    let details: Vec<_> = entries.iter().map(|entry| (&entry.detail["to"], &entry.detail["by"])).collect();
    assert_eq!(details, [(&json!("Anna R."), &json!("email")), (&json!("Maria"), &json!("email"))]);
    assert!(jonas.get("/api/v1/emergency/accesses").await.json()[0].get("told").is_none());
}

#[tokio::test]
async fn whoever_has_only_a_telephone_is_told_by_sms_and_tried_again_until_it_is_taken() {
    let taken: Arc<Mutex<Vec<Value>>> = Arc::default();
    let seen = Arc::clone(&taken);
    let fake = Fake::start(move |request| {
        let mut seen = seen.lock().unwrap();
        seen.push(serde_json::from_slice(&request.into_body()).unwrap());
        let status = if seen.len() < 3 { 503 } else { 202 };
        http::Response::builder().status(status).body(Vec::new()).unwrap()
    });
    let (app, maria, jonas) = house(by_sms(&fake)).await;
    name_contacts(
        &maria,
        json!([{ "name": "Cid", "phone": "+46 70-123 45 67" }, { "name": "Dag", "phone": "0555 123" }]),
    )
    .await;
    open(&jonas, &maria).await;
    app.settle().await;
    let maria_has_none = "Maria failed - no telephone number of theirs is known";
    let no_country = "Dag failed - the telephone number is not written with its country";
    let not_yet = "Cid waiting - whoever delivers SMS answered 503";
    assert_eq!(told(&maria).await, [maria_has_none, not_yet, no_country]);
    for _ in 0..2 {
        app.clock().advance_seconds(60);
        app.settle().await;
    }
    let maria = app.sign_in("maria").await.with_patient(maria.patient());
    assert_eq!(told(&maria).await, [maria_has_none, "Cid told sms -", no_country]);
    let taken = taken.lock().unwrap();
    let text = taken[2]["text"].as_str().unwrap();
    assert_eq!((taken.len(), &taken[2]["to"]), (3, &json!("+46701234567")));
    assert!(text.starts_with("Salus: Jonas (emergency helper, Riverton Hospital) opened"), "{text}");
}

#[tokio::test]
async fn the_person_reads_whom_nobody_could_tell_and_why() {
    let mailbox = Mailbox::open();
    let gone = serde_json::from_value(json!({
        "host": "127.0.0.1", "port": 1, "security": "none", "from": "Salus <salus@example.org>",
    }));
    let gone = OutreachConfig { smtp: Some(gone.unwrap()), sms: None };
    let nothing = "this Salus is not set up to send e-mail or SMS";
    let unreached = "the mail server could not be reached";
    for (outreach, first, last) in [
        (OutreachConfig::default(), ["failed", nothing], ["failed", nothing]),
        (gone, ["waiting", unreached], ["failed", unreached]),
        (
            mailbox.outreach(),
            ["failed", "the mail server refused with 550"],
            ["failed", "the mail server refused with 550"],
        ),
    ] {
        let (app, maria, jonas) = house(outreach).await;
        name_contacts(&maria, json!([{ "name": "Eva", "email": "refused@example.org" }])).await;
        open(&jonas, &maria).await;
        app.settle().await;
        let line = |[state, problem]: [&str; 2]| format!("Eva {state} - {problem}");
        assert_eq!(told(&maria).await[1], line(first));
        for _ in 0..40 {
            app.clock().advance_seconds(2 * 3_600);
            app.settle().await;
        }
        let maria = app.sign_in("maria").await.with_patient(maria.patient());
        assert_eq!(told(&maria).await[1], line(last));
    }
}

#[tokio::test]
async fn somebody_erased_meanwhile_is_spoken_of_to_nobody() {
    let mailbox = Mailbox::open();
    let (app, maria, jonas) = house(mailbox.outreach()).await;
    name_contacts(&maria, json!([{ "name": "Anna R.", "email": "anna@example.org" }])).await;
    open(&jonas, &maria).await;
    app.app().store.erase_patient(maria.patient(), "test").await.unwrap();
    app.settle().await;
    assert!(mailbox.letters().is_empty());
}
