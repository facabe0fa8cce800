//! What comes in wrong gets a clear answer, and the server lives on.

use crate::server::{Server, observation, run};
use serde_json::{Value, json};
use std::io::Read;

#[test]
fn each_bad_request_is_told_what_is_wrong_and_the_server_lives_on() {
    let folder = tempfile::tempdir().unwrap();
    let token = crate::server::token(folder.path());
    let server = Server::start(folder.path());
    let patient = json!({"resourceType": "Patient", "id": "p"}).to_string();
    assert_eq!(send(&server, &token, "PUT", "Patient/p", patient.into_bytes()).0, 201);

    let mut unknown = observation("p", 1);
    unknown["colour"] = json!("blue");
    let deep = format!("{}{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    let table: &[(&str, &str, Vec<u8>, u16, &str)] = &[
        ("POST", "Observation", b"{\"resourceType\": \"Observ".to_vec(), 400, "line 1"),
        ("POST", "Observation", deep.into_bytes(), 400, "deep"),
        ("POST", "Observation", b"\xff\xfe".to_vec(), 400, ""),
        ("POST", "Observation", Vec::new(), 400, ""),
        ("POST", "Observation", br#"{"resourceType":"Patient"}"#.to_vec(), 400, "Observation"),
        ("POST", "Observation", unknown.to_string().into_bytes(), 422, "Observation.colour"),
        ("POST", "Observation", br#"{"resourceType":"Observation"}"#.to_vec(), 422, "Observation.status"),
        ("POST", "Observatoin", br#"{"resourceType":"Observatoin"}"#.to_vec(), 404, ""),
        ("PUT", "Patient/q", br#"{"resourceType":"Patient","id":"other"}"#.to_vec(), 400, "id"),
        ("POST", "UserAccount", br#"{"resourceType":"UserAccount"}"#.to_vec(), 404, ""),
    ];
    for (method, path, body, status, part) in table {
        let (told, answer) = send(&server, &token, method, path, body.clone());
        assert_eq!(told, *status, "{method} {path}: {answer}");
        assert_eq!(answer["resourceType"], "OperationOutcome", "{method} {path}: {answer}");
        assert!(answer.to_string().contains(part), "{method} {path} does not speak of `{part}`: {answer}");
    }
    assert_eq!(send(&server, "salus_wrong", "GET", "Patient/p", Vec::new()).0, 401);
    assert_eq!(send(&server, &token, "GET", "Patient/p", Vec::new()).0, 200, "the server lives on");
}

#[test]
fn an_endless_body_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let token = crate::server::token(folder.path());
    let server = Server::start(folder.path());
    let endless = ureq::SendBody::from_owned_reader(std::io::repeat(b' ').take(2 << 30));
    let agent = agent();
    let answer = agent
        .post(format!("{}/fhir/r4/Observation", server.address))
        .header("Authorization", format!("Bearer {token}"))
        .header("Content-Type", "application/fhir+json")
        .send(endless);
    // Either the answer arrives, or the connection is closed while the client is still sending.
    if let Ok(answer) = answer {
        assert_eq!(answer.status(), 413);
    }
    assert_eq!(send(&server, &token, "GET", "metadata", Vec::new()).0, 200, "the server lives on");
}

#[test]
fn a_second_process_over_the_same_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let _first = Server::start(folder.path());
    let second = run(folder.path(), &["audit", "verify"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&second.stderr).contains("in use"), "{second:?}");
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}

fn send(server: &Server, token: &str, method: &str, path: &str, body: Vec<u8>) -> (u16, Value) {
    let request = ureq::http::Request::builder()
        .method(method)
        .uri(format!("{}/fhir/r4/{path}", server.address))
        .header("Authorization", format!("Bearer {token}"))
        .header("Content-Type", "application/fhir+json");
    let response = match method {
        "GET" => agent().run(request.body(()).unwrap()),
        _ => agent().run(request.body(body).unwrap()),
    };
    let mut response = response.expect("the server answers");
    let text = response.body_mut().read_to_string().expect("the answer is text");
    (response.status().as_u16(), serde_json::from_str(&text).unwrap_or_default())
}
