//! The key-encryption key in AWS KMS, or in a service that speaks its protocol.
//!
//! The key never leaves KMS. The context is sent as the encryption context, which KMS binds to what it encrypts and
//! writes into its own log. KMS changes the material of a key by itself and keeps all earlier material.

use super::kms::{Kms, KmsError, Wrapped, data_key};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::{Request, Uri};
use salus_core::{Clock, Secret};
use salus_outbound::sigv4::{Credentials, Signer};
use salus_outbound::{Outbound, OutboundError};
use serde_json::{Value, json};
use std::sync::Arc;

/// Which key of which region is ours.
#[derive(Clone)]
pub struct AwsKmsConfig {
    /// `eu-central-1`
    pub region: String,
    /// The key: its id, its ARN, or an alias.
    pub key: String,
    /// Where the service is, if not at its usual place in the region.
    pub endpoint: Option<String>,
    /// By what we are known there.
    pub credentials: Credentials,
}

/// The key-encryption key in AWS KMS.
pub struct AwsKms {
    endpoint: Uri,
    signer: Signer,
    /// The ARN of the key.
    arn: String,
    outbound: Outbound,
    clock: Arc<dyn Clock>,
}

impl AwsKms {
    /// Looks at the key, so that what is wrong shows at the start. It waits for the network.
    ///
    /// # Errors
    /// Where KMS does not answer or let us in, or the key cannot serve.
    pub fn open(config: AwsKmsConfig, outbound: &Outbound, clock: Arc<dyn Clock>) -> Result<Self, KmsError> {
        let usual = || format!("https://kms.{}.amazonaws.com/", config.region);
        let endpoint = config.endpoint.clone().unwrap_or_else(usual);
        let endpoint: Uri =
            endpoint.parse().map_err(|_| KmsError::Refused("its address is malformed".to_owned()))?;
        let signer = Signer { credentials: config.credentials, region: config.region, service: "kms" };
        let mut kms = Self { endpoint, signer, arn: config.key, outbound: outbound.inside(), clock };
        let described = kms.call("DescribeKey", &json!({"KeyId": kms.arn}))?;
        let described = &described["KeyMetadata"];
        let fits = described["KeyUsage"] == "ENCRYPT_DECRYPT" && described["KeySpec"] == "SYMMETRIC_DEFAULT";
        if !fits || described["Enabled"] != true {
            let what = "the key must be enabled, symmetric, and for encryption";
            return Err(KmsError::Refused(what.to_owned()));
        }
        kms.arn = described["Arn"].as_str().ok_or_else(misspoken)?.to_owned();
        Ok(kms)
    }

    fn call(&self, operation: &str, body: &Value) -> Result<Value, KmsError> {
        let refused = |error: http::Error| KmsError::Refused(error.to_string());
        let request = Request::post(self.endpoint.clone())
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("TrentService.{operation}"));
        let request = request.body(Bytes::from(body.to_string())).map_err(refused)?;
        let request = self.signer.sign(request, self.clock.now()).map_err(refused)?;
        let answer = self.outbound.send_blocking(request).map_err(silent)?;
        let told: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        match answer.status() {
            status if status.is_success() => Ok(told),
            status => Err(refusal(status.as_u16(), told["__type"].as_str().unwrap_or_default())),
        }
    }
}

impl Kms for AwsKms {
    fn key_id(&self) -> Result<String, KmsError> {
        Ok(format!("aws:{}", self.arn))
    }

    fn owns(&self, key_id: &str) -> bool {
        key_id.strip_prefix("aws:") == Some(&self.arn)
    }

    fn wrap(&self, key: &Secret<[u8; 32]>, context: &[u8]) -> Result<Wrapped, KmsError> {
        let answer = self.call(
            "Encrypt",
            &json!({
                "KeyId": self.arn,
                "Plaintext": BASE64.encode(key.expose()),
                "EncryptionContext": bound(context),
            }),
        )?;
        let sealed = BASE64.decode(answer["CiphertextBlob"].as_str().ok_or_else(misspoken)?);
        Ok(Wrapped { key_id: self.key_id()?, bytes: sealed.map_err(|_| misspoken())? })
    }

    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Secret<[u8; 32]>, KmsError> {
        let answer = self.call(
            "Decrypt",
            &json!({
                "KeyId": self.arn,
                "CiphertextBlob": BASE64.encode(wrapped),
                "EncryptionContext": bound(context),
            }),
        )?;
        let plain = BASE64.decode(answer["Plaintext"].as_str().ok_or_else(misspoken)?);
        data_key(&Secret::new(plain.map_err(|_| misspoken())?).expose()[..])
    }
}

/// KMS logs the encryption context: what stands in it is a number, not a name.
fn bound(context: &[u8]) -> Value {
    json!({"salus:key": hex_or_name(context)})
}

/// The number of a patient's key, or the name of a secret.
fn hex_or_name(context: &[u8]) -> String {
    match <[u8; 8]>::try_from(context) {
        Ok(number) => hex::encode(number),
        Err(_) => String::from_utf8_lossy(context).into_owned(),
    }
}

/// What an error of KMS means for us. Its type comes with or without a namespace before `#`.
fn refusal(status: u16, kind: &str) -> KmsError {
    match kind.rsplit('#').next().unwrap_or_default() {
        "InvalidCiphertextException" | "IncorrectKeyException" => KmsError::Wrong,
        "ThrottlingException" | "DependencyTimeoutException" | "KeyUnavailableException" => {
            KmsError::Unreachable(format!("KMS answers {kind}"))
        }
        _ if status >= 500 => KmsError::Unreachable(format!("KMS answers {status}")),
        "" => KmsError::Refused(format!("KMS answers {status}")),
        kind => KmsError::Refused(format!("KMS answers {kind}")),
    }
}

fn silent(error: OutboundError) -> KmsError {
    match error {
        OutboundError::Refused { .. } | OutboundError::Untrusted { .. } => {
            KmsError::Refused(error.to_string())
        }
        _ => KmsError::Unreachable(error.to_string()),
    }
}

fn misspoken() -> KmsError {
    KmsError::Refused("the answer is not one of KMS".to_owned())
}
