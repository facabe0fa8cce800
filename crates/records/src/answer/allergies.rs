//! Allergies: which are recorded, whether one is, and what the record says of their absence.

use super::{Ask, Claim, Draft, medicines};
use crate::concepts::{Concept, Domain, concepts};
use crate::facts::said::list;
use crate::facts::{Fact, Kind, Standing, System};
use crate::tables;
use std::collections::HashSet;

pub(super) fn answer(ask: &Ask<'_>) -> Option<Draft> {
    if ask.plan.concepts.is_empty() && ask.plan.own.is_empty() {
        return Some(all(ask));
    }
    Some(whether(ask))
}

/// The scope of an explicit negative statement such as "no known allergies".
fn negation(fact: &Fact) -> Option<&'static str> {
    tables::rows(tables::NEGATIONS).find_map(|row| {
        let [code, scope, _] = row.as_slice() else { return None };
        fact.codes.iter().any(|held| held.system == System::Snomed && held.code == *code).then_some(*scope)
    })
}

fn entries(ask: &Ask<'_>) -> Vec<usize> {
    ask.record.of_kind(Kind::Allergy).filter(|(_, fact)| negation(fact).is_none()).map(|(at, _)| at).collect()
}

fn all(ask: &Ask<'_>) -> Draft {
    let entries = entries(ask);
    let of = |standing: Standing| {
        let held: Vec<usize> =
            entries.iter().copied().filter(|at| ask.fact(*at).standing == standing).collect();
        ask.newest_of_each(&held)
    };
    let mut claims: Vec<Claim> = Vec::new();
    let active = of(Standing::Current);
    if !active.is_empty() {
        let text = match active.len() {
            1 => "Your record lists 1 allergy or intolerance:".to_owned(),
            many => format!("Your record lists {many} allergies or intolerances:"),
        };
        claims.push(Claim::about(ask.record, text, &active).counting(&active));
    }
    claims.extend(active.iter().map(|at| listed(ask, *at)));
    claims.extend(of(Standing::Unconfirmed).iter().map(|at| other(ask, *at)));
    claims.extend(of(Standing::Past).iter().map(|at| other(ask, *at)));
    if active.is_empty() {
        claims.extend(negative(ask, &["any", "medicine", "food", "environment", "latex"]));
        claims.extend(of(Standing::Refuted).iter().map(|at| other(ask, *at)));
    }
    if claims.is_empty() {
        return Draft::absent(
            "I can't find allergies in your record. That is not the same as having none: they may never have been entered."
                .to_owned(),
            Vec::new(),
        );
    }
    Draft::structured(claims)
}

fn whether(ask: &Ask<'_>) -> Draft {
    let entries = entries(ask);
    let direct: Vec<usize> = entries.iter().copied().filter(|at| ask.is_named(ask.fact(*at))).collect();
    let is_active = |at: &usize| ask.fact(*at).standing == Standing::Current;
    let mut relatives: Vec<Claim> =
        ask.plan.concepts.iter().flat_map(|asked| relatives(ask, asked, &entries)).collect();
    // A brand may name two ingredients.
    let mut told = HashSet::new();
    relatives.retain(|claim| told.insert(claim.text.clone()));
    if !direct.is_empty() {
        let mut claims: Vec<Claim> = ask
            .newest_of_each(&direct)
            .iter()
            .map(|at| if is_active(at) { direct_hit(ask, *at) } else { other(ask, *at) })
            .collect();
        if !direct.iter().any(is_active) {
            claims.extend(relatives);
        }
        return Draft::structured(claims);
    }
    if !relatives.is_empty() {
        return Draft::structured(relatives);
    }
    let scopes: &[&str] = match ask.plan.concepts.first().map(|concept| concept.domain) {
        Some(Domain::DrugClass | Domain::Ingredient) => &["any", "medicine"],
        Some(Domain::Allergen) => &["any", "food", "environment", "latex"],
        _ => &["any"],
    };
    // "No known allergies" beside an allergy that is listed is out of date.
    let contradicted = if entries.iter().any(is_active) { "any" } else { "" };
    let scopes: Vec<&str> = scopes.iter().copied().filter(|scope| *scope != contradicted).collect();
    let negative = negative(ask, &scopes);
    let subject = ask.plan.subject().unwrap_or_else(|| "that".to_owned());
    if !negative.is_empty() {
        let mut claims = negative;
        claims
            .push(Claim::of_absence(format!("I can't find an entry about {subject} itself in your record.")));
        return Draft::structured(claims);
    }
    Draft::absent(
        format!(
            "I can't find an allergy to {subject} in your record. That is not the same as having none: it may never have been entered."
        ),
        nearby(ask, &entries),
    )
}

