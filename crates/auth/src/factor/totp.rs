//! Codes of an authenticator app (RFC 6238): six digits of HMAC-SHA-1, a new one every thirty seconds.

use crate::account::Account;
use crate::audit::{self, Change};
use crate::factor::{Factor, FactorError, MOST_FACTORS};
use crate::method::Method;
use crate::{Auth, Error};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use data_encoding::BASE32_NOPAD;
use salus_core::{Secret, Timestamp};

/// RFC 4226 §4 asks for 128 bits at least and recommends 160.
const SECRET_BYTES: usize = 20;
/// RFC 6238 §4.1.
const STEP_SECONDS: i64 = 30;
/// RFC 6238 §5.2 lets one step pass for clocks that differ and for slow hands; it is taken to either side.
const DRIFT: [i64; 3] = [0, -1, 1];

/// An authenticator app to be set up: what it has to be told.
pub struct TotpEnrolment {
    /// The id of the factor to confirm.
    pub id: String,
    /// To be typed into the app, in Base32.
    pub secret: Secret<String>,
    /// The same as an `otpauth:` address, to be shown as a QR code.
    pub uri: Secret<String>,
}

impl Auth {
    /// Begins to set up an authenticator app. It counts once a first code was shown; an earlier one that never got so
    /// far is forgotten.
    ///
    /// # Errors
    /// [`FactorError::TooMany`], or whatever the store says.
    pub async fn begin_totp(&self, account: &str) -> Result<TotpEnrolment, FactorError> {
        let holder = self.holder(account).await?;
        let factors = self.all_factors(account).await?;
        if factors.iter().filter(|factor| factor.is_active).count() >= MOST_FACTORS {
            return Err(FactorError::TooMany);
        }
        for unfinished in factors.iter().filter(|one| one.method == Method::Totp && !one.is_active) {
            self.delete_factors(std::slice::from_ref(unfinished)).await?;
        }
        let secret = BASE32_NOPAD.encode(&self.rng().bytes::<SECRET_BYTES>());
        let uri = uri(&holder, &secret);
        let secret = Secret::new(secret);
        let factor = Factor {
            secret: Some(secret.clone()),
            ..self.new_factor(account, Method::Totp, "Authenticator app")
        };
        self.create_factor(&factor).await?;
        Ok(TotpEnrolment { id: factor.id, secret, uri: Secret::new(uri) })
    }

    /// Ends the set-up with the app's first code.
    ///
    /// # Errors
    /// [`FactorError::Wrong`] where the code is not right; [`FactorError::Wait`] after too many of these.
    pub async fn confirm_totp(&self, account: &str, id: &str, code: &str) -> Result<Factor, FactorError> {
        let holder = self.holder(account).await?;
        let mut factor = self.factor(account, id).await?;
        if factor.method != Method::Totp || factor.is_active {
            return Err(FactorError::NotFound);
        }
        let attempt = self.admit_code(account).await?;
        let now = self.now();
        factor.last_step = Some(factor.matching_step(code, now)?.ok_or(FactorError::Wrong)?);
        (factor.is_active, factor.used_at) = (true, Some(now));
        self.replace_factor(&factor, Some(audit::changed(Change::FactorAdded(Method::Totp), account)))
            .await?;
        self.code_was_right(&attempt).await;
        self.tell_of_change(&holder, Change::FactorAdded(Method::Totp));
        Ok(factor)
    }

    /// Takes a code of one of the account's apps, once.
    pub(crate) async fn take_totp(&self, factors: &[Factor], code: &str) -> Result<bool, Error> {
        let now = self.now();
        for factor in factors.iter().filter(|factor| factor.is_active && factor.method == Method::Totp) {
            let Some(step) = factor.matching_step(code, now)? else { continue };
            let used = Factor { last_step: Some(step), used_at: Some(now), ..factor.clone() };
            return self.use_factor(&used).await;
        }
        Ok(false)
    }
}

