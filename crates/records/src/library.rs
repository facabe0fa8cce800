//! The rim of answering: reads a person's record through the asker's eyes, keeps it in memory as long as nothing
//! changes, and proves each citation again before it is shown.

use crate::answer::{self, Answer, Kind, Near, Sentence};
use crate::document::{Kept, Layer, State};
use crate::facts::{Context, Fact, flatten};
use crate::meaning::{ByText, KeptVectors, Known, Learned, Meanings};
use crate::proof::prove;
use crate::question::{LONGEST_QUESTION, Refusal};
use crate::question_date;
use crate::record::{Document, Record, passages};
use crate::when::When;
use salus_access::{AccessPolicy, Subject};
use salus_core::Clock;
use salus_retrieval::meaning;
use salus_store::{BlobId, Error, Page, Records, Stored};
use std::collections::HashMap;
use std::sync::Arc;

/// Why a question was not answered.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// There is nothing in it.
    #[error("the question is empty; ask something like \u{201c}What was my latest HbA1c?\u{201d}")]
    Empty,
    /// It is longer than anybody asks.
    #[error("the question is longer than {LONGEST_QUESTION} characters; ask one thing at a time")]
    TooLong,
    /// There is no such person, or none for this caller.
    #[error("there is no such person")]
    NoSuchPerson,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Through whose eyes a record is read. What is kept for one is never shown to another.
#[derive(Clone)]
pub enum Viewer {
    /// Somebody, within their policy.
    User(Arc<Subject>),
    /// The platform.
    System,
}

/// The records asked about lately. Cheap to clone; all clones are one library.
#[derive(Clone)]
pub struct Library {
    kept: Arc<quick_cache::sync::Cache<(String, String), Arc<Opened>>>,
    meanings: Meanings,
    /// Whether an answer waits for the meanings; otherwise words answer until they are there.
    waits: bool,
}

/// A record as one viewer sees it, as long as nothing in it changes.
struct Opened {
    seq: u64,
    policy: Option<AccessPolicy>,
    record: Arc<Record>,
    /// Its vectors; they come a little later than the words.
    known: Known,
}

/// How many records are kept in memory.
const CAPACITY: usize = 64;
/// Resources read at a time.
const STEP: u32 = 1_000;

pub(crate) const NOTICE: &str = "Salus informs; it does not diagnose. Talk to a doctor or pharmacist before you act on what you read here.";

impl Default for Library {
    fn default() -> Self {
        Self::with(Meanings::default())
    }
}

/// Answers one question over a person's record by its words, keeping nothing in memory afterwards.
///
/// # Errors
/// See [`AskError`]. A question that is not understood is no error but an answer that says so.
pub async fn ask(
    records: &Records,
    clock: &dyn Clock,
    person_id: &str,
    question: &str,
) -> Result<Answer, AskError> {
    ask_with(records, Meanings::default(), clock, person_id, question).await
}

/// The same, by words and meanings: it waits until all of the record is embedded.
///
/// # Errors
/// See [`AskError`].
pub async fn ask_with(
    records: &Records,
    meanings: Meanings,
    clock: &dyn Clock,
    person_id: &str,
    question: &str,
) -> Result<Answer, AskError> {
    Library { waits: true, ..Library::with(meanings) }
        .ask(records, &Viewer::System, clock, person_id, question)
        .await
}

impl Library {
    /// A library that finds texts by their meaning too.
    pub fn with(meanings: Meanings) -> Self {
        let kept = Arc::new(quick_cache::sync::Cache::new(CAPACITY));
        Self { kept, meanings, waits: false }
    }

    /// Answers a question over a person's record as `records` shows it; `viewer` is whose eyes these are.
    ///
    /// # Errors
    /// See [`AskError`].
    pub async fn ask(
        &self,
        records: &Records,
        viewer: &Viewer,
        clock: &dyn Clock,
        person_id: &str,
        question: &str,
    ) -> Result<Answer, AskError> {
        let started = clock.now();
        let opened = self.open(records, viewer, person_id).await?.ok_or(AskError::NoSuchPerson)?;
        let (asked, today) = (question.to_owned(), question_date(started));
        let (reader, meanings, waits) = (Arc::clone(&opened), self.meanings.clone(), self.waits);
        let drafted = tokio::task::spawn_blocking(move || {
            let near = || reader.near(&meanings, waits, &asked);
            answer::answer_near(&reader.record, &asked, today, &Near::by(&near))
        });
        let drafted = drafted.await;
        let drafted = drafted.map_err(|_| Error::Io("a question broke off".to_owned()))?;
        let mut answer = match drafted {
            Ok(draft) => prove(records, &opened.record, draft).await?,
            Err(Refusal::Empty) => return Err(AskError::Empty),
            Err(Refusal::TooLong) => return Err(AskError::TooLong),
            Err(Refusal::Language) => only_english(),
        };
        let took = clock.now().duration_since(started).as_millis();
        answer.took_ms = u64::try_from(took).unwrap_or(0);
        Ok(answer)
    }

    /// Drops what is kept of a person.
    pub fn forget(&self, person_id: &str) {
        self.kept.retain(|(_, person), _| person != person_id);
    }

