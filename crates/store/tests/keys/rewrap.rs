use crate::fake_vault::FakeVault;
use crate::house::*;
use crate::vault;
use salus_core::Secret;
use salus_store::{AuditAction, Batch, Error, Kms, KmsError, LocalKeyFile, Op, Progress, Store, Wrapped};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

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
    let store = house.open().await.unwrap();
    let done = store.rotate_master_key(&|_| {}).await.unwrap();
    assert_eq!(done.keys, 4, "three people and the shared key");
    let state = store.key_state().await.unwrap();
    assert_eq!((state.current, state.is_changing), (Some(done.key_id), false));
    close(store).await;
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
async fn a_change_of_the_key_file_that_is_cut_off_goes_on_in_the_next_life_of_the_store() {
    let house = House::build();
    let people = 450;
    filled(&house, people).await;
    let old = std::fs::read(house.config().key_file()).unwrap();
    let next = house.config().key_file().with_extension("key.next");
    let store = house.open().await.unwrap();
    let (told, heard) = std::sync::mpsc::channel();
    let (go_on, waits) = std::sync::mpsc::channel::<()>();
    let waits = Mutex::new(waits);
    let running = store.clone();
    let rotating = tokio::spawn(async move {
        let told = move |at: Progress| {
            told.send(at).unwrap();
            // It is cut off here, in the middle.
            let _cut = waits.lock().unwrap().recv();
        };
        running.rotate_master_key(&told).await
    });
    let at = tokio::task::spawn_blocking(move || heard.recv().unwrap()).await.unwrap();
    assert_eq!((at.done, at.total), (200, people as u64 + 1));
    rotating.abort();
    drop(go_on);
    assert!(rotating.await.is_err(), "it was cut off");
    let half = store.key_state().await.unwrap();
    assert!(half.is_changing && half.counts.len() == 2, "{half:?}");
    // Both open, old and new come and go.
    everybody_is_there(&store, people).await;
    put(&store, patient("born-meanwhile")).await.unwrap();
    close(store).await;

    let store = house.open().await.unwrap();
    assert!(store.key_state().await.unwrap().is_changing);
    everybody_is_there(&store, people).await;
    store.erase_patient("p7", "the registrar").await.unwrap();
    assert!(store.replace_patient_key("p440", &|_| {}).await.unwrap() > 0);
    let ats = Mutex::new(Vec::new());
    let done = store.rotate_master_key(&|at| ats.lock().unwrap().push((at.done, at.total))).await.unwrap();
    // Of those that were left one is gone, and one has a fresh key, which the new master key wraps already; and there
    // is the shared key.
    assert_eq!(done.keys, people as u64 - 200 - 2 + 1);
    assert_eq!(ats.into_inner().unwrap(), [(402, 451), (450, 451)]);
    assert!(!next.exists());
    close(store).await;
    let store = house.open().await.unwrap();
    let state = store.key_state().await.unwrap();
    assert_eq!((state.is_changing, state.counts.len()), (false, 1));
    for id in ["p0", "p440", "born-meanwhile"] {
        assert!(read(&store, "Patient", id).await.unwrap().is_some(), "{id}");
    }
    close(store).await;
    std::fs::write(house.config().key_file(), old).unwrap();
    assert!(matches!(house.open().await, Err(Error::Unusable(_))), "the old key opens nothing");
}

