//! What every request passes through, tried on a capability that misbehaves on request.

use crate::testing::{TestApp, TestResponse};
use crate::{ApiError, App, Caller, Capability, HttpConfig, Json, Query, Upload, router};
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::response::IntoResponse;
use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

static COUNT: AtomicU32 = AtomicU32::new(0);

#[derive(serde::Deserialize)]
struct Wish {
    #[serde(default)]
    status: Option<u16>,
}

#[utoipa::path(post, path = "/api/v1/probe/count", request_body = Value, responses((status = 201)))]
async fn count(_caller: Caller, Json(wish): Json<Value>) -> impl IntoResponse {
    let status = wish["status"].as_u64().map_or(201, |status| u16::try_from(status).unwrap());
    let count = COUNT.fetch_add(1, Ordering::SeqCst);
    (StatusCode::from_u16(status).unwrap(), Json(json!({ "count": count })))
}

#[utoipa::path(get, path = "/api/v1/probe/panic/{id}", responses((status = 200)))]
async fn panic(_caller: Caller) -> StatusCode {
    panic!("Maria has gout")
}

#[utoipa::path(get, path = "/api/v1/probe/forever", responses((status = 200)))]
async fn forever(_caller: Caller) -> StatusCode {
    std::future::pending().await
}

#[utoipa::path(get, path = "/api/v1/probe/fail/{id}", responses((status = 200)))]
async fn fail(_caller: Caller, Query(wish): Query<Wish>) -> Result<StatusCode, ApiError> {
    match wish.status {
        Some(status) => Ok(StatusCode::from_u16(status).unwrap()),
        None => Err(ApiError::internal("the disk under /var/lib is gone")),
    }
}

#[utoipa::path(post, path = "/api/v1/probe/upload", responses((status = 200)))]
async fn upload(_caller: Caller, mut upload: Upload) -> Result<Json<usize>, ApiError> {
    let mut size = 0;
    while let Some(chunk) = upload.chunk().await? {
        size += chunk.len();
    }
    Ok(Json(size))
}

#[utoipa::path(get, path = "/api/v1/probe/text", responses((status = 200)))]
async fn text(_caller: Caller) -> String {
    "a long text ".repeat(1_000)
}

/// Forgot to ask who calls.
#[utoipa::path(get, path = "/api/v1/probe/forgetful", responses((status = 200)))]
async fn forgetful() -> StatusCode {
    StatusCode::OK
}

fn probe() -> Vec<Capability> {
    let small = OpenApiRouter::new().routes(routes!(upload)).layer(DefaultBodyLimit::max(1_000_000));
    let routes = OpenApiRouter::new()
        .routes(routes!(count))
        .routes(routes!(panic))
        .routes(routes!(forever))
        .routes(routes!(fail))
        .routes(routes!(text))
        .routes(routes!(forgetful))
        .merge(small);
    vec![Capability::new("probe", routes)]
}

fn kind(response: &TestResponse) -> (u16, String) {
    let kind = response.json()["type"].as_str().unwrap_or_default().to_owned();
    (response.status(), kind.replace("urn:salus:problem:", ""))
}

