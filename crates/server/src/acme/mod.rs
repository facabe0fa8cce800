//! Certificates by themselves (ACME, RFC 8555): one is fetched when there is none, and again when a third of its time
//! is left, while the one before is shown on.
//!
//! The authority makes sure of the names by connecting to this very server (TLS-ALPN-01, RFC 8737), so that no second
//! port and no other program is needed. Start reading at [`Acme::keep`], then `order.rs`.

mod challenge;
mod order;
mod settings;
mod shelf;
#[cfg(test)]
mod tests;

use crate::Failure;
use crate::config::{self, Http};
use crate::tls::Shown;
use challenge::Challenges;
use jiff::SignedDuration;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::ClientHello;
use rustls::sign::CertifiedKey;
use salus_core::{Clock, Timestamp};
use salus_outbound::{Outbound, OutboundConfig};
use settings::Settings;
use shelf::{Held, Shelf};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// After this long the clock is looked at again: a machine that slept has lost no time.
const LOOK: SignedDuration = SignedDuration::from_hours(1);
/// The first wait after a failure; each further one is twice as long. Let's Encrypt forgives five failures an hour.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(2);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(12);
/// No order takes longer than this.
const PATIENCE: Duration = Duration::from_secs(300);

/// Who looks after the certificate.
pub struct Acme {
    settings: Settings,
    shelf: Shelf,
    outbound: Outbound,
    challenges: Arc<Challenges>,
    /// What the authority is answered with when it comes to look.
    answer: Arc<ServerConfig>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

/// How it stands.
#[derive(Default)]
struct State {
    held: Option<Held>,
    failure: Option<Missed>,
    /// Whether another is to be fetched although this one is good: somebody took it off the shelf.
    is_wanted: bool,
}

/// The attempts since the last success.
struct Missed {
    times: u32,
    at: Timestamp,
    why: String,
    /// Before then there is no other.
    not_before: Timestamp,
}

impl Acme {
    /// Reads what is on the shelf.
    ///
    /// # Errors
    /// Where the settings cannot work or a file cannot be used; the text says which.
    pub fn open(
        config: &config::Acme,
        http: &Http,
        data: &Path,
        outbound: &OutboundConfig,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Failure> {
        let settings = Settings::check(config, http)?;
        let folder = config.cache.clone().unwrap_or_else(|| data.join("acme"));
        let shelf = Shelf::at(&folder, &settings);
        let extra_roots = config.root.clone().or_else(|| outbound.extra_roots.clone());
        let outbound = Outbound::new(&OutboundConfig { extra_roots, ..outbound.clone() })?.inside();
        let challenges = Arc::new(Challenges::default());
        let answer = challenge::answer(Arc::clone(&challenges))?;
        let state = Mutex::new(State { held: shelf.certificate()?, ..State::default() });
        Ok(Self { settings, shelf, outbound, challenges, answer, clock, state })
    }

    /// The certificate that is in use; none before the first was fetched.
    pub fn certificate(&self) -> Option<Arc<CertifiedKey>> {
        self.state().held.as_ref().map(|held| Arc::clone(&held.key))
    }

    /// What to shake hands with where the authority has come to look, and not a client.
    pub fn answer_to(&self, hello: &ClientHello<'_>) -> Option<Arc<ServerConfig>> {
        challenge::is_one(hello).then(|| Arc::clone(&self.answer))
    }

    /// Fetches and renews for ever; what is fetched is shown at once. SIGHUP reads the shelf again, and tries without
    /// waiting where something is due.
    pub async fn keep(&self, shown: &Shown) {
        let Ok(mut hangups) = signal(SignalKind::hangup()) else { return };
        loop {
            let wait = self.until_due();
            if wait.is_zero() {
                self.attempt(shown).await;
                continue;
            }
            let wait = Duration::try_from(wait.min(LOOK)).unwrap_or(Duration::from_secs(1));
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _hangup = hangups.recv() => self.read_again(shown),
            }
        }
    }

    /// How it is, for whoever runs the installation: whether all is well, and words.
    pub fn condition(&self) -> (bool, String) {
        let state = self.state();
        let held = match &state.held {
            Some(held) => format!("The certificate is good until {}.", held.not_after),
            None => "There is no certificate yet, so nobody can connect.".to_owned(),
        };
        let missed = state.failure.as_ref().map(|missed| {
            format!(
                " Attempt {} to fetch one failed at {}: {}. The next is at {}, or at SIGHUP.",
                missed.times, missed.at, missed.why, missed.not_before
            )
        });
        let is_good = state.held.as_ref().is_some_and(|held| self.clock.now() < held.not_after);
        (is_good && missed.is_none(), held + &missed.unwrap_or_default())
    }

    async fn attempt(&self, shown: &Shown) {
        let fetched = tokio::time::timeout(PATIENCE, order::fetch(self)).await;
        self.challenges.forget();
        let kept = match fetched {
            Ok(Ok(pem)) => self.shelf.keep_certificate(&pem),
            Ok(Err(error)) => Err(error),
            Err(_) => Err("the authority did not finish the order in time".into()),
        };
        match kept {
            Ok(held) => {
                shown.show(Arc::clone(&held.key));
                tracing::info!(certificate.until = %held.not_after, "a certificate was fetched");
                *self.state() = State { held: Some(held), ..State::default() };
            }
            Err(error) => {
                tracing::error!(error = %error, "no certificate was fetched; the one before stays in use");
                self.missed(error.to_string());
            }
        }
    }

    fn missed(&self, why: String) {
        let at = self.clock.now();
        let mut state = self.state();
        let times = state.failure.as_ref().map_or(0, |missed| missed.times) + 1;
        state.failure = Some(Missed { times, at, why, not_before: at + wait_after(times) });
    }

    /// Takes up what lies on the shelf now. Where somebody took the certificate away, another is fetched.
    fn read_again(&self, shown: &Shown) {
        let mut state = self.state();
        if let Some(missed) = &mut state.failure {
            missed.not_before = Timestamp::UNIX_EPOCH;
        }
        match self.shelf.certificate() {
            Ok(Some(held)) => {
                shown.show(Arc::clone(&held.key));
                state.held = Some(held);
            }
            Ok(None) => state.is_wanted = true,
            Err(error) => tracing::error!(error = %error, "the certificate stays as it was"),
        }
    }

    /// How long until something has to be done; nothing where it is due.
    fn until_due(&self) -> SignedDuration {
        let (now, state) = (self.clock.now(), self.state());
        let held = state.held.as_ref().filter(|_| !state.is_wanted);
        let due = held.map_or(Timestamp::UNIX_EPOCH, Held::renew_at);
        let due = state.failure.as_ref().map_or(due, |missed| due.max(missed.not_before));
        due.duration_since(now).max(SignedDuration::ZERO)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wait_after(failures: u32) -> SignedDuration {
    let doubled =
        1_i32.checked_shl(failures.saturating_sub(1)).filter(|times| *times > 0).unwrap_or(i32::MAX);
    FIRST_WAIT.checked_mul(doubled).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT)
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}
