//! Where everything that is limited gets its counter.

use crate::attempts::{Attempts, Patience};
use crate::keys::Keys;
use crate::link::Link;
use crate::rate::Rate;
use crate::{Error, LimitsConfig};
use salus_core::{Clock, Secret};
use std::sync::Arc;

/// The least that a key file holds.
const SHORTEST_KEY: usize = 32;

/// Counts for this process alone, or together with others. Cheap to clone.
#[derive(Clone)]
pub struct Counters {
    clock: Arc<dyn Clock>,
    shared: Option<Shared>,
}

/// The way to Redis, and what things are called there.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) link: Arc<Link>,
    pub(crate) keys: Arc<Keys>,
}

impl Counters {
    /// This process counts by itself.
    pub fn local(clock: Arc<dyn Clock>) -> Self {
        Self { clock, shared: None }
    }

    /// Counts as the configuration says. A Redis that is away is no failure: it is looked for in the background.
    /// `secret` is what names are hashed with where no file is named.
    ///
    /// # Errors
    /// Where the configuration cannot work; the text says which key.
    pub async fn open(
        config: &LimitsConfig,
        secret: Secret<[u8; 32]>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Error> {
        let Some(address) = &config.redis else { return Ok(Self::local(clock)) };
        let secret = match &config.key_file {
            None => Secret::new(secret.expose().to_vec()),
            Some(path) => {
                let unusable =
                    |reason: &str| Error::Config(format!("limits.key_file: {}: {reason}", path.display()));
                let key = std::fs::read(path).map_err(|error| unusable(&error.to_string()))?;
                if key.trim_ascii().len() < SHORTEST_KEY {
                    return Err(unusable("it holds fewer than 32 characters"));
                }
                Secret::new(key.trim_ascii().to_vec())
            }
        };
        let link = Link::open(address, config).await?;
        let keys = Arc::new(Keys::new(&config.prefix, &secret));
        Ok(Self { clock, shared: Some(Shared { link, keys }) })
    }

    /// A counter of requests; `kind` names it in Redis, and 0 is no limit.
    pub fn rate(&self, kind: &'static str, per_minute: u32) -> Rate {
        Rate::new(kind, per_minute, Arc::clone(&self.clock), self.shared.clone())
    }

    /// A counter of failed attempts.
    pub fn attempts(&self, patience: Patience) -> Attempts {
        Attempts::new(patience, self.shared.clone())
    }

    /// How it is, for whoever runs the installation: whether all is well, and words; none where nobody else counts along.
    pub fn condition(&self) -> Option<(bool, String)> {
        let shared = self.shared.as_ref()?;
        Some(match shared.link.why_away() {
            None => (true, "Limits are counted together with the other nodes.".to_owned()),
            Some(why) => {
                (false, format!("Redis is away ({why}): each node counts by itself until it is back."))
            }
        })
    }
}
