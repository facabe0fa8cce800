//! The cookies: of a session, of a sign-in that is half done, of the way through another provider.

use crate::ApiError;
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use salus_core::Secret;

/// `__Host-`: browsers take it over TLS alone (or on localhost), from this very host, for the whole of it.
pub(crate) const NAME: &str = "__Host-salus";

/// The value of the session's cookie.
pub(crate) fn session_of(headers: &HeaderMap) -> Option<Secret<String>> {
    value_of(headers, NAME)
}

fn value_of(headers: &HeaderMap, cookie: &str) -> Option<Secret<String>> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == cookie).map(|(_, value)| Secret::new(value.to_owned()))
}

/// The cookie of a sign-in that is half done. It opens nothing but its next step.
const STEP: &str = "__Host-salus-step";
const STEP_SECONDS: u32 = 600;

/// The value of a half-done sign-in's cookie.
pub(crate) fn step_of(headers: &HeaderMap) -> Option<Secret<String>> {
    value_of(headers, STEP)
}

/// `Set-Cookie` for a sign-in that is half done.
pub(crate) fn begin_step(secret: &Secret<String>) -> Result<HeaderValue, ApiError> {
    let text = format!(
        "{STEP}={}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={STEP_SECONDS}",
        secret.expose()
    );
    let value = HeaderValue::try_from(text);
    let mut value = value.map_err(|_| ApiError::internal("the cookie of a sign-in cannot be written"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// `Set-Cookie` for a sign-in that is done.
pub(crate) fn end_step() -> HeaderValue {
    HeaderValue::from_static("__Host-salus-step=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0")
}

/// The cookie that binds the way through another provider to this browser. It goes along when the browser comes back
/// from that site, which `SameSite=Strict` would not let it.
const PROVIDER: &str = "__Host-salus-provider";

/// The value of the cookie of the way through another provider.
pub(crate) fn provider_of(headers: &HeaderMap) -> Option<Secret<String>> {
    value_of(headers, PROVIDER)
}

/// `Set-Cookie` for the way through another provider.
pub(crate) fn begin_provider(secret: &Secret<String>) -> Result<HeaderValue, ApiError> {
    let text = format!(
        "{PROVIDER}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={STEP_SECONDS}",
        secret.expose()
    );
    let value = HeaderValue::try_from(text);
    let mut value = value.map_err(|_| ApiError::internal("the cookie of a sign-in cannot be written"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// `Set-Cookie` for a way through another provider that is done.
pub(crate) fn end_provider() -> HeaderValue {
    HeaderValue::from_static("__Host-salus-provider=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
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
