//! What somebody shows at a second step, as it comes in a request.

use crate::ApiError;
use salus_auth::{Method, Shown};
use salus_core::Secret;
use serde::Deserialize;
use serde_json::Value;

/// What somebody shows: a code, a password, or a passkey's answer.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ShownRequest {
    /// What it is.
    method: ShownMethod,
    /// The code, or the password, exactly as typed.
    #[schema(format = Password)]
    code: Option<String>,
    /// A passkey's answer: the `PublicKeyCredential` in its JSON form (WebAuthn Level 3).
    #[schema(value_type = Option<Object>)]
    credential: Option<Value>,
}

/// The ways to show who one is.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ShownMethod {
    /// Only to step up, where the account has no second factor.
    Password,
    /// A code of an authenticator app.
    Totp,
    /// A passkey.
    Passkey,
    /// A code sent by e-mail.
    Email,
    /// A code sent by SMS.
    Sms,
    /// A recovery code.
    Recovery,
}

impl ShownRequest {
    pub(crate) fn read(self) -> Result<Shown, ApiError> {
        if self.method == ShownMethod::Passkey {
            let missing =
                || ApiError::invalid("The passkey's answer is missing.").at("credential", "is missing");
            return Ok(Shown::Passkey(self.credential.ok_or_else(missing)?));
        }
        let missing = || ApiError::invalid("The code is missing.").at("code", "is missing");
        let code = Secret::new(self.code.ok_or_else(missing)?);
        Ok(match self.method {
            ShownMethod::Password => Shown::Password(code),
            ShownMethod::Totp => Shown::Totp(code),
            ShownMethod::Recovery => Shown::Recovery(code),
            ShownMethod::Email | ShownMethod::Sms | ShownMethod::Passkey => Shown::Sent(code),
        })
    }
}

/// A wish for a code.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeRequest {
    /// Where to send it.
    pub(crate) method: CodeMethod,
}

/// Where codes are sent.
#[derive(Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CodeMethod {
    /// To the e-mail address.
    Email,
    /// To the telephone.
    Sms,
}

impl From<CodeMethod> for Method {
    fn from(method: CodeMethod) -> Self {
        match method {
            CodeMethod::Email => Self::EmailCode,
            CodeMethod::Sms => Self::SmsCode,
        }
    }
}

/// What to ask the browser for.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PasskeyQuestion {
    /// What `navigator.credentials.get` is given as `publicKey`, in its JSON form.
    #[schema(value_type = Object)]
    pub(crate) public_key: Value,
}

impl From<Value> for PasskeyQuestion {
    fn from(mut options: Value) -> Self {
        Self { public_key: options["publicKey"].take() }
    }
}
