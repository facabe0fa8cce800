//! What strict mode forbids that can be told without data.

use super::ast::{Expr, Step, TypeTest};
use super::error::Error;
use super::functions::Function;
use super::types;

/// Refuses an element that the type just cast to does not have, and an order where there is none.
pub(super) fn check(expr: &Expr) -> Result<(), Error> {
    match expr {
        Expr::Literal(_) | Expr::This | Expr::Index | Expr::Total | Expr::Variable(_) => Ok(()),
        Expr::Sign { operand, .. } | Expr::Type { operand, .. } => check(operand),
        Expr::Binary { left, right, .. } => check(left).and_then(|()| check(right)),
        Expr::Path { head, steps } => {
            check(head)?;
            let mut cast = match &**head {
                Expr::Type { test: TypeTest::As, name, .. } => Some(name),
                _ => None,
            };
            let mut unordered = false;
            for step in steps {
                match step {
                    Step::Member { name, .. } => {
                        check_member(cast.and_then(|cast| types::named(&cast.name)), name)?
                    }
                    Step::Index(index) => check(index)?,
                    Step::Call(call) => call.args.iter().try_for_each(check)?,
                    Step::Type { .. } => {}
                }
                if unordered && is_ordered(step) {
                    return Err(Error::Semantic("children have no order to count in".to_owned()));
                }
                unordered = is_unordered(step);
                cast = match step {
                    Step::Type { test: TypeTest::As | TypeTest::OfType, name } => Some(name),
                    _ => None,
                };
            }
            Ok(())
        }
    }
}

fn check_member(def: Option<&'static crate::defs::TypeDef>, name: &str) -> Result<(), Error> {
    match def {
        Some(def) if !types::has_element(def, name) => no_element(def.name, name),
        _ => Ok(()),
    }
}

/// The error of an element that is not there.
pub(super) fn no_element<T>(type_name: &str, name: &str) -> Result<T, Error> {
    Err(Error::Semantic(format!("{type_name} has no element {name}")))
}

fn is_unordered(step: &Step) -> bool {
    matches!(step, Step::Call(call) if matches!(call.function, Function::Children | Function::Descendants))
}

fn is_ordered(step: &Step) -> bool {
    match step {
        Step::Index(_) => true,
        Step::Call(call) => {
            use Function::{First, Last, Skip, Tail, Take};
            matches!(call.function, First | Last | Skip | Tail | Take)
        }
        _ => false,
    }
}
