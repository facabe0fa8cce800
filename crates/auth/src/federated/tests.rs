//! What is believed of another provider, and what is not.

use super::testing::{CLIENT, FakeProvider, Key, Street, signed_with_the_secret, unsigned, word};
use super::{Errand, FederatedError, Here, Outcome, Returned};
use crate::oauth::pkce::Challenge;
use crate::testing::{MARIA, secret};
use crate::{AccountChange, Credential, Method, Opening, Shown};
use salus_access::Role;
use salus_core::Clock;
use serde_json::{Value, json};

#[tokio::test]
async fn a_linked_identity_opens_its_account_and_the_holder_and_the_audit_hear_of_it() {
    let street = Street::open().await;
    let account = street.door.create(MARIA).await.unwrap();
    street.link(&account).await;
    let Ok(Outcome::Opening(Opening::Open(new))) = street.sign_in().await.outcome else { panic!("not open") };
    let identity = street.door.who(&Credential::Cookie(new.secret)).await.unwrap();
    assert_eq!(
        (identity.subject.account.as_str(), &identity.methods[..]),
        (account.as_str(), &[Method::Federated][..])
    );
    assert_eq!(identity.stepped_up_at, None, "another provider's word is no step-up");

    let links = street.door.auth.linked_identities(&account).await.unwrap();
    assert_eq!(links.len(), 1);
    assert_eq!(
        (links[0].provider.as_str(), links[0].label.as_deref(), links[0].used_at),
        ("next-door", Some("maria@next-door.example"), Some(street.door.clock.now()))
    );
    let letters = street.door.mailbox.wait_for(1).await;
    assert!(letters[0].text.contains("Signing in with another provider was added"), "{}", letters[0].text);
    let told: Vec<_> = street.door.sign_ins().await.into_iter().map(|entry| entry.detail).collect();
    assert_eq!(
        told[0],
        json!({ "methods": ["federated"], "provider": "next-door", "step": "another provider vouched for them" })
    );
    assert_eq!(told[1]["step"], "signed in");
    assert!(!format!("{told:?}").contains("maria@next-door"), "nothing that the provider said");
}

#[tokio::test]
async fn asvs_v10_5_2_only_a_linked_issuer_and_subject_open_an_account() {
    let street = Street::open().await;
    let account = street.door.create("maria@next-door.example").await.unwrap();
    assert_eq!(word(&street.sign_in().await), "not-linked", "the same verified e-mail address opens nothing");
    assert_eq!(street.door.auth.linked_identities(&account).await.unwrap().len(), 0);

    street.link(&account).await;
    let other = street.door.create(MARIA).await.unwrap();
    let way = street.begin(Errand::Link(&other)).await;
    assert_eq!(word(&street.come_back(&way, Some(&other)).await), "taken", "one identity, one account");

    let id = street.door.auth.linked_identities(&account).await.unwrap().remove(0).id;
    let theirs = street.door.auth.unlink_identity(&other, &id).await;
    assert!(matches!(theirs, Err(FederatedError::NotFound)));
    street.door.auth.unlink_identity(&account, &id).await.unwrap();
    assert_eq!(word(&street.sign_in().await), "not-linked");
    street.link(&other).await;
    assert_eq!(word(&street.sign_in().await), "open");
}

#[tokio::test]
async fn asvs_v6_3_8_a_closed_account_and_an_unknown_identity_are_refused_alike() {
    let street = Street::open().await;
    let account = street.door.create(MARIA).await.unwrap();
    let unknown = street.sign_in().await.outcome.err().unwrap().to_string();
    street.link(&account).await;
    street.door.change(&account, AccountChange { is_active: Some(false), ..AccountChange::default() }).await;
    let closed = street.sign_in().await.outcome.err().unwrap().to_string();
    assert_eq!(closed, unknown);
    assert!(closed.contains("Sign in the usual way once"), "{closed}");
    let refused = street.door.sign_ins().await.into_iter().filter(|entry| entry.outcome.code() == 4).count();
    assert_eq!(refused, 2, "both are audited");
}

