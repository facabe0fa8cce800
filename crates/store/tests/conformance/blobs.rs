use crate::house::*;
use salus_store::{AuditAction, BlobId, Error};

pub async fn a_file_comes_back_and_lies_sealed(house: House) {
    let store = house.open().await;
    let records = system(&store);
    let bytes = "%PDF-1.7 Glucose 5.4 mmol/L".repeat(1_000);
    let id = records.put_blob(Some("p"), bytes.clone().into()).await.unwrap();
    let twin = records.put_blob(Some("p"), bytes.clone().into()).await.unwrap();
    let shared = records.put_blob(None, "a logo".into()).await.unwrap();
    assert_ne!(id, twin, "a name tells nothing of what is inside");
    assert_eq!(&records.get_blob(&id).await.unwrap()[..], bytes.as_bytes());
    assert_eq!(&records.get_blob(&shared).await.unwrap()[..], b"a logo");
    assert_eq!(id.to_string().parse::<BlobId>().unwrap(), id);
    assert!(!contains(&all_bytes(&house.dir()), "Glucose"));
    let Err(Error::NotFound) = records.get_blob(&"ab".repeat(32).parse().unwrap()).await else { panic!() };
}

pub async fn a_file_in_the_place_of_another_is_damage(house: House) {
    let store = house.open().await;
    let records = system(&store);
    let old = records.put_blob(Some("p"), "an old letter".into()).await.unwrap();
    let new = records.put_blob(Some("p"), "a new letter".into()).await.unwrap();
    let place = |id: &BlobId| house.dir().join("blobs").join(&id.to_string()[..2]).join(id.to_string());
    std::fs::copy(place(&old), place(&new)).unwrap();
    let Err(Error::Corrupt(what)) = records.get_blob(&new).await else { panic!("it opened") };
    assert!(what.contains(&new.to_string()), "{what}");
    assert_eq!(&records.get_blob(&old).await.unwrap()[..], b"an old letter");
}

pub async fn a_stranger_gets_no_file(house: House) {
    let store = house.open().await;
    let id = person(&store, &["p"]).put_blob(Some("p"), "mine".into()).await.unwrap();
    let stranger = person(&store, &["q"]);
    let Err(Error::NotFound) = stranger.get_blob(&id).await else { panic!() };
    let Err(Error::Denied) = stranger.put_blob(Some("p"), "yours".into()).await else { panic!() };
    assert_eq!(&person(&store, &["p"]).get_blob(&id).await.unwrap()[..], b"mine");
    close(store).await;

    let trail = house.open().await.audit_trail("p", 0, 10).await.unwrap();
    let actions: Vec<_> = trail.iter().map(|entry| entry.action).collect();
    use AuditAction::{Denied, ReadBlob, WriteBlob};
    assert_eq!(actions, [WriteBlob, Denied, Denied, ReadBlob]);
}
