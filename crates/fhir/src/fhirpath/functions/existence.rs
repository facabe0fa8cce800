//! Functions that answer yes, no or how many (FHIRPath §5.1).

use super::{Function, Invocation};
use crate::fhirpath::compare;
use crate::fhirpath::error::{Error, fails};
use crate::fhirpath::eval::Evaluator;
use crate::fhirpath::item::{Collection, Item, System};

pub(super) fn call<'a>(call: &Invocation<'_, '_, 'a>, input: &[Item<'a>]) -> Result<Collection<'a>, Error> {
    let answer = match call.call.function {
        Function::Empty => input.is_empty(),
        Function::Exists => return exists(call, input),
        Function::All => return all(call, input),
        Function::AllTrue => !booleans(input)?.contains(&false),
        Function::AnyTrue => booleans(input)?.contains(&true),
        Function::AllFalse => !booleans(input)?.contains(&true),
        Function::AnyFalse => booleans(input)?.contains(&false),
        Function::SubsetOf => is_subset(call.evaluator, input, &call.items(0)?)?,
        Function::SupersetOf => is_subset(call.evaluator, &call.items(0)?, input)?,
        Function::IsDistinct => is_distinct(call.evaluator, input)?,
        Function::Not => {
            return Ok(compare::truth(input)?.map(|value| Item::from(!value)).into_iter().collect());
        }
        Function::HasValue => {
            matches!(input, [Item::Node(node)] if has_value(node)) || matches!(input, [Item::System(_)])
        }
        _ => return Ok(vec![Item::count(input.len())]),
    };
    call.verdict(answer)
}

fn has_value(node: &crate::fhirpath::Node<'_>) -> bool {
    node.value().is_some_and(|value| !value.is_object() && !value.is_array())
}

fn exists<'a>(call: &Invocation<'_, '_, 'a>, input: &[Item<'a>]) -> Result<Collection<'a>, Error> {
    let Some(criterion) = call.call.args.first() else { return call.verdict(!input.is_empty()) };
    for (index, item) in input.iter().enumerate() {
        if call.holds_for(criterion, item, index)? {
            return call.verdict(true);
        }
    }
    call.verdict(false)
}

fn all<'a>(call: &Invocation<'_, '_, 'a>, input: &[Item<'a>]) -> Result<Collection<'a>, Error> {
    let criterion = call.first_arg()?;
    for (index, item) in input.iter().enumerate() {
        if !call.holds_for(criterion, item, index)? {
            return call.verdict(false);
        }
    }
    call.verdict(true)
}

fn booleans(input: &[Item<'_>]) -> Result<Vec<bool>, Error> {
    let boolean = |item: &Item<'_>| match item.system() {
        Some(System::Boolean(value)) => Ok(value),
        _ => fails("Booleans were expected"),
    };
    input.iter().map(boolean).collect()
}

fn is_subset(evaluator: &Evaluator<'_>, part: &[Item<'_>], whole: &[Item<'_>]) -> Result<bool, Error> {
    for item in part {
        if !compare::contains(evaluator, whole, item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_distinct(evaluator: &Evaluator<'_>, input: &[Item<'_>]) -> Result<bool, Error> {
    for (index, item) in input.iter().enumerate() {
        if compare::contains(evaluator, &input[..index], item)? {
            return Ok(false);
        }
    }
    Ok(true)
}
