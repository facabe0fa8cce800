//! The keys Salus signs with, and how one follows another.
//!
//! A new key is published for a day before it signs, so that whoever keeps our key set has it in time; the old one stays
//! published for a week after it signed last. Private halves lie in `SigningKey` resources, which are sealed like every
//! resource and reached by the system alone.

use super::jwt::{self, Alg};
use super::shelf::{Filed, Kept, addition, every, write};
use crate::{Auth, Error};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RsaKeyPair};
use jiff::SignedDuration;
use jsonwebtoken::EncodingKey;
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use salus_core::{Timestamp, Uid};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// How long a key is published before it signs.
const ANNOUNCED: SignedDuration = SignedDuration::from_hours(24);
/// How long a key is published after another one signs in its place.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A key pair as it is stored.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SigningKey {
    alg: Alg,
    /// PKCS #8 in PEM.
    private_key: String,
    created_at: Timestamp,
}

impl Kept for SigningKey {
    const TYPE: &'static str = "SigningKey";
}

/// The keys that matter at a moment, ready for use.
pub(crate) struct KeyRing {
    keys: Vec<Key>,
    /// What the world is told.
    pub(crate) published: JwkSet,
}

struct Key {
    id: String,
    alg: Alg,
    created_at: Timestamp,
    encoding: EncodingKey,
}

/// What has to be known of a key to tell its part: when it was made.
fn signer(created: &[Timestamp], now: Timestamp) -> Option<usize> {
    let ready = created.iter().enumerate().filter(|(_, at)| **at + ANNOUNCED <= now);
    let newest = ready.max_by_key(|(_, at)| **at);
    newest.or_else(|| created.iter().enumerate().min_by_key(|(_, at)| **at)).map(|(place, _)| place)
}

/// Whether a key made then is of no more use beside the others.
fn is_over(made: Timestamp, all: &[Timestamp], now: Timestamp) -> bool {
    all.iter().any(|other| *other > made && *other + ANNOUNCED + REMEMBERED <= now)
}

impl KeyRing {
    fn of(stored: Vec<Filed<SigningKey>>, now: Timestamp) -> Result<Self, Error> {
        let mut keys = Vec::new();
        let mut published = JwkSet { keys: Vec::new() };
        for alg in Alg::ALL {
            let of_alg: Vec<_> = stored.iter().filter(|key| key.alg == alg).collect();
            let created: Vec<_> = of_alg.iter().map(|key| key.created_at).collect();
            for key in of_alg.into_iter().filter(|key| !is_over(key.created_at, &created, now)) {
                let encoding = read_pem(alg, &key.private_key)?;
                published.keys.push(public_half(&encoding, alg, &key.id)?);
                keys.push(Key { id: key.id.clone(), alg, created_at: key.created_at, encoding });
            }
        }
        Ok(Self { keys, published })
    }

    fn signer(&self, alg: Alg, now: Timestamp) -> Option<&Key> {
        let of_alg: Vec<&Key> = self.keys.iter().filter(|key| key.alg == alg).collect();
        let created: Vec<_> = of_alg.iter().map(|key| key.created_at).collect();
        signer(&created, now).map(|place| of_alg[place])
    }

    fn needs(&self, alg: Alg, every: SignedDuration, now: Timestamp) -> bool {
        self.keys.iter().filter(|key| key.alg == alg).all(|key| key.created_at + every <= now)
    }
}

fn broken(what: &'static str) -> Error {
    Error::Broken(format!("a signing key cannot be {what}"))
}

fn read_pem(alg: Alg, pem: &str) -> Result<EncodingKey, Error> {
    let key = match alg {
        Alg::Rs256 => EncodingKey::from_rsa_pem(pem.as_bytes()),
        Alg::Es256 => EncodingKey::from_ec_pem(pem.as_bytes()),
    };
    key.map_err(|_| broken("read"))
}

fn public_half(key: &EncodingKey, alg: Alg, id: &str) -> Result<Jwk, Error> {
    let mut jwk = Jwk::from_encoding_key(key, alg.algorithm()).map_err(|_| broken("read"))?;
    jwk.common.key_id = Some(id.to_owned());
    jwk.common.public_key_use = Some(PublicKeyUse::Signature);
    Ok(jwk)
}

