//! Full-text search over one person's facts and passages: BM25 (Robertson & Zaragoza 2009) with k1 = 1.2,
//! b = 0.75. Each person has an index of their own, so that no word of one person weighs in another's.

use crate::words::{stem, tokens};
use std::collections::HashMap;

const K1: f32 = 1.2;
const B: f32 = 0.75;

/// Postings of one person.
#[derive(Default)]
pub(crate) struct Index {
    terms: HashMap<Box<str>, u32>,
    /// Folded word → term, so that each word is stemmed once.
    words: HashMap<Box<str>, u32>,
    postings: Vec<Vec<Posting>>,
    lengths: Vec<u16>,
    total_length: u64,
}

#[derive(Clone, Copy)]
struct Posting {
    entry: u32,
    count: u16,
}

/// A found entry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hit {
    pub(crate) entry: u32,
    pub(crate) score: f32,
}

impl Index {
    /// Adds a text; entries are numbered in the order they are added.
    pub(crate) fn add(&mut self, text: &str) {
        let entry = u32::try_from(self.lengths.len()).unwrap_or(u32::MAX);
        let mut length: u16 = 0;
        for word in tokens(text) {
            let term = self.term(&word) as usize;
            length = length.saturating_add(1);
            match self.postings.get_mut(term) {
                Some(list) => match list.last_mut() {
                    Some(last) if last.entry == entry => last.count = last.count.saturating_add(1),
                    _ => list.push(Posting { entry, count: 1 }),
                },
                None => self.postings.push(vec![Posting { entry, count: 1 }]),
            }
        }
        self.total_length += u64::from(length);
        self.lengths.push(length);
    }

    fn term(&mut self, word: &str) -> u32 {
        if let Some(term) = self.words.get(word) {
            return *term;
        }
        let next = u32::try_from(self.terms.len()).unwrap_or(u32::MAX);
        let term = *self.terms.entry(stem(word).into_boxed_str()).or_insert(next);
        self.words.insert(word.into(), term);
        term
    }

    /// Entries added so far.
    pub(crate) fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Whether any entry holds the stem.
    pub(crate) fn knows(&self, stemmed: &str) -> bool {
        self.terms.contains_key(stemmed)
    }

    /// How rare a stem is: ln(1 + (N − n + ½) / (n + ½)).
    pub(crate) fn rarity(&self, stemmed: &str) -> f32 {
        let found =
            self.terms.get(stemmed).and_then(|term| self.postings.get(*term as usize)).map_or(0, Vec::len);
        let (all, found) = (self.lengths.len() as f32, found as f32);
        (1.0 + (all - found + 0.5) / (found + 0.5)).ln()
    }

    /// The best entries for weighted stems, best first; equal scores in the order they were added.
    pub(crate) fn search(&self, stems: &[(String, f32)], most: usize) -> Vec<Hit> {
        let mean = (self.total_length as f32 / self.lengths.len().max(1) as f32).max(1.0);
        let mut scores: HashMap<u32, f32> = HashMap::new();
        for (stemmed, weight) in stems {
            let Some(list) =
                self.terms.get(stemmed.as_str()).and_then(|term| self.postings.get(*term as usize))
            else {
                continue;
            };
            let rarity = self.rarity(stemmed) * weight;
            for posting in list {
                let count = f32::from(posting.count);
                let length = self.lengths.get(posting.entry as usize).copied().map_or(mean, f32::from);
                let part = count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length / mean));
                *scores.entry(posting.entry).or_default() += rarity * part;
            }
        }
        let mut hits: Vec<Hit> = scores.into_iter().map(|(entry, score)| Hit { entry, score }).collect();
        let better = |a: &Hit, b: &Hit| b.score.total_cmp(&a.score).then(a.entry.cmp(&b.entry));
        if hits.len() > most {
            hits.select_nth_unstable_by(most, better);
            hits.truncate(most);
        }
        hits.sort_by(better);
        hits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(texts: &[&str], query: &str) -> Vec<u32> {
        let mut index = Index::default();
        texts.iter().for_each(|text| index.add(text));
        let stems: Vec<(String, f32)> = tokens(query).iter().map(|word| (stem(word), 1.0)).collect();
        index.search(&stems, 10).iter().map(|hit| hit.entry).collect()
    }

    #[test]
    fn rare_words_and_short_texts_weigh_more() {
        let texts =
            ["the knee hurts", "the elbow hurts", "the knee and the elbow and the back and the neck hurt"];
        assert_eq!(found(&texts, "knee"), [0, 2]);
        assert_eq!(found(&texts, "knees hurting"), [0, 2, 1]);
        assert_eq!(found(&texts, "shoulder"), [0; 0]);
        assert_eq!(found(&[], "knee"), [0; 0]);
    }

    #[test]
    fn fifty_thousand_passages_are_searched_quickly() {
        let words =
            ["heart", "lung", "kidney", "blood", "sugar", "pressure", "visit", "letter", "dose", "pain"];
        let mut index = Index::default();
        for number in 0..50_000_usize {
            let word = |step: usize| words[(number / step + number) % words.len()];
            index.add(&format!("{} {} {} on day {number} of the study", word(1), word(3), word(7)));
        }
        let stems = ["heart", "pressur", "visit"].map(|word| (word.to_owned(), 1.0));
        let started = std::time::Instant::now();
        assert_eq!(index.search(&stems, 50).len(), 50);
        assert!(started.elapsed().as_millis() < 1_000, "{:?}", started.elapsed());
    }
}
