//! Keyed names and shifts: the same within an export, without meaning outside it.

use aws_lc_rs::hmac;
use salus_core::Rng;
use std::sync::Arc;

/// The key of a project. Who has it can tell which record a pseudonym stands for; it has no `Debug`.
#[derive(Clone)]
pub struct Key(Arc<hmac::Key>);

impl Key {
    /// The key of these bytes.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, bytes)))
    }

    /// A fresh key, which nobody keeps: two exports cannot be joined.
    pub fn fresh(rng: &dyn Rng) -> Self {
        Self::from_bytes(&rng.bytes::<32>())
    }

    fn tag(&self, purpose: &str, text: &str) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(purpose.as_bytes());
        context.update(&[0]);
        context.update(text.as_bytes());
        let mut tag = [0; 32];
        tag.copy_from_slice(context.sign().as_ref());
        tag
    }
}

/// The pseudonyms that a key gives.
#[derive(Clone)]
pub struct Pseudonyms(Key);

/// The longest shift of dates, in days.
const LONGEST_SHIFT: i64 = 365;

impl Pseudonyms {
    /// Pseudonyms by this key.
    pub fn new(key: Key) -> Self {
        Self(key)
    }

    /// A resource's id: 32 hexadecimal digits.
    pub fn id(&self, id: &str) -> String {
        hex::encode(&self.0.tag("id", id)[..16])
    }

    /// The days by which a person's dates move: −365 to 365, never 0.
    pub fn shift_days(&self, person: &str) -> i64 {
        let tag = self.0.tag("shift", person);
        let number = u64::from_le_bytes([tag[0], tag[1], tag[2], tag[3], tag[4], tag[5], tag[6], tag[7]]);
        let days = (number % (2 * LONGEST_SHIFT as u64)) as i64 - LONGEST_SHIFT;
        if days >= 0 { days + 1 } else { days }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_depends_on_key_and_id_alone() {
        let names = Pseudonyms::new(Key::from_bytes(&[1; 32]));
        let others = Pseudonyms::new(Key::from_bytes(&[2; 32]));
        assert_eq!(names.id("p1"), names.id("p1"));
        assert_ne!(names.id("p1"), names.id("p2"));
        assert_ne!(names.id("p1"), others.id("p1"));
        assert_eq!(names.id("p1").len(), 32);
    }

    #[test]
    fn shifts_stay_within_a_year_and_are_never_nothing() {
        let names = Pseudonyms::new(Key::from_bytes(&[1; 32]));
        let days: Vec<i64> = (0..5_000).map(|number| names.shift_days(&format!("p{number}"))).collect();
        assert!(days.iter().all(|days| (-365..=365).contains(days) && *days != 0));
        assert!(days.contains(&-365) && days.contains(&365));
    }
}
