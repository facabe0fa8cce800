use super::*;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

const NOW: i64 = 1_767_600_000;

fn ec(alg: &'static EcdsaSigningAlgorithm) -> EncodingKey {
    let der = EcdsaKeyPair::generate(alg).unwrap().to_pkcs8v1().unwrap();
    EncodingKey::from_ec_der(der.as_ref())
}

fn rsa() -> EncodingKey {
    let der = RsaKeyPair::generate(KeySize::Rsa2048).unwrap().as_der().unwrap();
    let pem = pem::encode(&pem::Pem::new("PRIVATE KEY", der.as_ref().to_vec()));
    EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap()
}

fn published(keys: &[(&EncodingKey, Algorithm, &str)]) -> JwkSet {
    let jwk = |(key, alg, kid): &(&EncodingKey, Algorithm, &str)| {
        let mut jwk = Jwk::from_encoding_key(key, *alg).unwrap();
        jwk.common.key_id = Some((*kid).to_owned());
        jwk
    };
    JwkSet { keys: keys.iter().map(jwk).collect() }
}

fn claims() -> Value {
    json!({ "iss": "https://salus.example", "aud": "https://salus.example/fhir/r4", "sub": "a1",
            "iat": NOW - 60, "exp": NOW + 60 })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn check(token: &str, keys: &JwkSet) -> Result<Claims, JwtError> {
    let expected = Expected {
        algs: &OWN_ALGS,
        types: &["at+jwt"],
        issuer: "https://salus.example",
        audience: &["https://salus.example/fhir/r4"],
        now: Timestamp::from_second(NOW).unwrap(),
    };
    verify(token, keys, &expected)
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[test]
fn asvs_v9_1_1_a_token_whose_signature_is_not_good_is_not_read() {
    let (key, stranger) = (ec(&ECDSA_P256_SHA256_FIXED_SIGNING), ec(&ECDSA_P256_SHA256_FIXED_SIGNING));
    let keys = published(&[(&key, Algorithm::ES256, "k1")]);
    let good = sign(&key, Algorithm::ES256, Some("k1"), "at+jwt", &claims()).unwrap();
    assert_eq!(check(&good, &keys).unwrap()["sub"], "a1");

    let parts: Vec<&str> = good.split('.').collect();
    let other_claims = format!("{}.{}.{}", parts[0], encoded(&with("sub", json!("admin"))), parts[2]);
    let no_signature = format!("{}.{}.", parts[0], parts[1]);
    let forged = sign(&stranger, Algorithm::ES256, Some("k1"), "at+jwt", &claims()).unwrap();
    let other_key = sign(&key, Algorithm::ES256, Some("k2"), "at+jwt", &claims()).unwrap();
    for altered in [other_claims, no_signature, forged, other_key] {
        assert_eq!(check(&altered, &keys), Err(JwtError::Signature), "{altered}");
    }
}

#[test]
fn asvs_v9_1_2_only_algorithms_on_the_list_of_the_place_are_taken_and_none_is_on_none() {
    let (p256, p384, rsa) =
        (ec(&ECDSA_P256_SHA256_FIXED_SIGNING), ec(&ECDSA_P384_SHA384_FIXED_SIGNING), rsa());
    let keys = published(&[
        (&p256, Algorithm::ES256, "p256"),
        (&p384, Algorithm::ES384, "p384"),
        (&rsa, Algorithm::RS256, "rsa"),
    ]);
    for (key, alg, is_taken) in [
        (&p256, Algorithm::ES256, true),
        (&rsa, Algorithm::RS256, true),
        (&p384, Algorithm::ES384, false),
        (&rsa, Algorithm::RS384, false),
        (&rsa, Algorithm::PS256, false),
    ] {
        let token = sign(key, alg, None, "at+jwt", &claims()).unwrap();
        assert_eq!(check(&token, &keys).is_ok(), is_taken, "{alg:?}");
    }
    for alg in ["none", "None", "NONE", "", "HS256"] {
        let header = encoded(&json!({ "alg": alg, "typ": "at+jwt" }));
        for signature in ["", "AAAA"] {
            let token = format!("{header}.{}.{signature}", encoded(&claims()));
            assert_eq!(check(&token, &keys), Err(JwtError::Kind), "{alg}");
        }
    }
    // The public key as the secret of a symmetric algorithm.
    let public = serde_json::to_vec(&keys.keys[2]).unwrap();
    let token =
        sign(&EncodingKey::from_secret(&public), Algorithm::HS256, Some("rsa"), "at+jwt", &claims()).unwrap();
    assert_eq!(check(&token, &keys), Err(JwtError::Kind));
}

#[test]
fn asvs_v9_1_3_a_key_that_comes_with_the_token_is_not_looked_at() {
    let (ours, theirs) = (ec(&ECDSA_P256_SHA256_FIXED_SIGNING), ec(&ECDSA_P256_SHA256_FIXED_SIGNING));
    let keys = published(&[(&ours, Algorithm::ES256, "k1")]);
    let header = Header {
        typ: Some("at+jwt".to_owned()),
        jwk: Some(Jwk::from_encoding_key(&theirs, Algorithm::ES256).unwrap()),
        jku: Some("https://evil.example/keys".to_owned()),
        x5u: Some("https://evil.example/chain".to_owned()),
        ..Header::new(Algorithm::ES256)
    };
    let token = jsonwebtoken::encode(&header, &claims(), &theirs).unwrap();
    assert_eq!(check(&token, &keys), Err(JwtError::Signature));
}

#[test]
fn asvs_v9_2_1_a_token_is_good_within_its_time_alone() {
    let key = ec(&ECDSA_P256_SHA256_FIXED_SIGNING);
    let keys = published(&[(&key, Algorithm::ES256, "k1")]);
    let mut endless = claims();
    endless.as_object_mut().unwrap().remove("exp");
    for (claims, is_taken) in [
        (claims(), true),
        (with("exp", json!(NOW - 1)), true),
        (with("exp", json!(NOW - 11)), false),
        (with("exp", json!("tomorrow")), false),
        (endless, false),
        (with("nbf", json!(NOW)), true),
        (with("nbf", json!(NOW + 11)), false),
        (with("nbf", json!("soon")), false),
        (with("iat", json!(NOW + 3_600)), false),
    ] {
        let token = sign(&key, Algorithm::ES256, None, "at+jwt", &claims).unwrap();
        let expect = if is_taken { None } else { Some(JwtError::Time) };
        assert_eq!(check(&token, &keys).err(), expect, "{claims}");
    }
}

#[test]
fn asvs_v9_2_2_a_token_of_another_kind_is_not_taken() {
    let key = ec(&ECDSA_P256_SHA256_FIXED_SIGNING);
    let keys = published(&[(&key, Algorithm::ES256, "k1")]);
    for (kind, is_taken) in
        [("at+jwt", true), ("AT+JWT", true), ("JWT", false), ("logout+jwt", false), ("", false)]
    {
        let token = sign(&key, Algorithm::ES256, None, kind, &claims()).unwrap();
        assert_eq!(check(&token, &keys).is_ok(), is_taken, "{kind}");
    }
}

#[test]
fn asvs_v9_2_3_a_token_meant_for_somebody_else_is_not_taken() {
    let key = ec(&ECDSA_P256_SHA256_FIXED_SIGNING);
    let keys = published(&[(&key, Algorithm::ES256, "k1")]);
    for (name, value, is_taken) in [
        ("aud", json!("https://salus.example/fhir/r4"), true),
        ("aud", json!(["https://other.example", "https://salus.example/fhir/r4"]), true),
        ("aud", json!("https://salus.example/fhir/r4/"), false),
        ("aud", json!("https://salus.example"), false),
        ("aud", json!(["https://other.example"]), false),
        ("aud", json!([]), false),
        ("aud", json!(7), false),
        ("iss", json!("https://salus.example/"), false),
        ("iss", json!("https://evil.example"), false),
        ("iss", json!(null), false),
    ] {
        let token = sign(&key, Algorithm::ES256, None, "at+jwt", &with(name, value.clone())).unwrap();
        assert_eq!(check(&token, &keys).is_ok(), is_taken, "{name} {value}");
    }
}

#[test]
fn what_is_no_token_is_refused_quietly() {
    let keys = JwkSet { keys: Vec::new() };
    for text in ["", ".", "..", "a.b.c", "eyJhbGciOiJFUzI1NiJ9", &"x".repeat(10_000)] {
        assert!(check(text, &keys).is_err());
    }
}