/// The process ends after every single step of the change of the key file.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wherever_a_change_of_the_key_file_is_cut_off_nobody_is_lost() {
    let house = House::build();
    let people = 3;
    filled(&house, people).await;
    let next = house.config().key_file().with_extension("key.next");
    for left in 0..=(people + 2) {
        // Some keys are wrapped by the next key file, as a change that was cut off leaves them.
        let to: Arc<dyn Kms> = Arc::new(LocalKeyFile::open(&next, true, house.rng()).unwrap());
        let breaks = Arc::new(Breaks { kms: to, left: AtomicUsize::new(left) });
        let aside = next.with_extension("aside");
        std::fs::rename(&next, &aside).unwrap();
        let (clock, rng) = (house.clock(), house.rng());
        let cut = Store::rewrap_keys(house.config(), file(&house), breaks, clock, rng, &|_| {}).await;
        assert_eq!(cut.is_err(), left < people + 2, "{left}: the keys, the shared one and a setting");
        std::fs::rename(&aside, &next).unwrap();
        let elsewhere = Store::rewrap_keys(
            house.config(),
            file(&house),
            file(&house),
            house.clock(),
            house.rng(),
            &|_| {},
        )
        .await;
        let Err(Error::Unusable(text)) = elsewhere else { panic!("it was moved half changed") };
        assert!(text.contains("salus keys rotate-master"), "{text}");
        let store = house.open().await.unwrap();
        everybody_is_there(&store, people).await;
        store.rotate_master_key(&|_| {}).await.unwrap();
        close(store).await;
        let store = house.open().await.unwrap();
        everybody_is_there(&store, people).await;
        assert_eq!(store.key_state().await.unwrap().counts.len(), 1);
        close(store).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asvs_v15_4_1_people_come_and_go_while_the_master_key_changes() {
    let house = House::build();
    let people = 300;
    filled(&house, people).await;
    let store = house.open().await.unwrap();
    let is_over = Arc::new(AtomicBool::new(false));
    let busy: Vec<_> = (0..3)
        .map(|worker| {
            let (store, is_over) = (store.clone(), is_over.clone());
            tokio::spawn(async move {
                let mut born: Vec<String> = Vec::new();
                for number in 0.. {
                    if is_over.load(Ordering::SeqCst) {
                        break;
                    }
                    let id = format!("w{worker}-{number}");
                    put(&store, patient(&id)).await.unwrap();
                    let old = format!("p{}", 100 * worker + number % 100);
                    match worker {
                        0 => match store.replace_patient_key(&old, &|_| {}).await {
                            Ok(_) | Err(Error::Busy) => {}
                            Err(error) => panic!("{old}: {error}"),
                        },
                        1 if number % 2 == 1 => {
                            let gone = born.pop().unwrap();
                            store.erase_patient(&gone, "the registrar").await.unwrap();
                        }
                        _ => {}
                    }
                    assert!(read(&store, "Patient", &old).await.unwrap().is_some(), "{old}");
                    born.push(id);
                }
                born
            })
        })
        .collect();
    for _ in 0..4 {
        store.rotate_master_key(&|_| {}).await.unwrap();
    }
    is_over.store(true, Ordering::SeqCst);
    let mut born = Vec::new();
    for worker in busy {
        born.extend(worker.await.unwrap());
    }
    close(store).await;
    let store = house.open().await.unwrap();
    let state = store.key_state().await.unwrap();
    assert_eq!((state.counts.len(), state.is_changing), (1, false), "{state:?}");
    everybody_is_there(&store, people).await;
    for id in born {
        assert!(read(&store, "Patient", &id).await.unwrap().is_some(), "{id}");
    }
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
    let ids =
        |counts: Vec<salus_store::KeyCount>| counts.into_iter().map(|count| count.key_id).collect::<Vec<_>>();
    let both = ["vault:transit/salus:v1", "vault:transit/salus:v2"];
    assert_eq!(ids(Store::key_counts(&house.config()).unwrap()), both);
    assert_eq!(store.rotate_master_key(&|_| {}).await.unwrap().keys, 2);
    assert_eq!(store.rotate_master_key(&|_| {}).await.unwrap().keys, 0);
    close(store).await;
    assert_eq!(ids(Store::key_counts(&house.config()).unwrap()), both[1..]);
    let store = house.open_with(kms).await.unwrap();
    everybody_is_there(&store, 2).await;
    close(store).await;
}
