//! What the errors of other crates are to the caller.

use super::{ApiError, REFUSED};
use http::StatusCode;
use salus_auth::{
    AccountError, CertificateError, FactorError, FederatedError, OAuthError, PolicyError, SignInError,
    TokenError,
};
use salus_fhir::Issue;

impl From<salus_store::Error> for ApiError {
    fn from(error: salus_store::Error) -> Self {
        use salus_store::{Conflict, Error};
        match error {
            Error::Denied | Error::NotFound => Self::not_found("resource"),
            Error::Conflict(Conflict::Contended) => Self::busy(),
            Error::Conflict(conflict @ Conflict::Exists { .. }) => Self::conflict(conflict.to_string()),
            Error::Conflict(conflict) => Self::precondition_failed(conflict.to_string()),
            Error::Invalid(issues) => Self::invalid_issues(issues),
            Error::Full => Self::full(),
            Error::Busy => Self::busy(),
            cause @ (Error::Corrupt(_) | Error::Unusable(_) | Error::Io(_)) => {
                Self::internal(cause.to_string())
            }
        }
    }
}

impl From<salus_auth::Error> for ApiError {
    fn from(error: salus_auth::Error) -> Self {
        match error {
            salus_auth::Error::Busy => Self::busy(),
            salus_auth::Error::Store(cause) => cause.into(),
            cause => Self::internal(cause.to_string()),
        }
    }
}

impl From<OAuthError> for ApiError {
    fn from(error: OAuthError) -> Self {
        match error {
            OAuthError::Refused(refusal) => Self::invalid(refusal.description),
            OAuthError::Other(cause) => cause.into(),
        }
    }
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        let words = error.to_string();
        match error {
            SignInError::Refused => Self::of(REFUSED).because(words),
            SignInError::Wrong => Self::invalid(words.clone()).at("code", words),
            SignInError::Wait(wait) => Self::wait(wait).because(words),
            SignInError::Other(cause) => cause.into(),
        }
    }
}

impl From<FactorError> for ApiError {
    fn from(error: FactorError) -> Self {
        let words = error.to_string();
        match error {
            FactorError::NotFound => Self::not_found("factor"),
            FactorError::Wrong => Self::invalid(words.clone()).at("code", words),
            FactorError::Wait(wait) => Self::wait(wait).because(words),
            FactorError::Label => Self::invalid(words.clone()).at("label", words),
            FactorError::Address => Self::invalid(words.clone()).at("phone", words),
            FactorError::TooMany | FactorError::NothingToRecover | FactorError::Unavailable => {
                Self::conflict(words)
            }
            FactorError::Undelivered => Self::busy().because(words),
            FactorError::Other(cause) => cause.into(),
        }
    }
}

impl From<FederatedError> for ApiError {
    fn from(error: FederatedError) -> Self {
        let words = error.to_string();
        match error {
            FederatedError::Unknown => Self::not_found("provider"),
            FederatedError::NotFound => Self::not_found("link"),
            FederatedError::Refused => Self::of(REFUSED).because(words),
            FederatedError::Wait(wait) => Self::wait(wait).because(words),
            FederatedError::Unreachable | FederatedError::Untrusted => Self::busy().because(words),
            FederatedError::Cancelled
            | FederatedError::Over
            | FederatedError::Taken
            | FederatedError::TooMany => Self::conflict(words),
            FederatedError::Other(cause) => cause.into(),
        }
    }
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        let words = error.to_string();
        match error {
            AccountError::NotFound => Self::not_found("account"),
            AccountError::Email => Self::invalid(words.clone()).at("email", words),
            AccountError::EmailTaken | AccountError::LastAdmin => Self::conflict(words),
            AccountError::Policy => Self::invalid(words.clone()).at("policies", words),
            AccountError::Name => Self::invalid(words.clone()).at("name", words),
            AccountError::Weak(_) => Self::invalid(words.clone()).at("newPassword", words),
            AccountError::WrongPassword => Self::invalid(words.clone()).at("currentPassword", words),
            AccountError::Wait(wait) => Self::wait(wait).because(words),
            AccountError::Other(cause) => cause.into(),
        }
    }
}

