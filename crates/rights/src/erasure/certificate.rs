//! The certificate of an erasure: what was asked, what was done, and a signature that anybody can check.
//!
//! It names the record by a salted digest: whoever knows the record's id can see that it is meant, and nobody can read
//! the id out of it. It is signed with the Ed25519 key of this installation as a JWS (RFC 7515, RFC 8037), so that any
//! JOSE library checks it against the keys that [`public_keys`] publishes.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use salus_store::{Error, Store};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ErasureStatement)]
pub struct Statement {
    /// The id of the erasure.
    pub id: String,
    /// Which record it was.
    pub record: RecordDigest,
    /// Who asked for it: an account, or `operator`.
    pub requested_by: String,
    /// As what: `self`, `parent`, `admin`, `operator`.
    pub requested_as: String,
    /// When (RFC 3339).
    pub requested_at: String,
    /// When it was done (RFC 3339).
    pub erased_at: String,
    /// What did it.
    pub carried_out_by: String,
    /// What is gone.
    pub erased: Removed,
    /// What is left.
    pub kept: Kept,
    /// Where the audit chain stood before.
    pub audit_before: AuditPlace,
    /// And after.
    pub audit_after: AuditPlace,
}

/// Which record it was, told to those only who know its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RecordDigest {
    /// SHA-256 of the salt, a colon and the record's id, hex.
    pub sha256: String,
    /// 16 random bytes, hex.
    pub salt: String,
}

/// What is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Removed {
    /// Entries of the record, by type.
    pub resources: Vec<TypeCount>,
    /// Versions, those of the past included.
    pub versions: u64,
    /// Their sealed bytes.
    pub version_bytes: u64,
    /// Rows of the search index.
    pub index_rows: u64,
    /// Files.
    pub files: u64,
    /// Their bytes.
    pub file_bytes: u64,
    /// Background work.
    pub jobs: u64,
    /// Keys: without them no copy of the sealed data can be opened.
    pub keys: u64,
    /// Accounts in which the record was listed.
    pub accounts_unlinked: u64,
    /// Accounts that are gone.
    pub accounts_closed: u64,
}

/// A number of entries of one type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TypeCount {
    /// The resource type.
    pub type_name: String,
    /// How many.
    pub count: u64,
}

/// What is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// Entries in the records of others, or of nobody, that refer to the person.
    pub mentions: u64,
    /// Those of them in which the reference was blackened. Earlier versions of them keep it.
    pub mentions_redacted: u64,
    /// The list of accesses, which names nobody, is kept by law.
    pub audit_entries: u64,
}

/// A place in the audit chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AuditPlace {
    /// How many entries there are.
    pub entries: u64,
    /// The hash of the newest, hex.
    pub head: String,
}

/// A signed statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ErasureCertificate)]
pub struct Certificate {
    /// What it says.
    pub statement: Statement,
    /// SHA-256 of the signed text, hex.
    pub digest: String,
    /// The statement, signed: a JWS in its compact form, `EdDSA`.
    pub jws: String,
}

impl RecordDigest {
    pub(crate) fn of(record: &str, salt: [u8; 16]) -> Self {
        let salt = hex::encode(salt);
        let sha256 = hex::encode(digest(&SHA256, format!("{salt}:{record}").as_bytes()));
        Self { sha256, salt }
    }

    /// Whether this is the record that is meant.
    pub fn is(&self, record: &str) -> bool {
        self.sha256 == hex::encode(digest(&SHA256, format!("{}:{record}", self.salt).as_bytes()))
    }
}

impl Certificate {
    /// Signs a statement with the key of this installation.
    pub(crate) async fn sign(store: &Store, statement: Statement) -> Result<Self, Error> {
        let key = key(store).await?;
        let header = json!({ "alg": "EdDSA", "kid": key_id(&key), "typ": "salus-erasure+jws" });
        let [header, payload] =
            [header.to_string(), json!(statement).to_string()].map(|text| URL_SAFE_NO_PAD.encode(text));
        let signed = format!("{header}.{payload}");
        let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
        let digest = hex::encode(digest(&SHA256, signed.as_bytes()));
        Ok(Self { statement, digest, jws: format!("{signed}.{signature}") })
    }
}

/// The public keys of this installation, as a JSON Web Key Set (RFC 7517).
///
/// # Errors
/// Whatever the store says.
pub async fn public_keys(store: &Store) -> Result<Value, Error> {
    let key = key(store).await?;
    let x = URL_SAFE_NO_PAD.encode(key.public_key().as_ref());
    Ok(json!({ "keys": [
        { "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key_id(&key), "x": x },
    ] }))
}

async fn key(store: &Store) -> Result<Ed25519KeyPair, Error> {
    let seed = store.secret("certificates").await?;
    Ed25519KeyPair::from_seed_unchecked(seed.expose())
        .map_err(|_| Error::Corrupt("the key of the certificates".to_owned()))
}

/// The thumbprint of the key (RFC 7638).
fn key_id(key: &Ed25519KeyPair) -> String {
    let x = URL_SAFE_NO_PAD.encode(key.public_key().as_ref());
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(digest(&SHA256, members.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
    use salus_http::testing::TestApp;

    pub(crate) fn statement() -> Statement {
        let place = AuditPlace { entries: 3, head: "00".to_owned() };
        Statement {
            id: "e1".to_owned(),
            record: RecordDigest::of("p1", [7; 16]),
            requested_by: "a1".to_owned(),
            requested_as: "self".to_owned(),
            requested_at: "2026-01-05T08:00:00Z".to_owned(),
            erased_at: "2026-01-05T08:00:01Z".to_owned(),
            carried_out_by: "Salus".to_owned(),
            erased: Removed {
                resources: vec![TypeCount { type_name: "Patient".to_owned(), count: 1 }],
                versions: 2,
                version_bytes: 900,
                index_rows: 11,
                files: 0,
                file_bytes: 0,
                jobs: 0,
                keys: 1,
                accounts_unlinked: 1,
                accounts_closed: 0,
            },
            kept: Kept { mentions: 0, mentions_redacted: 0, audit_entries: 4 },
            audit_before: place.clone(),
            audit_after: place,
        }
    }

    #[tokio::test]
    async fn anybody_can_check_a_certificate_against_the_published_key() {
        let app = TestApp::init().await;
        let store = &app.app().store;
        let certificate = Certificate::sign(store, statement()).await.unwrap();
        let keys = public_keys(store).await.unwrap();
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let public = UnparsedPublicKey::new(&ED25519, decode(keys["keys"][0]["x"].as_str().unwrap()));
        let (signed, signature) = certificate.jws.rsplit_once('.').unwrap();
        public.verify(signed.as_bytes(), &decode(signature)).unwrap();
        assert!(public.verify(signed.replace('A', "B").as_bytes(), &decode(signature)).is_err());
        let payload: Statement = serde_json::from_slice(&decode(signed.split_once('.').unwrap().1)).unwrap();
        assert_eq!(payload, statement());
        let header: Value = serde_json::from_slice(&decode(signed.split_once('.').unwrap().0)).unwrap();
        assert_eq!(header["kid"], keys["keys"][0]["kid"]);
    }

    #[test]
    fn a_record_is_known_to_those_who_know_its_id() {
        let digest = RecordDigest::of("0190f1e6-5c1c-7b6e-9d3a-0123456789ab", [1; 16]);
        assert!(digest.is("0190f1e6-5c1c-7b6e-9d3a-0123456789ab") && !digest.is("p1"));
        assert_ne!(RecordDigest::of("p1", [1; 16]).sha256, RecordDigest::of("p1", [2; 16]).sha256);
    }
}
