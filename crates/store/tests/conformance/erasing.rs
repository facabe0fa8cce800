use crate::house::*;
use salus_store::{AuditAction, Batch, Error, HistoryPage, HistoryScope, JobState, NewJob, Progress};
use serde_json::json;
use std::time::Duration;

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

/// Which files of an older copy are put back, and which of those in place stay.
const PUT_BACK: [&[&str]; 4] =
    [&["record.db", "keys.db", "blobs"], &["record.db", "blobs"], &["keys.db"], &["blobs"]];

pub async fn an_older_copy_brings_nobody_back(house: House) {
    for files in PUT_BACK {
        let house = house.next_door();
        let store = house.open().await;
        let records = system(&store);
        put(&records, patient("maria-4711", "Zwetkowskaja")).await;
        put(&records, patient("anna-0815", "Petrova")).await;
        put(&records, observation("weight-of-maria", "maria-4711", "1", "2026-01-01", 1.0)).await;
        let blob = records.put_blob(Some("maria-4711"), "her file".into()).await.unwrap();
        store.enqueue(NewJob::new("any", json!({"person": "maria-4711"}))).await.unwrap();
        close(store).await;
        let copy = tempfile::tempdir().unwrap();
        copy_files(&house.dir(), copy.path());

        let store = house.open().await;
        store.erase_patient("maria-4711", "the registrar").await.unwrap();
        close(store).await;
        for file in files {
            put_back(&copy.path().join(file), &house.dir().join(file));
        }

        let store = house.open().await;
        let records = system(&store);
        assert_eq!(ids(&records, "Patient", &[]).await, ["anna-0815"], "{files:?}");
        assert!(ids(&records, "Patient", &[("family", "zwet")]).await.is_empty(), "{files:?}");
        for (type_name, id) in [("Patient", "maria-4711"), ("Observation", "weight-of-maria")] {
            assert!(is_absent(&records, type_name, id).await, "{files:?}");
        }
        let Err(Error::NotFound) = records.get_blob(&blob).await else { panic!("{files:?}") };
        assert!(store.claim(&["any"], Duration::from_secs(60)).await.unwrap().is_none(), "{files:?}");
        assert_eq!(store.verify_audit().await.unwrap().broken_at, None, "{files:?}");
        // Whoever comes next has a number of their own, or the list would erase them too.
        put(&records, patient("next", "Newcomer")).await;
        close(store).await;
        let bytes = all_bytes(&house.dir());
        for trace in ["maria-4711", "weight-of-maria", "zwetkowskaja", "Zwetkowskaja"] {
            assert!(!contains(&bytes, trace), "{trace} is there again with {files:?}");
        }
        let store = house.open().await;
        assert_eq!(ids(&system(&store), "Patient", &[]).await, ["anna-0815", "next"], "{files:?}");
    }
}

pub async fn a_key_that_was_put_back_opens_nothing(house: House) {
    let store = house.open().await;
    put(&system(&store), patient("p", "Ivanova")).await;
    close(store).await;
    let copy = tempfile::tempdir().unwrap();
    copy_files(&house.dir(), copy.path());
    let store = house.open().await;
    store.erase_patient("p", "the registrar").await.unwrap();
    close(store).await;
    put_back(&copy.path().join("keys.db"), &house.dir().join("keys.db"));
    close(house.open().await).await;
    let keys = std::fs::read(house.dir().join("keys.db")).unwrap();
    let old = std::fs::read(copy.path().join("keys.db")).unwrap();
    // Wrapped keys are 60 bytes; the shared key and the hash key are in both, the patient's in the old file alone.
    let of_patient = rusqlite::Connection::open(copy.path().join("keys.db")).unwrap();
    let wrapped: Vec<u8> = of_patient
        .query_row("SELECT wrapped FROM patient_key WHERE patient_id = 'p'", [], |row| row.get(0))
        .unwrap();
    let holds = |bytes: &[u8]| bytes.windows(wrapped.len()).any(|window| window == wrapped);
    assert!(holds(&old) && !holds(&keys));
}

