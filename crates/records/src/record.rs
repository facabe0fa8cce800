//! One person's record in memory: facts, document passages, and the index over both.

use crate::document::{Layer, Piece, pieces};
use crate::facts::{Fact, Kind, ResourceKey};
use crate::when::When;
use crate::words::stems;
use jiff::civil::Date;
use salus_retrieval::Index;
use std::collections::HashSet;

/// Everything answers are made of. Built from what the asking person may read, and from nothing else.
#[derive(Default)]
pub(crate) struct Record {
    /// Facts in the order of time.
    pub(crate) facts: Vec<Fact>,
    pub(crate) documents: Vec<Document>,
    pub(crate) passages: Vec<Passage>,
    /// Entries `0..facts.len()` are facts, the rest passages.
    pub(crate) index: Index,
}

/// A document whose text is known.
pub(crate) struct Document {
    pub(crate) source: ResourceKey,
    pub(crate) title: String,
    pub(crate) date: Option<When>,
    pub(crate) sha256: String,
    /// Name of the stored text layer.
    pub(crate) layer: String,
}

/// A passage of a document.
pub(crate) struct Passage {
    /// Place in `Record::documents`.
    pub(crate) document: usize,
    /// Page, counted from 1.
    pub(crate) page: u32,
    pub(crate) piece: Piece,
}

/// Something that can be cited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    Fact(usize),
    Passage(usize),
}

impl Record {
    pub(crate) fn new(mut facts: Vec<Fact>, documents: Vec<(Document, Layer)>) -> Self {
        facts.sort_by(|a, b| a.order().cmp(&b.order()).then_with(|| a.source.cmp(&b.source)));
        let mut record = Self { facts, ..Self::default() };
        for fact in &record.facts {
            record.index.add(&fact.text);
        }
        for (document, layer) in documents {
            for (page, piece) in passages(&layer) {
                record.index.add(&piece.text);
                record.passages.push(Passage { document: record.documents.len(), page, piece });
            }
            record.documents.push(document);
        }
        record
    }

    pub(crate) fn born(&self) -> Option<Date> {
        let person = self.facts.iter().find(|fact| fact.kind == Kind::Person)?;
        person.date.as_ref().map(|date| date.first)
    }

    /// The facts of a kind, oldest first.
    pub(crate) fn of_kind(&self, kind: Kind) -> impl DoubleEndedIterator<Item = (usize, &Fact)> {
        self.facts.iter().enumerate().filter(move |(_, fact)| fact.kind == kind)
    }

    /// What an entry of the index stands for.
    pub(crate) fn entry(&self, entry: u32) -> Source {
        let entry = entry as usize;
        entry.checked_sub(self.facts.len()).map_or(Source::Fact(entry), Source::Passage)
    }

    /// The text a source may be quoted from.
    pub(crate) fn text(&self, source: Source) -> Option<&str> {
        match source {
            Source::Fact(fact) => self.facts.get(fact).map(|fact| fact.text.as_str()),
            Source::Passage(passage) => self.passages.get(passage).map(|passage| passage.piece.text.as_str()),
        }
    }

    /// The stems of a source's text and names.
    pub(crate) fn stems(&self, source: Source) -> Vec<String> {
        self.text(source).map(stems).unwrap_or_default()
    }
}

/// The passages of a document that are searched, each with its page, counted from 1.
pub(crate) fn passages(layer: &Layer) -> impl Iterator<Item = (u32, Piece)> {
    let repeated = repeated(layer);
    let pieces = layer
        .pages
        .iter()
        .zip(1..)
        .flat_map(|(page, number)| pieces(&page.text).into_iter().map(move |piece| (number, piece)));
    pieces.filter(move |(_, piece)| !repeated.contains(&piece.text))
}

/// The first and last lines that stand on several pages of a document alike: its headers and footers.
fn repeated(layer: &Layer) -> HashSet<String> {
    let mut seen = HashSet::new();
    let mut repeated = HashSet::new();
    for page in &layer.pages {
        let pieces = pieces(&page.text);
        let ends: HashSet<String> =
            pieces.first().into_iter().chain(pieces.last()).map(|piece| piece.text.clone()).collect();
        for end in ends {
            if seen.contains(&end) {
                repeated.insert(end.clone());
            }
            seen.insert(end);
        }
    }
    repeated
}
