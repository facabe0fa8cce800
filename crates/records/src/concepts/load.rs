//! Reads the committed tables.

use super::{Concept, Concepts, Domain};
use crate::tables;
use crate::words::{stems, tokens};
use std::collections::{BTreeSet, HashMap};

pub(super) fn load() -> Concepts {
    let mut all = Vec::new();
    all.extend(rows(Domain::Analyte, tables::ANALYTES, analyte));
    all.extend(rows(Domain::Panel, tables::PANELS, panel));
    all.extend(rows(Domain::Vaccine, tables::VACCINES, vaccine));
    all.extend(rows(Domain::DrugClass, tables::DRUG_CLASSES, drug_class));
    all.extend(rows(Domain::Allergen, tables::ALLERGENS, allergen));
    all.extend(rows(Domain::Condition, tables::CONDITIONS, condition));
    all.extend(ingredients(&all));
    add_foreign_names(&mut all);
    index(all)
}

type Row = Vec<&'static str>;

fn rows(domain: Domain, table: &'static str, read: fn(Domain, &Row) -> Concept) -> Vec<Concept> {
    tables::rows(table).map(|row| read(domain, &row)).collect()
}

fn cell(row: &Row, column: usize) -> &'static str {
    row.get(column).copied().unwrap_or_default()
}

fn list(text: &'static str, separator: char) -> Vec<&'static str> {
    text.split(separator).map(str::trim).filter(|part| !part.is_empty()).collect()
}

fn phrases(names: &'static str) -> Vec<Vec<String>> {
    list(names, '|').into_iter().map(stems).collect()
}

/// The names of one word, as they are written.
fn spelled(names: &'static str) -> Vec<String> {
    list(names, '|').into_iter().map(tokens).filter_map(|name| one_word(&name)).collect()
}

fn one_word(name: &[String]) -> Option<String> {
    if let [only] = name { Some(only.clone()) } else { None }
}

fn blank(domain: Domain, row: &Row) -> Concept {
    Concept {
        key: cell(row, 0),
        domain,
        label: cell(row, 1),
        medical: "",
        codes: Vec::new(),
        icd10: Vec::new(),
        members: Vec::new(),
        phrases: Vec::new(),
        spelled: Vec::new(),
        is_family: false,
        main: None,
    }
}

fn analyte(domain: Domain, row: &Row) -> Concept {
    Concept {
        medical: cell(row, 2),
        codes: list(cell(row, 3), ','),
        main: cell(row, 4).parse().ok(),
        phrases: phrases(cell(row, 5)),
        spelled: spelled(cell(row, 5)),
        ..blank(domain, row)
    }
}

fn panel(domain: Domain, row: &Row) -> Concept {
    Concept {
        members: list(cell(row, 2), ','),
        phrases: phrases(cell(row, 3)),
        spelled: spelled(cell(row, 3)),
        ..blank(domain, row)
    }
}

fn vaccine(domain: Domain, row: &Row) -> Concept {
    Concept {
        codes: list(cell(row, 2), ','),
        phrases: phrases(cell(row, 3)),
        spelled: spelled(cell(row, 3)),
        ..blank(domain, row)
    }
}

fn drug_class(domain: Domain, row: &Row) -> Concept {
    Concept {
        phrases: phrases(cell(row, 2)),
        spelled: spelled(cell(row, 2)),
        members: list(cell(row, 3), ','),
        is_family: cell(row, 4) == "yes",
        ..blank(domain, row)
    }
}

fn allergen(domain: Domain, row: &Row) -> Concept {
    Concept {
        codes: list(cell(row, 2), ','),
        phrases: phrases(cell(row, 3)),
        spelled: spelled(cell(row, 3)),
        ..blank(domain, row)
    }
}

fn condition(domain: Domain, row: &Row) -> Concept {
    Concept {
        medical: cell(row, 2),
        codes: list(cell(row, 3), ','),
        icd10: list(cell(row, 4), ','),
        phrases: phrases(cell(row, 5)),
        spelled: spelled(cell(row, 5)),
        ..blank(domain, row)
    }
}

/// The ingredients with a row of their own, then those that only a class names.
fn ingredients(known: &[Concept]) -> Vec<Concept> {
    let mut found: Vec<Concept> = tables::rows(tables::INGREDIENTS)
        .map(|row| {
            let mut names = vec![cell(&row, 0)];
            names.extend(list(cell(&row, 2), ','));
            ingredient(cell(&row, 0), list(cell(&row, 1), ','), &names)
        })
        .collect();
    for class in known.iter().filter(|concept| concept.domain == Domain::DrugClass) {
        for name in &class.members {
            let phrase = stems(name);
            let is_class_name = class.phrases.contains(&phrase);
            if !is_class_name && !found.iter().any(|concept| concept.phrases.contains(&phrase)) {
                found.push(ingredient(name, Vec::new(), &[name]));
            }
        }
    }
    found
}

fn ingredient(name: &'static str, codes: Vec<&'static str>, names: &[&'static str]) -> Concept {
    Concept {
        codes,
        phrases: names.iter().map(|name| stems(name)).collect(),
        spelled: names.iter().filter_map(|name| one_word(&tokens(name))).collect(),
        ..blank(Domain::Ingredient, &vec![name, name])
    }
}

fn add_foreign_names(all: &mut [Concept]) {
    for row in tables::rows(tables::FOREIGN_NAMES) {
        for concept in all.iter_mut().filter(|concept| concept.key == cell(&row, 1)) {
            concept.spelled.extend(spelled(cell(&row, 2)));
            for phrase in phrases(cell(&row, 2)) {
                if !concept.phrases.contains(&phrase) {
                    concept.phrases.push(phrase);
                }
            }
        }
    }
}

fn index(all: Vec<Concept>) -> Concepts {
    let mut by_first_stem: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
    let mut by_code: HashMap<(Domain, &'static str), Vec<usize>> = HashMap::new();
    let mut single_words = Vec::new();
    let mut ingredients = HashMap::new();
    let mut name_words = BTreeSet::new();
    for (index, concept) in all.iter().enumerate() {
        for (number, phrase) in concept.phrases.iter().enumerate() {
            if let Some(first) = phrase.first() {
                by_first_stem.entry(first.clone()).or_default().push((index, number));
            }
            if phrase.len() > 1 {
                name_words.extend(phrase.iter().cloned());
            }
        }
        single_words.extend(concept.spelled.iter().map(|name| (name.clone(), index)));
        for code in &concept.codes {
            by_code.entry((concept.domain, code)).or_default().push(index);
        }
        if concept.domain == Domain::Ingredient {
            ingredients.insert(concept.key, index);
        }
    }
    for name in all.iter().filter(|c| c.domain == Domain::DrugClass).flat_map(|class| &class.members) {
        let phrase = stems(name);
        let named = all.iter().position(|c| c.domain == Domain::Ingredient && c.phrases.contains(&phrase));
        if let Some(index) = named {
            ingredients.entry(name).or_insert(index);
        }
    }
    Concepts { all, by_first_stem, by_code, single_words, name_words, ingredients }
}
