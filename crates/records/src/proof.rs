//! The last check before an answer leaves: each source is read again, through the asker's eyes.

use crate::answer::{
    self, Answer, Citation, CitationSource, Claim, DocumentSource, Draft, Kind, Quote, ResourceSource,
    Sentence,
};
use crate::document::Layer;
use crate::facts::Fact;
use crate::library::{NOTICE, facts, layer};
use crate::record::{Record, Source};
use crate::shapes::{ResultGroup, ResultPoint};
use crate::when::When;
use futures::future::join_all;
use salus_store::{Error, Lookup, Records};
use std::collections::HashMap;

/// Numbers the citations, after each source was read again: what the caller may no longer read, or what no longer
/// says the words, takes its sentence with it.
pub(crate) async fn prove(records: &Records, record: &Record, draft: Draft) -> Result<Answer, Error> {
    let mut sources: Vec<Source> = Vec::new();
    for quote in draft.claims.iter().flat_map(|claim| &claim.quotes) {
        if !sources.contains(&quote.source) {
            sources.push(quote.source);
        }
    }
    let layers = layers(records, record, &sources).await?;
    let checks = sources.iter().map(|source| prove_one(records, record, &layers, *source, &draft));
    let mut proven = HashMap::new();
    for (source, outcome) in sources.iter().zip(join_all(checks).await) {
        if let Some(found) = outcome? {
            proven.insert(*source, found);
        }
    }
    let mut answer = Answer {
        kind: draft.kind,
        sentences: Vec::new(),
        citations: Vec::new(),
        series: series(record, &draft),
        notice: NOTICE.to_owned(),
        took_ms: 0,
    };
    let mut numbers: HashMap<Source, u32> = HashMap::new();
    let claimed = draft.claims.iter().any(|claim| !claim.quotes.is_empty());
    for claim in draft.claims.into_iter().filter(|claim| is_proven(claim, &proven)) {
        let mut citations = Vec::new();
        for quote in &claim.quotes {
            let number = *numbers.entry(quote.source).or_insert_with(|| {
                let number = u32::try_from(answer.citations.len() + 1).unwrap_or(u32::MAX);
                if let Some(source) = proven.get(&quote.source) {
                    answer.citations.push(cited(record, number, quote, source.clone()));
                }
                number
            });
            if !citations.contains(&number) {
                citations.push(number);
            }
        }
        answer.sentences.push(Sentence { text: claim.text, citations });
    }
    if claimed && answer.citations.is_empty() {
        answer.kind = Kind::NotFound;
        answer.series = None;
        let text = "I can't find an answer to this in your record.".to_owned();
        answer.sentences = vec![Sentence { text, citations: Vec::new() }];
    }
    Ok(answer)
}

fn is_proven(claim: &Claim, proven: &HashMap<Source, CitationSource>) -> bool {
    claim.quotes.iter().all(|quote| proven.contains_key(&quote.source))
}

/// The texts of the documents that are quoted, each read again once.
async fn layers(
    records: &Records,
    record: &Record,
    sources: &[Source],
) -> Result<HashMap<String, Layer>, Error> {
    let mut layers = HashMap::new();
    for source in sources {
        let Source::Passage(at) = source else { continue };
        let document = record.passages.get(*at).and_then(|passage| record.documents.get(passage.document));
        let Some(name) = document.map(|document| &document.layer).filter(|name| !layers.contains_key(*name))
        else {
            continue;
        };
        if let Some(layer) = layer(records, name).await? {
            layers.insert(name.clone(), layer);
        }
    }
    Ok(layers)
}

/// Reads a source again, and gives it where it still says every word that is quoted from it.
async fn prove_one(
    records: &Records,
    record: &Record,
    layers: &HashMap<String, Layer>,
    source: Source,
    draft: &Draft,
) -> Result<Option<CitationSource>, Error> {
    match source {
        Source::Fact(at) => {
            let Some(fact) = record.facts.get(at) else { return Ok(None) };
            let key = &fact.source;
            let Lookup::Found(stored) = records.read_version(&key.type_name, &key.id, key.version).await?
            else {
                return Ok(None);
            };
            let found = facts(std::slice::from_ref(&stored), &[])?;
            let is_by_reference = stored.json()?.get("medicationReference").is_some();
            let says = |words: &str| found.iter().any(|again| again.text.contains(words));
            let quotes = draft.claims.iter().flat_map(|claim| &claim.quotes);
            let holds = is_by_reference
                || quotes.filter(|quote| quote.source == source).all(|quote| says(&quote.words));
            Ok(holds.then(|| {
                CitationSource::Resource(ResourceSource {
                    type_name: key.type_name.clone(),
                    id: key.id.clone(),
                    version: key.version,
                })
            }))
        }
        Source::Passage(at) => {
            let Some(passage) = record.passages.get(at) else { return Ok(None) };
            let Some(document) = record.documents.get(passage.document) else { return Ok(None) };
            let Some(layer) = layers.get(&document.layer) else { return Ok(None) };
            let index = usize::try_from(passage.page).unwrap_or(0).saturating_sub(1);
            let Some(page) = layer.pages.get(index) else { return Ok(None) };
            let (start, end) = (passage.piece.start, passage.piece.end);
            if layer.sha256 != document.sha256
                || page.span(start, end).as_deref() != Some(&passage.piece.text)
            {
                return Ok(None);
            }
            Ok(Some(CitationSource::Document(DocumentSource {
                id: document.source.id.clone(),
                sha256: document.sha256.clone(),
                page: passage.page,
                start,
                end,
                boxes: page.boxes(start, end),
            })))
        }
    }
}

fn cited(record: &Record, number: u32, quote: &Quote, source: CitationSource) -> Citation {
    let (title, date) = match quote.source {
        Source::Fact(at) => {
            let fact = record.facts.get(at);
            (fact.map(Fact::named), fact.and_then(|fact| fact.date.as_ref()))
        }
        Source::Passage(at) => {
            let document = record.passages.get(at).and_then(|passage| record.documents.get(passage.document));
            (
                document.map(|document| document.title.clone()),
                document.and_then(|document| document.date.as_ref()),
            )
        }
    };
    let quote = quote.words.clone();
    Citation { number, source, title: title.unwrap_or_default(), date: date.map(When::iso), quote }
}

fn series(record: &Record, draft: &Draft) -> Option<ResultGroup> {
    let series = draft.series.as_ref()?;
    let points: Vec<ResultPoint> = series
        .facts
        .iter()
        .filter_map(|at| {
            let fact = record.facts.get(*at)?;
            let measure = match series.part {
                Some(concept) => answer::measured(fact, concept)?,
                None => fact.measure.as_ref()?,
            };
            ResultPoint::of(fact, measure)
        })
        .collect();
    let latest = points.last()?.clone();
    Some(ResultGroup {
        code: series.code.clone(),
        title: series.label.clone(),
        plain_title: series.part.map(|concept| concept.medical.to_owned()),
        unit: latest.unit.clone(),
        latest,
        points,
    })
}
