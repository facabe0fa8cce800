//! Functions that take a collection and give another: filtering, projection, subsetting, combining, navigation
//! (FHIRPath §5.2–5.4, 5.8, 5.9, 7).

use super::{Function, Invocation};
use crate::fhirpath::ast::Expr;
use crate::fhirpath::compare;
use crate::fhirpath::error::{Error, fails};
use crate::fhirpath::eval::{Evaluator, Scope, single_value};
use crate::fhirpath::item::{Collection, Item, System};
use std::cmp::Ordering;

pub(super) fn call<'a>(
    call: &Invocation<'_, '_, 'a>,
    input: Collection<'a>,
) -> Result<Collection<'a>, Error> {
    match call.call.function {
        Function::Where => filter(call, input),
        Function::Select => select(call, &input),
        Function::Repeat => repeat(call, input),
        Function::Single if input.len() > 1 => fails("single() found several"),
        Function::First | Function::Single => Ok(input.into_iter().take(1).collect()),
        Function::Last => Ok(input.into_iter().next_back().into_iter().collect()),
        Function::Tail => Ok(input.into_iter().skip(1).collect()),
        Function::Skip => Ok(input.into_iter().skip(count_of(call)?).collect()),
        Function::Take => Ok(input.into_iter().take(count_of(call)?).collect()),
        Function::Intersect => intersect(call, input),
        Function::Exclude => exclude(call, input),
        Function::Union => union(call.evaluator, input, call.items(0)?),
        Function::Combine => {
            let mut items = input;
            items.extend(call.items(0)?);
            call.evaluator.keep(items)
        }
        Function::Distinct => distinct(call.evaluator, input),
        Function::Sort => sort(call, input),
        Function::Aggregate => aggregate(call, &input),
        Function::Coalesce => coalesce(call),
        Function::Children => children(call.evaluator, &input),
        Function::Descendants => descendants(call.evaluator, &input),
        Function::Iif => iif(call, &input),
        _ => trace(call, input),
    }
}

fn filter<'a>(call: &Invocation<'_, '_, 'a>, input: Collection<'a>) -> Result<Collection<'a>, Error> {
    let criterion = call.first_arg()?;
    let mut out = Vec::new();
    for (index, item) in input.into_iter().enumerate() {
        if call.holds_for(criterion, &item, index)? {
            out.push(item);
        }
    }
    Ok(out)
}

fn select<'a>(call: &Invocation<'_, '_, 'a>, input: &[Item<'a>]) -> Result<Collection<'a>, Error> {
    let projection = call.first_arg()?;
    let mut out = Vec::new();
    for (index, item) in input.iter().enumerate() {
        out.extend(call.for_item(projection, item, index)?);
    }
    call.evaluator.keep(out)
}

/// Projects again and again what was found, until nothing new is found.
fn repeat<'a>(call: &Invocation<'_, '_, 'a>, input: Collection<'a>) -> Result<Collection<'a>, Error> {
    let projection = call.first_arg()?;
    let mut found: Collection<'a> = Vec::new();
    let mut fresh = input;
    while !fresh.is_empty() {
        let mut next = Vec::new();
        for (index, item) in fresh.iter().enumerate() {
            for item in call.for_item(projection, item, index)? {
                if !compare::contains(call.evaluator, &found, &item)? {
                    found.push(item.clone());
                    next.push(item);
                }
            }
        }
        fresh = next;
    }
    Ok(found)
}

fn count_of(call: &Invocation<'_, '_, '_>) -> Result<usize, Error> {
    match call.integer(0)? {
        Some(count) => Ok(usize::try_from(count).unwrap_or(0)),
        None => fails("how many was not given"),
    }
}

fn intersect<'a>(call: &Invocation<'_, '_, 'a>, input: Collection<'a>) -> Result<Collection<'a>, Error> {
    let other = call.items(0)?;
    let mut out: Collection<'a> = Vec::new();
    for item in input {
        if compare::contains(call.evaluator, &other, &item)?
            && !compare::contains(call.evaluator, &out, &item)?
        {
            out.push(item);
        }
    }
    Ok(out)
}

fn exclude<'a>(call: &Invocation<'_, '_, 'a>, input: Collection<'a>) -> Result<Collection<'a>, Error> {
    let other = call.items(0)?;
    let mut out = Vec::new();
    for item in input {
        if !compare::contains(call.evaluator, &other, &item)? {
            out.push(item);
        }
    }
    Ok(out)
}

/// Both collections without what occurs twice.
pub(in crate::fhirpath) fn union<'a>(
    evaluator: &Evaluator<'a>,
    left: Collection<'a>,
    right: Collection<'a>,
) -> Result<Collection<'a>, Error> {
    distinct(evaluator, left.into_iter().chain(right).collect())
}

fn distinct<'a>(evaluator: &Evaluator<'a>, input: Collection<'a>) -> Result<Collection<'a>, Error> {
    let mut out: Collection<'a> = Vec::with_capacity(input.len());
    for item in input {
        if !compare::contains(evaluator, &out, &item)? {
            out.push(item);
        }
    }
    evaluator.keep(out)
}

