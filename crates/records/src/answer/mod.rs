//! A plan run over a record → sentences that can each be proved.
//!
//! Pure. Every sentence about the record carries the exact words it stands on; [`verify`] drops those whose
//! words are not in the source, or that say a number, date, medicine or negation the source does not say.
//! Absence of a record is never told as absence of the condition.

mod allergies;
mod conditions;
mod documents;
mod draft;
mod events;
mod family;
mod limits;
mod medicines;
#[cfg(test)]
mod misread;
mod near;
#[cfg(test)]
mod properties;
mod quoted;
mod results;
mod select;
mod shapes;
#[cfg(test)]
mod tests;
mod verify;

pub use draft::Kind;
pub(crate) use draft::{Claim, Draft, Quote};
pub(crate) use near::Near;
pub(crate) use results::measured;
pub use shapes::{Answer, Citation, CitationSource, DocumentSource, ResourceSource, Sentence};
pub(crate) use verify::verify;

use crate::question::{Category, Intent, Plan, Refusal};
use crate::record::Record;
use jiff::civil::Date;

/// Answers a question over a record, as of `today`, by words alone.
#[cfg(test)]
pub(crate) fn answer(record: &Record, question: &str, today: Date) -> Result<Draft, Refusal> {
    answer_near(record, question, today, &Near::by(&Vec::new))
}

/// Answers a question over a record, as of `today`. Only sentences that passed the check are left.
pub(crate) fn answer_near(
    record: &Record,
    question: &str,
    today: Date,
    near: &Near<'_>,
) -> Result<Draft, Refusal> {
    let plan = Plan::of(question, today, record.born(), &|stem| record.index.knows(stem))?;
    let mut draft = run_near(record, &plan, today, near);
    if let Some(second) = &plan.second {
        let plan = Plan { span: Some(second.clone()), ..plan.clone() };
        draft.claims.extend(run_near(record, &plan, today, near).claims);
    }
    draft.claims.retain(|claim| verify(record, claim));
    if draft.claims.is_empty() {
        draft = Draft::not_found(&plan);
    }
    draft = draft.with_what_was_left_out(record, &plan);
    if plan.wants_advice {
        draft = draft.for_a_clinician();
    }
    Ok(draft)
}

#[cfg(test)]
fn run(record: &Record, plan: &Plan, today: Date) -> Draft {
    run_near(record, plan, today, &Near::by(&Vec::new))
}

fn run_near(record: &Record, plan: &Plan, today: Date, near: &Near<'_>) -> Draft {
    let ask = Ask { record, plan, today, near };
    let structured = match plan.category {
        Some(Category::Results) => results::answer(&ask),
        Some(Category::Medicines) => medicines::answer(&ask),
        Some(Category::Allergies) => allergies::answer(&ask),
        Some(Category::Conditions) => conditions::answer(&ask),
        Some(Category::Overview) => Some(overview(&ask)),
        Some(Category::Family) => Some(family::answer(&ask)),
        Some(Category::Documents) => {
            documents::answer(&ask).or_else(|| events::answer(&ask, Category::Documents))
        }
        Some(category) => events::answer(&ask, category),
        None => by_own_words(&ask),
    };
    match structured {
        Some(draft) if draft.has_findings() => quoted::with_documents(&ask, draft),
        Some(draft) => quoted::instead_of(&ask, draft),
        None => quoted::answer(&ask),
    }
}

/// Conditions, medicines and allergies, one after the other.
fn overview(ask: &Ask<'_>) -> Draft {
    let plan = Plan { own: Vec::new(), concepts: Vec::new(), intent: Intent::List, ..ask.plan.clone() };
    let ask = Ask { plan: &plan, ..*ask };
    let parts = [conditions::answer(&ask), medicines::answer(&ask), allergies::answer(&ask)];
    Draft::structured(parts.into_iter().flatten().flat_map(|part| part.claims).collect())
}

/// A question whose subject no table knows: the person's own entries may know it.
fn by_own_words(ask: &Ask<'_>) -> Option<Draft> {
    use crate::facts::Kind;
    if ask.plan.own.is_empty() {
        return None;
    }
    let has = |kind: Kind| !ask.named(kind).is_empty();
    if has(Kind::Observation) {
        results::answer(ask)
    } else if has(Kind::Allergy) {
        allergies::answer(ask)
    } else if has(Kind::Medicine) {
        medicines::answer(ask)
    } else if has(Kind::Condition) {
        conditions::answer(ask)
    } else if has(Kind::Immunization) {
        events::answer(ask, Category::Immunizations)
    } else if has(Kind::Procedure) {
        events::answer(ask, Category::Procedures)
    } else {
        None
    }
}

/// A question being answered.
pub(crate) struct Ask<'a> {
    pub(crate) record: &'a Record,
    pub(crate) plan: &'a Plan,
    pub(crate) today: Date,
    pub(crate) near: &'a Near<'a>,
}
