//! The session's cookie.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use salus_core::Secret;

/// `__Host-`: browsers take it over TLS alone (or on localhost), from this very host, for the whole of it.
pub(crate) const NAME: &str = "__Host-salus";

/// The value of the session's cookie.
pub(crate) fn session_of(headers: &HeaderMap) -> Option<Secret<String>> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == NAME).map(|(_, value)| Secret::new(value.to_owned()))
}

/// `Set-Cookie` for a session that has begun.
pub(crate) fn begin(secret: &Secret<String>, max_age_s: u32) -> Option<HeaderValue> {
    let text =
        format!("{NAME}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={max_age_s}", secret.expose());
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// `Set-Cookie` for a session that is over.
pub(crate) fn end() -> HeaderValue {
    HeaderValue::from_static("__Host-salus=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        for (line, expect) in [
            ("__Host-salus=abc", Some("abc")),
            ("theme=dark; __Host-salus=abc; x=y", Some("abc")),
            ("__Host-salus=abc; __Host-salus=def", Some("abc")),
            ("salus=abc", None),
            ("__Host-salus", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, line.parse().unwrap());
            assert_eq!(
                session_of(&headers).map(|secret| secret.expose().clone()).as_deref(),
                expect,
                "{line}"
            );
        }
    }
}
