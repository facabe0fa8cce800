//! Which facts of a record a concept covers.

use super::{Concept, Concepts, Domain};
use crate::facts::{Code, Fact, System};
use crate::words::contains_phrase;

impl Concept {
    /// Whether the fact speaks of this concept: by its codes, or, where its codes are unknown to the
    /// tables, by the words it is named with.
    pub(crate) fn covers(&self, concepts: &Concepts, fact: &Fact) -> bool {
        self.covers_named(concepts, &fact.codes, &fact.stems)
    }

    pub(crate) fn covers_named(&self, concepts: &Concepts, codes: &[Code], stems: &[String]) -> bool {
        match self.domain {
            Domain::Analyte => self.by_code_then_name(concepts, System::Loinc, codes, stems),
            Domain::Vaccine => self.by_code_then_name(concepts, System::Cvx, codes, stems),
            Domain::Condition => {
                self.has_icd10(codes)
                    || self.has_code(System::Snomed, codes)
                    || self.is_named(&without_what_is_denied(stems))
            }
            Domain::Allergen => self.has_code(System::Snomed, codes) || self.is_named(stems),
            Domain::Ingredient => self.has_code(System::RxNorm, codes) || self.is_named(stems),
            Domain::DrugClass => self.is_named(stems) || self.member(concepts, stems).is_some(),
            Domain::Panel => {
                concepts.panel(self).iter().any(|analyte| analyte.covers_named(concepts, codes, stems))
            }
        }
    }

    /// The ingredient of this class that the words name.
    pub(crate) fn member(&self, concepts: &Concepts, stems: &[String]) -> Option<&'static str> {
        self.members.iter().copied().find(|name| {
            concepts.ingredient_phrases(name).iter().any(|phrase| contains_phrase(stems, phrase))
        })
    }

    /// Whether one of its names stands in the words.
    pub(crate) fn is_named(&self, stems: &[String]) -> bool {
        self.phrases.iter().any(|phrase| contains_phrase(stems, phrase))
    }

    fn has_code(&self, system: System, codes: &[Code]) -> bool {
        codes.iter().any(|code| code.system == system && self.codes.contains(&code.code.as_str()))
    }

    fn has_icd10(&self, codes: &[Code]) -> bool {
        codes
            .iter()
            .filter(|code| code.system == System::Icd10)
            .any(|code| self.icd10.iter().any(|prefix| code.code.to_ascii_uppercase().starts_with(prefix)))
    }

    /// A code that the tables know decides; a code that they do not know leaves it to the names.
    fn by_code_then_name(
        &self,
        concepts: &Concepts,
        system: System,
        codes: &[Code],
        stems: &[String],
    ) -> bool {
        if self.has_code(system, codes) {
            return true;
        }
        let mut of_system = codes.iter().filter(|code| code.system == system);
        let is_known = of_system.any(|code| !concepts.of_code(self.domain, &code.code).is_empty());
        !is_known && self.is_named(stems) && !self.is_elsewhere(stems)
    }

    /// Whether the words speak of another specimen than the concept: glucose in urine is no blood glucose.
    fn is_elsewhere(&self, stems: &[String]) -> bool {
        const SPECIMENS: [&str; 6] = ["urin", "stool", "csf", "saliva", "sweat", "fluid"];
        let is_specimen = |word: &String| SPECIMENS.contains(&word.as_str());
        self.domain == Domain::Analyte
            && stems.iter().any(is_specimen)
            && !self.phrases.iter().flatten().any(is_specimen)
    }
}

/// The stems without the words after "without": osteoporosis without current fracture is no fracture.
fn without_what_is_denied(stems: &[String]) -> Vec<String> {
    const REACH: usize = 4;
    let mut kept = Vec::with_capacity(stems.len());
    let mut denied = 0;
    for word in stems {
        if word == "without" {
            denied = REACH;
        } else if denied > 0 {
            denied -= 1;
        } else {
            kept.push(word.clone());
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::concepts::concepts;
    use crate::words::stems;

    #[test]
    fn what_a_name_denies_is_not_named() {
        let fracture = concepts().get(Domain::Condition, "fracture").unwrap();
        for (name, expect) in [
            ("Fracture of neck of femur", true),
            ("Age-related osteoporosis without current pathological fracture", false),
        ] {
            assert_eq!(fracture.covers_named(concepts(), &[], &stems(name)), expect, "{name}");
        }
    }
}
