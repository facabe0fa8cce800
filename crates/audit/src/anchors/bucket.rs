//! Anchors in a bucket of S3, or of a store that speaks its protocol, with Object Lock: until their time is over nobody can
//! change or delete them, not even whoever owns the account (mode `COMPLIANCE`).
//!
//! An object is an anchor. All of it stands in the name as well, so that a list of the bucket's versions brings all anchors
//! back; a marker that says "deleted" hides an object, and hides no version.

use super::{AnchorError, line};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::{Request, Response};
use jiff::tz::TimeZone;
use salus_core::{Clock, Timestamp};
use salus_outbound::Outbound;
use salus_outbound::sigv4::{Credentials, Signer, amz_date, encoded, sha256};
use salus_store::Anchor;
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::Arc;

const PLACE: &str = "the bucket";
/// The form of a moment in a name.
const MOMENT: &str = "%Y%m%dT%H%M%SZ";
/// More pages than this many are no list of anchors.
const MOST_PAGES: usize = 10_000;

/// Section `[audit.anchor.s3]`. The access key comes from the environment, as every AWS tool reads it, or from here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BucketConfig {
    /// The bucket. It must have Object Lock, which can only be given to it when it is made.
    pub bucket: String,
    /// `eu-central-1`
    pub region: String,
    /// Where the service is, if not at its usual place in the region.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// What the names of the objects begin with.
    #[serde(default = "prefix")]
    pub prefix: String,
    /// For how many years nobody can delete an anchor.
    #[serde(default = "retain_years")]
    pub retain_years: u16,
    /// The id of the access key, where it does not come from `AWS_ACCESS_KEY_ID`.
    #[serde(default)]
    pub access_key_id: Option<String>,
    /// The file of its secret, where that does not come from `AWS_SECRET_ACCESS_KEY`.
    #[serde(default)]
    pub secret_access_key_file: Option<PathBuf>,
}

fn prefix() -> String {
    "salus-anchors/".to_owned()
}

/// As long as the entries of the audit are kept.
fn retain_years() -> u16 {
    6
}

/// The bucket.
pub struct Bucket {
    config: BucketConfig,
    signer: Signer,
    outbound: Outbound,
    clock: Arc<dyn Clock>,
}

impl Bucket {
    /// The address is the operator's own choice, so it may lie in the own network.
    pub fn new(
        config: BucketConfig,
        credentials: Credentials,
        outbound: &Outbound,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let signer = Signer { credentials, region: config.region.clone(), service: "s3" };
        Self { config, signer, outbound: outbound.inside(), clock }
    }

