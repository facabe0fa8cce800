//! FHIRPath 2.0 (N1) with FHIR's additions, over JSON.
//!
//! [`Expression::parse`] reads an expression once; evaluating it takes the data and an [`Environment`], reads no
//! clock, does no I/O and cannot panic. What evaluating may cost in time and memory is bounded; beyond the
//! bound it is an error, as is data the expression does not fit, so that nothing is answered by guess.
//!
//! The way of an expression: `lexer` → `parser` → [`ast`](self) → `eval` with `functions`.

mod arithmetic;
mod ast;
mod compare;
mod error;
mod eval;
mod functions;
mod item;
mod lexer;
mod moment;
mod node;
mod parser;
mod quantity;
mod strict;
mod types;
mod units;

#[cfg(test)]
mod suite;
#[cfg(test)]
mod tests;

pub use error::Error;
pub use item::{Collection, Item, System, TypeInfo};
pub use moment::{Moment, MomentKind, Precision};
pub use node::Node;
pub use quantity::{CalendarUnit, Quantity, QuantityUnit};

use salus_core::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// The code system of units, which a FHIR Quantity names.
const UCUM: &str = "http://unitsofmeasure.org";

/// A parsed expression: cheap to evaluate any number of times, from any thread.
#[derive(Clone)]
pub struct Expression {
    text: String,
    root: ast::Expr,
}

/// What an expression can see beside its context.
#[derive(Clone)]
pub struct Environment<'a> {
    /// What `now()` and `today()` tell.
    pub now: Timestamp,
    /// `%resource`; the context itself where it is `None`.
    pub resource: Option<&'a Value>,
    /// `%rootResource`, which holds the contained resources; `%resource` where it is `None`.
    pub root: Option<&'a Value>,
    /// The caller's own `%name`; an array is a collection.
    pub variables: BTreeMap<String, Value>,
    /// Where `resolve()` finds what is neither contained nor in the same Bundle.
    pub resolver: Option<&'a dyn Resolver>,
    /// Hears what `trace()` tells.
    pub tracer: Option<&'a dyn Tracer>,
    /// Whether an element that the type does not have is an error rather than empty.
    pub strict: bool,
}

/// Finds resources by reference.
pub trait Resolver: Send + Sync {
    /// The resource a reference such as `Patient/1` or a URL stands for.
    fn resolve(&self, reference: &str) -> Option<&Value>;
}

/// Hears what `trace()` tells.
pub trait Tracer: Send + Sync {
    /// `items` went by the place named `name`.
    fn trace(&self, name: &str, items: &[Item<'_>]);
}

impl Environment<'_> {
    /// Nothing but the time.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now,
            resource: None,
            root: None,
            variables: BTreeMap::new(),
            resolver: None,
            tracer: None,
            strict: false,
        }
    }
}

impl Expression {
    /// Reads an expression; unknown functions and types are found here.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Ok(Self { text: text.to_owned(), root: parser::parse(text)? })
    }

    /// The expression as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Evaluates over a resource, or over an object of unknown type.
    pub fn evaluate<'a>(
        &'a self,
        context: &'a Value,
        environment: &'a Environment<'a>,
    ) -> Result<Collection<'a>, Error> {
        self.evaluate_on(Node::new(context), environment)
    }

    /// Evaluates over a part of a resource: see [`Node::typed`].
    pub fn evaluate_on<'a>(
        &'a self,
        context: Node<'a>,
        environment: &'a Environment<'a>,
    ) -> Result<Collection<'a>, Error> {
        if environment.strict {
            strict::check(&self.root)?;
        }
        eval::evaluate(&self.root, context, environment)
    }

    /// Evaluates a condition: empty is false, one value that is no Boolean is true.
    pub fn evaluate_bool(&self, context: &Value, environment: &Environment<'_>) -> Result<bool, Error> {
        let items = self.evaluate(context, environment)?;
        Ok(compare::truth(&items)?.unwrap_or(false))
    }

    /// The same over a part of a resource.
    pub fn evaluate_bool_on(&self, context: Node<'_>, environment: &Environment<'_>) -> Result<bool, Error> {
        let items = self.evaluate_on(context, environment)?;
        Ok(compare::truth(&items)?.unwrap_or(false))
    }
}
