//! What a question is about: the concepts it means among those it names, and the part of the record.

use super::cues::Cue;
use super::plan::Category;
use crate::concepts::{Concept, Domain, Mention, concepts};

/// The concepts of the domain that the cues speak for, else of the first domain in the usual order.
pub(super) fn chosen(
    mentions: &[Mention<'static>],
    words: &[String],
    has: &dyn Fn(Cue) -> bool,
) -> Vec<&'static Concept> {
    let order: &[Domain] = if has(Cue::Allergy) {
        &[Domain::DrugClass, Domain::Ingredient, Domain::Allergen, Domain::Vaccine]
    } else if has(Cue::Vaccine) {
        &[Domain::Vaccine]
    } else if has(Cue::Dosage) || has(Cue::Prescriber) {
        &[Domain::Ingredient, Domain::DrugClass, Domain::Vaccine, Domain::Condition, Domain::Analyte]
    } else if has(Cue::Medicine) {
        &[Domain::DrugClass, Domain::Ingredient, Domain::Condition, Domain::Analyte]
    } else if has(Cue::Family) || has(Cue::Condition) || asks_to_have(words) {
        &[Domain::Condition, Domain::Vaccine, Domain::DrugClass, Domain::Ingredient, Domain::Analyte]
    } else {
        &[
            Domain::Analyte,
            Domain::Panel,
            Domain::DrugClass,
            Domain::Ingredient,
            Domain::Condition,
            Domain::Vaccine,
            Domain::Allergen,
        ]
    };
    for domain in order {
        let mut named: Vec<&'static Concept> = Vec::new();
        for mention in mentions.iter().filter(|mention| mention.concept.domain == *domain) {
            let is_known = named.iter().any(|known| known.key == mention.concept.key);
            if !is_known {
                named.push(mention.concept);
            }
        }
        if !named.is_empty() {
            return named;
        }
    }
    Vec::new()
}

/// "Something for my blood pressure" is a medicine of the class that treats it.
pub(super) fn treatments(named: Vec<&'static Concept>) -> Vec<&'static Concept> {
    named
        .into_iter()
        .map(|concept| match concept.domain {
            Domain::Condition | Domain::Analyte => concepts().treatment(concept).unwrap_or(concept),
            _ => concept,
        })
        .collect()
}

/// "do I have …", "have I ever had …": asks for a condition rather than for a number.
fn asks_to_have(words: &[String]) -> bool {
    let starts = |phrase: &[&str]| {
        words.windows(phrase.len()).any(|window| window.iter().zip(phrase).all(|(a, b)| a == b))
    };
    [
        &["do", "i", "have"][..],
        &["did", "i", "have"],
        &["have", "i", "had"],
        &["have", "i", "ever", "had"],
        &["am", "i"],
        &["habe", "ich"],
        &["tengo"],
    ]
    .iter()
    .any(|phrase| starts(phrase))
}

/// The part of the record that concepts and cues speak of.
pub(super) fn category(named: &[&Concept], has: &dyn Fn(Cue) -> bool) -> Option<Category> {
    let by_concept = named.first().map(|concept| match concept.domain {
        Domain::Analyte | Domain::Panel => Category::Results,
        Domain::Vaccine if has(Cue::Allergy) => Category::Allergies,
        Domain::Vaccine => Category::Immunizations,
        Domain::Ingredient | Domain::DrugClass if has(Cue::Allergy) => Category::Allergies,
        Domain::Ingredient | Domain::DrugClass => Category::Medicines,
        Domain::Allergen => Category::Allergies,
        Domain::Condition => Category::Conditions,
    });
    if has(Cue::Family) {
        return Some(Category::Family);
    }
    if by_concept == Some(Category::Conditions) && has(Cue::Medicine) {
        return Some(Category::Medicines);
    }
    if by_concept.is_some() {
        return by_concept;
    }
    [
        (Cue::Allergy, Category::Allergies),
        (Cue::Vaccine, Category::Immunizations),
        (Cue::Procedure, Category::Procedures),
        (Cue::Medicine, Category::Medicines),
        (Cue::Condition, Category::Conditions),
        (Cue::Coverage, Category::Coverage),
        (Cue::Bill, Category::Bills),
        (Cue::Document, Category::Documents),
        (Cue::Report, Category::Reports),
        (Cue::Result, Category::Results),
        (Cue::Hospital, Category::Encounters),
        (Cue::Emergency, Category::Encounters),
        (Cue::Encounter, Category::Encounters),
        (Cue::Person, Category::Person),
        (Cue::Dosage, Category::Medicines),
        (Cue::Prescriber, Category::Medicines),
        (Cue::Overview, Category::Overview),
    ]
    .into_iter()
    .find_map(|(cue, category)| has(cue).then_some(category))
}

/// Stays in hospital and emergencies are visits of a kind, told by the class of the visit and not by its words.
pub(super) fn without_kind_of_visit(mut own: Vec<String>, has: &dyn Fn(Cue) -> bool) -> Vec<String> {
    if has(Cue::Hospital) || has(Cue::Emergency) {
        let places = ["stay", "room", "depart", "ward", "patient", "unit", "overnight"];
        own.retain(|word| !places.contains(&word.as_str()));
    }
    own
}
