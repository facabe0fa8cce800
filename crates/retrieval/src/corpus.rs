//! Both ways of looking, and what they find put into one order.

use crate::bm25::{Hit, Index, best};
use crate::parts::Parts;
use crate::query::{End, Query};
use crate::vectors::Vectors;
use std::collections::HashMap;

/// Texts that are searched together. Entry `n` of the index and vectors of entry `n` belong together.
#[derive(Default)]
pub struct Corpus {
    /// The words.
    pub index: Index,
    /// The meanings; entries without one are found by their words alone.
    pub vectors: Vectors,
}

/// How many of the best by words, and by meaning, are put into one order.
const CANDIDATES: usize = 200;
/// What meanings weigh, to what words weigh.
const MEANINGS: f32 = 0.5;
/// The same where the question names a date, which no meaning tells.
const MEANINGS_BESIDE_A_DATE: f32 = 0.25;
/// What being the newest of all candidates is worth, when the newest is asked for.
const TIME: f32 = 0.1;

impl Corpus {
    /// The best entries for a question, best first, at most `most`. `vector` is that of the question's meaning.
    ///
    /// Both scores are brought to 0–1 and added up by weight; in our measurements that was better than adding up ranks.
    pub fn search(&self, question: &str, vector: Option<&[f32]>, parts: Parts, most: usize) -> Vec<Hit> {
        let query = Query::of(question, parts);
        let words = if parts.words { self.index.scores(&query.wanted) } else { HashMap::new() };
        let near = match vector.filter(|_| parts.meanings) {
            Some(vector) => self.vectors.near(vector, self.index.len()),
            None => Vec::new(),
        };
        let mut scores = fused(&words, &near, if query.has_date { MEANINGS_BESIDE_A_DATE } else { MEANINGS });
        if let Some(end) = query.end.filter(|_| parts.time && !query.has_date) {
            self.order_in_time(&mut scores, end);
        }
        best(scores, most)
    }

    /// Adds to the scores how new (or old) the candidates are among each other.
    fn order_in_time(&self, scores: &mut HashMap<u32, f32>, end: End) {
        let mut days: Vec<_> =
            scores.keys().filter_map(|entry| Some((self.index.newest(*entry)?, *entry))).collect();
        days.sort_unstable();
        let last = days.len().saturating_sub(1).max(1) as f32;
        for (rank, (_, entry)) in days.iter().enumerate() {
            let share = rank as f32 / last;
            let share = if end == End::Newest { share } else { 1.0 - share };
            scores.entry(*entry).and_modify(|score| *score += share * TIME);
        }
    }
}

/// Scores of the candidates: the weighted sum of how well the words match, to the best match, and how near the meanings are,
/// between the nearest and the farthest candidate.
fn fused(words: &HashMap<u32, f32>, near: &[Option<f32>], weight: f32) -> HashMap<u32, f32> {
    let nearest: HashMap<u32, f32> = (0..).zip(near).filter_map(|(at, near)| Some((at, (*near)?))).collect();
    let by_words = best(words.clone(), CANDIDATES);
    let by_meaning = best(nearest, CANDIDATES);
    let weight = match (by_words.is_empty(), by_meaning.is_empty()) {
        (_, true) => 0.0,
        (true, false) => 1.0,
        (false, false) => weight,
    };
    let top = by_words.first().map_or(1.0, |hit| hit.score).max(f32::MIN_POSITIVE);
    let high = by_meaning.first().map_or(1.0, |hit| hit.score);
    let low = by_meaning.last().map_or(0.0, |hit| hit.score);
    let range = (high - low).max(f32::EPSILON);
    let candidates = by_words.iter().chain(&by_meaning);
    candidates
        .map(|hit| {
            let word = words.get(&hit.entry).copied().unwrap_or(0.0) / top;
            let near = near.get(hit.entry as usize).copied().flatten();
            let meaning = near.map_or(0.0, |near| ((near - low) / range).max(0.0));
            (hit.entry, (1.0 - weight) * word + weight * meaning)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rounded;

    /// Texts with vectors of two dimensions.
    fn corpus(texts: &[(&str, [f32; 2])]) -> Corpus {
        let mut corpus = Corpus::default();
        for (entry, (text, vector)) in (0..).zip(texts) {
            corpus.index.add(text);
            corpus.vectors.add(entry, &Rounded::of(vector));
        }
        corpus
    }

    fn found(corpus: &Corpus, question: &str, vector: Option<[f32; 2]>, parts: Parts) -> Vec<u32> {
        let hits = corpus.search(question, vector.as_ref().map(<[f32; 2]>::as_slice), parts, 10);
        hits.iter().map(|hit| hit.entry).collect()
    }

    #[test]
    fn words_and_meanings_each_find_what_the_other_does_not() {
        let texts = [("the knee hurts", [1.0, 0.0]), ("a sore joint", [0.9, 0.4]), ("a window", [0.0, 1.0])];
        let corpus = corpus(&texts);
        let near = Some([1.0, 0.0]);
        assert_eq!(found(&corpus, "knee", near, Parts::ALL), [0, 1, 2]);
        assert_eq!(found(&corpus, "knee", None, Parts::ALL), [0]);
        assert_eq!(found(&corpus, "elbow", near, Parts::ALL), [0, 1, 2]);
        assert_eq!(found(&corpus, "elbow", None, Parts::ALL), [0; 0]);
        assert_eq!(found(&corpus, "knee", near, Parts { meanings: false, ..Parts::ALL }), [0]);
        assert_eq!(found(&Corpus::default(), "knee", near, Parts::ALL), [0; 0]);
    }

    #[test]
    fn a_date_is_stronger_than_a_meaning() {
        let texts = [("sugar 5.6 on 2014-03-02", [1.0, 0.0]), ("sugar 5.9 on 2015-03-02", [0.9, 0.1])];
        let corpus = corpus(&texts);
        for (question, first) in [("sugar on March 2, 2015", 1), ("sugar in March 2014", 0)] {
            for near in [[1.0, 0.0], [0.0, 1.0]] {
                assert_eq!(found(&corpus, question, Some(near), Parts::ALL)[0], first, "{question}");
            }
        }
    }

    #[test]
    fn the_latest_and_the_first_are_told_apart() {
        let texts = ["2013-01-01", "2015-01-01", "2014-01-01"]
            .map(|day| (format!("weight 80 kg on {day}"), [1.0, 0.0]));
        let corpus = corpus(&texts.each_ref().map(|(text, vector)| (text.as_str(), *vector)));
        for (question, expect) in
            [("my latest weight", [1, 2, 0]), ("my first weight", [0, 2, 1]), ("my weight", [0, 1, 2])]
        {
            assert_eq!(found(&corpus, question, None, Parts::ALL), expect, "{question}");
        }
    }
}
