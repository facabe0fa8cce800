//! Dictionaries for the compression of small bodies.
//!
//! A resource of a kilobyte compresses badly alone and very well beside others of its kind. The dictionary that
//! ships is trained on synthetic resources (`cargo xtask dictionary`), never on patients': a dictionary is kept
//! for ever and in the clear, and would keep pieces of what was erased.

use crate::Error;
use crate::records::stamp;
use crate::shorten::Known;
use crate::store::timestamp;
use salus_fhir::compartment;
use salus_fhir::json::Value;
use std::cell::RefCell;
use std::sync::LazyLock;
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

/// The number of "no dictionary".
pub(crate) const NONE: u8 = 0;
/// The number of the dictionary that ships.
pub(crate) const FHIR_1: u8 = 1;

/// Larger bodies are not what a resource is.
const MAX_BODY: usize = 256 << 20;
const LEVEL: i32 = 3;
const DICTIONARY_SIZE: usize = 112 << 10;

static FHIR_1_BYTES: &[u8] = include_bytes!("dict/fhir-1.dict");
static ENCODER: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(FHIR_1_BYTES, LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> =
    LazyLock::new(|| DecoderDictionary::copy(FHIR_1_BYTES));

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static PLAIN: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
    static WITH_FHIR_1: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Trains a dictionary on resources as compact JSON. They must be synthetic: see the module's first lines.
///
/// They are brought into the form in which bodies are compressed: with id and meta, and without what the row says.
pub fn train_dictionary(samples: &[Vec<u8>]) -> Result<Vec<u8>, Error> {
    let shortened: Vec<Vec<u8>> = samples.iter().filter_map(|sample| as_stored(sample)).collect();
    zstd::dict::from_samples(&shortened, DICTIONARY_SIZE).map_err(Error::from)
}

fn as_stored(sample: &[u8]) -> Option<Vec<u8>> {
    let mut resource: Value = serde_json::from_slice(sample).ok()?;
    let id = resource
        .get("id")
        .and_then(Value::as_str)
        .unwrap_or("00000000-0000-0000-0000-000000000000")
        .to_owned();
    let last_updated = timestamp(0).to_string();
    stamp(&mut resource, &id, 1, 0);
    let patient_id = compartment::patients(&resource).into_iter().next().unwrap_or_default();
    let known = Known { id: &id, patient_id: &patient_id, last_updated: &last_updated };
    Some(known.leave_out(&resource.to_string()).into_bytes())
}

/// Compresses a body, and says with which dictionary.
pub(crate) fn compress(body: &[u8]) -> Result<(u8, Vec<u8>), Error> {
    COMPRESSOR.with_borrow_mut(|slot| {
        let compressor = match slot {
            Some(ready) => ready,
            None => slot.insert(new_compressor()?),
        };
        Ok((current(), compressor.compress(body)?))
    })
}

/// Decompresses a body that was compressed with dictionary `dict`.
pub(crate) fn decompress(dict: u8, bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let slot = match dict {
        NONE => &PLAIN,
        FHIR_1 if !FHIR_1_BYTES.is_empty() => &WITH_FHIR_1,
        _ => {
            return Err(Error::Unusable(format!(
                "this binary does not know dictionary {dict}; use a newer one"
            )));
        }
    };
    slot.with_borrow_mut(|slot| {
        let decompressor = match slot {
            Some(ready) => ready,
            None if dict == NONE => slot.insert(Decompressor::new()?),
            None => slot.insert(Decompressor::with_prepared_dictionary(&DECODER)?),
        };
        let capacity = Decompressor::upper_bound(bytes).unwrap_or(MAX_BODY).min(MAX_BODY);
        Ok(decompressor.decompress(bytes, capacity)?)
    })
}

/// The dictionary that ships and its number, if one does.
pub(crate) fn shipped() -> Option<(u8, &'static [u8])> {
    (!FHIR_1_BYTES.is_empty()).then_some((FHIR_1, FHIR_1_BYTES))
}

fn current() -> u8 {
    if FHIR_1_BYTES.is_empty() { NONE } else { FHIR_1 }
}

fn new_compressor() -> Result<Compressor<'static>, Error> {
    let mut compressor = match current() {
        NONE => Compressor::new(LEVEL)?,
        _ => Compressor::with_prepared_dictionary(&ENCODER)?,
    };
    // AES-GCM finds any damage; a checksum and the dictionary's own number would be eight bytes for nothing.
    compressor.include_checksum(false)?;
    compressor.include_dictid(false)?;
    Ok(compressor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        for body in [&b""[..], b"{}", &[b'x'; 100_000]] {
            let (dict, packed) = compress(body).unwrap();
            assert_eq!(decompress(dict, &packed).unwrap(), body);
        }
        assert!(decompress(NONE, b"not zstd").is_err());
        assert!(decompress(77, b"").is_err());
    }

    #[test]
    fn a_dictionary_can_be_trained() {
        let sample = |n: usize| {
            format!(r#"{{"resourceType":"Observation","id":"{n}","value":{}}}"#, n * 7).into_bytes()
        };
        let dictionary = train_dictionary(&(0..5_000).map(sample).collect::<Vec<_>>()).unwrap();
        assert!(!dictionary.is_empty() && dictionary.len() <= DICTIONARY_SIZE);
    }
}