/// A fresh key pair as PEM. RSA takes a good part of a second.
fn generate(alg: Alg) -> Result<String, Error> {
    let failed = |_| broken("made");
    let der = match alg {
        Alg::Rs256 => {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
            pair.as_der().map_err(failed)?.as_ref().to_vec()
        }
        Alg::Es256 => {
            let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?;
            pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec()
        }
    };
    Ok(pem::encode(&pem::Pem::new("PRIVATE KEY", der)))
}

impl Auth {
    /// The public halves of our keys, as `/oauth/jwks.json` tells them.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn published_keys(&self) -> Result<JwkSet, Error> {
        for alg in Alg::ALL {
            self.key_ring_with(alg).await?;
        }
        Ok(self.key_ring().await?.published.clone())
    }

    /// Makes the keys that are due, of those that are in use. For every few hours.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn rotate_signing_keys(&self) -> Result<usize, Error> {
        let ring = self.key_ring().await?;
        let mut made = 0;
        for alg in Alg::ALL {
            let is_used = ring.keys.iter().any(|key| key.alg == alg);
            if is_used && ring.needs(alg, self.key_life(), self.now()) {
                self.make_key(alg).await?;
                made += 1;
            }
        }
        Ok(made)
    }

    pub(crate) async fn sign_jwt(&self, alg: Alg, kind: &str, claims: &Value) -> Result<String, Error> {
        let ring = self.key_ring_with(alg).await?;
        let key = ring.signer(alg, self.now()).ok_or_else(|| broken("found"))?;
        jwt::sign(&key.encoding, alg.algorithm(), Some(&key.id), kind, claims)
    }

    pub(crate) async fn key_ring(&self) -> Result<Arc<KeyRing>, Error> {
        let slot = &self.inner.oauth.key_ring;
        if let Some(ring) = slot.get(self.now()) {
            return Ok(ring);
        }
        let mark = slot.mark();
        let stored = every(&self.inner.store.system("read the signing keys"), &[]).await?;
        let ring = Arc::new(KeyRing::of(stored, self.now())?);
        slot.remember(&ring, self.now(), mark);
        Ok(ring)
    }

    async fn key_ring_with(&self, alg: Alg) -> Result<Arc<KeyRing>, Error> {
        let ring = self.key_ring().await?;
        if ring.signer(alg, self.now()).is_some() {
            return Ok(ring);
        }
        self.make_key(alg).await?;
        self.key_ring().await
    }

    async fn make_key(&self, alg: Alg) -> Result<(), Error> {
        let private_key =
            tokio::task::spawn_blocking(move || generate(alg)).await.map_err(|_| broken("made"))??;
        let store = &self.inner.store;
        let id = Uid::fresh(&**store.clock(), &**store.rng()).to_string();
        let key = SigningKey { alg, private_key, created_at: self.now() };
        write(&store.system("make a signing key"), vec![addition(&id, &key)?]).await?;
        self.inner.oauth.key_ring.forget();
        Ok(())
    }

    fn key_life(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.inner.config.oauth.key_days))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_announced_then_signs_then_is_remembered() {
        let day = |n: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * n);
        let keys = [day(0), day(90)];
        for (now, signs, old_is_over) in [
            (day(0), 0, false),
            (day(90), 0, false),
            (day(91), 1, false),
            (day(97), 1, false),
            (day(98), 1, true),
        ] {
            let known: Vec<_> = keys.into_iter().filter(|made| *made <= now).collect();
            assert_eq!(signer(&known, now), Some(signs), "{now}");
            assert_eq!(is_over(day(0), &known, now), old_is_over, "{now}");
        }
        assert_eq!(signer(&[], day(1)), None);
    }

    #[test]
    fn what_is_published_holds_no_private_half() {
        for alg in Alg::ALL {
            let encoding = read_pem(alg, &generate(alg).unwrap()).unwrap();
            let jwk = serde_json::to_value(public_half(&encoding, alg, "k1").unwrap()).unwrap();
            let names: Vec<_> = jwk.as_object().unwrap().keys().map(String::as_str).collect();
            assert!(
                !names.iter().any(|name| ["d", "p", "q", "dp", "dq", "qi", "k"].contains(name)),
                "{names:?}"
            );
            assert_eq!(
                (&jwk["kid"], &jwk["use"], &jwk["alg"]),
                (&"k1".into(), &"sig".into(), &alg.code().into())
            );
        }
    }
}
