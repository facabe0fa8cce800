//! The functions, by name, with how many arguments they take.

mod boundaries;
mod collections;
mod convert;
mod existence;
mod fhir;
mod math;
mod strings;

pub(super) use collections::union;

use super::ast::{Call, Expr};
use super::error::{Error, fails};
use super::eval::{Evaluator, Scope, single_value};
use super::item::{Collection, Item, System};
use super::moment::{Moment, MomentKind, Precision};
use regex::Regex;
use std::borrow::Cow;
use std::ops::RangeInclusive;

macro_rules! functions {
    ($($variant:ident $name:literal $least:literal..=$most:literal)*) => {
        /// A function of the language.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Function {
            $($variant,)*
        }

        impl Function {
            /// The function of this name.
            pub(super) fn named(name: &str) -> Option<Self> {
                Some(match name {
                    $($name => Self::$variant,)*
                    _ => return None,
                })
            }

            /// How many arguments it takes.
            pub(super) fn arity(self) -> RangeInclusive<usize> {
                match self {
                    $(Self::$variant => $least..=$most,)*
                }
            }
        }
    };
}

functions! {
    Abs "abs" 0..=0
    Aggregate "aggregate" 1..=2
    All "all" 1..=1
    AllFalse "allFalse" 0..=0
    AllTrue "allTrue" 0..=0
    AnyFalse "anyFalse" 0..=0
    AnyTrue "anyTrue" 0..=0
    Ceiling "ceiling" 0..=0
    Children "children" 0..=0
    Coalesce "coalesce" 1..=32
    Combine "combine" 1..=1
    Comparable "comparable" 1..=1
    ConformsTo "conformsTo" 1..=1
    Contains "contains" 1..=1
    ConvertsToBoolean "convertsToBoolean" 0..=0
    ConvertsToDate "convertsToDate" 0..=0
    ConvertsToDateTime "convertsToDateTime" 0..=0
    ConvertsToDecimal "convertsToDecimal" 0..=0
    ConvertsToInteger "convertsToInteger" 0..=0
    ConvertsToQuantity "convertsToQuantity" 0..=1
    ConvertsToString "convertsToString" 0..=0
    ConvertsToTime "convertsToTime" 0..=0
    Count "count" 0..=0
    Decode "decode" 1..=1
    Descendants "descendants" 0..=0
    Distinct "distinct" 0..=0
    Empty "empty" 0..=0
    Encode "encode" 1..=1
    EndsWith "endsWith" 1..=1
    Escape "escape" 1..=1
    Exclude "exclude" 1..=1
    Exists "exists" 0..=1
    Exp "exp" 0..=0
    Extension "extension" 1..=1
    First "first" 0..=0
    Floor "floor" 0..=0
    GetValue "getValue" 0..=0
    HasValue "hasValue" 0..=0
    HighBoundary "highBoundary" 0..=1
    HtmlChecks "htmlChecks" 0..=0
    Iif "iif" 2..=3
    IndexOf "indexOf" 1..=1
    Intersect "intersect" 1..=1
    IsDistinct "isDistinct" 0..=0
    Join "join" 0..=1
    Last "last" 0..=0
    LastIndexOf "lastIndexOf" 1..=1
    Length "length" 0..=0
    Ln "ln" 0..=0
    Log "log" 1..=1
    LowBoundary "lowBoundary" 0..=1
    Lower "lower" 0..=0
    Matches "matches" 1..=1
    MatchesFull "matchesFull" 1..=1
    MemberOf "memberOf" 1..=1
    Not "not" 0..=0
    Now "now" 0..=0
    Power "power" 1..=1
    PrecisionOf "precision" 0..=0
    Repeat "repeat" 1..=1
    Replace "replace" 2..=2
    ReplaceMatches "replaceMatches" 2..=2
    Resolve "resolve" 0..=0
    Round "round" 0..=1
    Select "select" 1..=1
    Single "single" 0..=0
    Skip "skip" 1..=1
    Sort "sort" 0..=32
    Split "split" 1..=1
    Sqrt "sqrt" 0..=0
    StartsWith "startsWith" 1..=1
    SubsetOf "subsetOf" 1..=1
    Substring "substring" 1..=2
    SupersetOf "supersetOf" 1..=1
    Tail "tail" 0..=0
    Take "take" 1..=1
    TimeOfDay "timeOfDay" 0..=0
    ToBoolean "toBoolean" 0..=0
    ToChars "toChars" 0..=0
    ToDate "toDate" 0..=0
    ToDateTime "toDateTime" 0..=0
    ToDecimal "toDecimal" 0..=0
    ToInteger "toInteger" 0..=0
    ToQuantity "toQuantity" 0..=1
    ToString "toString" 0..=0
    ToTime "toTime" 0..=0
    Today "today" 0..=0
    Trace "trace" 1..=2
    Trim "trim" 0..=0
    Truncate "truncate" 0..=0
    TypeOf "type" 0..=0
    Unescape "unescape" 1..=1
    Union "union" 1..=1
    Upper "upper" 0..=0
    Where "where" 1..=1
}

impl Function {
    /// The compiled pattern, where it is known before evaluating.
    pub(super) fn pattern(self, args: &[Expr]) -> Option<Regex> {
        let is_match = matches!(self, Self::Matches | Self::MatchesFull | Self::ReplaceMatches);
        match args.first() {
            Some(Expr::Literal(Some(System::String(text)))) if is_match => {
                strings::compile(text, self == Self::MatchesFull).ok()
            }
            _ => None,
        }
    }
}

