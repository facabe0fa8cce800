//! Codes for when everything else is lost: ten of them, shown once, each good once.

use crate::audit::{self, Change};
use crate::factor::{Factor, FactorError};
use crate::method::Method;
use crate::token::stored_id;
use crate::{Auth, Error};
use salus_core::{Rng, Secret};

const CODES: usize = 10;
/// Signs in a code: 24 of 32 letters are 120 bits. Above 112 bits, ASVS 5.0 6.5.2 lets a plain hash do.
const SIGNS: usize = 24;
const GROUP: usize = 4;
/// Letters and digits that cannot be mistaken for one another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

impl Auth {
    /// Ten fresh codes in place of those there were. Only their hashes are kept.
    ///
    /// # Errors
    /// [`FactorError::NothingToRecover`] where the account has no second factor that could be lost.
    pub async fn new_recovery_codes(&self, account: &str) -> Result<Vec<Secret<String>>, FactorError> {
        let holder = self.holder(account).await?;
        let factors = self.all_factors(account).await?;
        if !factors.iter().any(|factor| factor.is_active && factor.method != Method::RecoveryCode) {
            return Err(FactorError::NothingToRecover);
        }
        let codes: Vec<_> = (0..CODES).map(|_| fresh(self.rng())).collect();
        let code_hashes = codes.iter().map(|code| hash(code.expose())).collect();
        let (now, change) = (self.now(), Change::RecoveryCodes);
        let event = audit::changed(change, account);
        match factors.into_iter().find(|factor| factor.method == Method::RecoveryCode) {
            Some(old) => {
                let anew = Factor { code_hashes, created_at: now, used_at: None, ..old };
                self.replace_factor(&anew, Some(event)).await?;
            }
            None => {
                let new = self.new_factor(account, Method::RecoveryCode, "Recovery codes");
                self.create_factor(&Factor { code_hashes, is_active: true, ..new }).await?;
                self.write_event(event, None).await?;
            }
        }
        self.tell_of_change(&holder, change);
        Ok(codes)
    }

    /// Takes one of the account's recovery codes, once.
    pub(crate) async fn take_recovery_code(&self, factors: &[Factor], code: &str) -> Result<bool, Error> {
        let hash = hash(code);
        let recovery =
            factors.iter().find(|factor| factor.is_active && factor.method == Method::RecoveryCode);
        let Some(factor) = recovery.filter(|factor| factor.code_hashes.contains(&hash)) else {
            return Ok(false);
        };
        let mut used = Factor { used_at: Some(self.now()), ..factor.clone() };
        used.code_hashes.retain(|kept| *kept != hash);
        self.use_factor(&used).await
    }
}

fn fresh(rng: &dyn Rng) -> Secret<String> {
    let signs: Vec<char> =
        rng.bytes::<SIGNS>().iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    let groups: Vec<String> = signs.chunks(GROUP).map(|group| group.iter().collect()).collect();
    Secret::new(groups.join("-"))
}

/// Of the code as it is meant: without the hyphens and spaces, in lower case.
fn hash(code: &str) -> String {
    let signs: String = code.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    stored_id(&signs.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Door, MARIA};
    use std::collections::HashSet;

    #[tokio::test]
    async fn asvs_v6_5_1_each_recovery_code_is_good_once() {
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        door.with_totp(&account).await;
        let codes = door.auth.new_recovery_codes(&account).await.unwrap();
        let typed = codes[3].expose().to_uppercase().replace('-', " ");
        for (code, expect) in
            [(typed.as_str(), true), (codes[3].expose(), false), (codes[4].expose(), true), ("", false)]
        {
            let factors = door.auth.all_factors(&account).await.unwrap();
            assert_eq!(door.auth.take_recovery_code(&factors, code).await.unwrap(), expect, "{code}");
        }
        let left = door
            .auth
            .factors(&account)
            .await
            .unwrap()
            .into_iter()
            .find(|one| one.method == Method::RecoveryCode);
        assert_eq!(left.unwrap().code_hashes.len(), 8);
        door.auth.new_recovery_codes(&account).await.unwrap();
        let factors = door.auth.all_factors(&account).await.unwrap();
        assert!(!door.auth.take_recovery_code(&factors, codes[0].expose()).await.unwrap(), "replaced");
    }

    #[tokio::test]
    async fn asvs_v6_5_2_recovery_codes_have_120_bits_and_only_their_hashes_are_stored() {
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        door.with_totp(&account).await;
        let codes = door.auth.new_recovery_codes(&account).await.unwrap();
        assert_eq!(codes.iter().map(|code| code.expose()).collect::<HashSet<_>>().len(), CODES);
        assert!(codes.iter().all(|code| code.expose().replace('-', "").len() * 5 >= 112));
        let stored = door.stored("UserFactor").await;
        assert!(
            codes
                .iter()
                .all(|code| !stored.contains(&code.expose().replace('-', ""))
                    && !stored.contains(code.expose()))
        );
    }

    #[tokio::test]
    async fn there_are_none_where_there_is_nothing_to_lose() {
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        assert!(matches!(door.auth.new_recovery_codes(&account).await, Err(FactorError::NothingToRecover)));
    }
}
