use crate::fake_aws::{ACCESS_KEY, ARN, FakeAws, SECRET};
use crate::house::*;
use salus_core::Secret;
use salus_outbound::sigv4::Credentials;
use salus_store::{AwsKms, AwsKmsConfig, Error, Kms, KmsError, Store};
use std::sync::Arc;

fn config(aws: &FakeAws) -> AwsKmsConfig {
    AwsKmsConfig {
        region: "eu-central-1".to_owned(),
        key: "alias/salus".to_owned(),
        endpoint: Some(aws.fake.url()),
        credentials: credentials(SECRET),
    }
}

fn credentials(secret: &str) -> Credentials {
    Credentials {
        access_key_id: ACCESS_KEY.to_owned(),
        secret_access_key: Secret::new(secret.to_owned()),
        session_token: Some(Secret::new("a session".to_owned())),
    }
}

async fn open(house: &House, config: AwsKmsConfig) -> Result<Arc<AwsKms>, KmsError> {
    let (outbound, clock) = (outbound(), house.clock());
    let opened = tokio::task::spawn_blocking(move || AwsKms::open(config, &outbound, clock));
    opened.await.unwrap().map(Arc::new)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asvs_v13_3_1_a_store_lives_with_its_master_key_in_aws() {
    let (house, aws) = (House::build(), FakeAws::start());
    let kms = open(&house, config(&aws)).await.unwrap();
    let store = house.open_with(kms.clone()).await.unwrap();
    put(&store, patient("p")).await.unwrap();
    close(store).await;
    let counts = Store::key_counts(&house.config()).unwrap();
    assert_eq!((counts[0].key_id.clone(), counts[0].keys), (format!("aws:{ARN}"), 2));
    let store = house.open_with(kms.clone()).await.unwrap();
    assert!(read(&store, "Patient", "p").await.unwrap().is_some());
    *aws.is_down.lock().unwrap() = true;
    assert!(matches!(put(&store, patient("new")).await, Err(Error::Busy)));
    close(store).await;
    let Err(Error::Unusable(text)) = house.open_with(kms).await else { panic!("it opened") };
    assert!(text.contains("does not answer"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_shows_at_the_start_and_another_context_opens_nothing() {
    let (house, aws) = (House::build(), FakeAws::start());
    let guessed = AwsKmsConfig { credentials: credentials("guessed"), ..config(&aws) };
    let elsewhere = AwsKmsConfig { region: "us-east-1".to_owned(), ..config(&aws) };
    let unknown = AwsKmsConfig { key: "alias/other".to_owned(), ..config(&aws) };
    for wrong in [guessed, elsewhere, unknown] {
        let refused = open(&house, wrong).await.map(drop);
        assert!(matches!(refused, Err(KmsError::Refused(_))), "{refused:?}");
    }
    let kms = open(&house, config(&aws)).await.unwrap();
    let tried = tokio::task::spawn_blocking(move || {
        let wrapped = kms.wrap(&Secret::new([5; 32]), b"hash").unwrap().bytes;
        assert_eq!(kms.unwrap(&wrapped, b"hash").unwrap().expose(), &[5; 32]);
        [kms.unwrap(&wrapped, b"other").map(drop), kms.unwrap(b"garbage", b"hash").map(drop)]
    });
    for refused in tried.await.unwrap() {
        assert!(matches!(refused, Err(KmsError::Wrong)), "{refused:?}");
    }
}
