//! Requests that another site makes in a person's name are turned away.
//!
//! Browsers say where an unsafe request comes from: `Sec-Fetch-Site`, and `Origin` where that is missing. A request that
//! carries neither comes from no browser; one with an `Authorization` header was not made by a browser on its own. Under
//! `/oauth` other sites are welcome: nothing there acts by the cookie.
//!
//! A WebSocket is opened by a safe method and then carries everything, so it must say where it comes from, always.

use crate::ApiError;
use crate::layers::headers::is_under;
use http::header::{AUTHORIZATION, HOST, ORIGIN, UPGRADE};
use http::{HeaderMap, Method, Uri};

/// SMART Health Links are opened by whatever viewer reads the code, on whatever site; they look at no cookie.
const FOR_EVERY_SITE: &str = "/api/v1/links/";

/// Turns away an unsafe request that comes from elsewhere than `Host`, or than `public_origin` where a proxy changes it.
pub(crate) fn check(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    public_origin: Option<&str>,
) -> Result<(), ApiError> {
    let opens_socket = opens_socket(method, headers);
    let looks_at_no_cookie = headers.contains_key(AUTHORIZATION)
        || uri.path().starts_with(FOR_EVERY_SITE)
        || is_under(uri.path(), "/oauth");
    if !opens_socket && (method.is_safe() || looks_at_no_cookie) {
        return Ok(());
    }
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let is_from_here = match (headers.get("sec-fetch-site"), headers.get(ORIGIN)) {
        (Some(site), _) if !opens_socket => site == "same-origin" || site == "none",
        (_, None) => !opens_socket,
        (_, Some(origin)) => {
            let origin = origin.to_str().unwrap_or_default();
            let host = header(HOST).or_else(|| uri.authority().map(|authority| authority.as_str()));
            let is_host = host.is_some_and(|host| {
                origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")) == Some(host)
            });
            is_host || public_origin == Some(origin)
        }
    };
    if is_from_here { Ok(()) } else { Err(ApiError::forbidden("This request comes from another site.")) }
}

/// Whether this asks for a WebSocket: by HTTP/1.1, or by the extended CONNECT of HTTP/2.
fn opens_socket(method: &Method, headers: &HeaderMap) -> bool {
    let upgrades = headers.get_all(UPGRADE).iter().filter_map(|value| value.to_str().ok());
    let mut protocols = upgrades.flat_map(|line| line.split(','));
    method == Method::CONNECT || protocols.any(|name| name.trim().eq_ignore_ascii_case("websocket"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_headers(method: Method, headers: &[(&'static str, &str)], is_allowed: bool) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        let outcome =
            check(&method, &Uri::from_static("/api/v1/session"), &map, Some("https://salus.example"));
        assert_eq!(outcome.is_ok(), is_allowed, "{method} {headers:?}");
    }

    #[test]
    fn asvs_v3_5_1_an_unsafe_request_must_come_from_here() {
        let host = ("host", "salus.example:8443");
        for (headers, is_allowed) in [
            (vec![host], true),
            (vec![host, ("sec-fetch-site", "same-origin")], true),
            (vec![host, ("sec-fetch-site", "none")], true),
            (vec![host, ("sec-fetch-site", "same-site")], false),
            (vec![host, ("sec-fetch-site", "cross-site")], false),
            (vec![host, ("sec-fetch-site", "cross-site"), ("origin", "https://salus.example:8443")], false),
            (vec![host, ("origin", "https://salus.example:8443")], true),
            (vec![host, ("origin", "https://salus.example")], true),
            (vec![host, ("origin", "https://salus.example:8443.evil.example")], false),
            (vec![host, ("origin", "https://evil.example")], false),
            (vec![host, ("origin", "null")], false),
            (vec![host, ("origin", "https://evil.example"), ("authorization", "Bearer x")], true),
        ] {
            check_headers(Method::POST, &headers, is_allowed);
            check_headers(Method::DELETE, &headers, is_allowed);
            check_headers(Method::GET, &headers, true);
        }
    }

    #[test]
    fn asvs_v4_4_2_a_websocket_must_say_that_it_comes_from_here() {
        let (host, upgrade) = (("host", "salus.example:8443"), ("upgrade", "websocket"));
        for (headers, is_allowed) in [
            (vec![host, upgrade, ("origin", "https://salus.example:8443")], true),
            (vec![host, upgrade, ("origin", "https://salus.example")], true),
            (vec![host, upgrade], false),
            (vec![host, upgrade, ("sec-fetch-site", "same-origin")], false),
            (vec![host, upgrade, ("authorization", "Bearer x")], false),
            (vec![host, upgrade, ("origin", "null")], false),
            (vec![host, upgrade, ("origin", "https://evil.example")], false),
            (
                vec![host, upgrade, ("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
                false,
            ),
            (vec![host, ("upgrade", "h2c, WebSocket"), ("origin", "https://evil.example")], false),
            (vec![host, ("upgrade", "h2c"), ("origin", "https://evil.example")], true),
        ] {
            check_headers(Method::GET, &headers, is_allowed);
        }
        check_headers(Method::CONNECT, &[host, ("origin", "https://evil.example")], false);
    }
}