/// A call: the function, what stands before the dot, and the arguments, which it evaluates itself.
pub(super) struct Invocation<'c, 's, 'a> {
    pub(super) evaluator: &'c Evaluator<'a>,
    pub(super) call: &'a Call,
    pub(super) scope: &'c Scope<'s, 'a>,
}

/// Calls a function on `input`.
pub(super) fn call<'a>(
    evaluator: &Evaluator<'a>,
    call: &'a Call,
    input: Collection<'a>,
    scope: &Scope<'_, 'a>,
) -> Result<Collection<'a>, Error> {
    use Function as F;
    evaluator.spend(input.len())?;
    let invocation = Invocation { evaluator, call, scope };
    match call.function {
        F::Empty
        | F::Exists
        | F::All
        | F::AllTrue
        | F::AnyTrue
        | F::AllFalse
        | F::AnyFalse
        | F::SubsetOf
        | F::SupersetOf
        | F::Count
        | F::IsDistinct
        | F::Not
        | F::HasValue => existence::call(&invocation, &input),

        F::Where
        | F::Select
        | F::Repeat
        | F::Single
        | F::First
        | F::Last
        | F::Tail
        | F::Skip
        | F::Take
        | F::Intersect
        | F::Exclude
        | F::Union
        | F::Combine
        | F::Distinct
        | F::Sort
        | F::Aggregate
        | F::Coalesce
        | F::Children
        | F::Descendants
        | F::Iif
        | F::Trace => collections::call(&invocation, input),

        F::IndexOf
        | F::LastIndexOf
        | F::Substring
        | F::StartsWith
        | F::EndsWith
        | F::Contains
        | F::Upper
        | F::Lower
        | F::Replace
        | F::Matches
        | F::MatchesFull
        | F::ReplaceMatches
        | F::Length
        | F::ToChars
        | F::Trim
        | F::Split
        | F::Encode
        | F::Decode
        | F::Escape
        | F::Unescape => strings::call(&invocation, &input),
        F::Join => strings::join(&invocation, &input),

        F::Abs
        | F::Ceiling
        | F::Exp
        | F::Floor
        | F::Ln
        | F::Log
        | F::Power
        | F::Round
        | F::Sqrt
        | F::Truncate => math::call(&invocation, &input),

        F::LowBoundary | F::HighBoundary | F::PrecisionOf | F::Comparable => {
            boundaries::call(&invocation, &input)
        }

        F::Extension | F::GetValue | F::Resolve | F::ConformsTo | F::MemberOf | F::HtmlChecks => {
            fhir::call(&invocation, input)
        }
        F::TypeOf => Ok(input.iter().map(|item| Item::Type(item.type_info())).collect()),
        F::Now | F::Today | F::TimeOfDay => {
            Ok(vec![Item::System(System::Moment(present(evaluator, call.function)))])
        }
        _ => convert::call(&invocation, &input),
    }
}

fn present(evaluator: &Evaluator<'_>, function: Function) -> Moment {
    let now = Moment::from_timestamp(evaluator.environment.now);
    match function {
        Function::Today => Moment { kind: MomentKind::Date, offset: None, ..now.truncated(Precision::Day) },
        Function::TimeOfDay => Moment { kind: MomentKind::Time, offset: None, ..now },
        _ => now,
    }
}

impl<'a> Invocation<'_, '_, 'a> {
    /// An argument evaluated where the call stands; empty where it is not given.
    fn items(&self, index: usize) -> Result<Collection<'a>, Error> {
        match self.call.args.get(index) {
            Some(arg) => self.evaluator.eval(arg, self.scope),
            None => Ok(Vec::new()),
        }
    }

    /// An argument that is one value or none.
    fn value(&self, index: usize) -> Result<Option<System<'a>>, Error> {
        single_value(&self.items(index)?)
    }

    /// An argument that is a string or nothing.
    fn text(&self, index: usize) -> Result<Option<Cow<'a, str>>, Error> {
        match self.value(index)? {
            None => Ok(None),
            Some(System::String(text)) => Ok(Some(text)),
            Some(other) => fails(format!("a String was expected, not a {}", other.type_name())),
        }
    }

    /// An argument that is a whole number or nothing.
    fn integer(&self, index: usize) -> Result<Option<i64>, Error> {
        match self.value(index)? {
            None => Ok(None),
            Some(System::Integer(number)) => Ok(Some(number)),
            Some(other) => fails(format!("an Integer was expected, not a {}", other.type_name())),
        }
    }

    /// Evaluates an argument for one item of the input: it is `$this`, its place `$index`.
    fn for_item(&self, arg: &'a Expr, item: &Item<'a>, index: usize) -> Result<Collection<'a>, Error> {
        let scope = Scope { this: std::slice::from_ref(item), index: Some(index), total: self.scope.total };
        self.evaluator.eval(arg, &scope)
    }

    /// The same for a criterion: empty is false.
    fn holds_for(&self, arg: &'a Expr, item: &Item<'a>, index: usize) -> Result<bool, Error> {
        let scope = Scope { this: std::slice::from_ref(item), index: Some(index), total: self.scope.total };
        self.evaluator.eval_truth(arg, &scope)
    }

    /// The first argument's expression, which the parser has seen to be there.
    fn first_arg(&self) -> Result<&'a Expr, Error> {
        match self.call.args.first() {
            Some(arg) => Ok(arg),
            None => fails("an argument is missing"),
        }
    }

    /// A computed value as a collection.
    fn answer(&self, value: impl Into<Option<System<'a>>>) -> Result<Collection<'a>, Error> {
        self.evaluator.made(value.into())
    }

    /// A yes or no as a collection.
    fn verdict(&self, value: bool) -> Result<Collection<'a>, Error> {
        Ok(vec![Item::from(value)])
    }
}
