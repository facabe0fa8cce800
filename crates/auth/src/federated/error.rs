//! What can go wrong on the way through another provider.

use crate::sign_in::SignInError;
use crate::{Error, FactorError};
use jiff::SignedDuration;

/// Why nobody was signed in or linked, by what the person does next.
#[derive(Debug, thiserror::Error)]
pub enum FederatedError {
    /// There is no such provider in the configuration.
    #[error("There is no such provider.")]
    Unknown,
    /// They turned back at the provider.
    #[error("You turned back at the other provider. Nothing was changed.")]
    Cancelled,
    /// It was not begun in this browser, took too long, or is done already.
    #[error("This took too long, or was begun elsewhere. Begin again.")]
    Over,
    /// Nobody here is linked with that identity, or their account is closed; which of the two is never told.
    #[error("Nobody here is linked with that. Sign in the usual way once, then link it under Me.")]
    Refused,
    /// The identity is linked with an account already.
    #[error("This is linked with an account here already.")]
    Taken,
    /// Some have to be unlinked first.
    #[error("There are 20 already. Unlink one first.")]
    TooMany,
    /// The account has no such link.
    #[error("There is no such link.")]
    NotFound,
    /// The provider cannot be reached, or does not answer as one.
    #[error("The other provider does not answer just now. Try again in a moment.")]
    Unreachable,
    /// What the provider says cannot be believed.
    #[error("What the other provider answered is not right. Try again, or sign in another way.")]
    Untrusted,
    /// Too many attempts. Nothing was looked at.
    #[error("There were too many attempts. Wait {} seconds.", .0.as_secs().max(1))]
    Wait(SignedDuration),
    /// Something else.
    #[error(transparent)]
    Other(#[from] Error),
}

impl FederatedError {
    /// The word for it that an address may carry.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown | Self::NotFound => "unknown",
            Self::Cancelled => "cancelled",
            Self::Over => "over",
            Self::Refused => "not-linked",
            Self::Taken => "taken",
            Self::TooMany => "too-many",
            Self::Unreachable => "unreachable",
            Self::Untrusted => "untrusted",
            Self::Wait(_) => "wait",
            Self::Other(_) => "failed",
        }
    }
}

impl From<salus_store::Error> for FederatedError {
    fn from(error: salus_store::Error) -> Self {
        Self::Other(Error::Store(error))
    }
}

impl From<SignInError> for FederatedError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Refused | SignInError::Wrong => Self::Refused,
            SignInError::Wait(wait) => Self::Wait(wait),
            SignInError::Other(cause) => Self::Other(cause),
        }
    }
}

impl From<FactorError> for FederatedError {
    fn from(error: FactorError) -> Self {
        match error {
            FactorError::Other(cause) => Self::Other(cause),
            _ => Self::NotFound,
        }
    }
}
