//! JSON Web Tokens, written and checked. Pure: the time is a parameter, and keys come from us alone.
//!
//! The library does the cryptography; what a token has to say is checked here, by our clock. Of the header, `alg` and
//! `typ` are compared with what is expected in this place, and `kid` picks among keys that are at hand: `jku`, `jwk` and
//! `x5u` are never looked at.

use jsonwebtoken::jwk::{EllipticCurve, Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use salus_core::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What Salus signs with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Alg {
    /// RSA with SHA-256: what every OpenID Connect client understands.
    #[default]
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256.
    #[serde(rename = "ES256")]
    Es256,
}

impl Alg {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Rs256, Self::Es256];

    /// The registered word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }

    pub(crate) fn algorithm(self) -> Algorithm {
        match self {
            Self::Rs256 => Algorithm::RS256,
            Self::Es256 => Algorithm::ES256,
        }
    }
}

/// What a service signs its assertions with (SMART App Launch 2, "asymmetric client authentication").
pub const ASSERTION_ALGS: [Algorithm; 2] = [Algorithm::RS384, Algorithm::ES384];
/// What Salus' own tokens are signed with.
pub const OWN_ALGS: [Algorithm; 2] = [Algorithm::RS256, Algorithm::ES256];

/// A set of keys is no longer than this.
pub(crate) const MOST_KEYS_CHARS: usize = 20_000;

/// Clocks differ by so much.
const LEEWAY_S: i64 = 10;

/// What a token has to be in the place where it is shown.
pub struct Expected<'a> {
    /// The algorithms it may be signed by.
    pub algs: &'a [Algorithm],
    /// What its header may say it is, in lower case; an empty word stands for a header that says nothing.
    pub types: &'a [&'a str],
    /// Who has to have issued it.
    pub issuer: &'a str,
    /// Whom it may be meant for; it has to name one of these.
    pub audience: &'a [&'a str],
    /// The present moment.
    pub now: Timestamp,
}

/// The claims of a token whose signature is good and which is what was expected.
pub type Claims = Map<String, Value>;

/// Why a token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    /// It is no JWT, is signed by an algorithm that is not expected here, or says it is something else.
    #[error("it is not a token of the kind expected here")]
    Kind,
    /// No key of ours made, or matches, this signature.
    #[error("its signature is not good")]
    Signature,
    /// It is over, not yet good, or says nothing of its end.
    #[error("it is expired, or not yet good")]
    Time,
    /// Somebody else issued it, or it is meant for somebody else.
    #[error("it is meant for somebody else")]
    Party,
}

/// Checks a token. Nothing of its content is believed before its signature is.
///
/// # Errors
/// [`JwtError`] says why it is not taken.
pub fn verify(token: &str, keys: &JwkSet, expected: &Expected<'_>) -> Result<Claims, JwtError> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| JwtError::Kind)?;
    let kind = header.typ.as_deref().unwrap_or_default().to_ascii_lowercase();
    if !expected.algs.contains(&header.alg) || !expected.types.contains(&kind.as_str()) {
        return Err(JwtError::Kind);
    }
    let mut validation = Validation::new(header.alg);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let is_meant = |key: &&Jwk| header.kid.is_none() || key.common.key_id == header.kid;
    let mut candidates = keys.keys.iter().filter(is_meant).filter(|key| fits(key, header.alg));
    let claims = candidates
        .find_map(|key| {
            let key = DecodingKey::from_jwk(key).ok()?;
            Some(jsonwebtoken::decode::<Claims>(token, &key, &validation).ok()?.claims)
        })
        .ok_or(JwtError::Signature)?;
    check_time(&claims, expected.now)?;
    let is_for_us = names_of(claims.get("aud")).any(|name| expected.audience.contains(&name));
    if claims.get("iss").and_then(Value::as_str) != Some(expected.issuer) || !is_for_us {
        return Err(JwtError::Party);
    }
    Ok(claims)
}

/// The claims of a token that nobody has checked: only to find out whose keys to check it with.
pub(crate) fn unproven(token: &str) -> Option<Claims> {
    jsonwebtoken::dangerous::insecure_decode_claims(token).ok()
}

/// Which key a token says it was signed with; nobody has checked it.
pub(crate) fn kid_of(token: &str) -> Option<String> {
    jsonwebtoken::decode_header(token).ok()?.kid
}

/// The moment at which a token with these claims is over, in seconds since 1970.
pub fn end_of(claims: &Claims) -> Option<i64> {
    claims.get("exp").and_then(Value::as_i64)
}

fn check_time(claims: &Claims, now: Timestamp) -> Result<(), JwtError> {
    let now = now.as_second();
    let is_over = end_of(claims).is_none_or(|end| end.saturating_add(LEEWAY_S) <= now);
    let begins_later = |name: &str| match claims.get(name) {
        None => false,
        Some(moment) => moment.as_i64().is_none_or(|moment| moment.saturating_sub(LEEWAY_S) > now),
    };
    if is_over || begins_later("nbf") || begins_later("iat") { Err(JwtError::Time) } else { Ok(()) }
}

fn names_of(audience: Option<&Value>) -> impl Iterator<Item = &str> {
    let (one, many) = match audience {
        Some(Value::Array(names)) => (None, names.as_slice()),
        other => (other, &[][..]),
    };
    one.into_iter().chain(many).filter_map(Value::as_str)
}

/// Whether a key is of the kind and on the curve that the algorithm needs, and may be used for signatures.
fn fits(key: &Jwk, alg: Algorithm) -> bool {
    use jsonwebtoken::jwk::{AlgorithmParameters, PublicKeyUse};
    let is_for_signing =
        key.common.public_key_use.as_ref().is_none_or(|usage| *usage == PublicKeyUse::Signature);
    let is_kind = match &key.algorithm {
        AlgorithmParameters::RSA(_) => matches!(alg, Algorithm::RS256 | Algorithm::RS384),
        AlgorithmParameters::EllipticCurve(params) => match params.curve {
            EllipticCurve::P256 => alg == Algorithm::ES256,
            EllipticCurve::P384 => alg == Algorithm::ES384,
            _ => false,
        },
        _ => false,
    };
    is_for_signing && is_kind
}

/// How many keys of a set can check a client's assertion.
pub(crate) fn readable_keys(jwks: &str) -> usize {
    let Ok(set) = serde_json::from_str::<JwkSet>(jwks) else { return 0 };
    let is_usable =
        |key: &&Jwk| ASSERTION_ALGS.iter().any(|alg| fits(key, *alg)) && DecodingKey::from_jwk(key).is_ok();
    set.keys.iter().filter(is_usable).count()
}

/// Signs claims; `kind` is the `typ` of the header.
pub(crate) fn sign(
    key: &EncodingKey,
    alg: Algorithm,
    kid: Option<&str>,
    kind: &str,
    claims: &Value,
) -> Result<String, crate::Error> {
    let header = Header { typ: Some(kind.to_owned()), kid: kid.map(str::to_owned), ..Header::new(alg) };
    jsonwebtoken::encode(&header, claims, key)
        .map_err(|_| crate::Error::Broken("a token could not be signed".to_owned()))
}

#[cfg(test)]
#[path = "jwt_tests.rs"]
mod tests;
