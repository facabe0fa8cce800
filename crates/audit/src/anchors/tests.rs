//! Anchors outside the house, against strict counterparts.

use super::*;
use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{Request, Response};
use salus_core::{Clock, ManualClock, Secret};
use salus_http::testing::{START, TestApp};
use salus_outbound::sigv4::Credentials;
use salus_outbound::testing::{Answer, Fake};
use salus_outbound::{Outbound, OutboundConfig};
use salus_store::Damage;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

const ID: &str = "AKIASALUS";
const SECRET: &str = "a secret of forty characters for salus!!";

fn outbound() -> Outbound {
    Outbound::new(&OutboundConfig { time_limit_seconds: 5, ..OutboundConfig::default() }).unwrap()
}

fn header(request: &Request<Vec<u8>>, name: &str) -> String {
    request.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

fn answer(status: u16, body: &str) -> Answer {
    Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap()
}

/// Versions by key, the newest last; none = a marker that says "deleted".
type Versions = BTreeMap<String, Vec<Option<Vec<u8>>>>;

/// S3 with Object Lock, as far as Salus speaks with it. It computes every signature itself, refuses what does not bear it or
/// is not locked, keeps every version, and gives lists in pages of two.
struct FakeS3 {
    fake: Fake,
    objects: Arc<Mutex<Versions>>,
    is_locking: Arc<Mutex<bool>>,
}

impl FakeS3 {
    fn start() -> Self {
        let objects = Arc::new(Mutex::new(BTreeMap::new()));
        let is_locking = Arc::new(Mutex::new(true));
        let (kept, locking) = (objects.clone(), is_locking.clone());
        let fake = Fake::start(move |request| {
            if let Err(code) = check_signature(&request) {
                return answer(403, &format!("<Error><Code>{code}</Code></Error>"));
            }
            match request.method().as_str() {
                "PUT" if !*locking.lock().unwrap() => {
                    answer(400, "<Error><Code>InvalidRequest</Code><Message>no lock</Message></Error>")
                }
                "PUT" => put(&mut kept.lock().unwrap(), &request),
                "GET" => list(&kept.lock().unwrap(), &request),
                _ => answer(405, ""),
            }
        });
        Self { fake, objects, is_locking }
    }

    fn bucket(&self, secret: &str) -> Bucket {
        let config = BucketConfig {
            bucket: "audit-of-salus".to_owned(),
            region: "eu-central-1".to_owned(),
            endpoint: Some(self.fake.url()),
            prefix: "clinic one/".to_owned(),
            retain_years: 6,
            access_key_id: None,
            secret_access_key_file: None,
        };
        let credentials = Credentials {
            access_key_id: ID.to_owned(),
            secret_access_key: Secret::new(secret.to_owned()),
            session_token: Some(Secret::new("a session".to_owned())),
        };
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(START.parse().unwrap()));
        Bucket::new(config, credentials, &outbound(), clock)
    }
}

fn put(objects: &mut Versions, request: &Request<Vec<u8>>) -> Answer {
    let checksum = BASE64.encode(digest::digest(&digest::SHA256, request.body()));
    let until = header(request, "x-amz-object-lock-retain-until-date");
    let is_locked = header(request, "x-amz-object-lock-mode") == "COMPLIANCE"
        && header(request, "x-amz-sdk-checksum-algorithm") == "SHA256"
        && header(request, "x-amz-checksum-sha256") == checksum
        && until.parse::<salus_core::Timestamp>().is_ok_and(|until| until > START.parse().unwrap());
    if !is_locked {
        return answer(400, "<Error><Code>InvalidRequest</Code></Error>");
    }
    let Some(key) = request.uri().path().strip_prefix("/audit-of-salus/") else {
        return answer(404, "<Error><Code>NoSuchBucket</Code></Error>");
    };
    objects.entry(key.replace("%20", " ")).or_default().push(Some(request.body().clone()));
    answer(200, "")
}

