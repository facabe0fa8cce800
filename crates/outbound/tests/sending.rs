//! What goes out, and what does not, against servers on the loopback.
#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use http::{Request, Response};
use salus_outbound::testing::{Authority, Fake};
use salus_outbound::{Outbound, OutboundConfig, OutboundError};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn client(config: OutboundConfig) -> Outbound {
    Outbound::new(&config).unwrap().inside()
}

fn get(url: &str) -> Request<Bytes> {
    Request::get(url).body(Bytes::new()).unwrap()
}

fn trusting(authority: &Authority, dir: &tempfile::TempDir) -> OutboundConfig {
    let path = dir.path().join("roots.pem");
    std::fs::write(&path, authority.pem()).unwrap();
    OutboundConfig { extra_roots: Some(path), ..OutboundConfig::default() }
}

fn hello(_: Request<Vec<u8>>) -> Response<Vec<u8>> {
    Response::new(b"hello".to_vec())
}

#[tokio::test]
async fn an_answer_of_any_status_comes_back_with_its_body() {
    let fake = Fake::start(|request| {
        assert_eq!(request.headers()["x-one"], "1");
        Response::builder().status(422).header("x-two", "2").body(request.into_body()).unwrap()
    });
    let request = Request::post(fake.url()).header("x-one", "1").body(Bytes::from_static(b"words")).unwrap();
    let answer = client(OutboundConfig::default()).send(request).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.body().as_ref()), (422, b"words".as_slice()));
    assert_eq!(answer.headers()["x-two"], "2");
}

#[tokio::test]
async fn asvs_v15_3_2_a_redirect_is_handed_back_and_not_followed() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let fake = Fake::start(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        Response::builder().status(302).header("location", "/elsewhere").body(Vec::new()).unwrap()
    });
    let answer = client(OutboundConfig::default()).send(get(&fake.url())).await.unwrap();
    assert_eq!(answer.status(), 302);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn asvs_v1_3_6_the_own_network_is_not_reached_unless_the_operator_named_it() {
    let fake = Fake::start(hello);
    let public = Outbound::new(&OutboundConfig::default()).unwrap();
    for url in [fake.url(), fake.url_of("[::ffff:127.0.0.1]")] {
        let refused = public.send(get(&url)).await;
        assert!(matches!(refused, Err(OutboundError::Refused { .. })), "{url}: {refused:?}");
    }
    assert_eq!(public.inside().send(get(&fake.url())).await.unwrap().status(), 200);
    let listed =
        OutboundConfig { allow_networks: vec!["127.0.0.0/8".parse().unwrap()], ..OutboundConfig::default() };
    assert_eq!(Outbound::new(&listed).unwrap().send(get(&fake.url())).await.unwrap().status(), 200);
}

#[tokio::test]
async fn asvs_v1_3_6_a_name_is_judged_by_the_address_it_leads_to() {
    let authority = Authority::named("House CA");
    let dir = tempfile::tempdir().unwrap();
    let fake = Fake::start_tls(authority.issue("localhost", "server").server(), hello);
    let public = Outbound::new(&trusting(&authority, &dir)).unwrap();
    let refused = public.send(get(&fake.url_of("localhost"))).await;
    assert!(matches!(refused, Err(OutboundError::Refused { .. })), "{refused:?}");
}

#[tokio::test]
async fn asvs_v12_3_1_nothing_travels_without_tls_to_another_machine() {
    for url in ["http://example.org/", "ftp://example.org/", "https://ada:secret@example.org/"] {
        let refused = client(OutboundConfig::default()).send(get(url)).await;
        assert!(matches!(refused, Err(OutboundError::Refused { .. })), "{url}: {refused:?}");
    }
}

#[tokio::test]
async fn asvs_v12_3_2_a_certificate_must_be_known_in_time_and_for_this_name() {
    let (known, unknown) = (Authority::named("House CA"), Authority::named("Somebody's CA"));
    let dir = tempfile::tempdir().unwrap();
    let client = client(trusting(&known, &dir));
    let cases = [
        ("a known one", known.issue("127.0.0.1", "server"), true),
        ("an unknown authority", unknown.issue("127.0.0.1", "server"), false),
        ("another name", known.issue("elsewhere.example", "server"), false),
        ("an expired one", known.issue_until("127.0.0.1", "server", 2021), false),
    ];
    for (what, issued, expect) in cases {
        let fake = Fake::start_tls(issued.server(), hello);
        let answer = client.send(get(&fake.url())).await;
        match answer {
            Ok(answer) => assert!(expect && answer.body().as_ref() == b"hello", "{what}"),
            Err(error) => {
                assert!(!expect && matches!(error, OutboundError::Untrusted { .. }), "{what}: {error}")
            }
        }
    }
}

#[tokio::test]
async fn an_answer_past_the_size_limit_is_refused() {
    let fake = Fake::start(|_| Response::new(vec![b'x'; 2_000]));
    let config = OutboundConfig { max_response_bytes: 1_000, ..OutboundConfig::default() };
    let refused = client(config).send(get(&fake.url())).await;
    assert!(matches!(refused, Err(OutboundError::TooLarge { .. })), "{refused:?}");
}

#[tokio::test]
async fn asvs_v13_2_6_a_server_that_never_answers_is_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let config = OutboundConfig { time_limit_seconds: 1, ..OutboundConfig::default() };
    let given_up = client(config).send(get(&url)).await;
    assert!(matches!(given_up, Err(OutboundError::TimedOut { .. })), "{given_up:?}");
}

#[tokio::test]
async fn no_error_quotes_the_path_or_the_query() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for url in [format!("http://{closed}/path?token=hunter2"), "http://example.org/path?token=hunter2".into()]
    {
        let error = client(OutboundConfig::default()).send(get(&url)).await.unwrap_err();
        let told = format!("{error} {error:?}");
        assert!(!told.contains("hunter2") && !told.contains("path"), "{told}");
    }
}

#[test]
fn a_file_that_cannot_be_used_is_named_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("empty.pem");
    std::fs::write(&path, "").unwrap();
    let config = OutboundConfig { extra_roots: Some(path), ..OutboundConfig::default() };
    let Err(OutboundError::Setup(text)) = Outbound::new(&config) else { panic!("it was taken") };
    assert!(text.contains("empty.pem"), "{text}");
}
