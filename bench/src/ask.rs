//! `salus bench ask`: how long an answer takes, with fifty thousand passages to look through.

use crate::Failure;
use crate::measure::Times;
use crate::report::{Gate, Report};
use salus_auth::{Auth, AuthConfig};
use salus_core::{Clock, SeededRng, SystemClock, SystemRng};
use salus_http::{App, HttpConfig, jobs};
use salus_records::{Library, Reader, Viewer};
use salus_store::{Batch, Expect, Op, Store, StoreConfig};
use std::path::Path;
use std::sync::Arc;

/// Sentences in a document; a sentence is a passage.
const SENTENCES: usize = 1_000;
/// How often each kind of question is asked.
const TIMES: usize = 200;
/// The person who is asked about.
const PERSON: &str = "maria-lindqvist";

/// Questions that the store answers.
const STRUCTURED: [&str; 3] = [
    "What was my latest HbA1c?",
    "Which medicines do I take?",
    "How has my blood pressure changed this year?",
];
/// Questions that only a document answers, and the sentence that does.
const RETRIEVED: [(&str, &str); 2] = [
    ("What did the letter say about the amber window?", "The amber window was closed by the night nurse."),
    ("Who repaired the copper kettle?", "The copper kettle was repaired by the porter."),
];

/// Measures answers over a person with `passages` passages in documents.
pub async fn run(folder: &Path, passages: usize, mut said: impl FnMut(&str)) -> Result<Report, Failure> {
    let mut report = Report::here();
    let folder = tempfile::tempdir_in(folder)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = Store::open(StoreConfig::at(folder.path()), clock.clone(), Arc::new(SystemRng)).await?;
    let auth = Auth::open(store.clone(), AuthConfig::default())?;
    let app = App::new(store.clone(), auth, HttpConfig::default());
    said("the reading of documents");
    fill(&app, passages).await?;

    let records = store.system("measure answering");
    let library = Library::default();
    let ask =
        async |question: &str| library.ask(&records, &Viewer::System, clock.as_ref(), PERSON, question).await;
    said("the questions");
    let mut first = Times::default();
    first.of(ask(STRUCTURED[0])).await?;
    report.baseline("passages", passages as f64, "");
    report.baseline("first_answer", first.percentile_ms(1.0), "ms");
    let (mut structured, mut retrieved) = (Times::default(), Times::default());
    for round in 0..TIMES {
        structured.of(ask(STRUCTURED[round % STRUCTURED.len()])).await?;
        let (question, proof) = RETRIEVED[round % RETRIEVED.len()];
        let answer = retrieved.of(ask(question)).await?;
        if !answer.citations.iter().any(|citation| citation.quote == proof) {
            return Err(format!("“{question}” was not answered by its sentence").into());
        }
    }
    report.gated("structured.p95", structured.percentile_ms(0.95), "ms", Gate::AtMost(25.0));
    report.gated("retrieved.p95", retrieved.percentile_ms(0.95), "ms", Gate::AtMost(100.0));
    store.close().await;
    Ok(report)
}

/// A demo person, and documents of invented sentences among which the answers stand.
async fn fill(app: &App, passages: usize) -> Result<(), Failure> {
    let records = app.store.system("fill a record to measure answering");
    let today = app.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let person = salus_demo::people(today).into_iter().find(|person| person.id == PERSON);
    let resources = person.ok_or("the demo does not know the person")?.resources;
    let ops = resources.into_iter().map(|resource| Op::Put { resource, expect: Expect::Any });
    records.write(Batch { ops: ops.collect(), ..Batch::default() }).await?;
    let random = SeededRng::new(5);
    for number in 0..passages.div_ceil(SENTENCES) {
        let mut sentences: Vec<String> = (0..SENTENCES).map(|_| sentence(&random)).collect();
        if let Some((_, proof)) = RETRIEVED.get(number) {
            sentences[SENTENCES / 2] = (*proof).to_owned();
        }
        let (title, text) = (format!("Notes {number}"), sentences.join("\n\n"));
        salus_records::receive_document(app, &records, PERSON, &title, text.into()).await?;
    }
    let handlers = salus_records::capability(Reader::Here).jobs;
    while jobs::run_due_jobs(app, &handlers).await? > 0 {}
    Ok(())
}

/// Twelve made-up words of a vocabulary of twenty thousand, some of them much more frequent than others.
fn sentence(random: &SeededRng) -> String {
    let words = (0..12).map(|_| {
        let share = (random.next_u64() % 1_000_000) as f64 / 1e6;
        word((share * share * 20_000.0) as usize)
    });
    format!("The {}.", words.collect::<Vec<_>>().join(" "))
}

fn word(mut number: usize) -> String {
    const SYLLABLES: [&str; 12] = ["ba", "re", "mi", "no", "lu", "ta", "ke", "si", "do", "vu", "pa", "ge"];
    let mut word = String::from("q");
    for _ in 0..4 {
        word.push_str(SYLLABLES[number % SYLLABLES.len()]);
        number /= SYLLABLES.len();
    }
    word
}
