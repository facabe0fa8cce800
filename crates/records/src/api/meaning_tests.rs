//! Stories with a model: what means the same is found, and what was learned goes with the person.

use crate::{Library, Meanings, Reader, Viewer};
use salus_http::testing::TestApp;
use salus_inference::Embedder;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Where `cargo xtask models` puts the model.
fn model() -> Option<Embedder> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/models");
    let folder = std::env::var_os("SALUS_MODELS").map_or(here, PathBuf::from);
    Embedder::open(&folder.join("minilm")).ok()
}

const LETTER: &str =
    "The patient sleeps badly since her husband died. She was told to keep the wound dry for two weeks.";

static MEANINGS: LazyLock<Meanings> = LazyLock::new(|| model().map(Meanings::by).unwrap_or_default());

#[tokio::test]
async fn a_document_is_embedded_after_it_is_read_and_found_by_what_it_means() {
    if !MEANINGS.is_there() {
        println!("skipped: no model; `cargo xtask models` fetches it");
        return;
    }
    let meanings = MEANINGS.clone();
    let app =
        TestApp::with_capabilities(|| vec![crate::capability_with(Reader::Here, MEANINGS.clone())]).await;
    let maria = app.person("maria").await;
    let records = app.app().store.system("test");
    let person = maria.patient();
    crate::receive_document(app.app(), &records, person, "Letter", LETTER.into()).await.unwrap();
    app.settle().await;

    let documents = records.everything(person, salus_store::Page::first(100)).await.unwrap().matches;
    let document = documents.iter().find(|one| one.type_name == "DocumentReference").unwrap();
    let kept = crate::document::Kept::of(&document.json().unwrap()).unwrap();
    let blob = records.get_blob(&kept.vectors.unwrap().parse().unwrap()).await.unwrap();
    let vectors = crate::meaning::KeptVectors::from_bytes(&blob).unwrap();
    assert_eq!((vectors.rows.len(), vectors.print.as_str()), (2, meanings.print()));

    let question = "How many days must the wound not get wet?";
    let by_words = crate::ask(&records, app.clock(), person, question).await.unwrap();
    assert!(by_words.citations.is_empty(), "the words alone do not find it");
    let found = crate::ask_with(&records, meanings.clone(), app.clock(), person, question).await.unwrap();
    assert_eq!(found.citations[0].quote, "She was told to keep the wound dry for two weeks.");
    let stranger = "How much does a ticket to the moon cost?";
    let none = crate::ask_with(&records, meanings.clone(), app.clock(), person, stranger).await.unwrap();
    assert!(none.citations.is_empty());

    let library = Library::with(meanings);
    library.ask(&records, &Viewer::System, app.clock(), person, question).await.unwrap();
    library.forget(person);
    assert!(library.is_empty(), "nothing of the person is left in memory");
}
