//! Answers in the record's own words: the best sentences, or none at all.

use super::{Ask, Claim, Draft, Kind, Quote};
use crate::concepts::{Concept, Domain, concepts};
use crate::question::procedures::names_of;
use crate::question::{Category, Cue};
use crate::record::Source;
use crate::words::{contains_phrase, stem, tokens};

/// How many sentences are quoted.
const MOST: usize = 3;
/// How many candidates are looked at closely.
const CANDIDATES: usize = 60;
/// The share of a question's weight that a sentence must hold to be quoted at all.
const ENOUGH: f32 = 0.6;
/// Another name of the same thing weighs a little less than the word that was asked for.
const SYNONYM: f32 = 0.7;
/// What means nearly the same as the question is quoted where it holds some of the question's weight and is as near
/// (a cosine) as this; without any of the words, only where it is very near. Chosen to keep still rather than to guess.
const SOME: f32 = 0.25;
const CLOSE: f32 = 0.55;
const VERY_CLOSE: f32 = 0.7;
/// What nearness adds, to the best match of words.
const NEARNESS: f32 = 0.5;
/// Words of the question beside each other, also beside each other in the text.
const PHRASE_BONUS: f32 = 0.15;

/// One thing asked for: any of its names will do.
struct Wanted {
    names: Vec<Vec<String>>,
    weight: f32,
}

/// Quotes the sentences that hold what the question asks for.
pub(super) fn answer(ask: &Ask<'_>) -> Draft {
    if ask.plan.content.is_empty() {
        return Draft {
            kind: Kind::Unclear,
            claims: vec![Claim::of_absence(
                "I did not understand what you want to know. Ask for a value, a medicine, an allergy, a vaccination, a visit, or for words of a document."
                    .to_owned(),
            )],
            series: None,
        };
    }
    let found = best_near(ask, ask.near.get(), |_| true);
    if found.is_empty() {
        return Draft::not_found(ask.plan);
    }
    Draft {
        kind: Kind::Quoted,
        claims: found.iter().map(|source| quote(ask, *source)).collect(),
        series: None,
    }
}

/// Documents may say what no entry does.
pub(super) fn instead_of(ask: &Ask<'_>, absent: Draft) -> Draft {
    if ask.plan.concepts.is_empty() && ask.plan.own.is_empty() {
        return absent;
    }
    let found = best(ask, |source| matches!(source, Source::Passage(_)) && is_of_relative(ask, source));
    if found.is_empty() {
        return absent;
    }
    // Allergies that are recorded are told whatever else is found: who asks about nuts must see the peanut.
    // So is what is recorded of the relative who was asked about.
    let is_told = matches!(ask.plan.category, Some(Category::Allergies | Category::Family));
    let told = if is_told { absent.claims.len() } else { 1 };
    let mut claims: Vec<Claim> = absent.claims.into_iter().take(told).collect();
    claims.push(Claim::of_absence("Your documents say:".to_owned()));
    claims.extend(found.iter().map(|source| quote(ask, *source)));
    Draft { kind: Kind::Quoted, claims, series: None }
}

/// Adds what documents say: first the passages that hold all of the question, else what a newer one says.
pub(super) fn with_documents(ask: &Ask<'_>, mut draft: Draft) -> Draft {
    if ask.plan.concepts.is_empty() && ask.plan.asks(Cue::Open) && !ask.plan.own.is_empty() {
        return with_all_documents(ask, draft);
    }
    let whole = holding_all(ask);
    if whole.is_empty() {
        return with_newer_documents(ask, draft);
    }
    let mut claims = vec![Claim::of_absence("Your documents say:".to_owned())];
    claims.extend(whole.iter().map(|source| quote(ask, *source)));
    claims.push(Claim::of_absence("Your entries say:".to_owned()));
    claims.append(&mut draft.claims);
    Draft { claims, ..draft }
}

/// "What did the echocardiogram show" is told by letters too, of whatever date.
fn with_all_documents(ask: &Ask<'_>, mut draft: Draft) -> Draft {
    let is_passage = |source: Source| matches!(source, Source::Passage(_));
    let found = best(ask, |source| is_passage(source) && is_of_relative(ask, source));
    let is_quoted = draft.claims.iter().flat_map(|claim| &claim.quotes).any(|quote| is_passage(quote.source));
    if !found.is_empty() && !is_quoted {
        draft.claims.push(Claim::of_absence("Your documents say:".to_owned()));
        draft.claims.extend(found.iter().map(|source| quote(ask, *source)));
    }
    draft
}