impl Factor {
    /// The step of which this is the code, if it is later than the last that was taken: no code is good twice.
    fn matching_step(&self, code: &str, now: Timestamp) -> Result<Option<i64>, Error> {
        let secret =
            self.secret.as_ref().and_then(|secret| BASE32_NOPAD.decode(secret.expose().as_bytes()).ok());
        let secret = secret.ok_or_else(|| Error::Broken("the secret of an app cannot be read".to_owned()))?;
        let typed: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let present = now.as_second().div_euclid(STEP_SECONDS);
        let is_it = |step: &i64| {
            verify_slices_are_equal(code_at(&secret, *step).as_bytes(), typed.as_bytes()).is_ok()
        };
        let step = DRIFT.into_iter().map(|drift| present + drift).find(is_it);
        Ok(step.filter(|step| self.last_step.is_none_or(|last| *step > last)))
    }
}

/// The code of a step (RFC 4226 §5.3).
pub(crate) fn code_at(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag[tag.len() - 1] & 0x0f);
    let number = u32::from_be_bytes([tag[at] & 0x7f, tag[at + 1], tag[at + 2], tag[at + 3]]);
    format!("{:06}", number % 1_000_000)
}

/// What an app with this secret in Base32 shows at a step, for tests.
#[cfg(any(test, feature = "testing"))]
pub fn testing_totp_code(secret: &str, step: i64) -> String {
    code_at(&BASE32_NOPAD.decode(secret.as_bytes()).unwrap_or_default(), step)
}

/// The form that authenticator apps read from a QR code (the Key URI format).
fn uri(holder: &Account, secret: &str) -> String {
    let account: String = form_urlencoded::byte_serialize(holder.email.as_bytes()).collect();
    format!("otpauth://totp/Salus:{account}?secret={secret}&issuer=Salus&algorithm=SHA1&digits=6&period=30")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Door, MARIA};

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // Appendix B, SHA-1; the last six of its eight digits.
        let secret = b"12345678901234567890";
        for (second, expect) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_at(secret, second / STEP_SECONDS), expect, "{second}");
        }
    }

    #[tokio::test]
    async fn a_code_counts_a_step_early_or_late_and_no_further() {
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        let app = door.with_totp(&account).await;
        door.clock.advance_seconds(600);
        for (drift, expect) in [(-2, false), (-1, true), (2, false), (1, true)] {
            let factors = door.auth.all_factors(&account).await.unwrap();
            assert_eq!(door.auth.take_totp(&factors, &app.code(drift)).await.unwrap(), expect, "{drift}");
        }
    }

    #[tokio::test]
    async fn asvs_v6_5_1_a_code_of_an_app_is_good_once() {
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        let app = door.with_totp(&account).await;
        door.clock.advance_seconds(60);
        let stale = door.auth.all_factors(&account).await.unwrap();
        for (code, expect) in [(app.code(0), true), (app.code(0), false), (app.code(-1), false)] {
            let factors = door.auth.all_factors(&account).await.unwrap();
            assert_eq!(door.auth.take_totp(&factors, &code).await.unwrap(), expect);
        }
        assert!(!door.auth.take_totp(&stale, &app.code(0)).await.unwrap(), "also where two come at once");
    }

    #[tokio::test]
    async fn asvs_v6_5_8_the_servers_clock_alone_says_which_code_is_due() {
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        let app = door.with_totp(&account).await;
        let yesterdays = app.code(0);
        door.clock.advance_seconds(86_400);
        let factors = door.auth.all_factors(&account).await.unwrap();
        assert!(!door.auth.take_totp(&factors, &yesterdays).await.unwrap());
        assert!(door.auth.take_totp(&factors, &app.code(0)).await.unwrap());
    }

    #[tokio::test]
    async fn an_app_counts_only_once_it_showed_a_code() {
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        let first = door.auth.begin_totp(&account).await.unwrap();
        let second = door.auth.begin_totp(&account).await.unwrap();
        assert!(second.uri.expose().starts_with("otpauth://totp/Salus:maria%40example.org?secret="));
        assert!(door.auth.factors(&account).await.unwrap().is_empty());
        for (id, code) in [(&first.id, "000000"), (&second.id, "000000"), (&second.id, "")] {
            assert!(door.auth.confirm_totp(&account, id, code).await.is_err());
        }
        let secret = BASE32_NOPAD.decode(second.secret.expose().as_bytes()).unwrap();
        let code = code_at(&secret, door.auth.now().as_second() / STEP_SECONDS);
        door.auth.confirm_totp(&account, &second.id, &code).await.unwrap();
        assert_eq!(door.auth.factors(&account).await.unwrap().len(), 1);
    }
}
