//! Signing requests to AWS, and to whoever speaks as AWS does: Signature Version 4, as "Signing AWS API requests" in the IAM
//! user guide describes it. It takes values and returns values.

use aws_lc_rs::{digest, hmac};
use bytes::Bytes;
use http::header::{HOST, HeaderName, HeaderValue};
use http::{Error, Request};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use salus_core::Secret;

/// By what we are known there.
#[derive(Clone)]
pub struct Credentials {
    /// The id of the access key.
    pub access_key_id: String,
    /// Its secret.
    pub secret_access_key: Secret<String>,
    /// The token of a session, for an access key that is lent for a time.
    pub session_token: Option<Secret<String>>,
}

/// Who signs, for one service of one region.
#[derive(Clone)]
pub struct Signer {
    /// By what we are known.
    pub credentials: Credentials,
    /// `eu-central-1`
    pub region: String,
    /// `kms`, `s3`
    pub service: &'static str,
}

/// A moment as AWS writes it: `20150830T123600Z`.
pub fn amz_date(now: Timestamp) -> String {
    now.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// The digest of a body, hex: what the header `x-amz-content-sha256` says.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}

/// A part of a path or a query as AWS wants it encoded: everything but letters, digits and `-._~`.
pub fn encoded(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(one).collect()
}

impl Signer {
    /// Adds what a request lacks to be signed, and the signature over all of its headers. Path and query must be
    /// [`encoded`] already.
    ///
    /// # Errors
    /// Where a secret or the address does not fit into a header.
    pub fn sign(&self, mut request: Request<Bytes>, now: Timestamp) -> Result<Request<Bytes>, Error> {
        let date = amz_date(now);
        let host = request.uri().authority().map(ToString::to_string).unwrap_or_default();
        let headers = request.headers_mut();
        headers.insert(HOST, HeaderValue::from_str(&host)?);
        headers.insert(HeaderName::from_static("x-amz-date"), HeaderValue::from_str(&date)?);
        if let Some(token) = &self.credentials.session_token {
            let mut token = HeaderValue::from_str(token.expose())?;
            token.set_sensitive(true);
            headers.insert(HeaderName::from_static("x-amz-security-token"), token);
        }
        let authorization = HeaderValue::from_str(&self.authorization(&request, &date))?;
        request.headers_mut().insert(http::header::AUTHORIZATION, authorization);
        Ok(request)
    }

    /// The value of the header `authorization`, for a request made at `date` (see [`amz_date`]).
    fn authorization(&self, request: &Request<Bytes>, date: &str) -> String {
        let day = date.get(..8).unwrap_or_default();
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let mut headers: Vec<(&str, &str)> = request
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default().trim()))
            .collect();
        headers.sort_unstable();
        let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let headers: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let (method, path) = (request.method(), request.uri().path());
        let (query, payload) = (canonical(request.uri().query()), sha256(request.body()));
        let canonical = format!("{method}\n{path}\n{query}\n{headers}\n{names}\n{payload}");
        let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", sha256(canonical.as_bytes()));
        let signature = hex::encode(hash(self.key(day).as_ref(), to_sign.as_bytes()));
        let id = &self.credentials.access_key_id;
        format!("AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}")
    }

    /// The key of one day, region and service.
    fn key(&self, day: &str) -> hmac::Tag {
        let secret = Secret::new(format!("AWS4{}", self.credentials.secret_access_key.expose()));
        let day = hash(secret.expose().as_bytes(), day.as_bytes());
        let region = hash(day.as_ref(), self.region.as_bytes());
        let service = hash(region.as_ref(), self.service.as_bytes());
        hash(service.as_ref(), b"aws4_request")
    }
}

/// The pairs of a query in order; a name alone has an empty value.
fn canonical(query: Option<&str>) -> String {
    let mut pairs: Vec<(&str, &str)> = query
        .into_iter()
        .flat_map(|query| query.split('&'))
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn hash(key: &[u8], message: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(service: &'static str, id: &str, secret: &str) -> Signer {
        let (access_key_id, secret_access_key) = (id.to_owned(), Secret::new(secret.to_owned()));
        let credentials = Credentials { access_key_id, secret_access_key, session_token: None };
        Signer { credentials, region: "us-east-1".to_owned(), service }
    }

    fn of_the_suite(service: &'static str) -> Signer {
        signer(service, "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    }

    /// The example in "Deriving the signing key" of the AWS general reference.
    #[test]
    fn the_key_of_a_day_is_the_published_one() {
        let expect = "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9";
        assert_eq!(hex::encode(of_the_suite("iam").key("20150830")), expect);
    }

    /// `get-vanilla`, `post-vanilla` and `get-vanilla-query-order-key-case` of the AWS Signature Version 4 test suite.
    #[test]
    fn requests_are_signed_as_in_the_published_test_suite() {
        for (method, path, expect) in [
            ("GET", "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            ("POST", "/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
            (
                "GET",
                "/?Param2=value2&Param1=value1",
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ),
        ] {
            let request =
                Request::builder().method(method).uri(format!("https://example.amazonaws.com{path}"));
            let request = request.body(Bytes::new()).unwrap();
            let signed =
                of_the_suite("service").sign(request, "2015-08-30T12:36:00Z".parse().unwrap()).unwrap();
            let expect = format!("SignedHeaders=host;x-amz-date, Signature={expect}");
            let signed = signed.headers()["authorization"].to_str().unwrap();
            assert!(signed.ends_with(&expect), "{method} {path}: {signed}");
        }
    }

    /// The examples in "Signature calculations for the authorization header" of the S3 API reference.
    #[test]
    fn requests_to_s3_are_signed_as_in_its_reference() {
        let s3 = signer("s3", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        let put: &[_] =
            &[("date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")];
        for (method, path, headers, body, expect) in [
            (
                "PUT",
                "/test%24file.text",
                put,
                "Welcome to Amazon S3.",
                "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
            ),
            (
                "GET",
                "/?lifecycle",
                &[],
                "",
                "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
            ),
            (
                "GET",
                "/?prefix=J&max-keys=2",
                &[],
                "",
                "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
            ),
        ] {
            let mut request = Request::builder()
                .method(method)
                .uri(format!("https://examplebucket.s3.amazonaws.com{path}"));
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let request = request.header("x-amz-content-sha256", sha256(body.as_bytes()));
            let request = request.body(Bytes::from_static(body.as_bytes())).unwrap();
            let signed = s3.sign(request, "2013-05-24T00:00:00Z".parse().unwrap()).unwrap();
            let signed = signed.headers()["authorization"].to_str().unwrap();
            assert!(signed.ends_with(&format!("Signature={expect}")), "{method} {path}: {signed}");
        }
    }

    #[test]
    fn what_is_no_letter_is_encoded() {
        assert_eq!(encoded("salus anchors/ä~1"), "salus%20anchors%2F%C3%A4~1");
        assert_eq!(amz_date("2015-08-30T12:36:00.5Z".parse().unwrap()), "20150830T123600Z");
    }
}