#[tokio::test]
async fn asvs_v6_3_4_a_second_step_is_asked_for_as_after_a_password() {
    let street = Street::open().await;
    let account = street.door.create(MARIA).await.unwrap();
    street.link(&account).await;
    let app = street.door.with_totp(&account).await;
    let Ok(Outcome::Opening(Opening::HalfOpen(half))) = street.sign_in().await.outcome else {
        panic!("open")
    };
    assert_eq!(half.factors, [Method::Totp]);
    assert!(street.door.who(&Credential::Cookie(half.secret.clone())).await.is_none());
    let waits = street.door.auth.read_half_open(half.secret.clone()).await.unwrap().unwrap();
    assert_eq!((waits.factors, waits.until), (half.factors, half.until));
    let wrong = street.door.auth.second_step(&half.secret, Shown::Totp(secret("000000")), None).await;
    assert!(wrong.is_err());
    let letters = street.door.mailbox.wait_for(3).await;
    assert!(letters.iter().any(|letter| letter.text.contains("through another provider, and then failed")));
    street.door.clock.advance_seconds(60);
    let right = Shown::Totp(secret(&app.code(0)));
    let new = street
        .door
        .auth
        .second_step(&half.secret, right, None)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let identity = street.door.who(&Credential::Cookie(new.secret)).await.unwrap();
    assert_eq!(identity.methods[..], [Method::Federated, Method::Totp]);
    assert!(street.door.auth.read_half_open(half.secret).await.unwrap().is_none(), "it is over");
}

#[tokio::test]
async fn a_role_that_needs_a_second_factor_may_do_nothing_before_it_has_one() {
    let mut street = Street::open().await;
    let config = crate::AuthConfig {
        second_factor_required_for: vec![Role::Clinician],
        providers: vec![street.config("next-door")],
        ..street.door.auth.config().clone()
    };
    street.door.auth = crate::Auth::open(street.door.store.clone(), config).unwrap();
    let account = street.door.create(MARIA).await.unwrap();
    street.link(&account).await;
    street.door.play(&account, &[Role::Clinician]).await;
    let Ok(Outcome::Opening(Opening::Open(new))) = street.sign_in().await.outcome else { panic!("not open") };
    assert!(street.door.who(&Credential::Cookie(new.secret)).await.unwrap().lacks_second_factor);
}

#[tokio::test]
async fn asvs_v10_1_2_an_answer_counts_once_in_time_and_in_the_browser_that_asked() {
    let street = Street::open().await;
    let account = street.door.create(MARIA).await.unwrap();
    street.link(&account).await;
    let way = street.begin(Errand::SignIn).await;
    let other = street.begin(Errand::SignIn).await;
    street.provider.gives(&street.key.sign(&street.claims(&way)));
    let returned = Returned { state: Some(&way.query["state"]), code: Some("c1"), ..Returned::default() };
    let here = Here { account: None, address: None, agent: "test" };
    let auth = &street.door.auth;

    let no_cookie = auth.finish_federated("next-door", None, returned, here).await;
    assert_eq!((word(&no_cookie), no_cookie.is_link), ("over", None));
    let foreign = auth.finish_federated("next-door", Some(&other.begun.secret), returned, here).await;
    assert_eq!(word(&foreign), "over", "another browser's cookie");
    let elsewhere = auth.finish_federated("elsewhere", Some(&way.begun.secret), returned, here).await;
    assert_eq!(word(&elsewhere), "over", "another provider's callback");
    let no_state = Returned { state: None, ..returned };
    assert_eq!(word(&street.finish(&way, no_state, None).await), "over");
    assert_eq!(word(&street.finish(&way, returned, None).await), "open");
    assert_eq!(word(&street.finish(&way, returned, None).await), "over", "it comes a second time");

    let late = street.begin(Errand::SignIn).await;
    street.door.clock.advance_seconds(600);
    assert_eq!(word(&street.come_back(&late, None).await), "over", "ten minutes are over");
}

#[tokio::test]
async fn a_link_is_made_for_whoever_asked_for_it_and_nobody_else() {
    let street = Street::open().await;
    let maria = street.door.create(MARIA).await.unwrap();
    let john = street.door.create("john@example.org").await.unwrap();
    for who in [None, Some(john.as_str())] {
        let way = street.begin(Errand::Link(&maria)).await;
        assert_eq!(word(&street.come_back(&way, who).await), "over", "{who:?}");
    }
    for account in [&maria, &john] {
        assert!(street.door.auth.linked_identities(account).await.unwrap().is_empty());
    }
}

/// What is the matter with an ID token, the token, and what comes of it.
type Case = (&'static str, fn(&Street, Value) -> String, &'static str);

#[track_caller]
fn told(what: &str, ended: &super::Ended, expect: &str) {
    assert_eq!(word(ended), expect, "{what}");
}

/// Signs in with each of the tokens.
async fn check(cases: &[Case]) {
    let street = Street::open().await;
    let account = street.door.create(MARIA).await.unwrap();
    street.link(&account).await;
    for (what, token, expect) in cases {
        let way = street.begin(Errand::SignIn).await;
        street.provider.gives(&token(&street, street.claims(&way)));
        told(what, &street.come_back_as_it_is(&way, None).await, expect);
    }
}

