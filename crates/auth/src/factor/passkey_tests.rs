use super::authenticator::Authenticator;
use crate::testing::{Door, MARIA};
use crate::{FactorError, Shown};
use serde_json::json;

async fn with_passkey(door: &Door) -> (String, Authenticator) {
    let account = door.create(MARIA).await.unwrap();
    let mut device = Authenticator::new(b"the first key of Maria");
    let options = door.auth.begin_passkey(&account, "session").await.unwrap();
    let answer = device.create(&options);
    door.auth.finish_passkey(&account, "session", "Phone", answer).await.unwrap();
    (account, device)
}

#[tokio::test]
async fn a_passkey_is_asked_for_with_user_verification_and_to_be_found_by_itself() {
    let door = Door::open().await;
    let account = door.create(MARIA).await.unwrap();
    let options = door.auth.begin_passkey(&account, "session").await.unwrap();
    let wish = &options["publicKey"]["authenticatorSelection"];
    assert_eq!(
        (wish["residentKey"].as_str(), wish["userVerification"].as_str()),
        (Some("required"), Some("required"))
    );
}

#[tokio::test]
async fn a_passkey_is_all_there_is_to_a_sign_in() {
    let door = Door::open().await;
    let (account, mut device) = with_passkey(&door).await;
    let (cookie, options) = door.auth.begin_passkey_sign_in().unwrap();
    let answer = device.get(&options);
    let new = door.auth.sign_in_with_passkey(&cookie, answer.clone(), None, "test").await.unwrap();
    assert_eq!(new.account.id, account);
    let replayed = door.auth.sign_in_with_passkey(&cookie, answer, None, "test").await;
    assert!(replayed.is_err(), "an answer is good once");
}

#[tokio::test]
async fn a_passkey_is_a_second_step() {
    let door = Door::open().await;
    let (account, mut device) = with_passkey(&door).await;
    let half = door.half_open(MARIA).await;
    let options = door.auth.ask_second_step(&half.secret).await.unwrap();
    let shown = Shown::Passkey(device.get(&options));
    let new = door.auth.second_step(&half.secret, shown, None).await.unwrap();
    assert_eq!(new.account.id, account);
    let methods: Vec<_> = new.session.proofs.iter().map(|proof| proof.method.code()).collect();
    assert_eq!(methods, ["password", "passkey"]);
}

#[tokio::test]
async fn asvs_v6_7_2_each_question_is_random_and_good_for_its_own_answer_alone() {
    let door = Door::open().await;
    let (_, mut device) = with_passkey(&door).await;
    let (first, first_options) = door.auth.begin_passkey_sign_in().unwrap();
    let (second, second_options) = door.auth.begin_passkey_sign_in().unwrap();
    let challenge =
        |options: &serde_json::Value| options["publicKey"]["challenge"].as_str().unwrap().to_owned();
    assert_ne!(challenge(&first_options), challenge(&second_options));
    assert!(challenge(&first_options).len() * 6 >= 64);
    let answer = device.get(&first_options);
    assert!(door.auth.sign_in_with_passkey(&second, answer, None, "test").await.is_err());
    let answer = device.get(&first_options);
    assert!(door.auth.sign_in_with_passkey(&first, answer, None, "test").await.is_ok());
}

#[tokio::test]
async fn a_house_full_of_people_signs_in_by_passkeys_without_waiting() {
    let door = Door::open().await;
    let (_, mut device) = with_passkey(&door).await;
    let address = Some("192.0.2.1".parse().unwrap());
    for n in 0..40 {
        let (cookie, options) = door.auth.begin_passkey_sign_in().unwrap();
        let answer = device.get(&options);
        let outcome = door.auth.sign_in_with_passkey(&cookie, answer, address, "test").await;
        assert!(outcome.is_ok(), "{n}");
    }
}

#[tokio::test]
async fn what_a_device_may_not_do_is_refused() {
    let door = Door::open().await;
    let (_, mut device) = with_passkey(&door).await;
    for what in ["another site", "holder not checked", "signature changed", "somebody else's"] {
        let (cookie, options) = door.auth.begin_passkey_sign_in().unwrap();
        (device.origin, device.verifies) = ("https://salus.example", true);
        match what {
            "another site" => device.origin = "https://salus.example.evil.example",
            "holder not checked" => device.verifies = false,
            _ => {}
        }
        let mut answer = device.get(&options);
        match what {
            "signature changed" => answer["response"]["signature"] = json!("MEUCIQ"),
            "somebody else's" => answer["response"]["userHandle"] = json!("AZtR2-sAcACAAAAAAAAAAA"),
            _ => {}
        }
        assert!(door.auth.sign_in_with_passkey(&cookie, answer, None, "test").await.is_err(), "{what}");
    }
}

#[tokio::test]
async fn a_copied_key_is_found_out_by_its_counter() {
    let door = Door::open().await;
    let (_, mut device) = with_passkey(&door).await;
    for (counter, expect) in [(10, true), (4, false), (10, false), (11, true)] {
        let (cookie, options) = door.auth.begin_passkey_sign_in().unwrap();
        device.counter = counter - 1;
        let answer = device.get(&options);
        let outcome = door.auth.sign_in_with_passkey(&cookie, answer, None, "test").await;
        assert_eq!(outcome.is_ok(), expect, "{counter}");
    }
}

#[tokio::test]
async fn a_passkey_is_registered_once_and_under_a_name() {
    let door = Door::open().await;
    let (account, mut device) = with_passkey(&door).await;
    let options = door.auth.begin_passkey(&account, "session").await.unwrap();
    let answer = device.create(&options);
    let again = door.auth.finish_passkey(&account, "session", "Phone", answer).await;
    assert!(matches!(again, Err(FactorError::Wrong)));
    let unasked = door.auth.finish_passkey(&account, "session", "Phone", json!({})).await;
    assert!(matches!(unasked, Err(FactorError::Wrong)));
    let id = door.auth.factors(&account).await.unwrap()[0].id.clone();
    assert_eq!(door.auth.rename_factor(&account, &id, " Key ring ").await.unwrap().label, "Key ring");
    assert!(matches!(door.auth.rename_factor(&account, &id, " ").await, Err(FactorError::Label)));
    assert!(matches!(door.auth.rename_factor("somebody", &id, "x").await, Err(FactorError::NotFound)));
    door.auth.remove_factor(&account, &id).await.unwrap();
    assert!(door.try_sign_in(MARIA, crate::testing::PASSWORD).await.is_ok(), "one step again");
}

#[tokio::test]
async fn an_operator_takes_lost_factors_away_and_every_session_ends() {
    let door = Door::open().await;
    let account = door.create(MARIA).await.unwrap();
    let session = door.sign_in(MARIA).await;
    door.with_totp(&account).await;
    assert_eq!(door.auth.reset_factors(&account).await.unwrap(), 1);
    assert!(door.who(&session).await.is_none());
    assert!(door.try_sign_in(MARIA, crate::testing::PASSWORD).await.is_ok());
    let entries = door.audited(salus_store::AuditAction::AccountChange).await;
    let told: Vec<_> = entries.iter().filter_map(|entry| entry.detail["change"].as_str()).collect();
    assert!(told.contains(&"All second steps were removed by the person who runs this Salus"), "{told:?}");
}
