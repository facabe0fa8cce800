//! The keys, and what is signed with them.

use crate::testing::{Walk, public_client, with};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation, decode_header};
use salus_core::Clock;
use serde_json::{Value, json};

async fn key_set(walk: &Walk) -> JwkSet {
    serde_json::from_slice(walk.app.anonymous().get("/oauth/jwks.json").await.bytes()).unwrap()
}

fn kids(set: &JwkSet) -> Vec<String> {
    set.keys.iter().filter_map(|key| key.common.key_id.clone()).collect()
}

/// The claims, if a key of the set made the signature.
fn check(token: &str, set: &JwkSet, client: &str) -> Option<Value> {
    let header = decode_header(token).ok()?;
    let key = DecodingKey::from_jwk(set.find(&header.kid?)?).ok()?;
    let mut validation = Validation::new(header.alg);
    validation.set_audience(&[client]);
    validation.validate_exp = false;
    Some(jsonwebtoken::decode::<Value>(token, &key, &validation).ok()?.claims)
}

#[tokio::test]
async fn an_id_token_is_signed_as_the_client_wants_and_checks_against_the_published_keys() {
    for alg in ["RS256", "ES256"] {
        let walk = Walk::with_client(with(public_client(), "id_token_signed_response_alg", json!(alg))).await;
        let tokens = walk.tokens().await;
        let token = tokens["id_token"].as_str().unwrap();
        assert_eq!(format!("{:?}", decode_header(token).unwrap().alg), alg);
        let claims = check(token, &key_set(&walk).await, &walk.client).unwrap();
        let now = walk.app.clock().now().as_second();
        assert_eq!(
            (&claims["iss"], &claims["iat"], &claims["exp"], &claims["auth_time"]),
            (&json!("http://salus.test"), &json!(now), &json!(now + 600), &json!(now))
        );
        assert!(check(token, &key_set(&walk).await, "another client").is_none());
    }
}

#[tokio::test]
async fn one_key_follows_another_and_what_the_old_one_signed_stays_good() {
    const DAY: i64 = 86_400;
    let walk = Walk::with_client(with(public_client(), "id_token_signed_response_alg", json!("ES256"))).await;
    let auth = &walk.app.app().auth;
    let old = walk.tokens().await["id_token"].as_str().unwrap().to_owned();
    let first = decode_header(&old).unwrap().kid.unwrap();
    assert_eq!(auth.rotate_signing_keys().await.unwrap(), 0, "it is new");

    walk.app.clock().advance_seconds(90 * DAY);
    assert_eq!(auth.rotate_signing_keys().await.unwrap(), 1);
    assert_eq!(auth.rotate_signing_keys().await.unwrap(), 0);
    let keys = key_set(&walk).await;
    let es256: Vec<_> =
        keys.keys.iter().filter(|key| key.common.key_algorithm.unwrap().to_string() == "ES256").collect();
    assert_eq!(es256.len(), 2, "the new one is announced");
    let signer = || async {
        let maria = walk.app.sign_in("maria").await.with_patient(walk.maria.patient());
        let walk = Walk { app: walk.app.clone(), maria, client: walk.client.clone(), secret: None };
        let token = walk.tokens().await["id_token"].as_str().unwrap().to_owned();
        decode_header(&token).unwrap().kid.unwrap()
    };
    assert_eq!(signer().await, first, "and does not sign yet");
    walk.app.clock().advance_seconds(DAY);
    assert_ne!(signer().await, first);
    assert!(check(&old, &key_set(&walk).await, &walk.client).is_some(), "the old one is remembered");
    walk.app.clock().advance_seconds(7 * DAY);
    assert!(!kids(&key_set(&walk).await).contains(&first));
}