    /// Whether nothing is kept of anybody.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// The record as the viewer sees it now; `None` where there is no such person for them.
    async fn open(
        &self,
        records: &Records,
        viewer: &Viewer,
        person_id: &str,
    ) -> Result<Option<Arc<Opened>>, Error> {
        if records.read("Patient", person_id).await?.is_none() {
            return Ok(None);
        }
        let (account, policy) = match viewer {
            Viewer::User(subject) => (subject.account.clone(), Some(&subject.policy)),
            Viewer::System => (String::new(), None),
        };
        let key = (account, person_id.to_owned());
        let seq = records.last_change(person_id).await?;
        if let Some(opened) = self.kept.get(&key)
            && opened.seq == seq
            && opened.policy.as_ref() == policy
        {
            return Ok(Some(opened));
        }
        let (record, of_documents) = load(records, person_id, self.meanings.print()).await?;
        let (record, known) = (Arc::new(record), Known::default());
        let before = self.kept.get(&key).and_then(|before| Some(Arc::clone(&before.known.get()?.embedded)));
        self.meanings.learn(&record, &known, of_documents, before.unwrap_or_default());
        let opened = Arc::new(Opened { seq, policy: policy.cloned(), record, known });
        self.kept.insert(key, Arc::clone(&opened));
        Ok(Some(opened))
    }
}

impl Opened {
    /// How near each entry is to the question; nothing as long as that is not known. Blocks.
    fn near(&self, meanings: &Meanings, waits: bool, question: &str) -> Vec<Option<f32>> {
        if waits && meanings.is_there() {
            self.known.wait();
        }
        let Some(Learned { vectors, .. }) = self.known.get() else { return Vec::new() };
        let question = meanings.of(question);
        question.map(|question| vectors.near(&question, self.record.index.len())).unwrap_or_default()
    }
}

/// Reads the whole record: its compartment, what that refers to, and the text of its documents.
async fn load(records: &Records, person_id: &str, print: &str) -> Result<(Record, ByText), Error> {
    let mut page = Page::first(STEP);
    let mut stored = Vec::new();
    let mut shared = Vec::new();
    loop {
        let found = records.everything(person_id, page).await?;
        stored.extend(found.matches);
        shared.extend(found.included);
        match found.next {
            Some(cursor) => page = Page { count: STEP, cursor: Some(cursor) },
            None => break,
        }
    }
    let documents = documents(records, &stored).await?;
    let vectors = vectors(records, &stored, print).await?;
    let built = tokio::task::spawn_blocking(move || {
        let facts = facts(&stored, &shared)?;
        let by_text = by_text(&documents, vectors);
        Ok::<_, Error>((Record::new(facts, documents), by_text))
    });
    built.await.map_err(|_| Error::Io("reading a record broke off".to_owned()))?
}

/// The kept vectors of documents, by the name of their text, where they are of this network.
async fn vectors(
    records: &Records,
    stored: &[Stored],
    print: &str,
) -> Result<HashMap<String, KeptVectors>, Error> {
    let mut found = HashMap::new();
    for one in stored.iter().filter(|one| one.type_name == "DocumentReference" && !print.is_empty()) {
        let Some(kept) = Kept::of(&one.json()?) else { continue };
        let (Some(layer), Some(name)) = (kept.layer, kept.vectors) else { continue };
        let bytes = match records.get_blob(&name.parse()?).await {
            Ok(bytes) => bytes,
            Err(Error::NotFound) => continue,
            Err(error) => return Err(error),
        };
        let vectors = KeptVectors::from_bytes(&bytes).filter(|vectors| vectors.print == print);
        found.extend(vectors.map(|vectors| (layer, vectors)));
    }
    Ok(found)
}

fn by_text(documents: &[(Document, Layer)], mut vectors: HashMap<String, KeptVectors>) -> ByText {
    let mut by_text = ByText::new();
    for (document, layer) in documents {
        let Some(vectors) = vectors.remove(&document.layer) else { continue };
        let texts = passages(layer).map(|(_, piece)| meaning(&piece.text).into_boxed_str());
        by_text.extend(texts.zip(vectors.rows));
    }
    by_text
}

/// The facts that resources tell; `shared` holds the medicines they may refer to.
pub(crate) fn facts(stored: &[Stored], shared: &[Stored]) -> Result<Vec<Fact>, Error> {
    let mut medications = HashMap::new();
    for one in stored.iter().chain(shared).filter(|one| one.type_name == "Medication") {
        medications.insert(format!("Medication/{}", one.id), one.json()?);
    }
    let context = Context { medications };
    let mut facts = Vec::with_capacity(stored.len());
    for one in stored {
        facts.extend(flatten(&one.json()?, one.version, &context));
    }
    Ok(facts)
}

async fn documents(records: &Records, stored: &[Stored]) -> Result<Vec<(Document, Layer)>, Error> {
    let mut documents = Vec::new();
    for one in stored.iter().filter(|one| one.type_name == "DocumentReference") {
        let Some(kept) = Kept::of(&one.json()?).filter(|kept| kept.state == State::Read) else { continue };
        let Some(name) = kept.layer.clone() else { continue };
        let Some(layer) = layer(records, &name).await? else { continue };
        let document = Document {
            source: crate::facts::ResourceKey {
                type_name: one.type_name.clone(),
                id: one.id.clone(),
                version: one.version,
            },
            title: kept.title.clone(),
            date: kept.dated.and_then(|day| When::parse(&day.to_string())),
            sha256: kept.sha256,
            layer: name,
        };
        documents.push((document, layer));
    }
    Ok(documents)
}

pub(crate) async fn layer(records: &Records, name: &str) -> Result<Option<Layer>, Error> {
    let id: BlobId = name.parse()?;
    match records.get_blob(&id).await {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn only_english() -> Answer {
    let text = "I understand questions in English so far, and the main ones in German, French and Spanish. \
                Please ask again in one of these languages.";
    Answer {
        kind: Kind::Unclear,
        sentences: vec![Sentence { text: text.to_owned(), citations: Vec::new() }],
        citations: Vec::new(),
        series: None,
        notice: NOTICE.to_owned(),
        took_ms: 0,
    }
}
