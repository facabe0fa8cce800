//! Finds the concepts named in a question.

use super::{Concept, Concepts};
use crate::words::{is_everyday, is_slip, stem, tolerance, within_distance};

/// A concept named by the words `from..to` of a question.
pub(crate) struct Mention<'a> {
    pub(crate) concept: &'a Concept,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// First word, word after the last, and the concepts named between.
type Span = (usize, usize, Vec<usize>);

impl Concepts {
    /// The concepts named in `tokens`, longest names first where they overlap. Words for which `taken` is
    /// true are no names. A word that is no name is compared with the names for slips of spelling, unless
    /// its stem `is_known`: a word of the person's own record is spelled as it is meant.
    pub(crate) fn find(
        &self,
        tokens: &[String],
        taken: &dyn Fn(usize) -> bool,
        is_known: &dyn Fn(&str) -> bool,
    ) -> Vec<Mention<'_>> {
        let stems: Vec<String> = tokens.iter().map(|token| stem(token)).collect();
        let mut spans: Vec<Span> = Vec::new();
        for from in 0..stems.len() {
            if let Some((length, found)) = self.longest_at(&stems[from..])
                && !(from..from + length).all(taken)
            {
                spans.push((from, from + length, found));
            }
        }
        spans.extend(self.across_little_words(&stems, taken));
        spans.extend(self.misspelt_names(tokens, &stems, taken, is_known));
        spans.sort_by_key(|(from, to, _)| (std::cmp::Reverse(to - from), *from));
        let mut kept: Vec<Span> = Vec::new();
        for span in spans {
            if kept.iter().all(|(from, to, _)| span.1 <= *from || span.0 >= *to) {
                kept.push(span);
            }
        }
        for at in 0..stems.len() {
            let free = kept.iter().all(|(from, to, _)| at < *from || at >= *to);
            if free && !taken(at) && !is_known(&stems[at]) && !is_everyday(&tokens[at]) {
                let near = self.nearest(&tokens[at]);
                if !near.is_empty() {
                    kept.push((at, at + 1, near));
                }
            }
        }
        kept.sort_by_key(|(from, ..)| *from);
        kept.into_iter()
            .flat_map(|(from, to, found)| {
                found
                    .into_iter()
                    .filter_map(move |index| Some(Mention { concept: self.all.get(index)?, from, to }))
            })
            .collect()
    }

    /// Names of several words with little words between them: "broken a bone".
    fn across_little_words(&self, stems: &[String], taken: &dyn Fn(usize) -> bool) -> Vec<Span> {
        let places: Vec<usize> = (0..stems.len()).filter(|at| !taken(*at)).collect();
        let bare: Vec<String> = places.iter().map(|at| stems[*at].clone()).collect();
        self.names_of_several_words(&bare, &places)
    }

    /// Names of several words, each of them nearly right: "blod presure".
    fn misspelt_names(
        &self,
        tokens: &[String],
        stems: &[String],
        taken: &dyn Fn(usize) -> bool,
        is_known: &dyn Fn(&str) -> bool,
    ) -> Vec<Span> {
        let places: Vec<usize> = (0..stems.len()).collect();
        let mended: Vec<String> = places
            .iter()
            .map(|at| {
                let word = &stems[*at];
                let is_right = taken(*at)
                    || is_known(word)
                    || is_everyday(&tokens[*at])
                    || self.name_words.contains(word);
                let near = |name: &&String| name.len() >= 4 && is_slip(word, name);
                let other = if is_right { None } else { self.name_words.iter().find(near) };
                other.unwrap_or(word).clone()
            })
            .collect();
        if mended == stems { Vec::new() } else { self.names_of_several_words(&mended, &places) }
    }

    fn names_of_several_words(&self, stems: &[String], places: &[usize]) -> Vec<Span> {
        let mut spans = Vec::new();
        for from in 0..stems.len() {
            if let Some((length, found)) = self.longest_at(&stems[from..])
                && length > 1
            {
                spans.push((places[from], places[from + length - 1] + 1, found));
            }
        }
        spans
    }

    fn longest_at(&self, stems: &[String]) -> Option<(usize, Vec<usize>)> {
        let candidates = self.by_first_stem.get(stems.first()?)?;
        let matching = |&&(concept, phrase): &&(usize, usize)| {
            self.phrase(concept, phrase).is_some_and(|phrase| stems.starts_with(phrase))
        };
        let longest = candidates
            .iter()
            .filter(matching)
            .filter_map(|&(concept, phrase)| self.phrase(concept, phrase).map(<[String]>::len))
            .max()?;
        let mut found: Vec<usize> = candidates
            .iter()
            .filter(matching)
            .filter(|&&(concept, phrase)| self.phrase(concept, phrase).is_some_and(|p| p.len() == longest))
            .map(|&(concept, _)| concept)
            .collect();
        found.dedup();
        Some((longest, found))
    }

    fn phrase(&self, concept: usize, phrase: usize) -> Option<&[String]> {
        self.all.get(concept)?.phrases.get(phrase).map(Vec::as_slice)
    }

    /// The concepts whose name of one word the token is a slip for; of several names the nearest.
    fn nearest(&self, token: &str) -> Vec<usize> {
        let singular = |word: &str| word.strip_suffix('s').unwrap_or(word).to_owned();
        let word = singular(token);
        for slips in 1..=tolerance(token) {
            let mut near: Vec<usize> = self
                .single_words
                .iter()
                .map(|(name, index)| (singular(name), *index))
                .filter(|(name, _)| is_slip(&word, name) && within_distance(&word, name, slips))
                .map(|(_, index)| index)
                .collect();
            if !near.is_empty() {
                near.sort_unstable();
                near.dedup();
                return near;
            }
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Domain, concepts};
    use super::*;
    use crate::words::tokens;

    fn of_domain<'m, 'a>(mentions: &'m [Mention<'a>], domain: Domain) -> Vec<&'m Mention<'a>> {
        mentions.iter().filter(|mention| mention.concept.domain == domain).collect()
    }

    #[track_caller]
    fn check(question: &str, expect: &[(Domain, &str)]) {
        let tokens = tokens(question);
        let found = concepts().find(&tokens, &|_| false, &|_| false);
        for (domain, key) in expect {
            assert!(
                of_domain(&found, *domain).iter().any(|mention| mention.concept.key == *key),
                "{question}: {:?}",
                found.iter().map(|m| m.concept.key).collect::<Vec<_>>()
            );
        }
        if expect.is_empty() {
            assert!(
                found.is_empty(),
                "{question}: {:?}",
                found.iter().map(|m| m.concept.key).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn names_brands_and_plurals_are_found() {
        check("latest HbA1c", &[(Domain::Analyte, "hba1c")]);
        check("my glycated haemoglobin", &[(Domain::Analyte, "hba1c")]);
        check("penicillins", &[(Domain::DrugClass, "penicillins")]);
        check("Lasix", &[(Domain::Ingredient, "furosemide")]);
        check("Augmentin", &[(Domain::Ingredient, "amoxicillin"), (Domain::Ingredient, "clavulanate")]);
        check("flu jab", &[(Domain::Vaccine, "influenza")]);
        check("a Tdap booster", &[(Domain::Vaccine, "tetanus"), (Domain::Vaccine, "pertussis")]);
        check("peanuts", &[(Domain::Allergen, "peanut")]);
        check("elephants", &[]);
        check("the meaning of life", &[]);
        check("which are dangerous", &[]);
    }

    #[test]
    fn the_longest_name_wins() {
        let tokens = tokens("do i have high blood pressure");
        let found = concepts().find(&tokens, &|_| false, &|_| false);
        assert_eq!(found.iter().map(|m| m.concept.key).collect::<Vec<_>>(), ["hypertension"]);
    }

    #[test]
    fn a_word_of_the_record_is_spelled_as_it_is_meant() {
        let tokens = tokens("tetnus");
        let find = |is_known: bool| concepts().find(&tokens, &|_| false, &|_| is_known).len();
        assert_eq!((find(false) > 0, find(true)), (true, 0));
    }

    #[test]
    fn slips_of_spelling_are_forgiven() {
        check("penicilin", &[(Domain::DrugClass, "penicillins")]);
        check("tetnus shot", &[(Domain::Vaccine, "tetanus")]);
        check("cholestrol", &[(Domain::Analyte, "cholesterol")]);
        check("amoxicilin", &[(Domain::Ingredient, "amoxicillin")]);
        check("diabetis", &[(Domain::Condition, "diabetes")]);
        check("blod presure", &[(Domain::Analyte, "blood-pressure")]);
    }
}