fn list(objects: &Versions, request: &Request<Vec<u8>>) -> Answer {
    assert_eq!(request.uri().path(), "/audit-of-salus");
    let query = request.uri().query().unwrap();
    let pair = |name: &str| {
        let found = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
        found.map(|value| value.replace("%2F", "/").replace("%20", " "))
    };
    assert_eq!((pair("versions"), pair("prefix")), (Some(String::new()), Some("clinic one/".to_owned())));
    let all: Vec<(String, usize, bool)> = objects
        .iter()
        .flat_map(|(key, versions)| {
            let numbered = versions.iter().enumerate().rev();
            numbered.map(|(number, version)| (key.clone(), number, version.is_some()))
        })
        .collect();
    let marker = pair("key-marker").zip(pair("version-id-marker"));
    let begin = marker.map_or(0, |(key, version)| {
        1 + all.iter().position(|(k, v, _)| *k == key && format!("v{v}") == version).unwrap()
    });
    let page = &all[begin..all.len().min(begin + 2)];
    let is_cut = begin + page.len() < all.len();
    let mut xml = format!(
        "<?xml version=\"1.0\"?><ListVersionsResult xmlns=\"urn:example:s3\"><IsTruncated>{is_cut}</IsTruncated>"
    );
    if let (true, Some((key, version, _))) = (is_cut, page.last()) {
        xml.push_str(&format!(
            "<NextKeyMarker>{key}</NextKeyMarker><NextVersionIdMarker>v{version}</NextVersionIdMarker>"
        ));
    }
    for (key, version, is_there) in page {
        let kind = if *is_there { "Version" } else { "DeleteMarker" };
        xml.push_str(&format!("<{kind}><Key>{key}</Key><VersionId>v{version}</VersionId></{kind}>"));
    }
    answer(200, &(xml + "</ListVersionsResult>"))
}

fn check_signature(request: &Request<Vec<u8>>) -> Result<(), &'static str> {
    let given = header(request, "authorization");
    let names = given.split("SignedHeaders=").nth(1).and_then(|rest| rest.split(',').next());
    let names = names.ok_or("AccessDenied")?;
    let mut needed = vec!["host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"];
    if request.method() == "PUT" {
        needed.extend([
            "x-amz-object-lock-mode",
            "x-amz-object-lock-retain-until-date",
            "x-amz-checksum-sha256",
        ]);
    }
    if needed.iter().any(|needed| !names.split(';').any(|name| name == *needed)) {
        return Err("AccessDenied");
    }
    let payload = hex::encode(digest::digest(&digest::SHA256, request.body()));
    if header(request, "x-amz-content-sha256") != payload {
        return Err("XAmzContentSHA256Mismatch");
    }
    let date = header(request, "x-amz-date");
    if !date.starts_with("20260105T") {
        return Err("RequestTimeTooSkewed");
    }
    let scope = format!("{}/eu-central-1/s3/aws4_request", &date[..8]);
    let lines: String = names.split(';').map(|name| format!("{name}:{}\n", header(request, name))).collect();
    let mut query: Vec<&str> = request.uri().query().into_iter().flat_map(|query| query.split('&')).collect();
    query.sort_unstable();
    let (method, path, query) = (request.method(), request.uri().path(), query.join("&"));
    let canonical = format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{payload}");
    let hash = hex::encode(digest::digest(&digest::SHA256, canonical.as_bytes()));
    let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{hash}");
    let mut key = format!("AWS4{SECRET}").into_bytes();
    for part in [&date[..8], "eu-central-1", "s3", "aws4_request", &to_sign] {
        key = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), part.as_bytes()).as_ref().to_vec();
    }
    let expect = format!(
        "AWS4-HMAC-SHA256 Credential={ID}/{scope}, SignedHeaders={names}, Signature={}",
        hex::encode(key)
    );
    if given == expect { Ok(()) } else { Err("SignatureDoesNotMatch") }
}

