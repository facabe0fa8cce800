use crate::house::*;
use salus_store::{AuditAction, Error, HistoryPage, HistoryScope};
use serde_json::json;

pub async fn an_erased_patient_is_gone_from_every_file(house: House) {
    let store = house.open().await;
    let records = system(&store);
    put(&records, patient("maria-4711", "Zwetkowskaja")).await;
    put(&records, patient("maria-4711", "Zwetkowskaja-Brandt")).await;
    put(&records, observation("weight-of-maria", "maria-4711", "1", "2026-01-01", 1.0)).await;
    let blob = records.put_blob(Some("maria-4711"), "her file".into()).await.unwrap();
    close(store).await;
    assert!(
        contains(&all_bytes(&house.dir()), "zwetkowskaja"),
        "names are searchable as long as she is there"
    );

    let store = house.open().await;
    let records = system(&store);
    store.erase_patient("maria-4711", "the registrar").await.unwrap();
    for (type_name, id) in [("Patient", "maria-4711"), ("Observation", "weight-of-maria")] {
        assert!(is_absent(&records, type_name, id).await);
    }
    assert!(ids(&records, "Patient", &[("family", "zwet")]).await.is_empty());
    assert!(ids(&records, "Observation", &[]).await.is_empty());
    let history = records.history(HistoryScope::System, HistoryPage::default()).await.unwrap();
    assert!(history.is_empty());
    assert!(store.feed(0, 100).await.unwrap().is_empty());
    let Err(Error::NotFound) = records.get_blob(&blob).await else { panic!() };
    let Err(Error::NotFound) = store.erase_patient("maria-4711", "the registrar").await else { panic!() };
    close(store).await;

    let bytes = all_bytes(&house.dir());
    for trace in ["maria-4711", "weight-of-maria", "zwetkowskaja", "Zwetkowskaja"] {
        assert!(!contains(&bytes, trace), "{trace} is still there");
    }
}

pub async fn the_others_and_the_audit_stay_whole(house: House) {
    let store = house.open().await;
    let records = system(&store);
    put(&records, patient("p", "Ivanova")).await;
    put(&records, patient("q", "Petrova")).await;
    put(&records, observation("mine", "p", "1", "2026-01-01", 1.0)).await;
    let mut both = observation("both", "p", "1", "2026-01-01", 3.0);
    both["performer"] = json!([{"reference": "Patient/q"}]);
    put(&records, both).await;
    store.erase_patient("q", "the registrar").await.unwrap();

    assert_eq!(ids(&records, "Patient", &[]).await, ["p"]);
    assert_eq!(ids(&records, "Observation", &[]).await, ["both", "mine"]);
    put(&records, observation("mine", "p", "1", "2026-01-01", 2.0)).await;
    let report = store.verify_audit().await.unwrap();
    assert_eq!(report.broken_at, None);
    let last = store.audit_trail("q", 0, 100).await.unwrap().pop().unwrap();
    assert_eq!((last.actor.as_str(), last.action), ("the registrar", AuditAction::Erase));
}

pub async fn an_erased_id_may_be_used_again(house: House) {
    let store = house.open().await;
    put(&system(&store), patient("p", "Before")).await;
    store.erase_patient("p", "the registrar").await.unwrap();
    close(store).await;

    let store = house.open().await;
    let again = put(&system(&store), patient("p", "After")).await;
    assert_eq!((again.version, again.created), (1, true));
    assert_eq!(ids(&system(&store), "Patient", &[("family", "after")]).await, ["p"]);
    assert!(ids(&system(&store), "Patient", &[("family", "before")]).await.is_empty());
}

pub async fn nothing_written_meanwhile_outlives_the_key(house: House) {
    let store = house.open().await;
    put(&system(&store), patient("p", "Ivanova")).await;
    let writers: Vec<_> = (0..32)
        .map(|number| {
            let records = system(&store);
            tokio::spawn(async move {
                let op = put_of(observation(&format!("o{number}"), "p", "1", "2026-01-01", 1.0));
                write(&records, op).await
            })
        })
        .collect();
    store.erase_patient("p", "the registrar").await.unwrap();
    for writer in writers {
        let _whether_before_or_after = writer.await.unwrap();
    }
    // What came before is gone with her; what came after stands under a new key. Nothing is in between.
    let records = system(&store);
    let listed = ids(&records, "Observation", &[]).await;
    assert_eq!(store.feed(0, 1_000).await.unwrap().len(), listed.len());
    assert_eq!(ids(&records, "Observation", &[("patient", "p")]).await, listed);
    for id in &listed {
        assert!(found(&records, "Observation", id).await.is_some());
    }
    assert_eq!(store.verify_audit().await.unwrap().broken_at, None);
}
