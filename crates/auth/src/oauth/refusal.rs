//! What is answered where something asked for is not given, by the words of the standards.

use crate::Error;
use std::borrow::Cow;

/// A request that is refused: the standard's word for it, and a sentence for whoever wrote the program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{description}")]
pub struct Refusal {
    /// The word.
    pub code: Code,
    /// The sentence. It quotes nothing that was sent.
    pub description: Cow<'static, str>,
}

/// Why there is no answer, by what the caller does next.
#[derive(Debug, thiserror::Error)]
pub enum OAuthError {
    /// The request is not to be granted; say so.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Something else went wrong.
    #[error(transparent)]
    Other(#[from] Error),
}

impl From<salus_store::Error> for OAuthError {
    fn from(error: salus_store::Error) -> Self {
        Self::Other(Error::Store(error))
    }
}

/// The registered words (RFC 6749 §4.1.2.1 and §5.2, RFC 7591 §3.2.2, OpenID Connect Core §3.1.2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the standard's own word")]
pub enum Code {
    AccessDenied,
    ConsentRequired,
    InvalidClient,
    InvalidClientMetadata,
    InvalidGrant,
    InvalidRedirectUri,
    InvalidRequest,
    InvalidRequestUri,
    InvalidScope,
    InvalidToken,
    LoginRequired,
    RequestNotSupported,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedResponseType,
}

impl Code {
    /// The word as it stands in an answer.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::ConsentRequired => "consent_required",
            Self::InvalidClient => "invalid_client",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidToken => "invalid_token",
            Self::LoginRequired => "login_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
        }
    }

    /// The refusal for this reason.
    pub fn because(self, description: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal { code: self, description: description.into() }
    }
}
