//! Names as Redis sees them: a keyed hash, which tells nobody whose e-mail or network address it is.

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use salus_core::Secret;

/// 128 bits are enough to tell everybody apart.
const KEPT: usize = 16;

pub(crate) struct Keys {
    prefix: String,
    key: hmac::Key,
}

impl Keys {
    pub(crate) fn new(prefix: &str, secret: &Secret<Vec<u8>>) -> Self {
        Self { prefix: prefix.to_owned(), key: hmac::Key::new(HMAC_SHA256, secret.expose()) }
    }

    /// The name in Redis of what is counted as `name` under `kind`.
    pub(crate) fn of(&self, kind: &str, name: &str) -> String {
        let tag = hmac::sign(&self.key, format!("{kind}\0{name}").as_bytes());
        format!("{}:{kind}:{}", self.prefix, hex::encode(&tag.as_ref()[..KEPT]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_redis_tells_nothing_and_depends_on_key_kind_and_name() {
        let keys = |secret: &str| Keys::new("salus", &Secret::new(secret.as_bytes().to_vec()));
        let name = keys("one").of("account", "maria@example.org");
        assert!(name.starts_with("salus:account:") && name.len() == "salus:account:".len() + 32, "{name}");
        assert!(!name.contains("maria"));
        assert_eq!(keys("one").of("account", "maria@example.org"), name);
        for other in [
            keys("two").of("account", "maria@example.org"),
            keys("one").of("account", "john@example.org"),
            keys("one").of("known", "maria@example.org").replace(":known:", ":account:"),
        ] {
            assert_ne!(other, name);
        }
    }
}
