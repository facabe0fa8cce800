//! Headers that keep browsers out of trouble, on every answer.

use crate::App;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue};

/// For the web app. `'unsafe-inline'` styles: Mantine writes its theme into a `style` element.
const CSP_WEB: &str = "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; \
    frame-ancestors 'none'; worker-src 'self' blob:; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'";

/// For data: it is no page, loads nothing, and runs nothing, even where somebody uploaded it.
const CSP_DATA: &str = "default-src 'none'; base-uri 'none'; object-src 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

const EVERYWHERE: [(HeaderName, &str); 8] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    (HeaderName::from_static("origin-agent-cluster"), "?1"),
    (HeaderName::from_static("x-permitted-cross-domain-policies"), "none"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(self), microphone=(self), geolocation=(), payment=(), usb=(), browsing-topics=()",
    ),
];

const HSTS: &str = "max-age=63072000; includeSubDomains";

/// Adds what the handler did not set itself.
pub(crate) async fn headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_data = FOR_PROGRAMS.iter().any(|root| is_under(request.uri().path(), root));
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    for (name, value) in EVERYWHERE {
        add(headers, name, value);
    }
    add(headers, CONTENT_SECURITY_POLICY, if is_data { CSP_DATA } else { CSP_WEB });
    if is_data {
        add(headers, CACHE_CONTROL, "no-store");
    }
    if app.config.is_tls {
        add(headers, STRICT_TRANSPORT_SECURITY, HSTS);
    }
    answer
}

/// Where programs ask, and no page of the web app is.
pub(crate) const FOR_PROGRAMS: [&str; 4] = ["/api", "/fhir", "/oauth", "/.well-known"];

pub(crate) fn is_under(path: &str, root: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn add(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}
