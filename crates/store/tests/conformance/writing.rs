use crate::house::*;
use salus_store::{Batch, Conflict, Error, Expect, Lookup, Op};
use serde_json::json;

pub async fn a_resource_comes_back_as_it_was_written(house: House) {
    let store = house.open().await;
    let records = system(&store);
    let text = r#"{"resourceType":"Observation","status":"final","code":{"text":"Weight"},"valueQuantity":{"value":72.50}}"#;
    let written = records.write(Batch::create(serde_json::from_str(text).unwrap())).await.unwrap().remove(0);
    assert!(written.created && written.changed);
    assert_eq!(written.version, 1);

    let stored = found(&records, "Observation", &written.id).await.unwrap();
    let expected = format!(
        r#"{{"resourceType":"Observation","id":"{}","meta":{{"versionId":"1","lastUpdated":"2026-01-05T08:00:00Z"}},"status":"final","code":{{"text":"Weight"}},"valueQuantity":{{"value":72.50}}}}"#,
        written.id
    );
    assert_eq!(std::str::from_utf8(stored.bytes()).unwrap(), expected);
    assert_eq!((stored.seq, stored.version), (written.seq, 1));
}

pub async fn versions_are_checked(house: House) {
    let store = house.open().await;
    let records = system(&store);
    let weight = |value| observation("o", "p", "29463-7", "2026-01-01", value);
    let expecting = |value, expect| write(&records, Op::Put { resource: weight(value), expect });

    assert_eq!(expecting(70.0, Expect::Absent).await.unwrap().version, 1);
    let Err(Error::Conflict(Conflict::Exists { .. })) = expecting(71.0, Expect::Absent).await else {
        panic!()
    };
    assert_eq!(expecting(71.0, Expect::Version(1)).await.unwrap().version, 2);
    let Err(Error::Conflict(Conflict::Version { expected: 1, current: 2, .. })) =
        expecting(72.0, Expect::Version(1)).await
    else {
        panic!()
    };
    let Err(Error::Conflict(Conflict::Exists { .. })) =
        write(&records, Op::Create { resource: weight(73.0) }).await
    else {
        panic!()
    };
    let delete = |expect| Op::Delete { type_name: "Observation".into(), id: "o".into(), expect };
    assert!(write(&records, delete(Expect::Version(1))).await.is_err());
    assert_eq!(write(&records, delete(Expect::Version(2))).await.unwrap().version, 3);
}

pub async fn the_same_content_makes_no_version(house: House) {
    let store = house.open().await;
    let records = system(&store);
    let first = put(&records, patient("p", "Ivanova")).await;
    house.clock.advance_seconds(60);
    let again = put(&records, patient("p", "Ivanova")).await;
    assert!(!again.changed && !again.created);
    assert_eq!((again.version, again.last_updated), (1, first.last_updated));
    assert_eq!(put(&records, patient("p", "Petrova")).await.version, 2);
}

pub async fn a_batch_is_kept_whole_or_not_at_all(house: House) {
    let store = house.open().await;
    let records = system(&store);
    put(&records, patient("p", "Ivanova")).await;
    let ops = vec![
        put_of(patient("q", "New")),
        Op::Put { resource: patient("p", "Changed"), expect: Expect::Version(9) },
    ];
    assert!(records.write(Batch { ops, ..Batch::default() }).await.is_err());
    assert!(is_absent(&records, "Patient", "q").await);
    assert_eq!(found(&records, "Patient", "p").await.unwrap().version, 1);
}

pub async fn a_batch_may_write_one_resource_twice(house: House) {
    let store = house.open().await;
    let records = system(&store);
    let ops = vec![
        put_of(patient("p", "First")),
        put_of(patient("p", "First")),
        put_of(patient("p", "Second")),
        put_of(observation("o", "p", "1", "2026-01-01", 1.0)),
    ];
    let written = records.write(Batch { ops, ..Batch::default() }).await.unwrap();
    assert_eq!(written.iter().map(|one| one.version).collect::<Vec<_>>(), [1, 1, 2, 1]);
    assert_eq!(ids(&records, "Patient", &[("family", "second")]).await, ["p"]);
    assert!(ids(&records, "Patient", &[("family", "first")]).await.is_empty());
}

