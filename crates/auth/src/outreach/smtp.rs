//! E-mail by SMTP.

use super::{Courier, Letter, OutreachError};
use crate::Error;
use async_trait::async_trait;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use serde::Deserialize;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

const TIME_LIMIT: Duration = Duration::from_secs(15);

/// A mail server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// Its name.
    pub host: String,
    /// Its port; none = 465 for TLS, 587 for STARTTLS, 25 for neither.
    pub port: Option<u16>,
    /// How the way to it is protected.
    #[serde(default)]
    pub security: Security,
    /// The name to sign in with there.
    pub username: Option<String>,
    /// A file with the password, on one line.
    pub password_file: Option<PathBuf>,
    /// Who our e-mail comes from: `Salus <salus@example.org>`.
    pub from: String,
}

/// How the way to the mail server is protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// TLS from the first byte.
    #[default]
    Tls,
    /// TLS before anything is said; a server that offers none is not used.
    Starttls,
    /// Nothing: for a mail server on this machine alone.
    None,
}

pub(super) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    pub(super) fn open(config: &SmtpConfig) -> Result<Self, Error> {
        let wrong = |key: &str, cause: &dyn std::fmt::Display| {
            Error::Config(format!("auth.outreach.smtp.{key}: {cause}"))
        };
        let parameters = || TlsParameters::new(config.host.clone()).map_err(|cause| wrong("host", &cause));
        let (tls, port) = match config.security {
            Security::Tls => (Tls::Wrapper(parameters()?), 465),
            Security::Starttls => (Tls::Required(parameters()?), 587),
            Security::None if is_this_machine(&config.host) => (Tls::None, 25),
            Security::None => {
                return Err(wrong("security", &"only a mail server on this machine may go without TLS"));
            }
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(config.port.unwrap_or(port))
            .tls(tls)
            .timeout(Some(TIME_LIMIT));
        if let Some(name) = &config.username {
            let file =
                config.password_file.as_ref().ok_or_else(|| wrong("password_file", &"it is missing"))?;
            let password = std::fs::read_to_string(file).map_err(|cause| wrong("password_file", &cause))?;
            builder = builder.credentials(Credentials::new(name.clone(), password.trim().to_owned()));
        }
        let from = config.from.parse().map_err(|cause| wrong("from", &cause))?;
        Ok(Self { transport: builder.build(), from })
    }
}

#[async_trait]
impl Courier for Smtp {
    async fn send(&self, letter: Letter) -> Result<(), OutreachError> {
        let to = letter
            .to
            .parse()
            .map_err(|_| OutreachError::Never("this is no address for e-mail".to_owned()))?;
        let message = Message::builder().from(self.from.clone()).to(to).subject(letter.subject);
        let message = message.header(ContentType::TEXT_PLAIN).body(letter.text);
        let message =
            message.map_err(|_| OutreachError::Never("an e-mail could not be written".to_owned()))?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            // What a server says to its refusal may quote the address.
            Err(cause) => Err(match cause.status() {
                Some(code) if cause.is_permanent() => {
                    OutreachError::Never(format!("the mail server refused with {code}"))
                }
                Some(code) => OutreachError::Again(format!("the mail server refused with {code}")),
                None if cause.is_timeout() => {
                    OutreachError::Again("the mail server did not answer in time".to_owned())
                }
                None => OutreachError::Again("the mail server could not be reached".to_owned()),
            }),
        }
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outreach::testing::Mailbox as Fake;

    #[tokio::test]
    async fn an_e_mail_arrives_as_it_was_written() {
        let fake = Fake::open();
        let smtp = Smtp::open(&fake.config()).unwrap();
        let text = "Ett brev.\r\n.\r\nMed en punkt.".to_owned();
        let letter = Letter { to: "maria@example.org".to_owned(), subject: "Hej".to_owned(), text };
        smtp.send(letter).await.unwrap();
        let letters = fake.letters();
        assert_eq!((letters.len(), letters[0].to.as_str()), (1, "maria@example.org"));
        assert!(
            letters[0].text.contains("Subject: Hej") && letters[0].text.contains("\n.\n"),
            "{}",
            letters[0].text
        );
    }

    #[tokio::test]
    async fn a_refusal_names_nobody() {
        let fake = Fake::open();
        let smtp = Smtp::open(&fake.config()).unwrap();
        let letter = Letter {
            to: "refused@example.org".to_owned(),
            subject: "Hej".to_owned(),
            text: "Hej".to_owned(),
        };
        let cause = smtp.send(letter).await.unwrap_err();
        assert_eq!(cause, OutreachError::Never("the mail server refused with 550".to_owned()));
    }

    #[test]
    fn a_mail_server_elsewhere_is_spoken_to_by_tls_alone() {
        let config = |host: &str, security| SmtpConfig {
            host: host.to_owned(),
            port: None,
            security,
            username: None,
            password_file: None,
            from: "Salus <salus@example.org>".to_owned(),
        };
        for (host, security, expect) in [
            ("mail.example.org", Security::None, false),
            ("192.0.2.1", Security::None, false),
            ("localhost", Security::None, true),
            ("127.0.0.1", Security::None, true),
            ("mail.example.org", Security::Tls, true),
            ("mail.example.org", Security::Starttls, true),
        ] {
            assert_eq!(Smtp::open(&config(host, security)).is_ok(), expect, "{host} {security:?}");
        }
    }
}
