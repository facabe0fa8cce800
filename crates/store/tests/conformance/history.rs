use crate::house::*;
use salus_store::{Event, HistoryPage, HistoryScope, Lookup};

pub async fn versions_count_on_and_stay_readable(house: House) {
    let store = house.open().await;
    let records = system(&store);
    for value in 1..=3 {
        put(&records, observation("o", "p", "1", "2026-01-01", f64::from(value))).await;
    }
    delete(&records, "Observation", "o").await.unwrap();

    for version in 1..=3 {
        let Ok(Lookup::Found(stored)) = records.read_version("Observation", "o", version).await else {
            panic!()
        };
        let value = stored.json().unwrap()["valueQuantity"]["value"].as_f64();
        assert_eq!((stored.version, value), (version, Some(version as f64)));
    }
    let Ok(Lookup::Gone { version: 4, .. }) = records.read_version("Observation", "o", 4).await else {
        panic!()
    };
    for version in [0, 5] {
        let Ok(Lookup::Absent) = records.read_version("Observation", "o", version).await else { panic!() };
    }
    let scope = HistoryScope::Instance("Observation".into(), "o".into());
    let events: Vec<_> = records
        .history(scope, HistoryPage::default())
        .await
        .unwrap()
        .iter()
        .map(|entry| entry.event)
        .collect();
    assert_eq!(events, [Event::Deleted, Event::Updated, Event::Updated, Event::Created]);
}

pub async fn pages_of_history_join_without_gap(house: House) {
    let store = house.open().await;
    let records = system(&store);
    for number in 0..25 {
        put(&records, observation(&number.to_string(), "p", "1", "2026-01-01", 1.0)).await;
        put(&records, patient(&number.to_string(), "Ivanova")).await;
    }
    for (scope, expected) in [(HistoryScope::System, 50), (HistoryScope::Type("Patient".into()), 25)] {
        let (mut before, mut seen) = (None, Vec::new());
        loop {
            let page = HistoryPage { count: 7, before, since: None };
            let versions = records.history(scope.clone(), page).await.unwrap();
            let Some(last) = versions.last() else { break };
            before = Some(last.seq);
            seen.extend(versions.into_iter().map(|entry| entry.seq));
        }
        assert_eq!(seen.len(), expected);
        assert!(seen.is_sorted_by(|a, b| a > b));
    }
}

pub async fn since_cuts_what_is_older(house: House) {
    use salus_core::Clock;
    let store = house.open().await;
    let records = system(&store);
    put(&records, patient("old", "Ivanova")).await;
    house.clock.advance_seconds(86_400);
    let since = Some(house.clock.now());
    put(&records, patient("new", "Ivanova")).await;
    for scope in [HistoryScope::System, HistoryScope::Type("Patient".into())] {
        let page = HistoryPage { since, ..HistoryPage::default() };
        let seen: Vec<_> =
            records.history(scope, page).await.unwrap().into_iter().map(|entry| entry.id).collect();
        assert_eq!(seen, ["new"]);
    }
}