pub async fn sixty_four_writers_of_one_resource_lose_nothing(house: House) {
    let store = house.open().await;
    let writers: Vec<_> = (0..64)
        .map(|number| {
            let records = system(&store);
            tokio::spawn(async move {
                let resource = observation("o", "p", "1", "2026-01-01", f64::from(number));
                put(&records, resource).await.version
            })
        })
        .collect();
    let mut versions = Vec::new();
    for writer in writers {
        versions.push(writer.await.unwrap());
    }
    versions.sort_unstable();
    assert_eq!(versions, (1..=64).collect::<Vec<u64>>());
    assert_eq!(ids(&system(&store), "Observation", &[("patient", "p")]).await, ["o"]);
}

pub async fn a_thousand_resources_go_in_one_batch(house: House) {
    let store = house.open().await;
    let records = system(&store);
    let one = |n: u32| {
        put_of(observation(&n.to_string(), &format!("p{}", n % 10), "1", "2026-01-01", f64::from(n)))
    };
    let written =
        records.write(Batch { ops: (0..1_000).map(one).collect(), ..Batch::default() }).await.unwrap();
    assert_eq!(written.len(), 1_000);
    for (number, one) in written.iter().enumerate() {
        assert_eq!(one.id, number.to_string());
        assert_eq!(one.seq, written[0].seq + number as u64);
    }
    assert_eq!(ids(&records, "Observation", &[("patient", "p3")]).await.len(), 100);
    let stats = store.stats().await.unwrap();
    assert_eq!(stats.resources, [("Observation".to_owned(), 1_000)]);
    assert_eq!(stats.versions, 1_000);
}

pub async fn what_is_no_resource_is_refused(house: House) {
    let store = house.open().await;
    let records = system(&store);
    let wrong = [
        json!([]),
        json!({"id": "x"}),
        json!({"resourceType": "Spaceship", "id": "x"}),
        json!({"resourceType": "Patient", "id": "not an id"}),
        json!({"resourceType": "Patient", "id": 5}),
        json!({"resourceType": "Patient"}),
    ];
    for resource in wrong {
        let Err(Error::Invalid(issues)) = write(&records, put_of(resource.clone())).await else {
            panic!("{resource}")
        };
        assert_eq!(issues.len(), 1);
    }
    assert_eq!(store.stats().await.unwrap().versions, 0);
}

pub async fn the_deleted_comes_back_as_the_next_version(house: House) {
    let store = house.open().await;
    let records = system(&store);
    put(&records, patient("p", "Ivanova")).await;
    let deleted = delete(&records, "Patient", "p").await.unwrap();
    assert_eq!((deleted.version, deleted.changed), (2, true));
    let Ok(Lookup::Gone { version: 2, .. }) = records.lookup("Patient", "p").await else { panic!() };
    assert!(!delete(&records, "Patient", "p").await.unwrap().changed);
    assert!(ids(&records, "Patient", &[]).await.is_empty());

    let back = put(&records, patient("p", "Ivanova")).await;
    assert_eq!((back.version, back.created), (3, true));
    assert_eq!(ids(&records, "Patient", &[("family", "ivan")]).await, ["p"]);
    assert_eq!(delete(&records, "Patient", "never").await.unwrap().version, 0);
}

pub async fn a_resource_may_move_to_another_patient(house: House) {
    let store = house.open().await;
    let records = system(&store);
    put(&records, observation("o", "p", "1", "2026-01-01", 1.0)).await;
    put(&records, observation("o", "q", "1", "2026-01-01", 1.0)).await;
    assert!(ids(&records, "Observation", &[("patient", "p")]).await.is_empty());
    assert_eq!(ids(&records, "Observation", &[("patient", "q")]).await, ["o"]);
    assert!(found(&person(&store, &["p"]), "Observation", "o").await.is_none());
    let mine = person(&store, &["q"]);
    assert!(found(&mine, "Observation", "o").await.is_some());
    let Ok(Lookup::Absent) = mine.read_version("Observation", "o", 1).await else { panic!() };
}