fn anchor(seq: u64) -> Anchor {
    Anchor { seq, hash: format!("{seq:064x}"), at: START.parse().unwrap() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn anchors_in_a_bucket_are_locked_and_come_back_all_of_them() {
    let s3 = FakeS3::start();
    let bucket = s3.bucket(SECRET);
    let anchors: Vec<_> = [7, 8, 120, 1_000_000, 2_000_000].map(anchor).into();
    for anchor in anchors.iter().rev() {
        bucket.keep(anchor).await.unwrap();
    }
    bucket.keep(&anchors[0]).await.unwrap();
    {
        let mut objects = s3.objects.lock().unwrap();
        let (key, versions) = objects.iter().next().unwrap();
        let hash = &anchors[0].hash;
        assert_eq!(*key, format!("clinic one/00000000000000000007-{hash}-20260105T080000Z.json"));
        assert_eq!(versions.len(), 2);
        assert_eq!(versions[0].as_deref().unwrap(), line(&anchors[0]).as_bytes());
        // Somebody hides one, and puts something of their own beside it.
        let key = key.clone();
        objects.entry(key).or_default().push(None);
        objects.insert("clinic one/readme.txt".to_owned(), vec![Some(Vec::new())]);
    }
    assert_eq!(bucket.read().await.unwrap(), anchors);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_does_not_keep_it_says_why() {
    let s3 = FakeS3::start();
    let told = async |bucket: &Bucket| bucket.keep(&anchor(7)).await.unwrap_err().to_string();
    let guessed = s3.bucket("guessed");
    assert_eq!(told(&guessed).await, "the bucket answers 403 (SignatureDoesNotMatch)");
    assert!(guessed.read().await.is_err());
    *s3.is_locking.lock().unwrap() = false;
    assert_eq!(told(&s3.bucket(SECRET)).await, "the bucket answers 400 (InvalidRequest)");
    assert!(s3.objects.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_place_keeps_the_head_and_what_one_misses_is_told_and_tried_again() {
    let (app, maria) = TestApp::with_person("maria").await;
    let store = &app.app().store;
    let dir = tempfile::tempdir().unwrap();
    let (file, token) = (dir.path().join("anchors"), dir.path().join("token"));
    std::fs::write(&token, "a token\n").unwrap();
    let (heard, is_down) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(false)));
    let (hears, down) = (heard.clone(), is_down.clone());
    let service = Fake::start(move |request| {
        if *down.lock().unwrap() {
            return answer(503, "");
        }
        let is_ours = header(&request, "authorization") == "Bearer a token"
            && header(&request, "content-type") == "application/json"
            && (request.method().as_str(), request.uri().path()) == ("POST", "/anchors");
        if !is_ours {
            return answer(401, "");
        }
        hears.lock().unwrap().push(of_line(std::str::from_utf8(request.body()).unwrap()).unwrap());
        answer(204, "")
    });
    let s3 = FakeS3::start();
    let url = format!("{}/anchors", service.url());
    let sink = HttpsSink::new(HttpsConfig { url, token_file: Some(token) }, &outbound());
    let anchoring = Anchoring::default().file(file.clone()).https(sink).bucket(s3.bucket(SECRET));
    assert_eq!(anchoring.condition(), (true, "file: none yet; https: none yet; s3: none yet".to_owned()));
    assert_eq!(anchoring.anchor(store).await.unwrap(), 3);
    assert_eq!(anchoring.anchor(store).await.unwrap(), 0, "it did not move");

    *is_down.lock().unwrap() = true;
    maria.get("/api/v1/session").await;
    assert_eq!(anchoring.anchor(store).await.unwrap(), 2);
    let (is_well, words) = anchoring.condition();
    assert!(
        !is_well && words.contains("https: none since 2026-01-05T08:00:00Z, the anchor service answers 503"),
        "{words}"
    );
    assert_eq!(heard.lock().unwrap().len(), 1);
    *is_down.lock().unwrap() = false;
    assert_eq!(anchoring.anchor(store).await.unwrap(), 1, "the one that missed it");
    assert!(anchoring.condition().0);

    let kept = read(&file).unwrap();
    assert_eq!(*heard.lock().unwrap(), kept);
    let locked = s3.bucket(SECRET).read().await.unwrap();
    let names = |anchors: &[Anchor]| anchors.iter().map(|a| (a.seq, a.hash.clone())).collect::<Vec<_>>();
    assert_eq!(names(&locked), names(&kept));
    let report = store.verify_audit_against(&locked, &|_, _| ()).await.unwrap();
    assert_eq!((report.anchors, report.damage), (2, None));
    let forged = Anchor { hash: "0".repeat(64), ..locked[1].clone() };
    let report = store.verify_audit_against(&[forged], &|_, _| ()).await.unwrap();
    assert_eq!(report.damage, Some(Damage::Rewritten));
    assert_eq!(Anchoring::default().anchor(store).await.unwrap(), 0);
}
