//! Full-text search: BM25 (Robertson & Zaragoza 2009) with k1 = 1.2, b = 0.75, over words and phrases.
//!
//! Each person has an index of their own, so that no word of one person weighs in another's.

use crate::dates::{Day, date_at};
use crate::parts::Parts;
use crate::words::{joined_names, stem, tokens};
use std::collections::HashMap;

const K1: f32 = 1.2;
const B: f32 = 0.75;

/// Postings of one person.
#[derive(Default)]
pub struct Index {
    terms: HashMap<Box<str>, u32>,
    /// Folded word → term, so that each word is stemmed once.
    words: HashMap<Box<str>, u32>,
    postings: Vec<Vec<Posting>>,
    lengths: Vec<u16>,
    newest: Vec<Option<Day>>,
    total_length: u64,
    parts: Parts,
}

/// Where an entry holds a term: the numbers of its words, counted from 0.
struct Posting {
    entry: u32,
    places: Vec<u16>,
}

/// A found entry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Its number: entries are numbered in the order they were added.
    pub entry: u32,
    /// How well it matches; larger is better.
    pub score: f32,
}

/// Names of one thing, any of which will do. Occurrences are counted together, as if they were one word.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The names as stems, a phrase each.
    pub names: Vec<Vec<String>>,
    /// How much the thing counts.
    pub weight: f32,
    /// How many words may lie between two words of a name.
    pub gap: u16,
}

impl Wanted {
    /// One word, by its stem.
    pub fn word(stem: String) -> Self {
        Self { names: vec![vec![stem]], weight: 1.0, gap: 0 }
    }
}

impl Index {
    /// An index that leaves out some parts, to measure what they are worth.
    pub fn with(parts: Parts) -> Self {
        Self { parts, ..Self::default() }
    }

    /// Adds a text.
    pub fn add(&mut self, text: &str) {
        let entry = u32::try_from(self.lengths.len()).unwrap_or(u32::MAX);
        let words = tokens(text);
        let names = if self.parts.joined_names { joined_names(text) } else { Vec::new() };
        let mut newest: Option<Day> = None;
        let mut skip = 0_usize;
        for (at, word) in words.iter().enumerate() {
            let place = u16::try_from(at).unwrap_or(u16::MAX);
            self.put(word, entry, place);
            for part in names.iter().filter(|(name, _)| name == word).flat_map(|(_, parts)| parts) {
                self.put(part, entry, place);
            }
            if skip > 0 {
                skip -= 1;
            } else if let Some(found) = date_at(&words[at..]).filter(|_| self.parts.dates) {
                newest = newest.max(Some(found.day));
                skip = found.length - 1;
                for extra in found.day.words() {
                    if !words[at..at + found.length].contains(&extra) {
                        self.put(&extra, entry, place);
                    }
                }
            }
        }
        self.total_length += words.len() as u64;
        self.lengths.push(u16::try_from(words.len()).unwrap_or(u16::MAX));
        self.newest.push(newest);
    }

    fn put(&mut self, word: &str, entry: u32, place: u16) {
        let term = self.term(word) as usize;
        if term == self.postings.len() {
            self.postings.push(Vec::new());
        }
        let Some(list) = self.postings.get_mut(term) else { return };
        match list.last_mut() {
            Some(last) if last.entry == entry => last.places.push(place),
            _ => list.push(Posting { entry, places: vec![place] }),
        }
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
    pub fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// Whether any entry holds the stem.
    pub fn knows(&self, stemmed: &str) -> bool {
        self.terms.contains_key(stemmed)
    }

    /// The newest day that an entry names.
    pub(crate) fn newest(&self, entry: u32) -> Option<Day> {
        self.newest.get(entry as usize).copied().flatten()
    }

    /// How rare a stem is: ln(1 + (N − n + ½) / (n + ½)).
    pub fn rarity(&self, stemmed: &str) -> f32 {
        self.rarity_of(self.list(stemmed).len())
    }

    fn rarity_of(&self, found: usize) -> f32 {
        let (all, found) = (self.lengths.len() as f32, found as f32);
        (1.0 + (all - found + 0.5) / (found + 0.5)).ln()
    }

    fn list(&self, stemmed: &str) -> &[Posting] {
        self.terms.get(stemmed).and_then(|term| self.postings.get(*term as usize)).map_or(&[], Vec::as_slice)
    }

    /// The best entries for weighted stems, best first; equal scores in the order they were added.
    pub fn search(&self, stems: &[(String, f32)], most: usize) -> Vec<Hit> {
        let wanted: Vec<Wanted> = stems
            .iter()
            .map(|(stem, weight)| Wanted { weight: *weight, ..Wanted::word(stem.clone()) })
            .collect();
        best(self.scores(&wanted), most)
    }

    /// What every entry that holds something of what is wanted scores.
    pub(crate) fn scores(&self, wanted: &[Wanted]) -> HashMap<u32, f32> {
        let mean = (self.total_length as f32 / self.lengths.len().max(1) as f32).max(1.0);
        let mut scores: HashMap<u32, f32> = HashMap::new();
        for wanted in wanted {
            let counts = self.counts(wanted);
            let rarity = self.rarity_of(counts.len()) * wanted.weight;
            for (entry, count) in counts {
                let length = self.lengths.get(entry as usize).copied().map_or(mean, f32::from);
                let part = count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length / mean));
                *scores.entry(entry).or_default() += rarity * part;
            }
        }
        scores
    }

    /// How often each entry holds one of the names.
    fn counts(&self, wanted: &Wanted) -> Vec<(u32, f32)> {
        let mut counts: Vec<(u32, f32)> = Vec::new();
        for name in &wanted.names {
            let found: Vec<(u32, f32)> = match name.as_slice() {
                [] => continue,
                [word] => self.list(word).iter().map(|held| (held.entry, held.places.len() as f32)).collect(),
                words => self.phrase(words, wanted.gap),
            };
            counts = if counts.is_empty() { found } else { merged(&counts, &found) };
        }
        counts
    }

    /// How often the words of a phrase follow one another, by entry.
    fn phrase(&self, words: &[String], gap: u16) -> Vec<(u32, f32)> {
        let mut lists = words.iter().map(|word| self.list(word));
        let first = lists.next().unwrap_or_default();
        let rest: Vec<&[Posting]> = lists.collect();
        let mut at = vec![0; rest.len()];
        let mut found = Vec::new();
        for held in first {
            let mut others = Vec::with_capacity(rest.len());
            for (list, at) in rest.iter().zip(&mut at) {
                *at += list[*at..].partition_point(|other| other.entry < held.entry);
                others.extend(list.get(*at).filter(|other| other.entry == held.entry));
            }
            if others.len() < rest.len() {
                continue;
            }
            let count = held.places.iter().filter(|place| follow(**place, &others, gap)).count();
            if count > 0 {
                found.push((held.entry, count as f32));
            }
        }
        found
    }
}

