use crate::house::*;
use salus_store::{AuditAction, Error, HistoryPage, HistoryScope, Lookup, Page};
use serde_json::json;

pub async fn a_stranger_sees_no_difference_between_foreign_and_absent(house: House) {
    let store = house.open().await;
    put(&system(&store), patient("p", "Ivanova")).await;
    put(&system(&store), observation("o", "p", "1", "2026-01-01", 1.0)).await;
    let gone = put(&system(&store), observation("gone", "p", "1", "2026-01-01", 1.0)).await;
    delete(&system(&store), "Observation", &gone.id).await.unwrap();

    let stranger = person(&store, &["q"]);
    for (type_name, id) in
        [("Patient", "p"), ("Observation", "o"), ("Observation", "gone"), ("Observation", "none")]
    {
        assert!(is_absent(&stranger, type_name, id).await, "{type_name}/{id}");
        let Ok(Lookup::Absent) = stranger.read_version(type_name, id, 1).await else {
            panic!("{type_name}/{id}")
        };
    }
    assert!(ids(&stranger, "Observation", &[]).await.is_empty());
    assert!(ids(&stranger, "Observation", &[("patient", "p")]).await.is_empty());
    assert!(stranger.everything("p", Page::first(10)).await.unwrap().matches.is_empty());
    assert_eq!(stranger.last_change("p").await.unwrap(), 0);

    let owner = person(&store, &["p"]);
    assert!(found(&owner, "Observation", "o").await.is_some());
    let Ok(Lookup::Gone { .. }) = owner.lookup("Observation", "gone").await else { panic!() };
    assert!(owner.last_change("p").await.unwrap() > 0);
}

pub async fn a_person_writes_what_is_theirs_and_nothing_else(house: House) {
    let store = house.open().await;
    put(&system(&store), observation("theirs", "q", "1", "2026-01-01", 1.0)).await;
    let me = person(&store, &["p"]);
    let entered = json!({"resourceType": "QuestionnaireResponse", "id": "mine", "status": "completed",
        "subject": {"reference": "Patient/p"}, "source": {"reference": "Patient/p"}});
    assert!(write(&me, put_of(entered.clone())).await.is_ok());

    let mut foreign = entered.clone();
    foreign["id"] = json!("foreign");
    foreign["subject"]["reference"] = json!("Patient/q");
    let taken = observation("theirs", "p", "1", "2026-01-01", 1.0);
    for resource in [foreign, taken] {
        let Err(Error::Denied) = write(&me, put_of(resource.clone())).await else { panic!("{resource}") };
    }
    assert_eq!(found(&system(&store), "Observation", "theirs").await.unwrap().version, 1);
    let Err(Error::Denied) = delete(&me, "Observation", "theirs").await else { panic!() };
    let denied = store.audit_log(0, 100).await.unwrap();
    assert!(denied.iter().any(|entry| entry.actor == "account-1" && entry.action == AuditAction::Denied));
}

pub async fn nobody_reaches_internal_types_but_the_system(house: House) {
    let store = house.open().await;
    let account =
        json!({"resourceType": "UserAccount", "id": "a", "email": "a@example.org", "state": "active"});
    put(&system(&store), account.clone()).await;
    assert!(found(&system(&store), "UserAccount", "a").await.is_some());

    let subject = salus_access::Subject {
        policy: salus_access::AccessPolicy::everything(),
        ..salus_access::Subject::new("root", "Root", vec![salus_access::Role::Admin], Default::default())
    };
    let admin = store.as_user(std::sync::Arc::new(subject));
    assert!(is_absent(&admin, "UserAccount", "a").await);
    assert!(ids(&admin, "UserAccount", &[]).await.is_empty());
    let Err(Error::Denied) = write(&admin, put_of(account)).await else { panic!() };
    let Err(Error::Denied) = delete(&admin, "UserAccount", "a").await else { panic!() };
    let history = admin.history(HistoryScope::System, HistoryPage::default()).await.unwrap();
    assert!(history.is_empty());
}

pub async fn history_shows_each_version_only_to_those_who_may_read_it(house: House) {
    let store = house.open().await;
    put(&system(&store), observation("o", "p", "1", "2026-01-01", 1.0)).await;
    put(&system(&store), observation("o", "q", "1", "2026-01-01", 2.0)).await;
    let mut shared = observation("both", "p", "1", "2026-01-01", 3.0);
    shared["performer"] = json!([{"reference": "Patient/q"}]);
    put(&system(&store), shared).await;
    delete(&system(&store), "Observation", "both").await.unwrap();

    let scopes = [
        HistoryScope::System,
        HistoryScope::Type("Observation".into()),
        HistoryScope::Instance("Observation".into(), "o".into()),
    ];
    let all = HistoryPage { count: 100, ..HistoryPage::default() };
    let expected = [
        ("p", vec![vec!["both/2", "both/1", "o/1"], vec!["both/2", "both/1", "o/1"], vec!["o/1"]]),
        ("q", vec![vec!["both/2", "both/1", "o/2"], vec!["both/2", "both/1", "o/2"], vec!["o/2"]]),
        ("r", vec![vec![], vec![], vec![]]),
    ];
    for (who, expected) in expected {
        let records = person(&store, &[who]);
        for (scope, expected) in scopes.iter().zip(expected) {
            let history = records.history(scope.clone(), all).await.unwrap();
            let seen: Vec<_> =
                history.iter().map(|entry| format!("{}/{}", entry.id, entry.version)).collect();
            assert_eq!(seen, expected, "{who} {scope:?}");
        }
    }
}
