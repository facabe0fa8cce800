use crate::fake_vault::FakeVault;
use crate::house::*;
use crate::vault;
use salus_core::Secret;
use salus_store::{AuditAction, Batch, Error, Kms, KmsError, LocalKeyFile, Op, Store, Wrapped};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A key service that goes away after so many calls.
struct Breaks {
    kms: Arc<dyn Kms>,
    left: AtomicUsize,
}

impl Kms for Breaks {
    fn key_id(&self) -> Result<String, KmsError> {
        self.kms.key_id()
    }

    fn owns(&self, key_id: &str) -> bool {
        self.kms.owns(key_id)
    }

    fn wrap(&self, key: &Secret<[u8; 32]>, context: &[u8]) -> Result<Wrapped, KmsError> {
        self.left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
            .map_err(|_| KmsError::Unreachable("a power cut".to_owned()))?;
        self.kms.wrap(key, context)
    }

    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Secret<[u8; 32]>, KmsError> {
        self.kms.unwrap(wrapped, context)
    }
}

/// A closed store of so many people, with its master key in a file.
async fn filled(house: &House, people: usize) {
    let store = house.open().await.unwrap();
    let ops = (0..people).map(|number| Op::Create { resource: patient(&format!("p{number}")) }).collect();
    store.system("a story").write(Batch { ops, ..Batch::default() }).await.unwrap();
    close(store).await;
}

async fn everybody_is_there(store: &Store, people: usize) {
    for number in 0..people {
        let id = format!("p{number}");
        assert!(read(store, "Patient", &id).await.unwrap().is_some(), "{id}");
    }
}

fn file(house: &House) -> Arc<dyn Kms> {
    Arc::new(LocalKeyFile::open(&house.config().key_file(), false, house.rng()).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asvs_v11_2_2_a_new_key_file_takes_over_and_the_old_one_opens_nothing() {
    let house = House::build();
    filled(&house, 3).await;
    let old = std::fs::read(house.config().key_file()).unwrap();
    let done = Store::rotate_key_file(house.config(), house.clock(), house.rng(), &|_| {}).await.unwrap();
    assert_eq!(done.keys, 4, "three people and the shared key");
    let store = house.open().await.unwrap();
    everybody_is_there(&store, 3).await;
    let log = store.audit_log(0, 1_000).await.unwrap();
    assert!(log.iter().any(|entry| entry.action == AuditAction::KeyRotation && entry.count == 4));
    assert_eq!(store.verify_audit().await.unwrap().broken_at, None);
    close(store).await;
    std::fs::write(house.config().key_file(), old).unwrap();
    let Err(Error::Unusable(text)) = house.open().await else { panic!("it opened") };
    assert!(text.contains("4 keys are wrapped by local-"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_that_is_cut_off_anywhere_goes_on_where_it_ended() {
    let (house, fake) = (House::build(), FakeVault::start());
    let people = 450;
    filled(&house, people).await;
    let from = file(&house);
    let to: Arc<dyn Kms> = vault::open(&house, vault::config(&house, &fake)).await.unwrap();
    // In the first commit, in the second, between keys and settings, and among the settings.
    for left in [10, 250, 250, 1] {
        let breaks = Arc::new(Breaks { kms: to.clone(), left: AtomicUsize::new(left) });
        let cut =
            Store::rewrap_keys(house.config(), from.clone(), breaks, house.clock(), house.rng(), &|_| {})
                .await;
        assert!(matches!(cut, Err(Error::Unusable(_))), "{left}: {cut:?}");
    }
    let Err(Error::Unusable(text)) = house.open().await else { panic!("it opened half moved") };
    assert!(text.contains("keys are wrapped by vault:transit/salus:v1"), "{text}");
    let done = Store::rewrap_keys(house.config(), from, to.clone(), house.clock(), house.rng(), &|_| {})
        .await
        .unwrap();
    assert_eq!(done.keys, 1, "the shared key was left");
    std::fs::remove_file(house.config().key_file()).unwrap();
    let store = house.open_with(to).await.unwrap();
    everybody_is_there(&store, people).await;
    close(store).await;
    let counts = Store::key_counts(&house.config()).unwrap();
    assert_eq!((counts.len(), counts[0].keys), (1, people as u64 + 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_the_key_file_that_is_cut_off_is_finished_before_the_store_opens() {
    let house = House::build();
    filled(&house, 2).await;
    let next = house.config().key_file().with_extension("key.next");
    let to: Arc<dyn Kms> = Arc::new(LocalKeyFile::open(&next, true, house.rng()).unwrap());
    let breaks = Arc::new(Breaks { kms: to, left: AtomicUsize::new(1) });
    let cut =
        Store::rewrap_keys(house.config(), file(&house), breaks, house.clock(), house.rng(), &|_| {}).await;
    assert!(cut.is_err());
    let Err(Error::Unusable(text)) = house.open().await else { panic!("it opened") };
    assert!(text.contains("salus keys rotate-master"), "{text}");
    Store::rotate_key_file(house.config(), house.clock(), house.rng(), &|_| {}).await.unwrap();
    assert!(!next.exists());
    let store = house.open().await.unwrap();
    everybody_is_there(&store, 2).await;
    close(store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asvs_v13_3_4_a_new_version_in_vault_takes_over_everything() {
    let (house, fake) = (House::build(), FakeVault::start());
    let kms: Arc<dyn Kms> = vault::open(&house, vault::config(&house, &fake)).await.unwrap();
    let store = house.open_with(kms.clone()).await.unwrap();
    put(&store, patient("p0")).await.unwrap();
    fake.state().versions = 2;
    put(&store, patient("p1")).await.unwrap();
    close(store).await;
    let ids =
        |counts: Vec<salus_store::KeyCount>| counts.into_iter().map(|count| count.key_id).collect::<Vec<_>>();
    let both = ["vault:transit/salus:v1", "vault:transit/salus:v2"];
    assert_eq!(ids(Store::key_counts(&house.config()).unwrap()), both);
    Store::rewrap_keys(house.config(), kms.clone(), kms.clone(), house.clock(), house.rng(), &|_| {})
        .await
        .unwrap();
    assert_eq!(ids(Store::key_counts(&house.config()).unwrap()), both[1..]);
    let store = house.open_with(kms).await.unwrap();
    everybody_is_there(&store, 2).await;
    close(store).await;
}