/// Passages that hold a concept of the question and all the words beside it.
fn holding_all(ask: &Ask<'_>) -> Vec<Source> {
    if ask.plan.beside.is_empty() {
        return Vec::new();
    }
    let beside: Vec<String> = ask.plan.beside.iter().map(|word| stem(word)).collect();
    let found = best(ask, |source| match source {
        Source::Passage(_) => {
            let stems = ask.record.stems(source);
            beside.iter().all(|word| stems.contains(word))
        }
        Source::Fact(_) => false,
    });
    found.into_iter().take(2).collect()
}

/// Where a relative is asked about, only what speaks of that relative.
fn is_of_relative(ask: &Ask<'_>, source: Source) -> bool {
    let text = ask.record.text(source).unwrap_or_default();
    ask.plan.relation.is_none_or(|relation| relation.is_named_in(text))
}

/// Adds what a newer document says about the same thing.
fn with_newer_documents(ask: &Ask<'_>, mut draft: Draft) -> Draft {
    if ask.plan.concepts.is_empty() || ask.plan.span.is_some() {
        return draft;
    }
    let newest = draft
        .claims
        .iter()
        .flat_map(|claim| &claim.quotes)
        .filter_map(|quote| match quote.source {
            Source::Fact(at) => ask.fact(at).date.as_ref().map(|date| date.first),
            Source::Passage(_) => None,
        })
        .max();
    let is_newer = |source: Source| match source {
        Source::Passage(at) => {
            let passage = &ask.record.passages[at];
            let date = ask.record.documents[passage.document].date.as_ref().map(|date| date.last);
            date.zip(newest).is_some_and(|(date, newest)| date > newest)
        }
        Source::Fact(_) => false,
    };
    let found = best(ask, |source| is_newer(source) && is_of_relative(ask, source) && tells(ask, source));
    if let Some(source) = found.first() {
        draft.claims.push(Claim::of_absence("A newer document says:".to_owned()));
        draft.claims.push(quote(ask, *source));
    }
    draft
}

/// Whether a passage says something about the concepts beyond naming them: a value of a result, else a few words.
fn tells(ask: &Ask<'_>, source: Source) -> bool {
    let text = ask.record.text(source).unwrap_or_default();
    if ask.plan.category == Some(Category::Results) {
        let words = tokens(text);
        let is_measured = words.iter().any(|word| word.parse::<f64>().is_ok());
        return is_measured && names_itself(ask, &words);
    }
    let is_sentence = text.trim_end().ends_with(['.', '!', '?', ';']) || text.contains('\t');
    const FEWEST: usize = 4;
    is_sentence && text.split_whitespace().count() >= FEWEST
}

/// Whether an analyte is named for itself and not only inside a longer name: "LDL cholesterol" is no cholesterol.
fn names_itself(ask: &Ask<'_>, words: &[String]) -> bool {
    let is_analyte = |concept: &&&Concept| concept.domain == Domain::Analyte;
    let asked: Vec<&str> = ask.plan.concepts.iter().filter(is_analyte).map(|concept| concept.key).collect();
    let mentions = concepts().find(words, &|_| false, &|_| true);
    asked.is_empty() || mentions.iter().any(|mention| asked.contains(&mention.concept.key))
}

pub(super) fn quote(ask: &Ask<'_>, source: Source) -> Claim {
    let words = ask.record.text(source).unwrap_or_default().to_owned();
    let text = words.split_whitespace().collect::<Vec<_>>().join(" ");
    Claim {
        text: format!("\u{201c}{text}\u{201d}"),
        quotes: vec![Quote { source, words }],
        ..Claim::default()
    }
}

fn best(ask: &Ask<'_>, allowed: impl Fn(Source) -> bool) -> Vec<Source> {
    best_near(ask, &[], allowed)
}