fn listed(ask: &Ask<'_>, at: usize) -> Claim {
    let fact = ask.fact(at);
    let notes: Vec<String> = fact
        .gravity
        .iter()
        .cloned()
        .chain(fact.detail.iter().map(|reactions| format!("reaction: {reactions}")))
        .chain(fact.date.iter().map(|date| format!("recorded {}", date.shown())))
        .collect();
    let rest = if notes.is_empty() { String::new() } else { format!(": {}", notes.join(", ")) };
    Claim::about(ask.record, format!("{}{rest}.", fact.named()), &[at])
}

fn direct_hit(ask: &Ask<'_>, at: usize) -> Claim {
    let fact = ask.fact(at);
    let class = ask.plan.concepts.iter().find(|concept| concept.domain == Domain::DrugClass);
    let class = class.map(|class| medicines::is_a(class, fact)).unwrap_or_default();
    let class = class.trim_end_matches(',');
    let notes: Vec<String> = fact
        .gravity
        .iter()
        .cloned()
        .chain(fact.detail.iter().map(|reactions| format!("reaction: {reactions}")))
        .chain(fact.date.iter().map(|date| format!("recorded {}", date.shown())))
        .collect();
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
    let text = format!("Your record lists an allergy: {}{class}{notes}.", fact.named());
    Claim::about(ask.record, text, &[at])
}

fn other(ask: &Ask<'_>, at: usize) -> Claim {
    let fact = ask.fact(at);
    let state = match fact.standing {
        Standing::Past => "as no longer active",
        Standing::Unconfirmed => "as not confirmed",
        Standing::Refuted => "as refuted",
        _ => "as planned",
    };
    Claim::about(ask.record, format!("Your record lists {} {state}.", fact.named()), &[at])
}

/// Recorded allergies to another member of the same family of medicines.
fn relatives(ask: &Ask<'_>, asked: &Concept, entries: &[usize]) -> Vec<Claim> {
    if asked.domain != Domain::Ingredient {
        return Vec::new();
    }
    let families = concepts().all().iter().filter(|class| {
        class.domain == Domain::DrugClass
            && class.is_family
            && asked.phrases.iter().any(|phrase| class.member(concepts(), phrase).is_some())
    });
    let mut claims = Vec::new();
    for family in families {
        for &at in entries.iter().filter(|at| ask.fact(**at).standing == Standing::Current) {
            let fact = ask.fact(at);
            if family.is_named(&fact.stems) || family.member(concepts(), &fact.stems).is_some() {
                let text = format!(
                    "Your record lists an allergy: {}. The medicine you ask about is {} too; ask a doctor or pharmacist before you take it.",
                    fact.named(),
                    family.label
                );
                claims.push(Claim::about(ask.record, text, &[at]).given(family.label));
            }
        }
    }
    claims
}

fn negative(ask: &Ask<'_>, scopes: &[&str]) -> Vec<Claim> {
    let held = ask.record.of_kind(Kind::Allergy).filter(|(_, fact)| {
        fact.standing == Standing::Current && negation(fact).is_some_and(|scope| scopes.contains(&scope))
    });
    let found: Vec<usize> = held.map(|(at, _)| at).collect();
    ask.newest_of_each(&found)
        .iter()
        .map(|at| {
            let fact = ask.fact(*at);
            let date =
                fact.date.as_ref().map(|date| format!(", recorded {}", date.shown())).unwrap_or_default();
            Claim::about(ask.record, format!("Your record says: {}{date}.", fact.named()), &[*at])
        })
        .collect()
}