/// Sorts by one or more keys; a key with a minus sign sorts downwards. What has no key comes first either way.
fn sort<'a>(call: &Invocation<'_, '_, 'a>, input: Collection<'a>) -> Result<Collection<'a>, Error> {
    let keys: Vec<(&'a Expr, bool)> = match call.call.args.as_slice() {
        [] => vec![(&Expr::This, false)],
        args => args
            .iter()
            .map(|arg| match arg {
                Expr::Sign { negative: true, operand } => (&**operand, true),
                key => (key, false),
            })
            .collect(),
    };
    let mut rows = Vec::with_capacity(input.len());
    for (index, item) in input.into_iter().enumerate() {
        let mut row = Vec::with_capacity(keys.len());
        for (key, _) in &keys {
            row.push(single_value(&call.for_item(key, &item, index)?)?);
        }
        rows.push((row, item));
    }
    // By insertion: the order of dates may be unsure, and the library's sort insists on a total order.
    let mut sorted: Vec<(Vec<Option<System<'a>>>, Item<'a>)> = Vec::with_capacity(rows.len());
    for (row, item) in rows {
        let mut at = sorted.len();
        while at > 0 && row_order(&row, &sorted[at - 1].0, &keys)?.is_lt() {
            call.evaluator.spend(1)?;
            at -= 1;
        }
        sorted.insert(at, (row, item));
    }
    Ok(sorted.into_iter().map(|(_, item)| item).collect())
}

fn row_order(
    a: &[Option<System<'_>>],
    b: &[Option<System<'_>>],
    keys: &[(&Expr, bool)],
) -> Result<Ordering, Error> {
    for ((a, b), (_, down)) in a.iter().zip(b).zip(keys) {
        let order = match (a, b) {
            (Some(a), Some(b)) => {
                let order = compare::order(a, b)?.unwrap_or(Ordering::Equal);
                if *down { order.reverse() } else { order }
            }
            _ => a.is_some().cmp(&b.is_some()),
        };
        if order.is_ne() {
            return Ok(order);
        }
    }
    Ok(Ordering::Equal)
}

fn aggregate<'a>(call: &Invocation<'_, '_, 'a>, input: &[Item<'a>]) -> Result<Collection<'a>, Error> {
    let step = call.first_arg()?;
    let mut total = call.items(1)?;
    for (index, item) in input.iter().enumerate() {
        let scope = Scope { this: std::slice::from_ref(item), index: Some(index), total: Some(&total) };
        total = call.evaluator.eval(step, &scope)?;
    }
    Ok(total)
}

/// The first argument that is not empty.
fn coalesce<'a>(call: &Invocation<'_, '_, 'a>) -> Result<Collection<'a>, Error> {
    for index in 0..call.call.args.len() {
        let items = call.items(index)?;
        if !items.is_empty() {
            return Ok(items);
        }
    }
    Ok(Vec::new())
}

fn children<'a>(evaluator: &Evaluator<'a>, input: &[Item<'a>]) -> Result<Collection<'a>, Error> {
    let mut nodes = Vec::new();
    for item in input {
        if let Item::Node(node) = item {
            node.children(&mut nodes);
        }
    }
    evaluator.keep(nodes.into_iter().map(Item::Node).collect())
}

fn descendants<'a>(evaluator: &Evaluator<'a>, input: &[Item<'a>]) -> Result<Collection<'a>, Error> {
    let mut out = Vec::new();
    let mut level = children(evaluator, input)?;
    while !level.is_empty() {
        let next = children(evaluator, &level)?;
        out.append(&mut level);
        level = next;
    }
    Ok(out)
}

/// One of two, of which only the chosen one is evaluated.
fn iif<'a>(call: &Invocation<'_, '_, 'a>, input: &[Item<'a>]) -> Result<Collection<'a>, Error> {
    if input.len() > 1 {
        return fails("iif() takes one item, not several");
    }
    // Written without a dot before it, it leaves `$this` as it is.
    let scope = Scope { this: if input.is_empty() { call.scope.this } else { input }, ..*call.scope };
    let criterion = call.evaluator.eval(call.first_arg()?, &scope)?;
    let chosen = match single_value(&criterion)? {
        None | Some(System::Boolean(false)) => call.call.args.get(2),
        Some(System::Boolean(true)) => call.call.args.get(1),
        Some(_) => return fails("the criterion of iif() is a Boolean"),
    };
    match chosen {
        Some(chosen) => call.evaluator.eval(chosen, &scope),
        None => Ok(Vec::new()),
    }
}

fn trace<'a>(call: &Invocation<'_, '_, 'a>, input: Collection<'a>) -> Result<Collection<'a>, Error> {
    if let (Some(tracer), Some(name)) = (call.evaluator.environment.tracer, call.text(0)?) {
        match call.call.args.get(1) {
            None => tracer.trace(&name, &input),
            Some(projection) => {
                let mut told = Vec::new();
                for (index, item) in input.iter().enumerate() {
                    told.extend(call.for_item(projection, item, index)?);
                }
                tracer.trace(&name, &told);
            }
        }
    }
    Ok(input)
}
