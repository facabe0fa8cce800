use crate::fake_vault::FakeVault;
use crate::house::*;
use salus_core::Secret;
use salus_store::{Error, Kms, KmsError, Store, VaultAuth, VaultConfig, VaultTransit};
use std::sync::Arc;

pub fn config(house: &House, vault: &FakeVault) -> VaultConfig {
    let secret_id_file = house.dir.path().join("secret-id");
    std::fs::write(&secret_id_file, "salus-secret\n").unwrap();
    VaultConfig {
        address: vault.fake.url(),
        mount: "transit".to_owned(),
        key: "salus".to_owned(),
        derived: false,
        namespace: Some("clinic/".to_owned()),
        auth: VaultAuth::AppRole { role_id: "salus-role".to_owned(), secret_id_file },
    }
}

/// Opens the key on a thread that may block, as the binary does.
pub async fn open(house: &House, config: VaultConfig) -> Result<Arc<VaultTransit>, KmsError> {
    let (outbound, clock) = (outbound(), house.clock());
    let opened = tokio::task::spawn_blocking(move || VaultTransit::open(config, &outbound, clock));
    opened.await.unwrap().map(Arc::new)
}

async fn blocking<T: Send + 'static>(
    kms: &Arc<VaultTransit>,
    work: impl FnOnce(&VaultTransit) -> T + Send + 'static,
) -> T {
    let kms = kms.clone();
    tokio::task::spawn_blocking(move || work(&kms)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asvs_v13_3_1_a_store_lives_with_its_master_key_in_vault() {
    let (house, vault) = (House::build(), FakeVault::start());
    let kms = open(&house, config(&house, &vault)).await.unwrap();
    let store = house.open_with(kms.clone()).await.unwrap();
    put(&store, patient("p")).await.unwrap();
    close(store).await;
    assert!(!house.config().key_file().exists(), "no key lies in a file");
    let counts = Store::key_counts(&house.config()).unwrap();
    assert_eq!((counts.len(), counts[0].key_id.as_str(), counts[0].keys), (1, "vault:transit/salus:v1", 2));
    let store = house.open_with(kms).await.unwrap();
    assert!(read(&store, "Patient", "p").await.unwrap().unwrap().contains("Family of p"));
    close(store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_renewed_in_time_and_asked_for_anew_when_it_is_turned_away() {
    let (house, vault) = (House::build(), FakeVault::start());
    let kms = open(&house, config(&house, &vault)).await.unwrap();
    let wrap = || blocking(&kms, |kms| kms.wrap(&Secret::new([1; 32]), b"7").map(|wrapped| wrapped.bytes));
    let counts = || {
        let state = vault.state();
        (state.sign_ins, state.renewals)
    };
    wrap().await.unwrap();
    assert_eq!(counts(), (1, 0));
    house.clock.advance_seconds(2_400);
    wrap().await.unwrap();
    assert_eq!(counts(), (1, 1));
    vault.state().tokens.clear();
    wrap().await.unwrap();
    assert_eq!(counts(), (2, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_wrapped_for_one_purpose_does_not_unwrap_for_another() {
    let (house, vault) = (House::build(), FakeVault::start());
    let kms = open(&house, config(&house, &vault)).await.unwrap();
    let wrapped = blocking(&kms, |kms| kms.wrap(&Secret::new([5; 32]), b"7")).await.unwrap().bytes;
    let again = wrapped.clone();
    let own = blocking(&kms, move |kms| kms.unwrap(&again, b"7")).await.unwrap();
    assert_eq!(own.expose(), &[5; 32]);
    for (bytes, context) in [(wrapped, b"8"), (b"garbage".to_vec(), b"7"), (b"vault:v1:AAAA".to_vec(), b"7")]
    {
        let refused = blocking(&kms, move |kms| kms.unwrap(&bytes, context).map(drop)).await;
        assert!(matches!(refused, Err(KmsError::Wrong)), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_vault_at_the_start_the_operator_is_told() {
    let (house, vault) = (House::build(), FakeVault::start());
    let kms = open(&house, config(&house, &vault)).await.unwrap();
    close(house.open_with(kms.clone()).await.unwrap()).await;
    vault.state().is_sealed = true;
    let Err(Error::Unusable(text)) = house.open_with(kms).await else { panic!("it opened") };
    assert!(text.contains("the key service does not answer"), "{text}");
    assert!(matches!(open(&house, config(&house, &vault)).await, Err(KmsError::Unreachable(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_vault_later_known_people_go_on_and_new_ones_wait() {
    let (house, vault) = (House::build(), FakeVault::start());
    let store = house.open_with(open(&house, config(&house, &vault)).await.unwrap()).await.unwrap();
    put(&store, patient("known")).await.unwrap();
    vault.state().is_sealed = true;
    put(&store, observation("o1", "known", 1)).await.unwrap();
    assert!(read(&store, "Observation", "o1").await.unwrap().is_some());
    assert!(matches!(put(&store, patient("new")).await, Err(Error::Busy)));
    vault.state().is_sealed = false;
    assert!(read(&store, "Patient", "new").await.unwrap().is_none(), "nothing of it was kept");
    put(&store, patient("new")).await.unwrap();
    assert!(read(&store, "Patient", "new").await.unwrap().is_some());
    close(store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_or_a_role_that_cannot_serve_is_refused_at_the_start() {
    let (house, vault) = (House::build(), FakeVault::start());
    vault.state().kind = "rsa-4096";
    let Err(KmsError::Refused(text)) = open(&house, config(&house, &vault)).await else {
        panic!("it was taken")
    };
    assert!(text.contains("rsa-4096"), "{text}");
    vault.state().kind = "aes256-gcm96";
    let stranger = house.dir.path().join("other-secret");
    std::fs::write(&stranger, "guessed").unwrap();
    let auth = VaultAuth::AppRole { role_id: "salus-role".to_owned(), secret_id_file: stranger };
    let refused = open(&house, VaultConfig { auth, ..config(&house, &vault) }).await.map(drop);
    assert!(matches!(refused, Err(KmsError::Refused(_))), "{refused:?}");
    let auth = VaultAuth::TokenFile(house.dir.path().join("nowhere"));
    let refused = open(&house, VaultConfig { auth, ..config(&house, &vault) }).await.map(drop);
    assert!(matches!(refused, Err(KmsError::Refused(_))), "{refused:?}");
}
