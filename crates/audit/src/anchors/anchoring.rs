//! Every place that anchors are kept in, and how each of them fares.

use super::{AnchorError, Bucket, HttpsSink, append, read};
use salus_core::Timestamp;
use salus_store::{Anchor, Store};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where anchors are kept.
enum Place {
    File(PathBuf),
    Https(HttpsSink),
    Bucket(Box<Bucket>),
}

/// How a place fares.
#[derive(Default, Clone)]
struct Fares {
    /// The last anchor that it keeps.
    last: Option<Anchor>,
    /// Since when it keeps none, and why.
    problem: Option<(Timestamp, String)>,
}

/// All places. What one of them does not keep, the others keep; it is tried again at the next schedule, with the head of
/// then.
#[derive(Default)]
pub struct Anchoring {
    places: Vec<(&'static str, Place)>,
    fares: Mutex<Vec<Fares>>,
}

impl Anchoring {
    /// Also keeps anchors in a file.
    #[must_use]
    pub fn file(self, path: PathBuf) -> Self {
        self.with("file", Place::File(path))
    }

    /// Also sends anchors to a service.
    #[must_use]
    pub fn https(self, sink: HttpsSink) -> Self {
        self.with("https", Place::Https(sink))
    }

    /// Also puts anchors into a bucket.
    #[must_use]
    pub fn bucket(self, bucket: Bucket) -> Self {
        self.with("s3", Place::Bucket(Box::new(bucket)))
    }

    fn with(mut self, name: &'static str, place: Place) -> Self {
        self.places.push((name, place));
        self.fares().push(Fares::default());
        self
    }

    /// Anchors the head of the chain in every place that does not keep it yet; how many took it.
    ///
    /// # Errors
    /// What the store says. What a place says is logged, and told by [`Anchoring::condition`].
    pub async fn anchor(&self, store: &Store) -> Result<usize, AnchorError> {
        if self.places.is_empty() {
            return Ok(0);
        }
        let (head, mut taken) = (store.audit_anchor().await?, 0);
        for (number, (name, place)) in self.places.iter().enumerate() {
            let last = self.fares().get(number).and_then(|fares| fares.last.clone());
            if last.is_some_and(|last| is_same(&last, &head)) {
                continue;
            }
            let outcome = place.keep(&head).await;
            if let Err(error) = &outcome {
                tracing::error!(anchor.place = name, error = %error, "the head of the audit could not be anchored");
            }
            taken += usize::from(*outcome.as_ref().unwrap_or(&false));
            let mut all = self.fares();
            let Some(fares) = all.get_mut(number) else { continue };
            match outcome {
                Ok(_) => *fares = Fares { last: Some(head.clone()), problem: None },
                Err(error) => {
                    let since = fares.problem.take().map_or(head.at, |(since, _)| since);
                    fares.problem = Some((since, error.to_string()));
                }
            }
        }
        Ok(taken)
    }

    /// Whether every place keeps its anchors, and words for whoever runs the installation.
    pub fn condition(&self) -> (bool, String) {
        let fares = self.fares().clone();
        let told = self.places.iter().zip(&fares).map(|((name, _), fares)| match fares {
            Fares { problem: Some((since, why)), .. } => format!("{name}: none since {since}, {why}"),
            Fares { last: Some(last), .. } => format!("{name}: entry {} at {}", last.seq, last.at),
            Fares { .. } => format!("{name}: none yet"),
        });
        let words = told.collect::<Vec<_>>().join("; ");
        let is_well = fares.iter().all(|fares| fares.problem.is_none());
        (is_well, if words.is_empty() { "The audit is not anchored anywhere.".to_owned() } else { words })
    }

    fn fares(&self) -> MutexGuard<'_, Vec<Fares>> {
        self.fares.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Whether it is a new one there.
    async fn keep(&self, head: &Anchor) -> Result<bool, AnchorError> {
        match self {
            Self::File(path) => {
                let (path, head) = (path.clone(), head.clone());
                let done = tokio::task::spawn_blocking(move || keep_in_file(&path, &head));
                done.await.map_err(std::io::Error::other)?
            }
            Self::Https(sink) => sink.keep(head).await.map(|()| true),
            Self::Bucket(bucket) => bucket.keep(head).await.map(|()| true),
        }
    }
}

/// The file knows its last line, also after a new start.
fn keep_in_file(path: &Path, head: &Anchor) -> Result<bool, AnchorError> {
    let last = if path.exists() { read(path)?.pop() } else { None };
    if last.is_some_and(|last| is_same(&last, head)) {
        return Ok(false);
    }
    append(path, head)?;
    Ok(true)
}

fn is_same(last: &Anchor, head: &Anchor) -> bool {
    last.seq == head.seq && last.hash == head.hash
}
