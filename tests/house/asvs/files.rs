//! Files that people send: V5.

use super::house::{Client, house};
use std::time::{Duration, Instant};

fn documents(client: &Client) -> String {
    let session = client.get("/api/v1/session").json();
    format!("/api/v1/people/{}/documents", session["people"][0]["id"].as_str().unwrap())
}

#[test]
fn asvs_v5_2_1_a_file_that_is_too_large_is_cut_off() {
    let client = house().sign_in("person");
    let large = vec![b'a'; 110 * 1024 * 1024];
    // Either the answer arrives, or the connection is closed while the file is still being sent.
    if let Ok(answer) = client.try_upload(&documents(&client), "large.txt", "text/plain", &large) {
        assert_eq!(answer.status, 413, "{}", answer.text);
    }
    let titles = client.get(&documents(&client)).text;
    assert!(!titles.contains("large.txt"), "nothing of it was kept");
}

#[test]
fn asvs_v5_2_2_a_file_is_what_its_bytes_say() {
    let client = house().sign_in("person");
    let path = documents(&client);
    for (name, kind, bytes) in [
        ("program.pdf", "application/pdf", &b"MZ\x90\x00 this is a program"[..]),
        ("program.txt", "text/plain", b"\x7fELF\x02\x01\x01\x00"),
        ("page.pdf", "application/pdf", b"\x00\x01\x02\x03"),
    ] {
        let sent = client.upload(&path, name, kind, bytes).json();
        assert_eq!(sent["contentType"], "application/octet-stream", "{name}: the claim is not believed");
        let place = format!("/api/v1/documents/{}", sent["id"].as_str().unwrap());
        let deadline = Instant::now() + Duration::from_secs(30);
        let read = loop {
            let read = client.get(&place).json();
            if read["state"] != "received" && read["state"] != "reading" {
                break read;
            }
            assert!(Instant::now() < deadline, "{name} was never looked at");
            std::thread::sleep(Duration::from_millis(50));
        };
        assert_eq!(read["state"], "failed", "{name}: {read}");
        let content = client.get(&format!("{place}/content"));
        assert_eq!(content.header("content-type"), "application/octet-stream", "{name}");
    }
}

#[test]
fn asvs_v5_3_2_a_name_is_a_name_and_never_a_path() {
    let client = house().sign_in("person");
    for name in ["../../../../etc/passwd", "..\\..\\boot.ini", "/etc/cron.d/x", "a/b.txt"] {
        let answer =
            client.upload(&documents(&client), name, "text/plain", b"Take one tablet in the morning.");
        assert_eq!(answer.status, 202, "{name}: {}", answer.text);
        let title = answer.json()["title"].as_str().unwrap().to_owned();
        assert!(!title.contains('/') && !title.contains('\\'), "{name} became {title}");
    }
}

#[test]
fn asvs_v5_4_2_a_name_in_an_answer_cannot_break_out_of_its_header() {
    let client = house().sign_in("person");
    let path = documents(&client);
    let answer =
        client.upload(&path, "a%0d%0aset-cookie: x=1.txt", "text/plain", b"Take one tablet at noon.");
    assert_eq!(answer.status, 202, "{}", answer.text);
    let content = client.get(&format!("/api/v1/documents/{}/content", answer.json()["id"].as_str().unwrap()));
    assert_eq!(content.status, 200);
    assert_eq!(content.header("set-cookie"), "");
    assert!(!content.header("content-disposition").contains(['\r', '\n']));
    assert!(content.header("content-disposition").contains("filename"), "{:?}", content.headers);
}
