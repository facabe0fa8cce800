//! The short-lived address of a file that a manifest did not carry along.
//!
//! A ticket is a time and its HMAC under the link's key, so that no server has to remember any.

use super::EmergencyLink;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use salus_core::Timestamp;

/// How long a ticket is good; the specification allows an hour.
const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// A ticket for the link's file.
pub(crate) fn issue(link: &EmergencyLink, now: Timestamp) -> String {
    let end = (now + LIFE).as_second();
    format!("{end}.{}", URL_SAFE_NO_PAD.encode(sign(link, end)))
}

/// Whether a ticket is ours and its time is not over.
pub(crate) fn is_good(link: &EmergencyLink, ticket: &str, now: Timestamp) -> bool {
    let parts = ticket.split_once('.');
    let Some((Ok(end), Ok(tag))) = parts.map(|(end, tag)| (end.parse(), URL_SAFE_NO_PAD.decode(tag))) else {
        return false;
    };
    let key = hmac::Key::new(hmac::HMAC_SHA256, &link.key);
    now.as_second() < end && hmac::verify(&key, words(end).as_bytes(), &tag).is_ok()
}

/// 32 bytes of base64url.
pub(crate) fn decode(text: &str) -> Option<[u8; 32]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

fn sign(link: &EmergencyLink, end: i64) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &link.key), words(end).as_bytes())
}

fn words(end: i64) -> String {
    format!("file until {end}")
}
