//! Signing requests to AWS: Signature Version 4, as "Signing AWS API requests" in the IAM user guide describes it.

use aws_lc_rs::{digest, hmac};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use salus_core::Secret;

/// Who signs.
#[derive(Clone)]
pub(super) struct Signer {
    pub(super) access_key_id: String,
    pub(super) secret: Secret<String>,
    pub(super) region: String,
    pub(super) service: &'static str,
}

/// What is signed: a POST or GET to the root or another path without a query.
pub(super) struct Signable<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    /// In lower case, sorted by name.
    pub(super) headers: &'a [(&'a str, &'a str)],
    pub(super) body: &'a [u8],
}

/// The moment as AWS writes it, for the header `x-amz-date`.
pub(super) fn amz_date(now: Timestamp) -> String {
    now.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string()
}

impl Signer {
    /// The value of the header `authorization`, for a request made at `date` (see [`amz_date`]).
    pub(super) fn authorization(&self, request: &Signable<'_>, date: &str) -> String {
        let day = date.get(..8).unwrap_or_default();
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let names: Vec<&str> = request.headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let headers: String =
            request.headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
        let canonical =
            format!("{}\n{}\n\n{headers}\n{names}\n{}", request.method, request.path, sha256(request.body));
        let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", sha256(canonical.as_bytes()));
        let signature = hex::encode(sign(self.key(day).as_ref(), to_sign.as_bytes()));
        format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            self.access_key_id
        )
    }

    /// The key of one day, region and service.
    fn key(&self, day: &str) -> hmac::Tag {
        let secret = Secret::new(format!("AWS4{}", self.secret.expose()));
        let day = sign(secret.expose().as_bytes(), day.as_bytes());
        let region = sign(day.as_ref(), self.region.as_bytes());
        let service = sign(region.as_ref(), self.service.as_bytes());
        sign(service.as_ref(), b"aws4_request")
    }
}

fn sign(key: &[u8], message: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message)
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(service: &'static str) -> Signer {
        Signer {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret: Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned()),
            region: "us-east-1".to_owned(),
            service,
        }
    }

    /// The example in "Deriving the signing key" of the AWS general reference.
    #[test]
    fn the_key_of_a_day_is_the_published_one() {
        let expect = "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9";
        assert_eq!(hex::encode(signer("iam").key("20150830")), expect);
    }

    /// `get-vanilla` and `post-vanilla` of the AWS Signature Version 4 test suite.
    #[test]
    fn requests_are_signed_as_in_the_published_test_suite() {
        let date = ("x-amz-date", "20150830T123600Z");
        let host = ("host", "example.amazonaws.com");
        for (method, headers, expect) in [
            ("GET", vec![host, date], "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            ("POST", vec![host, date], "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        ] {
            let request = Signable { method, path: "/", headers: &headers, body: b"" };
            let signed = signer("service").authorization(&request, "20150830T123600Z");
            assert!(
                signed.ends_with(&format!("SignedHeaders=host;x-amz-date, Signature={expect}")),
                "{signed}"
            );
        }
    }

    #[test]
    fn a_moment_is_written_as_aws_does() {
        assert_eq!(amz_date("2015-08-30T12:36:00.5Z".parse().unwrap()), "20150830T123600Z");
    }
}
