//! The parameters of a request, each at most once.

use super::refusal::{Code, Refusal};
use std::collections::BTreeMap;

/// Parameters of a query or a form. One that came twice is an error (RFC 6749 §3.1); an empty one did not come.
///
/// Has no `Debug`: codes and secrets are among them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// Where a parameter came twice.
    pub fn parse(text: &[u8]) -> Result<Self, Refusal> {
        let mut found = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(text) {
            if value.is_empty() {
                continue;
            }
            if found.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(Code::InvalidRequest.because("A parameter was sent twice."));
            }
        }
        Ok(Self(found))
    }

    /// A parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A parameter that has to be there.
    ///
    /// # Errors
    /// `invalid_request` where it is not.
    pub fn require(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name)
            .ok_or_else(|| Code::InvalidRequest.because(format!("The parameter {name} is missing.")))
    }

    /// All of it, form-encoded.
    pub fn to_query(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// All of it but what proves who the client is, as text.
    pub(super) fn without_proof(&self) -> String {
        let proof = ["client_secret", "client_assertion", "client_assertion_type"];
        let pairs = self.0.iter().filter(|(name, _)| !proof.contains(&name.as_str()));
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_counts_once_and_an_empty_one_not_at_all() {
        for (text, expect) in [
            ("code=a%20b&state=", Ok((Some("a b"), None))),
            ("code=a&state=+x", Ok((Some("a"), Some(" x")))),
            ("", Ok((None, None))),
            ("code=a&code=b", Err(Code::InvalidRequest)),
            ("code=&code=b", Ok((Some("b"), None))),
        ] {
            let form = Form::parse(text.as_bytes());
            let found = form.as_ref().map(|form| (form.get("code"), form.get("state")));
            assert_eq!(found.map_err(|refusal| refusal.code), expect, "{text}");
        }
    }

    #[test]
    fn what_is_kept_of_a_form_proves_nothing() {
        let form = Form::parse(b"scope=openid&client_secret=s&client_assertion=a&client_assertion_type=t");
        assert_eq!(form.unwrap().without_proof(), "scope=openid");
    }
}
