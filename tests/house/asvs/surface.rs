//! What the house shows to the outside: V3, V4, V13, V14 and V16.5.

use super::house::{Client, house};
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;

const SECRETS: [&str; 5] =
    ["/api/v1/session", "/api/v1/sessions", "/api/v1/tokens", "/fhir/r4/Patient", "/api/v1/people"];

#[test]
fn asvs_v3_2_1_data_that_a_browser_opens_runs_nothing() {
    let client = house().sign_in("person");
    for path in SECRETS {
        let policy = client.get(path).header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{path}: {policy}");
    }
}

#[test]
fn asvs_v3_5_3_reading_methods_change_nothing() {
    let client = house().sign_in("person");
    for method in ["GET", "HEAD", "OPTIONS"] {
        client.send(method, "/api/v1/account/password", None, Vec::new());
        client.send(method, "/api/v1/tokens", None, Vec::new());
    }
    assert_eq!(client.get("/api/v1/tokens").json(), json!([]));
    assert_eq!(client.get("/api/v1/session").status, 200);
}

#[test]
fn asvs_v3_5_6_an_answer_is_never_wrapped_into_a_script() {
    let client = house().sign_in("person");
    for path in ["/api/v1/session?callback=steal", "/api/v1/people?jsonp=steal"] {
        let answer = client.get(path);
        assert!(!answer.text.contains("steal("), "{path}: {}", answer.text);
    }
}

#[test]
fn asvs_v3_6_1_the_web_client_loads_nothing_from_elsewhere() {
    let page = Client::default().get("/");
    assert_eq!(page.status, 200);
    let sources =
        page.text.split(['"', '\'']).filter(|part| part.starts_with("http") || part.starts_with("//"));
    assert_eq!(sources.collect::<Vec<_>>(), Vec::<&str>::new());
    assert!(page.header("content-security-policy").starts_with("default-src 'self'"));
}

#[test]
fn asvs_v4_1_1_every_answer_says_what_it_is() {
    let client = house().sign_in("person");
    for (path, kind) in [
        ("/api/v1/session", "application/json"),
        ("/fhir/r4/metadata", "application/fhir+json"),
        ("/fhir/r4/Patient/none", "application/fhir+json"),
        ("/api/v1/none", "application/problem+json"),
        ("/", "text/html"),
        ("/colour-scheme.js", "text/javascript"),
    ] {
        assert!(client.get(path).header("content-type").starts_with(kind), "{path}");
    }
}

#[test]
fn asvs_v4_1_4_methods_that_an_operation_does_not_have_are_blocked() {
    let client = house().sign_in("person");
    for (method, path) in [
        ("PUT", "/api/v1/session"),
        ("PATCH", "/api/v1/tokens"),
        ("DELETE", "/fhir/r4/metadata"),
        ("BREW", "/api/v1/session"),
        ("CONNECT", "/api/v1/session"),
    ] {
        let status = client.send(method, path, None, Vec::new()).status;
        assert!([400, 403, 404, 405, 501].contains(&status), "{method} {path}: {status}");
    }
}

#[test]
fn asvs_v4_2_1_where_a_message_ends_is_never_in_doubt() {
    let place = house().address.trim_start_matches("http://").replace("localhost", "127.0.0.1");
    for headers in [
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: gzip\r\n",
        "Content-Length: +5\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
    ] {
        let mut stream = TcpStream::connect(&place).unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_secs(10))).unwrap();
        let request = format!(
            "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{headers}\r\nhello\
             GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        let _may_be_reset = stream.read_to_string(&mut answer);
        assert!(!answer.contains("HTTP/1.1 200"), "{headers:?} let a second request through:\n{answer}");
    }
}

#[test]
fn asvs_v13_4_1_no_trace_of_version_control_is_served() {
    for path in
        ["/.git/config", "/.git/HEAD", "/.svn/entries", "/Cargo.toml", "/.env", "/logins.json", "/record.db"]
    {
        let answer = Client::default().get(path);
        // The web client answers every unknown path with its own first page.
        assert!(answer.status == 404 || answer.header("content-type").starts_with("text/html"), "{path}");
        assert!(!answer.text.contains("[core]") && !answer.text.contains("password"), "{path}");
    }
}

#[test]
fn asvs_v13_4_3_no_folder_is_listed() {
    for path in ["/assets/", "/assets", "/pdf/", "/pdf/fonts/"] {
        let answer = Client::default().get(path);
        assert!(
            !answer.text.contains("Index of") && !answer.text.contains(".woff2\""),
            "{path}: {}",
            answer.text
        );
    }
}

#[test]
fn asvs_v13_4_4_trace_is_not_answered() {
    let answer = house().sign_in("person").with("x-secret", "mirror").send(
        "TRACE",
        "/api/v1/session",
        None,
        Vec::new(),
    );
    assert!(answer.status >= 400 && !answer.text.contains("mirror"), "{} {}", answer.status, answer.text);
}

#[test]
fn asvs_v13_4_6_no_answer_names_what_the_server_is_built_of() {
    for path in ["/", "/healthz", "/api/v1/none", "/fhir/r4/Patient/none"] {
        let answer = Client::default().get(path);
        assert_eq!(
            (answer.header("server"), answer.header("x-powered-by")),
            (String::new(), String::new()),
            "{path}"
        );
        for name in ["axum", "hyper", "sqlite", "rustc"] {
            assert!(path == "/" || !answer.text.to_lowercase().contains(name), "{path} names {name}");
        }
    }
}

#[test]
fn asvs_v14_3_1_signing_out_clears_what_the_browser_kept() {
    let client = house().sign_in("person");
    let answer = client.send("DELETE", "/api/v1/session", None, Vec::new());
    assert_eq!(answer.status, 204);
    assert!(answer.header("clear-site-data").contains("\"storage\""));
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(client.get("/api/v1/session").status, 401);
}

#[test]
fn asvs_v14_3_2_nothing_of_a_record_is_kept_in_a_cache() {
    let client = house().sign_in("person");
    for path in SECRETS {
        assert_eq!(client.get(path).header("cache-control"), "no-store", "{path}");
    }
}

#[test]
fn asvs_v16_5_1_a_refusal_tells_nothing_of_the_inside() {
    let client = house().sign_in("person");
    for (path, body) in [
        ("/api/v1/session", "{"),
        ("/api/v1/tokens", "[1,2"),
        ("/fhir/r4/Observation", "{\"resourceType\":"),
        ("/fhir/r4", "not json"),
    ] {
        let answer = client.send("POST", path, Some("application/json"), body.as_bytes().to_vec());
        assert!((400..500).contains(&answer.status), "{path}: {}", answer.status);
        for inside in ["panicked", "src/", ".rs:", "backtrace", "/tmp/", "SELECT", "INSERT"] {
            assert!(!answer.text.contains(inside), "{path} tells of {inside}: {}", answer.text);
        }
    }
}
