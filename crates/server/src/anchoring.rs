//! Where the head of the audit is anchored, as the configuration names it.

use crate::config::Config;
use crate::{Failure, kms};
use salus_audit::anchors::{Anchoring, Bucket, HttpsSink};
use salus_core::{Clock, SystemClock};
use salus_outbound::Outbound;
use std::sync::Arc;

/// All places.
pub fn open(config: &Config) -> Result<Anchoring, Failure> {
    let mut anchoring = Anchoring::default();
    if let Some(path) = &config.audit.anchor_file {
        anchoring = anchoring.file(path.clone());
    }
    if let Some(https) = &config.audit.anchor.https {
        anchoring = anchoring.https(HttpsSink::new(https.clone(), &Outbound::new(&config.outbound)?));
    }
    if let Some(bucket) = bucket(config)? {
        anchoring = anchoring.bucket(bucket);
    }
    Ok(anchoring)
}

/// The bucket of the configuration; none where it has none.
pub fn bucket(config: &Config) -> Result<Option<Bucket>, Failure> {
    let Some(s3) = &config.audit.anchor.s3 else { return Ok(None) };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let credentials =
        kms::aws_credentials(s3.access_key_id.as_deref(), s3.secret_access_key_file.as_deref())?;
    Ok(Some(Bucket::new(s3.clone(), credentials, &Outbound::new(&config.outbound)?, clock)))
}
