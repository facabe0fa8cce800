//! SMS by a web address: what almost every provider takes, or a small bridge of one's own.

use super::{Courier, Letter, OutreachError};
use crate::Error;
use async_trait::async_trait;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Request, StatusCode, Uri};
use salus_outbound::{Outbound, OutboundConfig};
use serde::Deserialize;
use serde_json::json;
use std::path::PathBuf;

/// The web address that takes our SMS, as `POST` of `{"to": "+46701234567", "text": "…"}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsConfig {
    /// `https://…`; plain `http://` on this machine alone.
    pub url: String,
    /// A file with what to send as `Authorization`, on one line: `Bearer …`.
    pub authorization_file: Option<PathBuf>,
}

pub(super) struct Sms {
    outbound: Outbound,
    url: Uri,
    authorization: Option<HeaderValue>,
}

impl Sms {
    pub(super) fn open(config: &SmsConfig) -> Result<Self, Error> {
        let wrong = |key: &str, cause: &dyn std::fmt::Display| {
            Error::Config(format!("auth.outreach.sms.{key}: {cause}"))
        };
        let outbound = Outbound::new(&OutboundConfig::default()).map_err(|cause| wrong("url", &cause))?;
        let url = config.url.parse().map_err(|cause| wrong("url", &cause))?;
        let authorization = match &config.authorization_file {
            Some(file) => {
                let text =
                    std::fs::read_to_string(file).map_err(|cause| wrong("authorization_file", &cause))?;
                let value = HeaderValue::try_from(text.trim())
                    .map_err(|cause| wrong("authorization_file", &cause))?;
                Some(value)
            }
            None => None,
        };
        Ok(Self { outbound: outbound.inside(), url, authorization })
    }
}

#[async_trait]
impl Courier for Sms {
    async fn send(&self, letter: Letter) -> Result<(), OutreachError> {
        let body = json!({ "to": letter.to, "text": letter.text }).to_string();
        let mut request = Request::post(self.url.clone()).header(CONTENT_TYPE, "application/json");
        if let Some(value) = &self.authorization {
            request = request.header(AUTHORIZATION, value);
        }
        let request = request
            .body(body.into())
            .map_err(|_| OutreachError::Never("an SMS could not be written".to_owned()))?;
        let sent = self.outbound.send(request).await;
        let status = sent.map_err(|cause| OutreachError::Again(cause.to_string()))?.status();
        if status.is_success() {
            return Ok(());
        }
        let words = format!("whoever delivers SMS answered {}", status.as_u16());
        // A number that is refused is a 400 or 422; anything else may be mended on our side.
        match status {
            StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Err(OutreachError::Never(words)),
            _ => Err(OutreachError::Again(words)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_outbound::testing::Fake;
    use std::sync::{Arc, Mutex};

    #[tokio::test]
    async fn an_sms_is_posted_with_the_key_of_its_provider() {
        let taken = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&taken);
        let fake = Fake::start(move |request| {
            let key = request.headers().get("authorization").unwrap().to_str().unwrap().to_owned();
            let is_known = key == "Bearer abc";
            seen.lock().unwrap().push(String::from_utf8(request.into_body()).unwrap());
            http::Response::builder().status(if is_known { 202 } else { 401 }).body(Vec::new()).unwrap()
        });
        let dir = tempfile::tempdir().unwrap();
        for (key, expect) in [("Bearer abc\n", None), ("Bearer x", Some("whoever delivers SMS answered 401"))]
        {
            let file = dir.path().join("key");
            std::fs::write(&file, key).unwrap();
            let sms = Sms::open(&SmsConfig { url: fake.url(), authorization_file: Some(file) }).unwrap();
            let letter =
                Letter { to: "+46701234567".to_owned(), subject: String::new(), text: "Hej".to_owned() };
            let outcome = sms.send(letter).await.err().map(|cause| cause.to_string());
            assert_eq!(outcome.as_deref(), expect);
        }
        assert_eq!(taken.lock().unwrap()[0], r#"{"to":"+46701234567","text":"Hej"}"#);
    }
}