/// The best sentences by words and by meaning; `near` tells how near each entry is, or is empty.
fn best_near(ask: &Ask<'_>, near: &[Option<f32>], allowed: impl Fn(Source) -> bool) -> Vec<Source> {
    let wanted = wanted(ask);
    let whole: f32 = wanted.iter().map(|wanted| wanted.weight).sum();
    if whole <= 0.0 {
        return Vec::new();
    }
    let mut query: Vec<(String, f32)> = Vec::new();
    for wanted in &wanted {
        for (number, name) in wanted.names.iter().enumerate() {
            for word in name {
                if !query.iter().any(|(known, _)| known == word) {
                    query.push((word.clone(), if number == 0 { 1.0 } else { SYNONYM }));
                }
            }
        }
    }
    let most = if ask.record.index.len() > CANDIDATES { CANDIDATES * 20 } else { CANDIDATES };
    let hits = ask.record.index.search(&query, most);
    let top = hits.first().map_or(1.0, |hit| hit.score);
    let by_words = hits.iter().map(|hit| (hit.entry, hit.score));
    let by_meaning = nearest(near).filter(|entry| hits.iter().all(|hit| hit.entry != *entry));
    let is_candidate = |(entry, _): &(u32, f32)| {
        let source = ask.record.entry(*entry);
        allowed(source) && is_in_time(ask, source)
    };
    let by_words = by_words.filter(is_candidate).take(CANDIDATES);
    let by_meaning = by_meaning.map(|entry| (entry, 0.0)).filter(is_candidate).take(CANDIDATES);
    let mut rated: Vec<(f32, Source)> = by_words
        .chain(by_meaning)
        .filter_map(|(entry, score)| {
            let source = ask.record.entry(entry);
            let near = near.get(entry as usize).copied().flatten().unwrap_or(0.0);
            let stems = ask.record.stems(source);
            let held: f32 =
                wanted.iter().filter(|wanted| wanted.is_in(&stems)).map(|wanted| wanted.weight).sum();
            let share = held / whole;
            let bonus = PHRASE_BONUS * neighbours(ask, &stems);
            let is_close = near >= VERY_CLOSE || near >= CLOSE && share >= SOME;
            let rating = score * (share + bonus) + top * NEARNESS * near;
            (share >= ENOUGH || is_close).then_some((rating, source))
        })
        .collect();
    rated.sort_by(|a, b| b.0.total_cmp(&a.0));
    let floor = rated.first().map_or(0.0, |(score, _)| score * 0.6);
    let mut chosen: Vec<Source> = Vec::new();
    for (score, source) in rated {
        let is_repeated = chosen.iter().any(|known| ask.record.text(*known) == ask.record.text(source));
        if score >= floor && !is_repeated && chosen.len() < MOST {
            chosen.push(source);
        }
    }
    chosen
}

/// The entries that are close enough, the nearest first.
fn nearest(near: &[Option<f32>]) -> impl Iterator<Item = u32> {
    let close =
        (0..).zip(near).filter_map(|(entry, near)| Some((near.filter(|near| *near >= CLOSE)?, entry)));
    let mut close: Vec<(f32, u32)> = close.collect();
    close.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    close.into_iter().map(|(_, entry)| entry)
}

fn wanted(ask: &Ask<'_>) -> Vec<Wanted> {
    let rarity = |names: &[Vec<String>]| {
        names
            .iter()
            .map(|name| name.iter().map(|word| ask.record.index.rarity(word)).fold(0.0, f32::max))
            .fold(f32::INFINITY, f32::min)
    };
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut covered: Vec<&String> = Vec::new();
    for concept in &ask.plan.concepts {
        let names = names(concept);
        covered.extend(concept.phrases.iter().flatten());
        let weight = rarity(&names);
        wanted.push(Wanted { names, weight });
    }
    let own = if ask.plan.concepts.is_empty() && ask.plan.own.is_empty() {
        ask.plan.content.iter().map(|word| stem(word)).collect()
    } else {
        ask.plan.own.clone()
    };
    for word in own.into_iter().filter(|word| !covered.contains(&word)) {
        let mut names = names_of(&word);
        names.insert(0, vec![word]);
        let weight = rarity(&names);
        wanted.push(Wanted { names, weight });
    }
    wanted
}

/// The names of a concept; of a class also its members.
fn names(concept: &Concept) -> Vec<Vec<String>> {
    let all = crate::concepts::concepts();
    let mut names = concept.phrases.clone();
    match concept.domain {
        crate::concepts::Domain::DrugClass => {
            names.extend(concept.members.iter().flat_map(|name| all.ingredient_phrases(name)));
        }
        crate::concepts::Domain::Panel => {
            names.extend(all.panel(concept).iter().flat_map(|analyte| analyte.phrases.clone()));
        }
        _ => {}
    }
    names
}

impl Wanted {
    fn is_in(&self, stems: &[String]) -> bool {
        self.names.iter().any(|name| contains_phrase(stems, name))
    }
}

/// How many neighbouring words of the question are neighbours in the text too.
fn neighbours(ask: &Ask<'_>, stems: &[String]) -> f32 {
    let asked: Vec<String> = ask.plan.content.iter().map(|word| stem(word)).collect();
    let pairs = asked.windows(2).filter(|pair| contains_phrase(stems, pair)).count();
    pairs.min(4) as f32
}

fn is_in_time(ask: &Ask<'_>, source: Source) -> bool {
    let Some(span) = &ask.plan.span else { return true };
    let date = match source {
        Source::Fact(at) => ask.fact(at).date.as_ref(),
        Source::Passage(at) => ask.record.documents[ask.record.passages[at].document].date.as_ref(),
    };
    date.is_some_and(|date| span.contains(date.first) || span.contains(date.last))
}
