//! What texts mean, where there is a model: vectors of facts and passages, beside the words that always find them.
//!
//! Passages are embedded by a job, and their vectors kept sealed beside the text of the document. Facts change with
//! every version of a resource and are quick to embed: their vectors are worked out when a record is opened and live
//! in memory alone, as the record does.

mod kept;

pub(crate) use kept::KeptVectors;

use crate::record::Record;
use salus_inference::Embedder;
use salus_retrieval::{Rounded, Vectors, meaning};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

/// What tells meanings; without a model, nothing does, and words alone are searched.
#[derive(Clone, Default)]
pub struct Meanings {
    model: Option<Arc<Model>>,
}

struct Model {
    embedder: Embedder,
    /// Records are embedded one after the other: questions wait for none of them.
    turn: Mutex<()>,
}

/// What a model makes of a record: there as soon as it is worked out.
pub(crate) type Known = Arc<OnceLock<Learned>>;

/// The meanings of a record.
#[derive(Default)]
pub(crate) struct Learned {
    /// Entry by entry.
    pub(crate) vectors: Vectors,
    /// What was embedded to get there: of a record that changed, only what is new is embedded anew.
    pub(crate) embedded: Arc<ByText>,
}

/// Vectors by what the model was given to read.
pub(crate) type ByText = HashMap<Box<str>, Rounded>;

impl Meanings {
    /// Meanings by a model.
    pub fn by(embedder: Embedder) -> Self {
        Self { model: Some(Arc::new(Model { embedder, turn: Mutex::default() })) }
    }

    /// Whether there is a model.
    pub fn is_there(&self) -> bool {
        self.model.is_some()
    }

    /// Which network the model is; empty without one.
    pub(crate) fn print(&self) -> &str {
        self.model.as_ref().map_or("", |model| model.embedder.print())
    }

    /// The vector of a text; `None` without a model, or when it fails. Blocks.
    pub(crate) fn of(&self, text: &str) -> Option<Vec<f32>> {
        let model = self.model.as_ref()?;
        match model.embedder.embed(&[&meaning(text)]) {
            Ok(mut vectors) => vectors.pop(),
            Err(cause) => {
                tracing::warn!(error = %cause, "a text could not be embedded");
                None
            }
        }
    }

    /// Works out the vectors of a record in a thread of its own. Those of documents are known already, and those that were
    /// embedded before. It stops when nobody holds the record any more.
    pub(crate) fn learn(
        &self,
        record: &Arc<Record>,
        known: &Known,
        of_documents: ByText,
        before: Arc<ByText>,
    ) {
        let Some(model) = self.model.clone() else { return };
        let (record, told) = (Arc::downgrade(record), Arc::clone(known));
        let work = move || {
            let _turn = model.turn.lock().unwrap_or_else(PoisonError::into_inner);
            let learned = learned(&model.embedder, &record, &of_documents, &before);
            told.get_or_init(|| learned.unwrap_or_default());
        };
        if let Err(cause) = std::thread::Builder::new().name("meanings".to_owned()).spawn(work) {
            tracing::warn!(error = %cause, "no thread could be started to embed a record");
            known.get_or_init(Learned::default);
        }
    }
}

/// `None` when the record is gone, or the model fails.
fn learned(
    embedder: &Embedder,
    record: &Weak<Record>,
    of_documents: &ByText,
    before: &ByText,
) -> Option<Learned> {
    let (mut vectors, mut embedded) = (Vectors::default(), ByText::new());
    for entry in 0.. {
        let record = record.upgrade()?;
        let Some(text) = record.text(record.entry(entry)) else { break };
        let text = meaning(text);
        if let Some(vector) = of_documents.get(text.as_str()).or_else(|| embedded.get(text.as_str())) {
            vectors.add(entry, vector);
            continue;
        }
        let vector = match before.get(text.as_str()) {
            Some(vector) => vector.clone(),
            None => Rounded::of(&embedder.embed(&[&text]).ok()?.pop()?),
        };
        vectors.add(entry, &vector);
        embedded.insert(text.into_boxed_str(), vector);
    }
    Some(Learned { vectors, embedded: Arc::new(embedded) })
}