pub async fn work_about_the_erased_is_gone_and_others_goes_on(house: House) {
    let store = house.open().await;
    let records = system(&store);
    put(&records, patient("p", "Ivanova")).await;
    put(&records, patient("q", "Petrova")).await;
    for payload in [json!({"person": "p", "name": "Letter of p.pdf"}), json!({"about": ["Patient/p"]})] {
        store.enqueue(NewJob::new("theirs", payload)).await.unwrap();
    }
    // Whatever became of it: what ended is kept for a while as well.
    let lease = Duration::from_secs(60);
    let mut ended = Vec::new();
    for state in [JobState::Done, JobState::Dead, JobState::Running] {
        let payload = json!({"about": {"reference": "Patient/p"}, "name": "Letter of p.pdf"});
        store.enqueue(NewJob { dedupe: Some("p".into()), ..NewJob::new("ended", payload) }).await.unwrap();
        let job = store.claim(&["ended"], lease).await.unwrap().unwrap();
        let progress = Progress { message: Some("Letter of p.pdf".into()), ..Progress::default() };
        store.progress(&job, progress, lease).await.unwrap();
        match state {
            JobState::Done => assert!(store.done(&job).await.unwrap()),
            JobState::Dead => assert!(store.give_up(&job, "Letter of p.pdf").await.unwrap()),
            _ => {}
        }
        assert_eq!(store.job(&job.id).await.unwrap().unwrap().state, state);
        ended.push(job.id);
    }
    let others = store.enqueue(NewJob::new("others", json!({"person": "q", "text": "p is a letter"}))).await;
    store.erase_patient("p", "the registrar").await.unwrap();
    assert!(store.claim(&["theirs"], lease).await.unwrap().is_none());
    for id in ended {
        assert!(store.job(&id).await.unwrap().is_none());
    }
    let job = store.job(&others.unwrap()).await.unwrap().unwrap();
    assert_eq!(job.state, JobState::Waiting);
    close(store).await;
    assert!(!contains(&all_bytes(&house.dir()), "Letter of p.pdf"));
}

pub async fn nobody_writes_about_the_erased_who_has_not_heard_of_it(house: House) {
    let store = house.open().await;
    let records = system(&store);
    put(&records, patient("p", "Ivanova")).await;
    let at_work = records.about("p").await.unwrap();
    write(&at_work, put_of(observation("o1", "p", "1", "2026-01-01", 1.0))).await.unwrap();
    store.erase_patient("p", "the registrar").await.unwrap();

    let late = observation("o2", "p", "1", "2026-01-01", 1.0);
    for door in [&records, &at_work] {
        let Err(Error::NotFound) = write(door, put_of(late.clone())).await else { panic!() };
        let Err(Error::NotFound) = door.put_blob(Some("p"), "late".into()).await else { panic!() };
    }
    let Err(Error::NotFound) = records.about("p").await.map(drop) else { panic!() };
    // They come back themselves: with a new record, which old work is not about.
    put(&records, patient("p", "Ivanova")).await;
    write(&records, put_of(late.clone())).await.unwrap();
    let Err(Error::NotFound) = write(&at_work, put_of(late)).await else { panic!() };
    let Err(Error::NotFound) = at_work.still_there().await else { panic!() };
}

pub async fn what_there_is_is_counted_before(house: House) {
    let store = house.open().await;
    let records = system(&store);
    put(&records, patient("p", "Ivanova")).await;
    put(&records, patient("p", "Petrova")).await;
    put(&records, patient("q", "Petrova")).await;
    put(&records, observation("mine", "p", "1", "2026-01-01", 1.0)).await;
    records.put_blob(Some("p"), "12345678".into()).await.unwrap();
    store.enqueue(NewJob::new("any", json!({"person": "p"}))).await.unwrap();
    let holdings = store.holdings("p").await.unwrap();
    assert_eq!(holdings.resources, [("Observation".to_owned(), 1), ("Patient".to_owned(), 1)]);
    assert_eq!((holdings.versions, holdings.files, holdings.file_bytes, holdings.jobs), (3, 1, 8, 1));
    assert!(holdings.version_bytes > 0 && holdings.index_rows > 0);
    let Err(Error::NotFound) = store.holdings("nobody").await else { panic!() };
}