#[tokio::test]
async fn no_door_is_open_that_is_not_on_the_list() {
    let app = TestApp::with_capabilities(probe).await;
    assert_eq!(app.open_doors(probe()).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_stranger_is_told_nothing_but_to_sign_in() {
    let app = TestApp::with_capabilities(probe).await;
    let stranger = app.anonymous();
    for response in [
        stranger.get("/api/v1/probe/fail/x?status=nonsense").await,
        stranger.send(Method::POST, "/api/v1/probe/count", Some("text/plain"), "{").await,
        stranger.with_header("authorization", "Bearer salus_x").get("/api/v1/session").await,
        stranger.with_header("authorization", "Basic bWFyaWE6eA==").get("/api/v1/session").await,
        stranger.with_header("cookie", "__Host-salus=../../etc").get("/api/v1/session").await,
        stranger.with_header("idempotency-key", "k").post("/api/v1/probe/count", &json!({})).await,
    ] {
        assert_eq!(kind(&response), (401, "unauthenticated".to_owned()));
    }
}

#[tokio::test]
async fn unknown_paths_are_problems_for_programs_and_the_web_apps_for_people() {
    let (app, maria) = TestApp::with_person("maria").await;
    let web = axum::Router::new().fallback(|| async { "<html>" });
    let router = router(app.app().clone(), vec![], Some(web));
    let mut answers = Vec::new();
    for (who, client) in [("maria", maria), ("stranger", app.anonymous())] {
        for (method, path) in [
            (Method::GET, "/api/v1/nothing"),
            (Method::GET, "/api"),
            (Method::GET, "/fhir/nothing"),
            (Method::PATCH, "/api/v1/session"),
            (Method::HEAD, "/healthz"),
            (Method::GET, "/people/7"),
            (Method::GET, "/apiary"),
        ] {
            let line = format!("{who} {method} {path}");
            let response = client.through(router.clone()).send(method, path, None, Body::empty()).await;
            let policy = response.header("content-security-policy");
            let policy = policy.split(';').next().unwrap_or_default();
            answers.push(format!(
                "{line} {} {} {policy}",
                response.status(),
                response.header("content-type")
            ));
        }
    }
    insta::assert_snapshot!(answers.join("\n"), @r"
    maria GET /api/v1/nothing 404 application/problem+json default-src 'none'
    maria GET /api 404 application/problem+json default-src 'none'
    maria GET /fhir/nothing 404 application/fhir+json default-src 'none'
    maria PATCH /api/v1/session 405 application/problem+json default-src 'none'
    maria HEAD /healthz 200 application/json default-src 'self'
    maria GET /people/7 200 text/plain; charset=utf-8 default-src 'self'
    maria GET /apiary 200 text/plain; charset=utf-8 default-src 'self'
    stranger GET /api/v1/nothing 401 application/problem+json default-src 'none'
    stranger GET /api 401 application/problem+json default-src 'none'
    stranger GET /fhir/nothing 401 application/fhir+json default-src 'none'
    stranger PATCH /api/v1/session 401 application/problem+json default-src 'none'
    stranger HEAD /healthz 200 application/json default-src 'self'
    stranger GET /people/7 200 text/plain; charset=utf-8 default-src 'self'
    stranger GET /apiary 200 text/plain; charset=utf-8 default-src 'self'
    ");
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_browsers_out_of_trouble() {
    let config = HttpConfig { is_tls: true, ..HttpConfig::default() };
    let app = TestApp::with_config(probe, config).await;
    let response = app.anonymous().get("/api/v1/session").await;
    let names = [
        "cache-control",
        "content-security-policy",
        "cross-origin-embedder-policy",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "origin-agent-cluster",
        "permissions-policy",
        "referrer-policy",
        "strict-transport-security",
        "x-content-type-options",
        "x-permitted-cross-domain-policies",
    ];
    let lines: Vec<String> = names.iter().map(|name| format!("{name}: {}", response.header(name))).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    cache-control: no-store
    content-security-policy: default-src 'none'; base-uri 'none'; object-src 'none'; form-action 'none'; frame-ancestors 'none'; sandbox
    cross-origin-embedder-policy: require-corp
    cross-origin-opener-policy: same-origin
    cross-origin-resource-policy: same-origin
    origin-agent-cluster: ?1
    permissions-policy: camera=(self), microphone=(self), geolocation=(), payment=(), usb=(), browsing-topics=()
    referrer-policy: no-referrer
    strict-transport-security: max-age=63072000; includeSubDomains
    x-content-type-options: nosniff
    x-permitted-cross-domain-policies: none
    ");
    let request_id = response.header("x-request-id");
    assert_eq!(response.json()["requestId"], request_id.as_str());
}

#[tokio::test]
async fn a_failure_of_ours_says_so_and_no_more() {
    let app = TestApp::with_capabilities(probe).await;
    let maria = app.person("maria").await;
    for path in ["/api/v1/probe/panic/7", "/api/v1/probe/fail/7"] {
        let response = maria.get(path).await;
        assert_eq!(kind(&response), (500, "internal".to_owned()));
        assert!(!response.text().contains("gout") && !response.text().contains("/var/lib"));
    }
    assert_eq!(maria.get("/api/v1/session").await.status(), 200, "the others are still served");
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_given_up() {
    let app = TestApp::with_capabilities(probe).await;
    let maria = app.person("maria").await;
    let (store, auth) = (app.app().store.clone(), app.app().auth.clone());
    let hasty = App::new(store, auth, HttpConfig { request_timeout_s: 0, ..HttpConfig::default() });
    let response = maria.through(router(hasty, probe(), None)).get("/api/v1/probe/forever").await;
    assert_eq!(kind(&response), (503, "timeout".to_owned()));
    assert_eq!(response.header("retry-after"), "5");
}

#[tokio::test]
async fn absurd_requests_are_turned_away_at_the_door() {
    let app = TestApp::with_capabilities(probe).await;
    let maria = app.person("maria").await;
    let long = format!("/api/v1/probe/fail/{}", "x".repeat(9_000));
    assert_eq!(kind(&maria.get(&long).await), (414, "uri-too-long".to_owned()));
    let large = maria.with_header("x-large", &"x".repeat(40_000));
    assert_eq!(kind(&large.get("/api/v1/session").await), (431, "headers-too-large".to_owned()));
    let many = (0..200).fold(maria.clone(), |client, n| client.with_header(&format!("x-{n}"), "x"));
    assert_eq!(kind(&many.get("/api/v1/session").await), (431, "headers-too-large".to_owned()));
}

#[tokio::test]
async fn a_body_is_cut_at_the_limit_of_its_route_while_it_arrives() {
    let app = TestApp::with_capabilities(probe).await;
    let maria = app.person("maria").await;
    let endless = || {
        let chunks =
            futures::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from(vec![b'['; 65_536])));
        Body::from_stream(chunks)
    };
    for (path, kind_of_body) in
        [("/api/v1/probe/upload", None), ("/api/v1/probe/count", Some("application/json"))]
    {
        let response = maria.send(Method::POST, path, kind_of_body, endless()).await;
        assert_eq!(kind(&response), (413, "too-large".to_owned()), "{path}");
    }
    let fits = maria.send(Method::POST, "/api/v1/probe/upload", None, vec![0; 1_000_000]).await;
    assert_eq!(fits.text(), "1000000");
    let broken = futures::stream::iter([Ok(Bytes::from("{")), Err(std::io::Error::other("gone"))]);
    let response = maria.send(Method::POST, "/api/v1/probe/upload", None, Body::from_stream(broken)).await;
    assert_eq!(kind(&response), (400, "bad-request".to_owned()));
}

#[tokio::test]
async fn too_many_requests_are_told_when_to_come_again() {
    let config = HttpConfig { requests_per_minute_by_account: 30, ..HttpConfig::default() };
    let app = TestApp::with_config(probe, config).await;
    let (maria, john) = (app.person("maria").await, app.person("john").await);
    let mut statuses = Vec::new();
    for _ in 0..35 {
        statuses.push(maria.get("/api/v1/session").await.status());
    }
    assert_eq!(
        statuses.iter().filter(|status| **status == 429).count(),
        6,
        "signing in was one of the thirty"
    );
    assert_eq!(john.get("/api/v1/session").await.status(), 200);
    app.clock().advance_seconds(2);
    assert_eq!(maria.get("/api/v1/session").await.status(), 200);
}

#[tokio::test]
async fn a_long_text_is_compressed_for_who_can_read_that() {
    let app = TestApp::with_capabilities(probe).await;
    let maria = app.person("maria").await.with_header("accept-encoding", "gzip");
    let long = maria.get("/api/v1/probe/text").await;
    assert_eq!(long.header("content-encoding"), "gzip");
    assert!(long.bytes().len() < 1_000);
    assert_eq!(maria.get("/api/v1/session").await.header("content-encoding"), "");
}

#[tokio::test]
async fn a_request_sent_twice_with_a_key_happens_once() {
    let app = TestApp::with_capabilities(probe).await;
    let (maria, john) = (app.person("maria").await, app.person("john").await);
    let path = "/api/v1/probe/count";
    let keyed = maria.with_header("idempotency-key", "key-1");

    let first = keyed.post(path, &json!({ "a": 1 })).await;
    let second = keyed.post(path, &json!({ "a": 1 })).await;
    assert_eq!((second.status(), second.text()), (first.status(), first.text()));
    assert_eq!(
        (first.header("idempotency-replayed"), second.header("idempotency-replayed").as_str()),
        (String::new(), "true")
    );

    assert_eq!(kind(&keyed.post(path, &json!({ "a": 2 })).await), (422, "invalid".to_owned()));
    let johns = john.with_header("idempotency-key", "key-1").post(path, &json!({ "a": 1 })).await;
    assert_ne!(johns.text(), first.text());
    let other = maria.with_header("idempotency-key", "key-2").post(path, &json!({ "a": 1 })).await;
    assert_ne!(other.text(), first.text());

    app.clock().advance_seconds(24 * 3_600);
    let next_day = app.sign_in("maria").await.with_header("idempotency-key", "key-1");
    assert_ne!(next_day.post(path, &json!({ "a": 1 })).await.text(), first.text());
}

#[tokio::test]
async fn a_request_with_a_key_that_is_being_worked_on_is_not_begun_again() {
    let app = TestApp::with_capabilities(probe).await;
    let keyed = app.person("maria").await.with_header("idempotency-key", "key-1");
    let (begin, begun) = tokio::sync::oneshot::channel::<()>();
    let (release, held) = tokio::sync::oneshot::channel::<Bytes>();
    let slow_body = Body::from_stream(futures::stream::once(async {
        begin.send(()).unwrap();
        held.await.map_err(std::io::Error::other)
    }));
    let first = keyed.send(Method::POST, "/api/v1/probe/count", Some("application/json"), slow_body);
    let second = async {
        begun.await.unwrap();
        let answer = keyed.post("/api/v1/probe/count", &json!({})).await;
        assert_eq!(kind(&answer), (409, "conflict".to_owned()));
        release.send(Bytes::from("{}")).unwrap();
    };
    let (first, ()) = futures::join!(first, second);
    assert_eq!(first.status(), 201);
}

#[tokio::test]
async fn what_failed_may_be_tried_again_with_its_key() {
    let app = TestApp::with_capabilities(probe).await;
    let keyed = app.person("maria").await.with_header("idempotency-key", "key-1");
    for status in [500, 503, 409] {
        let answer = keyed.post("/api/v1/probe/count", &json!({ "status": status })).await;
        assert_eq!((answer.status(), answer.header("idempotency-replayed")), (status, String::new()));
    }
    let bad = app.person("john").await.with_header("idempotency-key", &"k".repeat(300));
    assert_eq!(bad.post("/api/v1/probe/count", &json!({})).await.status(), 400);
}

#[tokio::test]
async fn the_document_says_who_may_call_and_what_an_error_looks_like() {
    let app = TestApp::with_capabilities(probe).await;
    let document = app.anonymous().get("/api/v1/openapi.json").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    let session = &document["paths"]["/api/v1/session"];
    assert_eq!(session["post"]["security"], json!([]));
    assert_eq!(session["get"]["security"], json!([{ "session": [] }, { "token": [] }]));
    let problem = &session["get"]["responses"]["default"]["content"]["application/problem+json"]["schema"];
    assert_eq!(problem["$ref"], "#/components/schemas/Problem");
    for name in ["Problem", "FieldProblem", "Session", "PersonSummary"] {
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
    assert!(document["paths"]["/api/v1/probe/count"]["post"].is_object());
}

#[tokio::test]
async fn the_log_names_the_route_and_nothing_that_was_sent() {
    let app = TestApp::with_capabilities(probe).await;
    let maria = app.person("maria").await;
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt().with_writer(lines.clone()).with_ansi(false).finish();
    let guard = tracing::subscriber::set_default(subscriber);
    maria.get("/api/v1/probe/fail/secret-id?status=404&name=gout").await;
    maria.get("/api/v1/probe/fail/secret-id").await;
    drop(guard);
    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert_eq!(log.lines().count(), 3, "one line a request, and one for the failure: {log}");
    assert!(log.contains("http.route=/api/v1/probe/fail/{id} http.status=404 duration_ms=0"), "{log}");
    assert!(log.contains("the disk under /var/lib is gone"), "{log}");
    assert!(!log.contains("secret-id") && !log.contains("gout") && !log.contains("__Host-salus"), "{log}");
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> tracing_subscriber::fmt::MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
