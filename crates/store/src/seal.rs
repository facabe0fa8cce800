//! Sealing: compressed, then encrypted with the key of the patient it belongs to.
//!
//! What the row says anyway is left out before ([`crate::shorten`]). A sealed body is `nonce (12) | AES-256-GCM ciphertext | tag (16)`. What it is (type, id, version, key and
//! dictionary) is bound to it as associated data, so that no sealed body opens in the place of another.

use crate::keys::PatientKey;
use crate::shorten::Known;
use crate::{Error, dict};
use aws_lc_rs::aead::{Aad, LessSafeKey, Nonce};
use salus_core::Rng;

const NONCE_LEN: usize = 12;
const TAG_LEN: usize = 16;

/// A sealed body and the number of its dictionary.
#[derive(Clone)]
pub(crate) struct Sealed {
    pub(crate) dict: u8,
    pub(crate) bytes: Vec<u8>,
}

/// Which version of which resource a body is.
#[derive(Clone, Copy)]
pub(crate) struct Name<'a> {
    pub(crate) type_name: &'a str,
    pub(crate) id: &'a str,
    pub(crate) version: u64,
    /// As `meta.lastUpdated` has it.
    pub(crate) last_updated: &'a str,
}

impl Name<'_> {
    fn known<'a>(&'a self, key: &'a PatientKey) -> Known<'a> {
        Known { id: self.id, patient_id: &key.patient_id, last_updated: self.last_updated }
    }
}

/// Seals the body of a resource: compact JSON.
pub(crate) fn seal(name: Name<'_>, body: &str, key: &PatientKey, rng: &dyn Rng) -> Result<Sealed, Error> {
    let (dict, packed) = dict::compress(name.known(key).leave_out(body).as_bytes())?;
    let bytes = seal_bytes(&associated(name, key.pat, dict), &packed, key, rng)?;
    Ok(Sealed { dict, bytes })
}

/// Opens the body of a resource; [`Error::Corrupt`] names it where it does not open.
pub(crate) fn open(name: Name<'_>, sealed: &Sealed, key: &PatientKey) -> Result<Vec<u8>, Error> {
    let corrupt = || Error::Corrupt(format!("{}/{} version {}", name.type_name, name.id, name.version));
    let packed =
        open_bytes(&associated(name, key.pat, sealed.dict), &sealed.bytes, key).ok_or_else(corrupt)?;
    let short = dict::decompress(sealed.dict, &packed).map_err(|error| match error {
        Error::Unusable(_) => error,
        _ => corrupt(),
    })?;
    let short = String::from_utf8(short).map_err(|_| corrupt())?;
    Ok(name.known(key).put_in(&short).into_bytes())
}

/// Seals bytes, bound to `associated`.
pub(crate) fn seal_bytes(
    associated: &[u8],
    plain: &[u8],
    key: &PatientKey,
    rng: &dyn Rng,
) -> Result<Vec<u8>, Error> {
    let nonce: [u8; NONCE_LEN] = rng.bytes();
    let mut out = Vec::with_capacity(NONCE_LEN + plain.len() + TAG_LEN);
    out.extend_from_slice(&nonce);
    out.extend_from_slice(plain);
    let (_, body) = out.split_at_mut(NONCE_LEN);
    let tag = key
        .key
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(associated), body)
        .map_err(|_| Error::Io("a body could not be sealed".to_owned()))?;
    out.extend_from_slice(tag.as_ref());
    Ok(out)
}

/// Opens what [`seal_bytes`] made; none where the bytes, the key or the association are others.
pub(crate) fn open_bytes(associated: &[u8], sealed: &[u8], key: &PatientKey) -> Option<Vec<u8>> {
    let older = || key.older.as_ref().and_then(|older| open_by(associated, sealed, older));
    open_by(associated, sealed, &key.key).or_else(older)
}

/// Seals anew what the key before sealed; none where that is not so: the key has sealed it already, or it is damaged.
pub(crate) fn reseal_bytes(
    from: &[u8],
    to: &[u8],
    sealed: &[u8],
    key: &PatientKey,
    rng: &dyn Rng,
) -> Result<Option<Vec<u8>>, Error> {
    match key.older.as_ref().and_then(|older| open_by(from, sealed, older)) {
        Some(plain) => seal_bytes(to, &plain, key, rng).map(Some),
        None => Ok(None),
    }
}

/// Seals a body anew, as [`reseal_bytes`] does.
pub(crate) fn reseal(
    name: Name<'_>,
    sealed: &Sealed,
    key: &PatientKey,
    rng: &dyn Rng,
) -> Result<Option<Vec<u8>>, Error> {
    let associated = associated(name, key.pat, sealed.dict);
    reseal_bytes(&associated, &associated, &sealed.bytes, key, rng)
}

fn open_by(associated: &[u8], sealed: &[u8], key: &LessSafeKey) -> Option<Vec<u8>> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>()?;
    let mut buffer = rest.to_vec();
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let opened = key.open_in_place(nonce, Aad::from(associated), &mut buffer).ok()?.len();
    buffer.truncate(opened);
    Some(buffer)
}

fn associated(name: Name<'_>, pat: i64, dict: u8) -> Vec<u8> {
    format!("{}|{}|{}|{pat}|{dict}", name.type_name, name.id, name.version).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::kms::aes_key;
    use salus_core::{Secret, SeededRng};

    fn key(pat: i64) -> PatientKey {
        PatientKey { pat, patient_id: "p".into(), key: aes_key(&Secret::new([9; 32])).unwrap(), older: None }
    }

    #[test]
    fn a_body_opens_only_as_what_it_was_sealed() {
        let name = Name { type_name: "Observation", id: "o", version: 3, last_updated: "" };
        let sealed = seal(name, "{}", &key(1), &SeededRng::new(1)).unwrap();
        assert_eq!(open(name, &sealed, &key(1)).unwrap(), b"{}");
        let others =
            [Name { type_name: "Condition", ..name }, Name { id: "p", ..name }, Name { version: 2, ..name }];
        for other in others {
            let Err(Error::Corrupt(what)) = open(other, &sealed, &key(1)) else { panic!("it opened") };
            assert!(what.starts_with(other.type_name), "{what}");
        }
        assert!(open(name, &sealed, &key(2)).is_err());
        for position in 0..sealed.bytes.len() {
            let mut damaged = sealed.clone();
            damaged.bytes[position] ^= 1;
            assert!(open(name, &damaged, &key(1)).is_err());
        }
    }
}
