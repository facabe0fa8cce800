use crate::house::*;
use bytes::Bytes;
use salus_store::{AuditAction, Error, Progress, Store};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

async fn filled(house: &House, versions: u64) -> Store {
    let store = house.open().await.unwrap();
    put(&store, patient("p")).await.unwrap();
    put(&store, patient("other")).await.unwrap();
    for number in 0..versions {
        put(&store, observation(&format!("o{}", number % 10), "p", number)).await.unwrap();
    }
    store
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asvs_v11_2_2_everything_of_a_person_is_sealed_anew_and_the_old_key_opens_nothing() {
    let house = House::build();
    let store = filled(&house, 30).await;
    let file = store.system("a story").put_blob(Some("p"), Bytes::from_static(b"a letter")).await.unwrap();
    let old = house.dir.path().join("keys.old");
    close(store).await;
    std::fs::copy(house.config().dir.join("keys.db"), &old).unwrap();
    let store = house.open().await.unwrap();

    let done = store.replace_patient_key("p", &|_| {}).await.unwrap();
    assert_eq!(done, 32, "the patient, thirty versions and a file");
    assert_eq!(store.replace_patient_key("p", &|_| {}).await.unwrap(), 32, "and once more");
    assert!(matches!(store.replace_patient_key("nobody", &|_| {}).await, Err(Error::NotFound)));
    close(store).await;

    let store = house.open().await.unwrap();
    assert!(read(&store, "Observation", "o9").await.unwrap().unwrap().contains("29"));
    assert_eq!(store.system("a story").get_blob(&file).await.unwrap(), "a letter");
    let log = store.audit_log(0, 1_000).await.unwrap();
    assert_eq!(log.iter().filter(|entry| entry.action == AuditAction::KeyRotation).count(), 2);
    assert_eq!(store.verify_audit().await.unwrap().broken_at, None);
    close(store).await;
    let counts = Store::key_counts(&house.config()).unwrap();
    assert_eq!(counts.iter().map(|count| count.replacing).sum::<u64>(), 0);

    std::fs::rename(old, house.config().dir.join("keys.db")).unwrap();
    let store = house.open().await.unwrap();
    assert!(matches!(read(&store, "Observation", "o9").await, Err(Error::Corrupt(_))));
    assert!(matches!(store.system("a story").get_blob(&file).await, Err(Error::Corrupt(_))));
    assert!(read(&store, "Patient", "other").await.unwrap().is_some(), "who is another keeps their key");
    close(store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asvs_v15_4_1_nothing_that_is_written_meanwhile_is_lost() {
    let house = House::build();
    let store = filled(&house, 500).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let mut writers = Vec::new();
    for writer in 0..3 {
        let (store, is_over) = (store.clone(), is_over.clone());
        writers.push(tokio::spawn(async move {
            let mut written = Vec::new();
            while !is_over.load(Ordering::SeqCst) {
                let id = format!("w{writer}-{}", written.len());
                put(&store, observation(&id, "p", 1)).await.unwrap();
                assert!(read(&store, "Observation", &id).await.unwrap().is_some(), "{id}");
                assert!(read(&store, "Observation", "o3").await.unwrap().is_some());
                let file = Bytes::from(id.clone());
                let file = store.system("a story").put_blob(Some("p"), file).await.unwrap();
                written.push((id, file));
            }
            written
        }));
    }
    for _ in 0..3 {
        assert!(store.replace_patient_key("p", &|_| {}).await.unwrap() >= 500);
    }
    is_over.store(true, Ordering::SeqCst);
    let mut all = Vec::new();
    for writer in writers {
        all.extend(writer.await.unwrap());
    }
    assert!(!all.is_empty());
    close(store).await;
    let store = house.open().await.unwrap();
    for (id, file) in all {
        assert!(read(&store, "Observation", &id).await.unwrap().is_some(), "{id}");
        assert_eq!(store.system("a story").get_blob(&file).await.unwrap(), id);
    }
    close(store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_cut_off_reads_well_and_is_finished_later() {
    let house = House::build();
    let store = filled(&house, 600).await;
    let begun = Arc::new(tokio::sync::Notify::new());
    let (running, told) = (store.clone(), begun.clone());
    let (go_on, waits) = std::sync::mpsc::channel();
    let waits = std::sync::Mutex::new(waits);
    let replacing = tokio::spawn(async move {
        let told = move |_| {
            told.notify_one();
            waits.lock().unwrap().recv().unwrap();
        };
        running.replace_patient_key("p", &told).await
    });
    begun.notified().await;
    replacing.abort();
    go_on.send(()).unwrap();
    let _cut = replacing.await;
    close(store).await;
    let counts = Store::key_counts(&house.config()).unwrap();
    assert_eq!(counts.iter().map(|count| count.replacing).sum::<u64>(), 1, "it was cut off in the middle");

    let store = house.open().await.unwrap();
    for number in 0..10 {
        assert!(read(&store, "Observation", &format!("o{number}")).await.unwrap().is_some());
    }
    let last = Mutex::new(Progress::default());
    let left = store.replace_patient_key("p", &|at| *last.lock().unwrap() = at).await.unwrap();
    assert!((1..601).contains(&left), "{left}");
    let last = last.into_inner().unwrap();
    assert_eq!((last.done, last.total), (601, 601), "what was done before counts");
    close(store).await;
    let store = house.open().await.unwrap();
    for number in 0..10 {
        assert!(read(&store, "Observation", &format!("o{number}")).await.unwrap().is_some());
    }
    close(store).await;
}
