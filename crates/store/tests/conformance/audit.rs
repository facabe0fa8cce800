use crate::house::*;
use salus_store::AuditAction;

pub async fn every_look_and_write_stands_in_the_chain(house: House) {
    let store = house.open().await;
    let records = system(&store);
    put(&records, patient("p", "Ivanova")).await;
    put(&records, patient("p", "Petrova")).await;
    put(&records, observation("o", "p", "1", "2026-01-01", 1.0)).await;
    found(&person(&store, &["p"]), "Observation", "o").await;
    found(&person(&store, &["q"]), "Observation", "o").await;
    ids(&person(&store, &["p"]), "Observation", &[]).await;
    delete(&records, "Observation", "o").await.unwrap();
    put(&records, patient("other", "Sidorova")).await;
    close(store).await;

    let store = house.open().await;
    let trail = store.audit_trail("p", 0, 100).await.unwrap();
    let told: Vec<_> = trail
        .iter()
        .map(|entry| (entry.actor.as_str(), entry.action, entry.type_name.as_deref(), entry.log.is_some()))
        .collect();
    let (system, me) = ("system: a story", "account-1");
    use AuditAction::{Create, Delete, Denied, Read, Search, Update};
    assert_eq!(
        told,
        [
            (system, Create, Some("Patient"), true),
            (system, Update, Some("Patient"), true),
            (system, Create, Some("Observation"), true),
            (me, Read, Some("Observation"), false),
            (me, Denied, Some("Observation"), false),
            (me, Search, Some("Observation"), false),
            (system, Delete, Some("Observation"), true),
        ]
    );
    let report = store.verify_audit().await.unwrap();
    assert_eq!((report.entries, report.broken_at), (8, None));
}

pub async fn a_changed_entry_breaks_the_chain(house: House) {
    let store = house.open().await;
    for number in 0..5 {
        put(&system(&store), patient(&number.to_string(), "Ivanova")).await;
    }
    let before = store.verify_audit().await.unwrap();
    close(store).await;

    // Whoever can write the file changes who it was in the third entry: the name has one place in the file.
    let path = house.dir().join("record.db");
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute("UPDATE audit SET actor = 'nobody' WHERE seq = 3", []).unwrap();
    drop(connection);

    let store = house.open().await;
    let report = store.verify_audit().await.unwrap();
    assert_eq!(report.broken_at, Some(3));
    assert_ne!(report.head, before.head);
}

pub async fn the_chain_holds_no_name(house: House) {
    let store = house.open().await;
    put(&system(&store), patient("maria-the-patient", "Ivanova")).await;
    let record = store.audit_log(0, 10).await.unwrap().remove(0);
    assert!(!format!("{record:?}").contains("maria"));
    assert_eq!(record.count, 1);
}