impl From<PolicyError> for ApiError {
    fn from(error: PolicyError) -> Self {
        let words = error.to_string();
        match error {
            PolicyError::NotFound => Self::not_found("policy"),
            PolicyError::Invalid(issues) => Self::invalid_issues(issues).because(words),
            PolicyError::InUse(_) | PolicyError::TooMany => Self::conflict(words),
            PolicyError::Other(cause) => cause.into(),
        }
    }
}

impl From<CertificateError> for ApiError {
    fn from(error: CertificateError) -> Self {
        let words = error.to_string();
        match error {
            CertificateError::Unreadable | CertificateError::Authority | CertificateError::Over(_) => {
                Self::invalid(words.clone()).at("certificate", words)
            }
            CertificateError::Taken | CertificateError::TooMany => Self::conflict(words),
            CertificateError::NotFound => Self::not_found("account"),
            CertificateError::Other(cause) => cause.into(),
        }
    }
}

impl From<TokenError> for ApiError {
    fn from(error: TokenError) -> Self {
        let words = error.to_string();
        match error {
            TokenError::Label => Self::invalid(words.clone()).at("label", words),
            TokenError::Days(_) => Self::invalid(words.clone()).at("days", words),
            TokenError::TooMany => Self::conflict(words),
            TokenError::Other(cause) => cause.into(),
        }
    }
}

impl From<axum::extract::multipart::MultipartError> for ApiError {
    fn from(error: axum::extract::multipart::MultipartError) -> Self {
        match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(),
            _ => Self::bad_request(error.body_text()),
        }
    }
}

impl From<Vec<Issue>> for ApiError {
    fn from(issues: Vec<Issue>) -> Self {
        Self::invalid_issues(issues)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;
    use http::header::RETRY_AFTER;
    use salus_store::{Conflict, Error};

    #[test]
    fn each_error_of_the_store_says_what_to_do_next() {
        let version =
            Conflict::Version { type_name: "Patient".into(), id: "p1".into(), expected: 1, current: 2 };
        let exists = Conflict::Exists { type_name: "Patient".into(), id: "p1".into() };
        for (error, status, retry) in [
            (Error::Denied, 404, None),
            (Error::NotFound, 404, None),
            (version.into(), 412, None),
            (exists.into(), 409, None),
            (Conflict::Condition { index: 0 }.into(), 412, None),
            (Conflict::Contended.into(), 503, Some("1")),
            (Error::Invalid(vec![]), 422, None),
            (Error::Full, 507, None),
            (Error::Busy, 503, Some("1")),
            (Error::Corrupt("Patient/p1".into()), 500, None),
            (Error::Io("/var/lib/salus: permission denied".into()), 500, None),
        ] {
            let response = ApiError::from(error).into_response();
            assert_eq!(response.status().as_u16(), status);
            let header = response.headers().get(RETRY_AFTER).map(|value| value.to_str().unwrap().to_owned());
            assert_eq!(header.as_deref(), retry);
        }
    }

    #[tokio::test]
    async fn the_cause_of_our_own_failure_is_never_sent() {
        let error = ApiError::from(Error::Io("/var/lib/salus/record.db: permission denied".into()));
        assert!(error.cause().unwrap().contains("record.db"));
        for response in [error.problem(Some("/api/v1/people"), Some("r1")), error.outcome()] {
            let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
            let text = String::from_utf8(body.to_vec()).unwrap();
            assert!(!text.contains("record.db") && text.contains("Something went wrong"), "{text}");
        }
    }

    #[tokio::test]
    async fn a_problem_names_kind_place_and_request() {
        let error = ApiError::invalid("Two things are wrong.").at("people[2].name", "is missing");
        let response = error.problem(Some("/api/v1/people"), Some("r1"));
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        insta::assert_snapshot!(String::from_utf8(body.to_vec()).unwrap(), @r#"{"type":"urn:salus:problem:invalid","title":"The content is not valid","status":422,"detail":"Two things are wrong.","instance":"/api/v1/people","requestId":"r1","errors":[{"field":"people[2].name","detail":"is missing"}]}"#);
    }
}
