//! A set, looked through in one way or another.

use super::set::{Group, Set};
use crate::{Corpus, Index, Metrics, Parts, Rounded, Vectors, meaning, passages};
use std::collections::HashMap;

/// How texts are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// By their words alone.
    Bm25,
    /// By their meaning alone.
    Dense,
    /// By both.
    Fused,
}

/// One way of looking, and how good it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The mode, or what it is without.
    pub name: String,
    /// How good it is.
    pub metrics: Metrics,
}

/// The vectors of all that [`Set::meanings`] asks for.
pub type Meanings = HashMap<String, Vec<f32>>;

/// So much is looked at of what is found: the reciprocal rank counts down to there.
const DEPTH: usize = 100;

impl Mode {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bm25 => "bm25",
            Self::Dense => "dense",
            Self::Fused => "fused",
        }
    }

    /// What of a search it uses.
    pub fn parts(self) -> Parts {
        match self {
            Self::Bm25 => Parts { meanings: false, ..Parts::ALL },
            Self::Dense => Parts { words: false, ..Parts::ALL },
            Self::Fused => Parts::ALL,
        }
    }
}

/// Asks all questions.
pub fn measure(set: &Set, meanings: &Meanings, name: &str, parts: Parts) -> Row {
    measured(set, meanings, name, parts, passages)
}

/// Plain BM25, the mode, and the mode with each of its parts left out in turn.
pub fn ablation(set: &Set, meanings: &Meanings, mode: Mode) -> Vec<Row> {
    let whole = mode.parts();
    let mut rows = vec![measure(set, meanings, "plain bm25", Parts::PLAIN)];
    rows.push(measure(set, meanings, mode.name(), whole));
    for (name, parts) in whole.without_each() {
        rows.push(measure(set, meanings, &format!("without {name}"), parts));
    }
    if whole.meanings {
        rows.push(measured(set, meanings, "without passages", whole, |text| vec![text]));
    }
    rows
}

fn measured(set: &Set, meanings: &Meanings, name: &str, parts: Parts, cut: fn(&str) -> Vec<&str>) -> Row {
    let mut found: Vec<(Vec<u32>, &[u32])> = Vec::new();
    for group in &set.groups {
        let corpus = corpus(group, meanings, parts, cut);
        for question in &group.questions {
            let vector = meanings.get(&meaning(&question.text)).map(Vec::as_slice);
            let hits = corpus.search(&question.text, vector, parts, DEPTH);
            found.push((hits.iter().map(|hit| hit.entry).collect(), &question.relevant));
        }
    }
    let metrics = Metrics::of(found.iter().map(|(found, relevant)| (found.as_slice(), *relevant)));
    Row { name: name.to_owned(), metrics }
}

fn corpus(group: &Group, meanings: &Meanings, parts: Parts, cut: fn(&str) -> Vec<&str>) -> Corpus {
    let mut corpus = Corpus { index: Index::with(parts), vectors: Vectors::default() };
    for (entry, text) in (0..).zip(&group.texts) {
        corpus.index.add(text);
        for passage in cut(text).into_iter().filter(|_| parts.meanings) {
            if let Some(vector) = meanings.get(&meaning(passage)) {
                corpus.vectors.add(entry, &Rounded::of(vector));
            }
        }
    }
    corpus
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mode_finds_what_it_can() {
        let corpus = "{\"id\":\"a\",\"text\":\"the knee hurts\"}\n{\"id\":\"b\",\"text\":\"a sore joint\"}";
        let questions =
            "{\"text\":\"knee\",\"relevant\":[\"a\"]}\n{\"text\":\"arthritis\",\"relevant\":[\"b\"]}";
        let set = Set::read(corpus, questions).unwrap();
        let vector =
            |text: &str| if text.contains('j') || text.contains("arth") { [0.0, 1.0] } else { [1.0, 0.0] };
        let meanings: Meanings =
            set.meanings(true).into_iter().map(|text| (text.clone(), vector(&text).to_vec())).collect();
        assert_eq!(meanings.len(), 4);
        for (mode, recall_1) in [(Mode::Bm25, 0.5), (Mode::Dense, 1.0), (Mode::Fused, 1.0)] {
            assert_eq!(measure(&set, &meanings, mode.name(), mode.parts()).metrics.recall_1, recall_1);
        }
        let rows = ablation(&set, &meanings, Mode::Fused);
        let recall = |name: &str| rows.iter().find(|row| row.name == name).map(|row| row.metrics.recall_1);
        assert_eq!((recall("without meanings"), recall("without words")), (Some(0.5), Some(1.0)));
        assert!(ablation(&set, &meanings, Mode::Bm25).iter().all(|row| row.name != "without meanings"));
    }
}