/// What the record does list, where what was asked for is not there.
fn nearby(ask: &Ask<'_>, entries: &[usize]) -> Vec<Claim> {
    let active: Vec<usize> =
        entries.iter().copied().filter(|at| ask.fact(*at).standing == Standing::Current).collect();
    let newest = ask.newest_of_each(&active);
    let mut claims = Vec::new();
    if !newest.is_empty() {
        let names: Vec<String> = newest.iter().map(|at| ask.fact(*at).named()).collect();
        claims.push(Claim::about(
            ask.record,
            format!("Allergies that are recorded: {}.", list(&names)),
            &newest,
        ));
    }
    let is_medicine = ask
        .plan
        .concepts
        .iter()
        .any(|concept| matches!(concept.domain, Domain::DrugClass | Domain::Ingredient));
    if is_medicine {
        let taken = ask.newest_of_each(&ask.named(Kind::Medicine));
        for at in taken.into_iter().take(2) {
            let fact = ask.fact(at);
            let date = fact.date.as_ref().map(|date| format!(", {}", date.shown())).unwrap_or_default();
            let text = format!("Your record lists it as a medicine: {}{date}.", fact.named());
            claims.push(Claim::about(ask.record, text, &[at]));
        }
    }
    claims
}

#[cfg(test)]
mod tests {
    use crate::answer::answer;
    use crate::facts::{Context, flatten};
    use crate::record::Record;
    use serde_json::json;

    fn asked(allergies: &[(&str, &str)], question: &str) -> String {
        let facts = allergies.iter().enumerate().filter_map(|(at, (name, verification))| {
            let allergy = json!({
                "resourceType": "AllergyIntolerance", "id": format!("a{at}"), "recordedDate": "2020-01-02",
                "code": { "coding": [{ "system": "http://snomed.info/sct",
                    "code": if *name == "No known allergy" { "716186003" } else { "1" } }], "text": name },
                "verificationStatus": { "coding": [{ "code": verification }] }
            });
            flatten(&allergy, 1, &Context::default())
        });
        let record = Record::new(facts.collect(), Vec::new());
        let draft = answer(&record, question, jiff::civil::date(2026, 11, 20)).ok().unwrap();
        draft.claims.iter().map(|claim| claim.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn no_known_allergies_is_not_told_beside_one() {
        let none = ("No known allergy", "confirmed");
        assert!(asked(&[none], "am I allergic to penicillin?").contains("No known allergy"));
        let answer = asked(&[none, ("Egg allergy", "confirmed")], "am I allergic to penicillin?");
        assert!(!answer.contains("No known allergy") && answer.contains("Egg allergy"), "{answer}");
    }

    #[test]
    fn a_refuted_allergy_does_not_hide_one_to_a_sister() {
        let answer = asked(
            &[("Amoxicillin", "refuted"), ("Ampicillin", "confirmed")],
            "am I allergic to amoxicillin?",
        );
        assert!(answer.contains("refuted") && answer.contains("an allergy: Ampicillin"), "{answer}");
    }

    #[test]
    fn a_brand_and_a_sister_of_what_is_recorded_are_warned_of() {
        for (recorded, question) in [
            ("Allergy to penicillin", "am I allergic to Augmentin?"),
            ("Allergy to sulfonamide", "am I allergic to Bactrim?"),
            ("Allergy to sulfonamide", "am I allergic to co-trimoxazole?"),
            ("ibuprofen", "am I allergic to naproxen?"),
        ] {
            let allergy = json!({
                "resourceType": "AllergyIntolerance", "id": "a1", "code": { "text": recorded },
                "recordedDate": "2020-01-02"
            });
            let record =
                Record::new(flatten(&allergy, 1, &Context::default()).into_iter().collect(), Vec::new());
            let draft = answer(&record, question, jiff::civil::date(2026, 11, 20)).ok().unwrap();
            let warned = format!("Your record lists an allergy: {recorded}");
            let warnings = draft.claims.iter().filter(|claim| claim.text.starts_with(&warned));
            assert_eq!(warnings.count(), 1, "{question}");
        }
    }
}