/// Signed as it should be, but for one claim.
fn signed_with(street: &Street, mut claims: Value, name: &str, value: Value) -> String {
    claims[name] = value;
    street.key.sign(&claims)
}

#[tokio::test]
async fn asvs_v10_5_1_an_id_token_answers_the_very_request_that_was_made() {
    check(&[
        ("as it should be", |street, claims| street.key.sign(&claims), "open"),
        ("another nonce", |street, claims| signed_with(street, claims, "nonce", json!("x")), "untrusted"),
        ("no nonce", |street, claims| signed_with(street, claims, "nonce", Value::Null), "untrusted"),
        (
            "expired",
            |street, claims| {
                let now = street.door.clock.now().as_second();
                signed_with(street, claims, "exp", json!(now))
            },
            "untrusted",
        ),
        (
            "another issuer",
            |street, claims| signed_with(street, claims, "iss", json!("https://x.example")),
            "untrusted",
        ),
        ("nobody", |street, claims| signed_with(street, claims, "sub", json!("")), "untrusted"),
    ])
    .await;
}

#[tokio::test]
async fn asvs_v10_5_4_an_id_token_is_meant_for_this_client_alone() {
    check(&[
        ("another client", |street, claims| signed_with(street, claims, "aud", json!("x")), "untrusted"),
        ("no client", |street, claims| signed_with(street, claims, "aud", json!([])), "untrusted"),
        (
            "two clients",
            |street, claims| signed_with(street, claims, "aud", json!([CLIENT, "x"])),
            "untrusted",
        ),
        ("this one in a list", |street, claims| signed_with(street, claims, "aud", json!([CLIENT])), "open"),
        ("another party", |street, claims| signed_with(street, claims, "azp", json!("x")), "untrusted"),
        ("this party", |street, claims| signed_with(street, claims, "azp", json!(CLIENT)), "open"),
    ])
    .await;
}

#[tokio::test]
async fn asvs_v6_8_2_an_id_token_is_signed_by_a_published_key_and_nothing_else() {
    check(&[
        ("no signature", |_, claims| unsigned(&claims), "untrusted"),
        ("signed with the secret", |_, claims| signed_with_the_secret(&claims), "untrusted"),
        ("another key of the same name", |_, claims| Key::fresh("k1").sign(&claims), "untrusted"),
        ("a key that nobody published", |_, claims| Key::fresh("k9").sign(&claims), "untrusted"),
        (
            "changed on the way",
            |street, claims| {
                let mine = street.key.sign(&claims);
                let theirs = signed_with(street, claims, "sub", json!("x"));
                let part = |token: &str, n: usize| token.split('.').nth(n).unwrap().to_owned();
                format!("{}.{}.{}", part(&mine, 0), part(&mine, 1), part(&theirs, 2))
            },
            "untrusted",
        ),
        ("as it should be", |street, claims| street.key.sign(&claims), "open"),
    ])
    .await;
    let street = Street::open().await;
    let way = street.begin(Errand::SignIn).await;
    street.provider.says.lock().unwrap().answer = json!({ "access_token": "at", "token_type": "Bearer" });
    told("no ID token at all", &street.come_back_as_it_is(&way, None).await, "untrusted");
}

#[tokio::test]
async fn a_new_key_of_the_provider_is_found_at_its_first_token() {
    let mut street = Street::open().await;
    let account = street.door.create(MARIA).await.unwrap();
    street.link(&account).await;
    street.key = Key::fresh("k2");
    street.provider.says.lock().unwrap().keys.keys = vec![street.key.public()];
    assert_eq!(word(&street.sign_in().await), "open");
}

#[tokio::test]
async fn asvs_v10_2_2_an_answer_of_one_provider_is_not_taken_for_anothers() {
    let street = Street::open().await;
    let account = street.door.create(MARIA).await.unwrap();
    street.link(&account).await;
    let url = street.provider.url();
    for (iss, says_so, expect) in [
        (None, false, "open"),
        (Some(url.as_str()), false, "open"),
        (Some("https://x.example"), false, "untrusted"),
        (Some(url.as_str()), true, "open"),
        (None, true, "untrusted"),
    ] {
        let metadata = json!({ "authorization_response_iss_parameter_supported": says_so });
        street.provider.says.lock().unwrap().metadata = metadata;
        street.door.clock.advance_seconds(3_600);
        let way = street.begin(Errand::SignIn).await;
        street.provider.gives(&street.key.sign(&street.claims(&way)));
        let returned = Returned { state: Some(&way.query["state"]), code: Some("c1"), iss, error: None };
        assert_eq!(word(&street.finish(&way, returned, None).await), expect, "{iss:?} {says_so}");
    }
}

