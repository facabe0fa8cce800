use crate::house::*;
use salus_store::{Batch, Error, StoreConfig};
use serde_json::json;
use std::os::unix::fs::PermissionsExt;

pub async fn a_full_disk_keeps_nothing_of_what_failed(house: House) {
    let store = house.try_open(StoreConfig { max_bytes: Some(1 << 20), ..house.config() }).await.unwrap();
    let records = system(&store);
    let mut written = 0;
    let full = loop {
        let noise: String = (0..2_000_u64)
            .map(|n| char::from(b'a' + (n.wrapping_mul(2_654_435_761 + written) >> 7) as u8 % 26))
            .collect();
        let resource = json!({"resourceType": "Basic", "id": written.to_string(), "code": {"text": noise}});
        match write(&records, put_of(resource)).await {
            Ok(_) => written += 1,
            Err(error) => break error,
        }
        assert!(written < 10_000, "the disk never filled");
    };
    let Error::Full = full else { panic!("{full}") };
    assert!(written > 10);

    assert!(is_absent(&records, "Basic", &written.to_string()).await);
    let batch = (0..500).map(|n| put_of(patient(&format!("p{n}"), &"x".repeat(500)))).collect();
    let Err(Error::Full) = records.write(Batch { ops: batch, ..Batch::default() }).await else { panic!() };
    assert!(is_absent(&records, "Patient", "p0").await);
    assert!(found(&records, "Basic", "0").await.is_some(), "reading still works");
    close(store).await;

    let store = house.open().await;
    assert_eq!(store.stats().await.unwrap().versions, written);
    assert_eq!(store.verify_audit().await.unwrap().broken_at, None);
    put(&system(&store), patient("p0", "There is room again")).await;
}

pub async fn a_second_opening_is_refused_with_a_reason(house: House) {
    let store = house.open().await;
    let Err(Error::Unusable(text)) = house.try_open(house.config()).await else { panic!("it opened") };
    assert!(text.contains("in use"), "{text}");
    close(store).await;
    house.open().await;
}

pub async fn keys_from_an_older_copy_give_no_number_twice(house: House) {
    let (keys, copy) = (house.dir().join("keys.db"), house.dir().join("keys.copy"));
    let store = house.open().await;
    put(&system(&store), patient("p", "Ivanova")).await;
    close(store).await;
    std::fs::copy(&keys, &copy).unwrap();
    let store = house.open().await;
    put(&system(&store), observation("lost", "q", "1", "2026-01-01", 1.0)).await;
    close(store).await;
    for left in ["keys.db-wal", "keys.db-shm", "keys.db"] {
        let _absent = std::fs::remove_file(house.dir().join(left));
    }
    let Err(Error::Unusable(text)) = house.try_open(house.config()).await else { panic!("it opened") };
    assert!(text.contains("keys.db"), "{text}");

    std::fs::rename(&copy, &keys).unwrap();
    let store = house.open().await;
    put(&system(&store), observation("new", "r", "1", "2026-01-02", 2.0)).await;
    let counted = query("Observation", &[("patient", "r"), ("_summary", "count")]);
    let page = person(&store, &["r"]).search(&counted, salus_store::Page::first(1)).await.unwrap();
    assert_eq!(page.total, Some(1), "what is another's is not counted");
}

pub async fn an_index_of_another_layout_is_refused(house: House) {
    let store = house.open().await;
    put(&system(&store), patient("p", "Ivanova")).await;
    close(store).await;
    let set = |sql: &str| {
        let connection = rusqlite::Connection::open(house.dir().join("record.db")).unwrap();
        assert_eq!(connection.execute(sql, []).unwrap(), 1, "{sql}");
    };
    set("UPDATE cursor SET seq = seq + 1 WHERE name = '#layout'");
    let Err(Error::Unusable(text)) = house.try_open(house.config()).await else { panic!("it opened") };
    assert!(text.contains("layout"), "{text}");
    set("UPDATE cursor SET seq = seq - 1 WHERE name = '#layout'");
    let store = house.open().await;
    assert!(found(&system(&store), "Patient", "p").await.is_some());
}

pub async fn a_damaged_body_is_named_and_the_others_go_on(house: House) {
    let store = house.open().await;
    for id in ["one", "two", "three"] {
        put(&system(&store), observation(id, "p", "1", "2026-01-01", 1.0)).await;
    }
    close(store).await;
    let connection = rusqlite::Connection::open(house.dir().join("record.db")).unwrap();
    connection.execute("UPDATE log SET body = zeroblob(length(body)) WHERE seq = 2", []).unwrap();
    drop(connection);

    let store = house.open().await;
    let records = system(&store);
    let Err(Error::Corrupt(what)) = records.read("Observation", "two").await else { panic!() };
    assert!(what.contains("Observation/two"), "{what}");
    assert!(found(&records, "Observation", "three").await.is_some());
    assert_eq!(ids(&records, "Observation", &[("patient", "p")]).await, ["one", "three"]);
}

pub async fn all_acknowledged_is_there_after_reopening(house: House) {
    let store = house.open().await;
    let written = put(&system(&store), patient("p", "Ivanova")).await;
    let blob = system(&store).put_blob(Some("p"), "a file".into()).await.unwrap();
    let before = store.verify_audit().await.unwrap();
    close(store).await;

    let store = house.open().await;
    let stored = found(&system(&store), "Patient", "p").await.unwrap();
    assert_eq!((stored.version, stored.seq), (written.version, written.seq));
    assert_eq!(&system(&store).get_blob(&blob).await.unwrap()[..], b"a file");
    assert!(store.verify_audit().await.unwrap().entries >= before.entries);
    assert_eq!(put(&system(&store), patient("q", "Petrova")).await.seq, written.seq + 1);
    assert_eq!(*store.watch().borrow(), written.seq + 1);
}

pub async fn a_lost_key_file_is_told(house: House) {
    close(house.open().await).await;
    let key = house.dir().join("master.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let Err(Error::Unusable(text)) = house.try_open(house.config()).await else { panic!("it opened") };
    assert!(text.contains("0600"), "{text}");
    std::fs::remove_file(&key).unwrap();
    let Err(Error::Unusable(text)) = house.try_open(house.config()).await else { panic!("it opened") };
    assert!(text.contains("master.key"), "{text}");
    assert!(!key.exists(), "no new key is made for old data");
}
