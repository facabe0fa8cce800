//! Proof Key for Code Exchange (RFC 7636): only whoever asked for a code can exchange it. `S256` alone.

use super::refusal::{Code, Refusal};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The hash that a client sends ahead; the word behind it comes with the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge(String);

/// Base64url of 32 bytes.
const CHALLENGE_CHARS: usize = 43;

impl Challenge {
    /// Reads what came with the request for a code.
    ///
    /// # Errors
    /// `invalid_request` where there is none, or the method is another than `S256`.
    pub fn read(challenge: Option<&str>, method: Option<&str>) -> Result<Self, Refusal> {
        let refuse = |words| Err(Code::InvalidRequest.because(words));
        let Some(challenge) = challenge else {
            return refuse("The parameter code_challenge is missing (PKCE).");
        };
        if method != Some("S256") {
            return refuse("The code_challenge_method has to be S256.");
        }
        if challenge.len() != CHALLENGE_CHARS || !challenge.bytes().all(is_url_safe) {
            return refuse("The code_challenge is not a SHA-256 in base64url.");
        }
        Ok(Self(challenge.to_owned()))
    }

    /// The hash as it came.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the word behind the hash.
    pub fn is_met_by(&self, verifier: &str) -> bool {
        let is_verifier = (43..=128).contains(&verifier.len())
            && verifier.bytes().all(|b| is_url_safe(b) || b == b'.' || b == b'~');
        let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        is_verifier && verify_slices_are_equal(hash.as_bytes(), self.0.as_bytes()).is_ok()
    }
}

impl From<String> for Challenge {
    /// From what was stored.
    fn from(stored: String) -> Self {
        Self(stored)
    }
}

fn is_url_safe(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'-' || b == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn asvs_v10_4_6_a_challenge_is_asked_for_and_plain_is_none() {
        for (challenge, method, is_taken) in [
            (Some(CHALLENGE), Some("S256"), true),
            (Some(CHALLENGE), Some("plain"), false),
            (Some(CHALLENGE), Some("s256"), false),
            (Some(CHALLENGE), None, false),
            (None, Some("S256"), false),
            (None, None, false),
            (Some("short"), Some("S256"), false),
            (Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"), Some("S256"), false),
        ] {
            assert_eq!(Challenge::read(challenge, method).is_ok(), is_taken, "{challenge:?} {method:?}");
        }
    }

    #[test]
    fn only_the_word_behind_the_hash_meets_it() {
        let challenge = Challenge::read(Some(CHALLENGE), Some("S256")).unwrap();
        for (verifier, is_met) in [
            (VERIFIER, true),
            (CHALLENGE, false),
            ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK", false),
            ("", false),
        ] {
            assert_eq!(challenge.is_met_by(verifier), is_met, "{verifier}");
        }
    }
}