#[tokio::test]
async fn asvs_v6_8_1_the_same_subject_at_another_provider_is_somebody_else() {
    let mut street = Street::open().await;
    let account = street.door.create(MARIA).await.unwrap();
    street.link(&account).await;
    let other = FakeProvider::start(&street.key);
    let providers = vec![other.config("next-door", street.secret_file())];
    street.beside(providers);
    street.provider = other;
    assert_eq!(word(&street.sign_in().await), "not-linked");
}

#[tokio::test]
async fn asvs_v10_5_3_a_provider_that_calls_itself_otherwise_or_sends_browsers_astray_is_not_asked() {
    for (metadata, expect) in [
        (json!({ "issuer": "https://x.example" }), "unreachable"),
        (json!({ "authorization_endpoint": "javascript:alert(1)" }), "untrusted"),
        (json!({ "authorization_endpoint": "http://x.example/authorize" }), "untrusted"),
        (json!({ "jwks_uri": "http://169.254.169.254/latest" }), "unreachable"),
        (json!({ "jwks_uri": "http://127.0.0.1:1/keys" }), "unreachable"),
    ] {
        let street = Street::open().await;
        street.provider.says.lock().unwrap().metadata = metadata.clone();
        let begun = street.door.auth.begin_federated("next-door", Errand::SignIn, None, "/").await;
        assert_eq!(begun.err().map(|cause| cause.code()), Some(expect), "{metadata}");
    }
}

#[tokio::test]
async fn asvs_v10_2_1_the_request_carries_a_challenge_and_the_exchange_its_verifier_and_the_secret() {
    let street = Street::open().await;
    let account = street.door.create(MARIA).await.unwrap();
    let way = street.begin(Errand::Link(&account)).await;
    let asked = |name: &str| way.query[name].as_str();
    assert_eq!(
        (asked("response_type"), asked("client_id"), asked("scope"), asked("code_challenge_method")),
        ("code", CLIENT, "openid email", "S256")
    );
    let back = "https://salus.example/api/v1/session/providers/next-door/callback";
    assert_eq!(asked("redirect_uri"), back);
    street.come_back(&way, Some(&account)).await;
    let says = street.provider.says.lock().unwrap();
    let (path, form) = says.asked.iter().find(|(path, _)| path == "/token").unwrap();
    let challenge = Challenge::read(Some(asked("code_challenge")), Some("S256")).unwrap();
    assert!(path == "/token" && challenge.is_met_by(&form["code_verifier"]));
    assert_eq!((form["code"].as_str(), form["redirect_uri"].as_str()), ("c1", back));
    assert!(!form.contains_key("client_secret"), "it goes in the header");
}

#[tokio::test]
async fn who_turns_back_at_the_provider_is_told_so() {
    let street = Street::open().await;
    for (error, expect) in [("access_denied", "cancelled"), ("server_error", "untrusted")] {
        let way = street.begin(Errand::SignIn).await;
        let returned =
            Returned { state: Some(&way.query["state"]), error: Some(error), ..Returned::default() };
        assert_eq!(word(&street.finish(&way, returned, None).await), expect);
    }
}

#[tokio::test]
async fn the_browser_goes_on_to_a_path_of_our_own() {
    let street = Street::open().await;
    for (to, expect) in [(Some("/people/1"), "/people/1"), (Some("//evil.example"), "/"), (None, "/")] {
        let begun = street.door.auth.begin_federated("next-door", Errand::SignIn, to, "/").await.unwrap();
        let state = url::Url::parse(&begun.send_to).unwrap();
        let state = state.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        let returned = Returned { state: Some(&state), error: Some("access_denied"), ..Returned::default() };
        let here = Here { account: None, address: None, agent: "test" };
        let ended = street.door.auth.finish_federated("next-door", Some(&begun.secret), returned, here).await;
        assert_eq!((ended.to.as_deref(), ended.is_link), (Some(expect), Some(false)), "{to:?}");
    }
}

#[tokio::test]
async fn whoever_runs_the_installation_takes_links_away_with_the_second_steps() {
    let street = Street::open().await;
    let account = street.door.create(MARIA).await.unwrap();
    street.link(&account).await;
    assert_eq!(street.door.auth.reset_factors(&account).await.unwrap(), 1);
    assert_eq!(word(&street.sign_in().await), "not-linked");
}

#[tokio::test]
async fn two_providers_of_one_name_are_told_at_the_start() {
    let street = Street::open().await;
    let providers = vec![street.config("a"), street.config("a")];
    let config = crate::AuthConfig { providers, ..street.door.auth.config().clone() };
    assert!(crate::Auth::open(street.door.store.clone(), config).is_err());
}
