//! Reaching people outside of Salus: by e-mail and by SMS, through whoever the operator named.
//!
//! What it must never do: say in a log or an error to whom something was sent, or what.

mod sms;
mod smtp;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use sms::SmsConfig;
pub use smtp::{Security, SmtpConfig};

use crate::Error;
use crate::method::Method;
use async_trait::async_trait;
use serde::Deserialize;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// By what people are reached; nothing of it is needed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutreachConfig {
    /// The mail server that takes our e-mail.
    pub smtp: Option<SmtpConfig>,
    /// The web address that takes our SMS.
    pub sms: Option<SmsConfig>,
}

/// Something to be delivered. Has no `Debug`: it names people and holds codes.
pub(crate) struct Letter {
    pub(crate) to: String,
    /// Not for SMS.
    pub(crate) subject: String,
    pub(crate) text: String,
}

/// Why a letter was not taken, by what the sender does next. The text names neither the person nor the letter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutreachError {
    /// Trying again later may help.
    #[error("{0}")]
    Again(String),
    /// Trying again does not help: not to this address, not by this way.
    #[error("{0}")]
    Never(String),
}

/// A way to people outside of Salus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// E-mail.
    Email,
    /// SMS.
    Sms,
}

impl Channel {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Email, Self::Sms];

    /// The word for it in the store and in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Email => "e-mail",
            Self::Sms => "SMS",
        }
    }

    /// The channel of a word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.code() == code)
    }
}

/// Somebody who delivers.
#[async_trait]
pub(crate) trait Courier: Send + Sync {
    /// Hands a letter over; ends when it was taken, or after some seconds.
    async fn send(&self, letter: Letter) -> Result<(), OutreachError>;
}

/// Those who deliver for this installation.
pub(crate) struct Outreach {
    mail: Option<Arc<dyn Courier>>,
    sms: Option<Arc<dyn Courier>>,
    places: Arc<Semaphore>,
}

/// Letters on their way at once that nobody waits for; what comes beyond is dropped, and logged.
const PLACES: usize = 32;

impl Outreach {
    pub(crate) fn open(config: &OutreachConfig) -> Result<Self, Error> {
        let mail = config.smtp.as_ref().map(smtp::Smtp::open).transpose()?;
        let sms = config.sms.as_ref().map(sms::Sms::open).transpose()?;
        Ok(Self {
            mail: mail.map(|smtp| Arc::new(smtp) as Arc<dyn Courier>),
            sms: sms.map(|sms| Arc::new(sms) as Arc<dyn Courier>),
            places: Arc::new(Semaphore::new(PLACES)),
        })
    }

    /// Who delivers codes of this kind.
    pub(crate) fn courier(&self, method: Method) -> Option<Arc<dyn Courier>> {
        match method {
            Method::EmailCode => self.by(Channel::Email),
            Method::SmsCode => self.by(Channel::Sms),
            _ => None,
        }
    }

    /// Who delivers by this channel, where it is set up.
    pub(crate) fn by(&self, channel: Channel) -> Option<Arc<dyn Courier>> {
        match channel {
            Channel::Email => self.mail.clone(),
            Channel::Sms => self.sms.clone(),
        }
    }

    /// Sends an e-mail in the background, where e-mail is set up.
    pub(crate) fn post(&self, letter: Letter) {
        let Some(mail) = self.mail.clone() else { return };
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return tracing::warn!("an e-mail was dropped: too many are on their way");
        };
        tokio::spawn(async move {
            if let Err(cause) = mail.send(letter).await {
                tracing::warn!(error = %cause, "an e-mail could not be sent");
            }
            drop(place);
        });
    }
}
