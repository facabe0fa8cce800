//! Keyed digests: what stands in an index or in the audit instead of the value itself.
//!
//! Codes and ids are easy to guess, so a plain hash of them could be turned back with a list of codes.
//! SipHash-2-4 under the key of this installation (kept, wrapped, in `keys.db`) cannot.

use salus_core::Secret;
use siphasher::sip::SipHasher24;
use std::hash::Hasher;

/// Makes keyed digests. Two values that differ collide with a chance of 2⁻⁶⁴.
#[derive(Clone)]
pub(crate) struct KeyedHash {
    key: Secret<[u8; 16]>,
}

impl KeyedHash {
    /// With the key of this installation.
    pub(crate) fn new(key: [u8; 16]) -> Self {
        Self { key: Secret::new(key) }
    }

    /// The digest of a list of parts. No part contains a zero byte (FHIR strings must not), so that no two
    /// lists run together.
    pub(crate) fn of(&self, parts: &[&str]) -> i64 {
        let mut hasher = SipHasher24::new_with_key(self.key.expose());
        for part in parts {
            hasher.write(part.as_bytes());
            hasher.write(&[0]);
        }
        i64::from_ne_bytes(hasher.finish().to_ne_bytes())
    }

    /// The digest of a list of parts for an index row: 48 bits, which take six bytes on disk instead of eight.
    /// Among a million keys one that is looked for meets another's with a chance of 4·10⁻⁹.
    pub(crate) fn short(&self, parts: &[&str]) -> i64 {
        self.of(parts) >> 16
    }

    /// How a patient is called in the audit.
    pub(crate) fn patient(&self, patient_id: &str) -> i64 {
        self.of(&["audit/patient", patient_id])
    }

    /// How a resource is called in the audit.
    pub(crate) fn target(&self, type_name: &str, id: &str) -> i64 {
        self.of(&["audit/target", type_name, id])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_depend_on_the_key_and_on_where_parts_end() {
        let hash = KeyedHash::new([7; 16]);
        assert_eq!(hash.of(&["a", "b"]), KeyedHash::new([7; 16]).of(&["a", "b"]));
        assert_ne!(hash.of(&["a", "b"]), KeyedHash::new([8; 16]).of(&["a", "b"]));
        assert_ne!(hash.of(&["ab", "c"]), hash.of(&["a", "bc"]));
        assert_ne!(hash.patient("p"), hash.target("Patient", "p"));
    }
}
