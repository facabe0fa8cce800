use crate::house::*;
use salus_store::{Batch, Conflict, Error, Op};
use serde_json::json;

pub async fn what_is_written_is_found_until_it_changes(house: House) {
    let store = house.open().await;
    let records = system(&store);
    put(&records, observation("o", "p", "4548-4", "2026-01-01", 6.1)).await;
    let finds: [&[(&str, &str)]; 6] = [
        &[("code", "4548-4")],
        &[("code", "http://loinc.org|4548-4")],
        &[("patient", "p"), ("date", "2026-01")],
        &[("value-quantity", "gt6")],
        &[("combo-code", "4548-4")],
        &[("code-value-quantity", "4548-4$6.1")],
    ];
    for pairs in finds {
        assert_eq!(ids(&records, "Observation", pairs).await, ["o"], "{pairs:?}");
    }
    put(&records, observation("o", "p", "2345-7", "2025-01-01", 5.1)).await;
    for pairs in finds {
        assert!(ids(&records, "Observation", pairs).await.is_empty(), "{pairs:?}");
    }
    let rows = store.stats().await.unwrap().index_rows;
    put(&records, observation("o", "p", "4548-4", "2026-01-01", 6.1)).await;
    assert_eq!(store.stats().await.unwrap().index_rows, rows, "an update leaves no row behind");
    delete(&records, "Observation", "o").await.unwrap();
    assert_eq!(store.stats().await.unwrap().index_rows, 0, "nor does a deletion");
}

pub async fn if_none_exist_holds_among_sixty_four_writers(house: House) {
    let store = house.open().await;
    let writers: Vec<_> = (0..64)
        .map(|_| {
            let records = system(&store);
            tokio::spawn(async move {
                let resource =
                    json!({"resourceType": "Patient", "identifier": [{"system": "urn:x", "value": "1"}]});
                let conditions = vec![query("Patient", &[("identifier", "urn:x|1")])];
                let ops = vec![Op::Create { resource }];
                records.write(Batch { ops, conditions, ..Batch::default() }).await
            })
        })
        .collect();
    let mut made = 0;
    for writer in writers {
        match writer.await.unwrap() {
            Ok(_) => made += 1,
            Err(Error::Conflict(Conflict::Condition { index: 0 })) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(made, 1);
    assert_eq!(ids(&system(&store), "Patient", &[]).await.len(), 1);
}
