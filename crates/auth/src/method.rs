//! How somebody shows who they are.

use salus_core::Timestamp;

/// A way to show who one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// The account's password.
    Password,
    /// A code of an authenticator app (RFC 6238).
    Totp,
    /// A passkey. The device checks its holder by itself, so a passkey stands for both steps.
    Passkey,
    /// A code sent to the account's e-mail address.
    EmailCode,
    /// A code sent to a telephone.
    SmsCode,
    /// One of the codes kept for when everything else is lost.
    RecoveryCode,
    /// Another provider's word for it (OpenID Connect).
    Federated,
}

const ALL: [Method; 7] = [
    Method::Password,
    Method::Totp,
    Method::Passkey,
    Method::EmailCode,
    Method::SmsCode,
    Method::RecoveryCode,
    Method::Federated,
];

impl Method {
    /// The word for it in the store and in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Totp => "totp",
            Self::Passkey => "passkey",
            Self::EmailCode => "email",
            Self::SmsCode => "sms",
            Self::RecoveryCode => "recovery",
            Self::Federated => "federated",
        }
    }

    /// The method of a word.
    pub fn parse(code: &str) -> Option<Self> {
        ALL.into_iter().find(|method| method.code() == code)
    }

    /// RFC 8176's value for it. There is none for another provider's word: what it rests on is that provider's to say.
    ///
    /// A passkey is told as a software-secured key: nobody attests what its device is made of.
    pub fn amr(self) -> Option<&'static str> {
        match self {
            Self::Password => Some("pwd"),
            Self::Totp | Self::EmailCode | Self::RecoveryCode => Some("otp"),
            Self::Passkey => Some("swk"),
            Self::SmsCode => Some("sms"),
            Self::Federated => None,
        }
    }

    /// Whether it stands beside a password as a second step.
    pub fn is_second(self) -> bool {
        !matches!(self, Self::Password | Self::Federated)
    }
}

/// The `amr` claim (OpenID Connect Core 1.0 §2) of somebody who showed all of these: with `mfa` where these are two
/// factors, or one passkey, which checks its holder by itself.
pub fn amr(methods: &[Method]) -> Vec<&'static str> {
    let mut values: Vec<_> = methods.iter().filter_map(|method| method.amr()).collect();
    values.sort_unstable();
    values.dedup();
    let has = |is: fn(&Method) -> bool| methods.iter().any(is);
    let is_both = has(|method| method.is_second()) && has(|method| !method.is_second());
    if is_both || methods.contains(&Method::Passkey) {
        values.push("mfa");
    }
    values
}

/// A method, and when it was last shown in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// How.
    pub method: Method,
    /// When.
    pub at: Timestamp,
}

/// When somebody last showed the most that their account asks for: a second factor where it has one, otherwise
/// whatever it is opened with. Another provider's word counts for neither: it may rest on a sign-in of last week.
pub(crate) fn stepped_up_at(proofs: &[Proof], has_second: bool) -> Option<Timestamp> {
    let counts = |method: Method| method.is_second() || (!has_second && method != Method::Federated);
    let counted = proofs.iter().filter(|proof| counts(proof.method));
    counted.map(|proof| proof.at).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_shown_is_told_in_rfc_8176s_words() {
        use Method::*;
        for (methods, expect) in [
            (&[][..], &[][..]),
            (&[Password], &["pwd"]),
            (&[Password, Totp], &["otp", "pwd", "mfa"]),
            (&[Password, EmailCode, RecoveryCode], &["otp", "pwd", "mfa"]),
            (&[Password, SmsCode], &["pwd", "sms", "mfa"]),
            (&[Passkey], &["swk", "mfa"]),
            (&[Federated], &[]),
            (&[Federated, Totp], &["otp", "mfa"]),
        ] {
            assert_eq!(amr(methods), expect, "{methods:?}");
        }
    }

    #[test]
    fn asvs_v6_8_4_the_word_of_another_provider_is_taken_for_the_weakest_proof() {
        use Method::*;
        let at: Timestamp = "2026-01-05T08:00:00Z".parse().unwrap();
        for (methods, has_second, counts) in [
            (&[Password][..], false, true),
            (&[Federated], false, false),
            (&[Federated, Password], false, true),
            (&[Federated], true, false),
            (&[Federated, Password], true, false),
            (&[Federated, Totp], true, true),
            (&[Passkey], true, true),
        ] {
            let proofs: Vec<_> = methods.iter().map(|method| Proof { method: *method, at }).collect();
            assert_eq!(stepped_up_at(&proofs, has_second).is_some(), counts, "{methods:?} {has_second}");
        }
    }

    #[test]
    fn every_method_has_a_word_of_its_own() {
        for method in ALL {
            assert_eq!(Method::parse(method.code()), Some(method));
        }
        assert_eq!(Method::parse("magic"), None);
    }
}