    /// Puts an anchor into the bucket, locked.
    ///
    /// # Errors
    /// Where it is not kept there, or not locked.
    pub async fn keep(&self, anchor: &Anchor) -> Result<(), AnchorError> {
        const YEAR_US: i64 = 31_556_952 * 1_000_000;
        let span = i64::from(self.config.retain_years.max(1)).saturating_mul(YEAR_US);
        let until = Timestamp::from_microsecond(anchor.at.as_microsecond().saturating_add(span));
        let until =
            until.map_err(|_| AnchorError::Setup("[audit.anchor.s3] retain_years is too large".into()))?;
        let body = Bytes::from(line(anchor));
        let checksum = hex::decode(sha256(&body)).unwrap_or_default();
        let key = format!("{}{}", self.config.prefix, name(anchor));
        let path: Vec<_> = key.split('/').map(encoded).collect();
        let request = Request::put(self.address(&format!("/{}", path.join("/"))))
            .header("content-type", "application/json")
            .header("x-amz-checksum-sha256", BASE64.encode(checksum))
            .header("x-amz-object-lock-mode", "COMPLIANCE")
            .header("x-amz-object-lock-retain-until-date", until.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
            .header("x-amz-sdk-checksum-algorithm", "SHA256");
        self.ask(request, body).await.map(drop)
    }

    /// All anchors that were ever put there, in the order of the chain.
    ///
    /// # Errors
    /// Where the bucket cannot be listed.
    pub async fn read(&self) -> Result<Vec<Anchor>, AnchorError> {
        let mut anchors = Vec::new();
        let mut after: Option<(String, String)> = None;
        for _ in 0..MOST_PAGES {
            let mut query = format!("?versions=&prefix={}", encoded(&self.config.prefix));
            if let Some((key, version)) = &after {
                query.push_str(&format!(
                    "&key-marker={}&version-id-marker={}",
                    encoded(key),
                    encoded(version)
                ));
            }
            let answer = self.ask(Request::get(self.address(&query)), Bytes::new()).await?;
            let page = Page::read(answer.body()).ok_or(AnchorError::Misspoken(PLACE))?;
            let names = page.keys.iter().filter_map(|key| key.strip_prefix(&self.config.prefix));
            anchors.extend(names.filter_map(of_name));
            after = page.next;
            if after.is_none() {
                anchors.sort_by(|a, b| (a.seq, &a.hash, a.at).cmp(&(b.seq, &b.hash, b.at)));
                anchors.dedup();
                return Ok(anchors);
            }
        }
        Err(AnchorError::Misspoken(PLACE))
    }

    fn address(&self, rest: &str) -> String {
        let usual = || format!("https://s3.{}.amazonaws.com", self.config.region);
        let endpoint = self.config.endpoint.clone().unwrap_or_else(usual);
        format!("{}/{}{rest}", endpoint.trim_end_matches('/'), encoded(&self.config.bucket))
    }

    async fn ask(
        &self,
        request: http::request::Builder,
        body: Bytes,
    ) -> Result<Response<Bytes>, AnchorError> {
        let malformed =
            |_| AnchorError::Setup("[audit.anchor.s3] its address or a secret is malformed".into());
        let request = request.header("x-amz-content-sha256", sha256(&body)).body(body).map_err(malformed)?;
        let request = self.signer.sign(request, self.clock.now()).map_err(malformed)?;
        let answer = self.outbound.send(request).await?;
        match answer.status() {
            status if status.is_success() => Ok(answer),
            status => {
                let why = text_of(answer.body(), "Code");
                Err(AnchorError::Refused { place: PLACE, status: status.as_u16(), why })
            }
        }
    }
}

/// The name of an anchor, which sorts as the chain runs.
fn name(anchor: &Anchor) -> String {
    format!("{:020}-{}-{}.json", anchor.seq, anchor.hash, amz_date(anchor.at))
}

/// The anchor with a name; none where it is the name of something else.
fn of_name(name: &str) -> Option<Anchor> {
    let mut parts = name.strip_suffix(".json")?.splitn(3, '-');
    let (seq, hash, at) = (parts.next()?, parts.next()?, parts.next()?);
    let is_digest = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let at = jiff::civil::DateTime::strptime(MOMENT, at).ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
    is_digest.then_some(Anchor { seq: seq.parse().ok()?, hash: hash.to_owned(), at })
}

/// A page of a list of versions.
struct Page {
    keys: Vec<String>,
    /// Where the next page begins: a key and a version.
    next: Option<(String, String)>,
}

impl Page {
    fn read(xml: &[u8]) -> Option<Self> {
        let document = roxmltree::Document::parse(std::str::from_utf8(xml).ok()?).ok()?;
        let list = document.root_element();
        if list.tag_name().name() != "ListVersionsResult" {
            return None;
        }
        let versions = list.children().filter(|node| node.tag_name().name() == "Version");
        let keys = versions.filter_map(|version| child(version, "Key")).collect();
        let is_cut = child(list, "IsTruncated").as_deref() == Some("true");
        let next = is_cut.then(|| Some((child(list, "NextKeyMarker")?, child(list, "NextVersionIdMarker")?)));
        match next {
            Some(None) => None,
            next => Some(Self { keys, next: next.flatten() }),
        }
    }
}

fn child(node: roxmltree::Node<'_, '_>, name: &str) -> Option<String> {
    let found = node.children().find(|child| child.tag_name().name() == name)?;
    Some(found.text().unwrap_or_default().to_owned())
}

fn text_of(xml: &[u8], name: &str) -> Option<String> {
    let document = roxmltree::Document::parse(std::str::from_utf8(xml).ok()?).ok()?;
    let word = child(document.root_element(), name)?;
    // A word of the protocol, and nothing that somebody could make of it.
    (word.len() <= 64 && word.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(word)
}
