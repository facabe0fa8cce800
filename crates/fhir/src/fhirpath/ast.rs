//! The parsed form of an expression. Names of functions and types are resolved while parsing, so that
//! evaluating costs no look-ups by name.

use super::functions::Function;
use super::item::System;
use regex::Regex;

/// One parsed expression.
#[derive(Clone)]
pub(super) enum Expr {
    /// A literal; the empty collection `{}` is a literal without a value.
    Literal(Option<System<'static>>),
    /// `$this`, or what a path starts from when nothing is written before it.
    This,
    /// `$index`
    Index,
    /// `$total`
    Total,
    /// `%name`
    Variable(String),
    /// A starting point and what follows its dots and brackets. Flat, so that a long path is no deep tree.
    Path { head: Box<Expr>, steps: Vec<Step> },
    /// `+x` or `-x`
    Sign { negative: bool, operand: Box<Expr> },
    /// `a op b`
    Binary { operator: Operator, left: Box<Expr>, right: Box<Expr> },
    /// `x is T`, `x as T`
    Type { test: TypeTest, operand: Box<Expr>, name: TypeName },
}

/// What follows a dot, or stands at the start of a path.
#[derive(Clone)]
pub(super) enum Step {
    /// A child by name. `first` when nothing stands before it: then it may also name the type of the focus.
    Member { name: String, first: bool },
    /// `[index]`
    Index(Expr),
    /// `name(args)`
    Call(Call),
    /// `is(T)`, `as(T)`, `ofType(T)`
    Type { test: TypeTest, name: TypeName },
}

/// A function with its arguments.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) function: Function,
    pub(super) args: Vec<Expr>,
    /// The compiled pattern of a `matches`, `matchesFull` or `replaceMatches` whose pattern is a literal.
    pub(super) pattern: Option<Regex>,
}

/// The three questions about a type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TypeTest {
    Is,
    As,
    OfType,
}

/// A type by name, as written.
#[derive(Clone)]
pub(super) struct TypeName {
    pub(super) namespace: Option<Namespace>,
    pub(super) name: String,
}

/// Where a type is defined.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Namespace {
    System,
    Fhir,
}

/// The binary operators, without `is` and `as`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Operator {
    Multiply,
    Divide,
    Div,
    Mod,
    Add,
    Subtract,
    Concatenate,
    Union,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    Equivalent,
    NotEquivalent,
    In,
    Contains,
    And,
    Or,
    Xor,
    Implies,
}

impl Operator {
    /// How tightly the operator binds, after the table of precedence in FHIRPath §6.8; 0 is loosest.
    pub(super) fn binding(self) -> u8 {
        match self {
            Self::Multiply | Self::Divide | Self::Div | Self::Mod => 10,
            Self::Add | Self::Subtract | Self::Concatenate => 9,
            // 8: `is`, `as`
            Self::Union => 7,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => 6,
            Self::Equal | Self::NotEqual | Self::Equivalent | Self::NotEquivalent => 5,
            Self::In | Self::Contains => 4,
            Self::And => 3,
            Self::Or | Self::Xor => 2,
            Self::Implies => 1,
        }
    }
}

/// How tightly `is` and `as` bind.
pub(super) const TYPE_BINDING: u8 = 8;
