use crate::house::*;
use salus_store::{Batch, Event};

pub async fn the_feed_tells_every_change_once_in_order(house: House) {
    let store = house.open().await;
    let records = system(&store);
    put(&records, patient("p", "Ivanova")).await;
    put(&records, observation("o", "p", "1", "2026-01-01", 1.0)).await;
    put(&records, observation("o", "p", "1", "2026-01-01", 2.0)).await;
    delete(&records, "Observation", "o").await.unwrap();
    put(&records, serde_json::json!({"resourceType": "Organization", "id": "clinic"})).await;

    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let changes = store.feed(after, 2).await.unwrap();
        let Some(last) = changes.last() else { break };
        after = last.seq;
        seen.extend(changes);
    }
    let told: Vec<_> = seen
        .iter()
        .map(|change| (change.event, change.id.as_str(), change.version, change.patient.as_deref()))
        .collect();
    use Event::{Created, Deleted, Updated};
    assert_eq!(
        told,
        [
            (Created, "p", 1, Some("p")),
            (Created, "o", 1, Some("p")),
            (Updated, "o", 2, Some("p")),
            (Deleted, "o", 3, Some("p")),
            (Created, "clinic", 1, None),
        ]
    );
}

pub async fn a_watcher_hears_of_every_commit(house: House) {
    let store = house.open().await;
    let mut watch = store.watch();
    let before = *watch.borrow_and_update();
    let ops = vec![put_of(patient("p", "Ivanova")), put_of(patient("q", "Petrova"))];
    system(&store).write(Batch { ops, ..Batch::default() }).await.unwrap();
    watch.changed().await.unwrap();
    assert_eq!(*watch.borrow_and_update(), before + 2);
    put(&system(&store), patient("p", "Ivanova")).await;
    assert!(!watch.has_changed().unwrap(), "nothing changed");
}

pub async fn a_cursor_stays_where_it_was_put(house: House) {
    let store = house.open().await;
    assert_eq!(store.cursor("summaries").await.unwrap(), 0);
    store.set_cursor("summaries", 41).await.unwrap();
    store.set_cursor("summaries", 42).await.unwrap();
    close(store).await;
    let store = house.open().await;
    assert_eq!(store.cursor("summaries").await.unwrap(), 42);
    assert_eq!(store.cursor("others").await.unwrap(), 0);
}

pub async fn a_change_moves_the_patients_it_touches_and_no_others(house: House) {
    let store = house.open().await;
    let records = system(&store);
    put(&records, patient("p", "Ivanova")).await;
    put(&records, patient("q", "Petrova")).await;
    let (p, q) = (records.last_change("p").await.unwrap(), records.last_change("q").await.unwrap());
    let moved = put(&records, observation("o", "p", "1", "2026-01-01", 1.0)).await;
    assert_eq!(records.last_change("p").await.unwrap(), moved.seq);
    assert!(records.changed_since("p", p).await.unwrap());
    assert!(!records.changed_since("q", q).await.unwrap());
    let gone = delete(&records, "Observation", "o").await.unwrap();
    assert_eq!(records.last_change("p").await.unwrap(), gone.seq);
    assert_eq!(records.last_change("nobody").await.unwrap(), 0);
}