pub async fn what_others_say_of_somebody_is_found(house: House) {
    let store = house.open().await;
    let records = system(&store);
    put(&records, patient("p", "Ivanova")).await;
    put(&records, patient("a", "Petrova")).await;
    put(&records, observation("mine", "p", "1", "2026-01-01", 1.0)).await;
    let mut both = observation("both", "a", "1", "2026-01-01", 3.0);
    both["performer"] = json!([{"reference": "Patient/p"}]);
    put(&records, both).await;
    put(&records, json!({"resourceType": "Device", "id": "pump", "patient": {"reference": "Patient/p"}}))
        .await;
    let mentions: Vec<_> = store.mentions("p").await.unwrap().into_iter().collect();
    let expected = [("Device", "pump"), ("Observation", "both")];
    assert_eq!(mentions, expected.map(|(type_name, id)| (type_name.to_owned(), id.to_owned())));
}

pub async fn what_is_purged_leaves_no_version(house: House) {
    let store = house.open().await;
    let records = system(&store);
    put(&records, patient("p", "Ivanova")).await;
    for value in [1.0, 2.0, 3.0] {
        put(&records, observation("o", "p", "1", "2026-01-01", value)).await;
    }
    assert!(records.purge_history("Observation", "o").await.unwrap());
    let scope = || HistoryScope::Instance("Observation".to_owned(), "o".to_owned());
    assert_eq!(records.history(scope(), HistoryPage::default()).await.unwrap().len(), 1);
    assert_eq!(ids(&records, "Observation", &[("patient", "p")]).await, ["o"]);

    let blob = records.put_blob(Some("p"), "a file".into()).await.unwrap();
    let Err(Error::Denied) = person(&store, &["p"]).purge("Observation", "o").await else { panic!() };
    let Err(Error::Denied) = person(&store, &["p"]).delete_blob(&blob).await else { panic!() };
    records.delete_blob(&blob).await.unwrap();
    let Err(Error::NotFound) = records.get_blob(&blob).await else { panic!() };

    assert!(records.purge("Observation", "o").await.unwrap());
    assert!(!records.purge("Observation", "o").await.unwrap());
    assert!(is_absent(&records, "Observation", "o").await);
    assert!(records.history(scope(), HistoryPage::default()).await.unwrap().is_empty());
    assert!(ids(&records, "Observation", &[]).await.is_empty());
    assert_eq!(store.verify_audit().await.unwrap().broken_at, None);
    // Its name is free.
    assert_eq!(put(&records, observation("o", "p", "1", "2026-01-01", 4.0)).await.version, 1);
}

/// So many rows, in no order and side by side with others', that pages are split and none is ever freed whole: old
/// places of rows stay behind.
pub async fn nothing_is_left_where_a_row_once_stood(house: House) {
    const EACH: usize = 40;
    let store = house.open().await;
    let records = system(&store);
    for number in 0..EACH {
        let mut ops = Vec::new();
        for (id, family) in [("maria-4711", "Zwetkowskaja"), ("anna-0815", "Petrova")] {
            let person = format!("{id}-{number}");
            ops.push(put_of(patient(&person, &format!("{family}{number}"))));
            for place in 0..20 {
                let scattered = (number * 20 + place) * 7_919 % 10_007;
                let name = format!("w{scattered}-of-{person}-{place}");
                ops.push(put_of(observation(&name, &person, "1", "2026-01-01", 1.0)));
            }
        }
        records.write(Batch { ops, ..Batch::default() }).await.unwrap();
    }
    for number in 0..EACH {
        store.erase_patient(&format!("maria-4711-{number}"), "the registrar").await.unwrap();
    }
    close(store).await;
    let bytes = all_bytes(&house.dir());
    for trace in ["maria-4711", "zwetkowskaja"] {
        assert!(!contains(&bytes, trace), "{trace} is still there");
    }
    let store = house.open().await;
    assert_eq!(ids(&system(&store), "Patient", &[("family", "petrova7")]).await, ["anna-0815-7"]);
    assert_eq!(store.verify_audit().await.unwrap().broken_at, None);
}
