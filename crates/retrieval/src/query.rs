//! A question → what is wanted of a text: its words, its dates, other names of what it names, and their neighbourhood.

use crate::bm25::Wanted;
use crate::dates::date_at;
use crate::parts::Parts;
use crate::synonyms::synonyms;
use crate::words::{is_little, stem, tokens};

/// The words of a longer name count less by themselves than the name.
const PART_OF_NAME: f32 = 0.3;
/// What two words beside each other count beyond what each of them does.
const NEIGHBOURS: f32 = 0.5;
/// How many words may lie between neighbours.
const GAP: u16 = 1;

/// Which end of time a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Newest,
    Oldest,
}

/// What a question wants.
#[derive(Default)]
pub(crate) struct Query {
    pub(crate) wanted: Vec<Wanted>,
    pub(crate) end: Option<End>,
    pub(crate) has_date: bool,
}

impl Query {
    /// Reads a question.
    pub(crate) fn of(question: &str, parts: Parts) -> Self {
        let words = tokens(question);
        let stems: Vec<String> = words.iter().map(|word| stem(word)).collect();
        let mut query = Self { end: end(&words), ..Self::default() };
        let mut kept: Vec<usize> = Vec::new();
        let mut at = 0;
        while at < words.len() {
            if let Some(found) = date_at(&words[at..]).filter(|_| parts.dates) {
                query.has_date = true;
                query.wanted.extend(found.day.words().iter().map(|word| Wanted::word(stem(word))));
                at += found.length;
            } else if let Some((length, others)) = synonyms().others(&stems[at..]).filter(|_| parts.synonyms)
            {
                let own = &stems[at..at + length];
                if length > 1 {
                    let parts = own.iter().cloned().map(Wanted::word);
                    query.wanted.extend(parts.map(|part| Wanted { weight: PART_OF_NAME, ..part }));
                }
                let names = std::iter::once(own).chain(others).map(<[String]>::to_vec).collect();
                query.wanted.push(Wanted { names, weight: (length as f32).sqrt(), gap: 0 });
                kept.extend(at..at + length);
                at += length;
            } else {
                if !(parts.stop_words && is_little(&words[at])) {
                    query.wanted.push(Wanted::word(stems[at].clone()));
                    kept.push(at);
                }
                at += 1;
            }
        }
        if parts.phrases {
            for pair in kept.windows(2).filter(|pair| pair[1] - pair[0] <= usize::from(GAP) + 1) {
                let name = vec![stems[pair[0]].clone(), stems[pair[1]].clone()];
                query.wanted.push(Wanted { names: vec![name], weight: NEIGHBOURS, gap: GAP });
            }
        }
        query
    }
}

fn end(words: &[String]) -> Option<End> {
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    if has(&["latest", "last", "newest", "recent", "recently", "current", "currently", "now"]) {
        return Some(End::Newest);
    }
    has(&["first", "earliest", "oldest", "originally"]).then_some(End::Oldest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_its_words_other_names_and_dates() {
        for (question, expect, end, has_date) in [
            (
                "What was my BP in March 2014?",
                "bp|blood pressur|systol|diastol 2014-03 march 2014",
                None,
                true,
            ),
            ("my latest window", "latest window latest+window", Some(End::Newest), false),
            ("first window of the house", "first window hous first+window", Some(End::Oldest), false),
            ("", "", None, false),
        ] {
            let query = Query::of(question, Parts::ALL);
            let shown: Vec<String> = query
                .wanted
                .iter()
                .map(|wanted| {
                    let between = if wanted.gap > 0 { "+" } else { " " };
                    wanted.names.iter().map(|name| name.join(between)).collect::<Vec<_>>().join("|")
                })
                .collect();
            assert_eq!((shown.join(" ").as_str(), query.end, query.has_date), (expect, end, has_date));
        }
    }

    #[test]
    fn without_its_parts_a_question_is_its_words() {
        let query = Query::of("What was my BP in March 2014?", Parts::PLAIN);
        let words: Vec<&str> = query.wanted.iter().map(|wanted| wanted.names[0][0].as_str()).collect();
        assert_eq!(words, ["what", "was", "my", "bp", "in", "march", "2014"]);
    }
}
