//! An answer before it is numbered and sent.

use crate::question::Plan;
use crate::record::{Record, Source};
use crate::words::{stem, stems};

/// What kind of answer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Computed from entries of the record.
    Structured,
    /// Sentences of the record, word for word.
    Quoted,
    /// The record does not tell.
    NotFound,
    /// The question was not understood.
    Unclear,
    /// The question is one for a doctor or pharmacist.
    NeedsClinician,
}

/// The words a sentence stands on.
#[derive(Clone)]
pub(crate) struct Quote {
    pub(crate) source: Source,
    /// Exact words of the source.
    pub(crate) words: String,
}

/// A sentence of an answer.
#[derive(Clone, Default)]
pub(crate) struct Claim {
    pub(crate) text: String,
    /// What it stands on; none where it says that nothing was found.
    pub(crate) quotes: Vec<Quote>,
    /// Words of the question it repeats.
    pub(crate) given: Vec<String>,
    /// Entries it counts.
    pub(crate) counted: Vec<Source>,
}

/// A series of measurements to be drawn.
pub(crate) struct Series {
    /// LOINC code, or the name.
    pub(crate) code: String,
    pub(crate) label: String,
    pub(crate) facts: Vec<usize>,
    /// Which part of a composed measurement, by its LOINC codes.
    pub(crate) part: Option<&'static crate::concepts::Concept>,
}

/// Sentences, and a curve where the question was about change.
pub(crate) struct Draft {
    pub(crate) kind: Kind,
    pub(crate) claims: Vec<Claim>,
    pub(crate) series: Option<Series>,
}

impl Claim {
    /// A sentence about facts, each quoted whole.
    pub(crate) fn about(record: &Record, text: String, facts: &[usize]) -> Self {
        let quotes = facts
            .iter()
            .map(|fact| Source::Fact(*fact))
            .filter_map(|source| Some(Quote { source, words: record.text(source)?.to_owned() }))
            .collect();
        Self { text, quotes, ..Self::default() }
    }

    /// A sentence that says what was not found, or what Salus does not do.
    pub(crate) fn of_absence(text: String) -> Self {
        Self { text, ..Self::default() }
    }

    pub(crate) fn given(mut self, words: &str) -> Self {
        self.given.push(words.to_owned());
        self
    }

    pub(crate) fn counting(mut self, facts: &[usize]) -> Self {
        self.counted = facts.iter().map(|fact| Source::Fact(*fact)).collect();
        self
    }
}

impl Draft {
    pub(crate) fn structured(claims: Vec<Claim>) -> Self {
        Self { kind: Kind::Structured, claims, series: None }
    }

    /// "I can't find … in your record", with what is near to it.
    pub(crate) fn absent(text: String, nearby: Vec<Claim>) -> Self {
        let mut claims = vec![Claim::of_absence(text)];
        claims.extend(nearby);
        Self { kind: Kind::NotFound, claims, series: None }
    }

    pub(crate) fn not_found(plan: &Plan) -> Self {
        let what = plan.subject().map(|subject| format!("anything about {subject}"));
        let what = what.unwrap_or_else(|| "an answer to this".to_owned());
        Self::absent(format!("I can't find {what} in your record."), Vec::new())
    }

    pub(crate) fn has_findings(&self) -> bool {
        self.kind != Kind::NotFound && self.claims.iter().any(|claim| !claim.quotes.is_empty())
    }

    /// Says first what of the question was not done, and which of its words nothing here speaks of.
    pub(crate) fn with_what_was_left_out(mut self, record: &Record, plan: &Plan) -> Self {
        if matches!(self.kind, Kind::NotFound | Kind::Unclear) {
            return self;
        }
        let claims = self.claims.iter();
        let said: Vec<String> = claims
            .flat_map(|claim| {
                let quoted = claim.quotes.iter().filter_map(|quote| record.text(quote.source));
                quoted.chain([claim.text.as_str()]).flat_map(stems).collect::<Vec<_>>()
            })
            .collect();
        let unsaid: Vec<&str> =
            plan.beside.iter().filter(|word| !said.contains(&stem(word))).map(String::as_str).collect();
        let mut notes: Vec<Claim> =
            plan.unread.iter().map(|(text, given)| Claim::of_absence(text.clone()).given(given)).collect();
        if !unsaid.is_empty() && !plan.wants_advice {
            let words = unsaid.join(" ");
            let text =
                format!("I found nothing on \u{201c}{words}\u{201d}; this is what I found on the rest.");
            notes.push(Claim::of_absence(text).given(&words));
        }
        self.claims.splice(0..0, notes);
        self
    }

    /// The same facts, under the advice to ask somebody who may judge.
    pub(crate) fn for_a_clinician(mut self) -> Self {
        let finds = self.claims.iter().any(|claim| !claim.quotes.is_empty());
        let text = if finds {
            "That is a question for your doctor or pharmacist. This is what your record says about it:"
        } else {
            "That is a question for your doctor or pharmacist; your record alone cannot answer it."
        };
        if !finds {
            self.claims.clear();
        }
        self.claims.insert(0, Claim::of_absence(text.to_owned()));
        self.kind = Kind::NeedsClinician;
        self
    }
}