/// Whether words stand one behind the other from a place on, with at most `gap` others between two of them.
fn follow(place: u16, others: &[&Posting], gap: u16) -> bool {
    let mut last = place;
    others.iter().all(|other| {
        let next = other.places.iter().find(|next| **next > last && **next - last <= gap + 1);
        last = next.copied().unwrap_or(last);
        next.is_some()
    })
}

/// The best of the scores, best first; equal ones in the order they were added.
pub(crate) fn best(scores: HashMap<u32, f32>, most: usize) -> Vec<Hit> {
    let mut hits: Vec<Hit> = scores.into_iter().map(|(entry, score)| Hit { entry, score }).collect();
    let better = |a: &Hit, b: &Hit| b.score.total_cmp(&a.score).then(a.entry.cmp(&b.entry));
    if hits.len() > most {
        hits.select_nth_unstable_by(most, better);
        hits.truncate(most);
    }
    hits.sort_by(better);
    hits
}

/// Two lists in the order of entries, added up.
fn merged(a: &[(u32, f32)], b: &[(u32, f32)]) -> Vec<(u32, f32)> {
    let (mut i, mut j) = (0, 0);
    let mut sum = Vec::with_capacity(a.len() + b.len());
    while i < a.len() || j < b.len() {
        let left = a.get(i).copied();
        let right = b.get(j).copied();
        match (left, right) {
            (Some(left), Some(right)) if left.0 == right.0 => {
                sum.push((left.0, left.1 + right.1));
                i += 1;
                j += 1;
            }
            (Some(left), Some(right)) if left.0 < right.0 => {
                sum.push(left);
                i += 1;
            }
            (Some(left), None) => {
                sum.push(left);
                i += 1;
            }
            (_, Some(right)) => {
                sum.push(right);
                j += 1;
            }
            (None, None) => break,
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(texts: &[&str]) -> Index {
        let mut index = Index::default();
        texts.iter().for_each(|text| index.add(text));
        index
    }

    fn found(texts: &[&str], query: &str) -> Vec<u32> {
        let stems: Vec<(String, f32)> = tokens(query).iter().map(|word| (stem(word), 1.0)).collect();
        index(texts).search(&stems, 10).iter().map(|hit| hit.entry).collect()
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
    fn phrases_are_found_by_the_order_and_distance_of_their_words() {
        let texts = [
            "blood pressure",
            "pressure of blood",
            "blood and its pressure",
            "blood blood pressure pressure",
        ];
        let index = index(&texts);
        for (gap, expect) in [(0, &[0, 3][..]), (1, &[0, 3]), (2, &[0, 2, 3])] {
            let name = ["blood", "pressur"].map(str::to_owned).to_vec();
            let scores = index.scores(&[Wanted { names: vec![name], weight: 1.0, gap }]);
            let mut entries: Vec<u32> = scores.into_keys().collect();
            entries.sort_unstable();
            assert_eq!(entries, expect, "{gap}");
        }
    }

    #[test]
    fn names_of_one_thing_count_as_one_word() {
        let index = index(&["bp", "blood pressure", "blood", "bp and blood pressure"]);
        let names = [&["bp"][..], &["blood", "pressur"]]
            .map(|name| name.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        let scores = index.scores(&[Wanted { names: names.to_vec(), weight: 1.0, gap: 0 }]);
        assert!(scores.contains_key(&0) && scores.contains_key(&1) && !scores.contains_key(&2));
        assert!(scores[&0] > scores[&1], "the shorter text is the better one");
    }

    #[test]
    fn dates_and_joined_names_are_found_by_their_words() {
        let texts = ["MedicationRequest of 2014-03-02", "medication of 2 April 2014"];
        for (word, expect) in [
            ("request", &[0][..]),
            ("medicationrequest", &[0]),
            ("march", &[0]),
            ("2014-03", &[0]),
            ("2014-04-02", &[1]),
            ("april", &[1]),
            ("2014", &[0, 1]),
        ] {
            let hits = index(&texts).search(&[(stem(word), 1.0)], 10);
            assert_eq!(hits.iter().map(|hit| hit.entry).collect::<Vec<_>>(), expect, "{word}");
        }
        let mut plain = Index::with(Parts::PLAIN);
        plain.add(texts[0]);
        assert!(!plain.knows("request") && !plain.knows("march"));
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
