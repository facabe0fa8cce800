//! JSON Web Encryption as SMART Health Links ask for it (RFC 7516): compact form, `dir`, `A256GCM`, deflated.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use salus_core::Rng;
use std::io::Write;

/// It could not be encrypted.
#[derive(Debug, thiserror::Error)]
#[error("a shared document could not be encrypted")]
pub(crate) struct Unencrypted;

/// The compact JWE of a document under a key of 256 bits.
pub(crate) fn encrypt(
    content_type: &str,
    content: &[u8],
    key: &[u8; 32],
    rng: &dyn Rng,
) -> Result<String, Unencrypted> {
    let header = format!(r#"{{"alg":"dir","enc":"A256GCM","zip":"DEF","cty":"{content_type}"}}"#);
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
    let deflated = deflate.write_all(content).and_then(|()| deflate.finish()).map_err(|_| Unencrypted)?;
    seal(&encode(header.as_bytes()), "", key, rng.bytes(), deflated)
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// `header..iv.ciphertext.tag`, with the encrypted key, empty for `dir`, between the first two dots.
fn seal(
    header: &str,
    encrypted_key: &str,
    key: &[u8; 32],
    iv: [u8; 12],
    mut content: Vec<u8>,
) -> Result<String, Unencrypted> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).map_err(|_| Unencrypted)?);
    let nonce = Nonce::assume_unique_for_key(iv);
    let sealed = key.seal_in_place_separate_tag(nonce, Aad::from(header.as_bytes()), &mut content);
    let tag = sealed.map_err(|_| Unencrypted)?;
    Ok([header, encrypted_key, &encode(&iv), &encode(&content), &encode(tag.as_ref())].join("."))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use salus_core::SeededRng;
    use std::io::Read;

    /// The content, where key and text fit.
    pub(crate) fn decrypt(jwe: &str, key: &[u8; 32]) -> Option<Vec<u8>> {
        let parts: Vec<&str> = jwe.split('.').collect();
        let [header, "", iv, content, tag] = parts.as_slice() else { return None };
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        let mut sealed = [decode(content)?, decode(tag)?].concat();
        let nonce = Nonce::assume_unique_for_key(decode(iv)?.try_into().ok()?);
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?);
        let opened = key.open_in_place(nonce, Aad::from(header.as_bytes()), &mut sealed).ok()?;
        let mut out = Vec::new();
        flate2::read::DeflateDecoder::new(&*opened).read_to_end(&mut out).ok()?;
        Some(out)
    }

    #[test]
    fn the_example_of_rfc_7516_a_1_comes_out() {
        let key = [
            177, 161, 244, 128, 84, 143, 225, 115, 63, 180, 3, 255, 107, 154, 212, 246, 138, 7, 110, 91, 112,
            46, 34, 105, 47, 130, 203, 46, 122, 234, 64, 252,
        ];
        let iv = [227, 197, 117, 252, 2, 219, 233, 68, 180, 225, 77, 219];
        let header = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ";
        let words = "The true sign of intelligence is not knowledge but imagination.";
        let jwe = seal(header, "", &key, iv, words.as_bytes().to_vec()).unwrap();
        let expect = "48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3ajwQzaBtQD_A.XFBoMYUZodetZdvTiFvSkQ";
        assert_eq!(jwe, format!("{header}..{expect}"));
    }

    /// Made by the npm package `jose` 6.2.18: `new CompactEncrypt(text).setProtectedHeader({ alg: 'dir', enc: 'A256GCM',
    /// zip: 'DEF', cty: 'application/fhir+json' }).encrypt(key)`, with the bytes 0 to 31 as the key. That `jose` opens
    /// what the server makes is tried in `web/e2e/emergency.mjs`.
    #[test]
    fn what_jose_made_is_read_alike() {
        let jwe = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwiemlwIjoiREVGIiwiY3R5IjoiYXBwbGljYXRpb24vZmhpcitqc29uIn0..3eyqj_vsY6z5WtE_.vv0FHA86Ui6ovZFQ-2ghzI-CAAWbZoh3kpG6xnjcYQxfb8z_afQ-nmtKYv-h1GwKNrZcnOJS_8B7dGca_9M58TeKwezqdNZKk2P2.pbNWW1Ho81EDHswyt5-FuA";
        let text = r#"{"resourceType":"Bundle","type":"document","identifier":{"value":"made by jose"}}"#;
        let key: [u8; 32] = std::array::from_fn(|place| u8::try_from(place).unwrap());
        assert_eq!(decrypt(jwe, &key).unwrap(), text.as_bytes());
        // The header is the one that the server writes, to the byte.
        let ours = encrypt("application/fhir+json", b"{}", &key, &SeededRng::new(1)).unwrap();
        assert_eq!(ours.split('.').next(), jwe.split('.').next());
    }

    #[test]
    fn what_was_encrypted_opens_with_its_key_and_unaltered_only() {
        let (key, rng) = ([7; 32], SeededRng::new(1));
        let content = "{\"resourceType\":\"Bundle\"}".repeat(200);
        let jwe = encrypt("application/fhir+json", content.as_bytes(), &key, &rng).unwrap();
        assert!(jwe.len() < content.len() / 2, "it is deflated");
        assert_eq!(decrypt(&jwe, &key).unwrap(), content.as_bytes());
        assert!(decrypt(&jwe, &[8; 32]).is_none());
        for at in [3, jwe.len() / 2, jwe.len() - 2] {
            let mut altered: Vec<char> = jwe.chars().collect();
            altered[at] = if altered[at] == 'A' { 'B' } else { 'A' };
            assert!(decrypt(&altered.into_iter().collect::<String>(), &key).is_none(), "{at}");
        }
        let again = encrypt("application/fhir+json", content.as_bytes(), &key, &rng).unwrap();
        assert_ne!(jwe, again, "each has an initialization vector of its own");
    }
}
