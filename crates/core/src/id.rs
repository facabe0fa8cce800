//! Identifiers: UUID version 7 (RFC 9562 §5.7), so that newer ids sort after older ones.

use crate::{Clock, Rng};

/// A UUIDv7, printed as 36 lower-case characters. It is a valid FHIR id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Uid(uuid::Uuid);

impl Uid {
    /// A fresh id from the given clock and randomness.
    pub fn fresh(clock: &dyn Clock, rng: &dyn Rng) -> Self {
        let millis = u64::try_from(clock.now().as_millisecond()).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &rng.bytes()).into_uuid())
    }

    /// The id that follows from these parts: always the same for the same parts, and never the same for others.
    /// It is a UUIDv8 (RFC 9562 §5.8) of a SHA-256 over the parts, each with its length before it.
    pub fn named(parts: &[&str]) -> Self {
        let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
        for part in parts {
            context.update(&(part.len() as u64).to_le_bytes());
            context.update(part.as_bytes());
        }
        let digest = context.finish();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest.as_ref()[..16]);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// The sixteen bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl std::fmt::Display for Uid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for Uid {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        uuid::Uuid::parse_str(text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ManualClock, SeededRng};

    #[test]
    fn later_ids_sort_later_and_print_as_fhir_ids() {
        let clock = ManualClock::at("2026-01-05T08:00:00Z".parse().unwrap());
        let rng = SeededRng::new(1);
        let first = Uid::fresh(&clock, &rng);
        clock.advance_seconds(1);
        let second = Uid::fresh(&clock, &rng);
        assert!(first < second);
        assert_eq!(first.to_string().parse(), Ok(first));
        assert_eq!(first.to_string().len(), 36);
    }

    #[test]
    fn a_named_id_follows_from_its_parts_and_their_borders() {
        assert_eq!(Uid::named(&["ab", "c"]), Uid::named(&["ab", "c"]));
        assert_ne!(Uid::named(&["ab", "c"]), Uid::named(&["a", "bc"]));
        assert_eq!(Uid::named(&[]).to_string().as_bytes()[14], b'8');
    }
}
