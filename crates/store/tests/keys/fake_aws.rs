//! AWS KMS, as far as Salus speaks with it. It computes every signature itself and refuses what does not bear it.

use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{Request, Response};
use salus_outbound::testing::Fake;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

pub const ACCESS_KEY: &str = "AKIASALUS";
pub const SECRET: &str = "a secret of forty characters for salus!!";
pub const ARN: &str = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd";

pub struct FakeAws {
    pub fake: Fake,
    pub is_down: Arc<Mutex<bool>>,
}

impl FakeAws {
    pub fn start() -> Self {
        let is_down = Arc::new(Mutex::new(false));
        let down = is_down.clone();
        let fake = Fake::start(move |request| {
            let (status, body) = match *down.lock().unwrap() {
                true => (500, json!({"__type": "KMSInternalException"})),
                false => answer(&request).unwrap_or_else(|kind| (400, json!({"__type": kind}))),
            };
            Response::builder().status(status).body(body.to_string().into_bytes()).unwrap()
        });
        Self { fake, is_down }
    }
}

fn answer(request: &Request<Vec<u8>>) -> Result<(u16, Value), &'static str> {
    assert_eq!((request.method().as_str(), request.uri().path()), ("POST", "/"));
    assert_eq!(header(request, "content-type"), "application/x-amz-json-1.1");
    check_signature(request)?;
    let body: Value = serde_json::from_slice(request.body()).map_err(|_| "SerializationException")?;
    if body["KeyId"] != ARN && body["KeyId"] != "alias/salus" {
        return Err("com.amazonaws.kms#NotFoundException");
    }
    match header(request, "x-amz-target").as_str() {
        "TrentService.DescribeKey" => Ok((
            200,
            json!({"KeyMetadata": {
                "Arn": ARN, "Enabled": true, "KeyUsage": "ENCRYPT_DECRYPT", "KeySpec": "SYMMETRIC_DEFAULT"
            }}),
        )),
        "TrentService.Encrypt" => {
            let sealed = json!({"p": body["Plaintext"], "c": body["EncryptionContext"]}).to_string();
            Ok((200, json!({"KeyId": ARN, "CiphertextBlob": BASE64.encode(sealed)})))
        }
        "TrentService.Decrypt" => {
            let sealed = BASE64.decode(body["CiphertextBlob"].as_str().unwrap()).unwrap();
            let opened: Value = serde_json::from_slice(&sealed).map_err(|_| "InvalidCiphertextException")?;
            if opened["c"] != body["EncryptionContext"] || !opened["c"].is_object() {
                return Err("InvalidCiphertextException");
            }
            Ok((200, json!({"KeyId": ARN, "Plaintext": opened["p"]})))
        }
        _ => Err("UnknownOperationException"),
    }
}

fn header(request: &Request<Vec<u8>>, name: &str) -> String {
    request.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

fn check_signature(request: &Request<Vec<u8>>) -> Result<(), &'static str> {
    let given = header(request, "authorization");
    let names = given.split("SignedHeaders=").nth(1).and_then(|rest| rest.split(',').next());
    let names = names.ok_or("IncompleteSignatureException")?;
    for needed in ["content-type", "host", "x-amz-date", "x-amz-target"] {
        if !names.split(';').any(|name| name == needed) {
            return Err("IncompleteSignatureException");
        }
    }
    let date = header(request, "x-amz-date");
    if !date.starts_with("20260105T") {
        return Err("InvalidSignatureException");
    }
    let scope = format!("{}/eu-central-1/kms/aws4_request", &date[..8]);
    let lines: String = names.split(';').map(|name| format!("{name}:{}\n", header(request, name))).collect();
    let canonical = format!("POST\n/\n\n{lines}\n{names}\n{}", sha256(request.body()));
    let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", sha256(canonical.as_bytes()));
    let mut key = format!("AWS4{SECRET}").into_bytes();
    for part in [&date[..8], "eu-central-1", "kms", "aws4_request", &to_sign] {
        key = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), part.as_bytes()).as_ref().to_vec();
    }
    let expect = format!(
        "AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{scope}, SignedHeaders={names}, Signature={}",
        hex::encode(key)
    );
    if given == expect { Ok(()) } else { Err("InvalidSignatureException") }
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}
