//! Tokens to an expression, by precedence climbing. Functions, their arguments and types are checked here.

use super::ast::{Call, Expr, Namespace, Operator, Step, TYPE_BINDING, TypeName, TypeTest};
use super::error::Error;
use super::functions::Function;
use super::item::System;
use super::lexer::{Token, TokenKind, tokens};
use super::quantity::{CalendarUnit, Quantity, QuantityUnit, parse_decimal};
use super::types;

/// Nested deeper than this an expression is refused: evaluating it takes stack.
const MAX_DEPTH: usize = 100;
const MAX_LENGTH: usize = 64 * 1024;

/// Reads a whole expression.
pub(super) fn parse(text: &str) -> Result<Expr, Error> {
    if text.len() > MAX_LENGTH {
        return Err(Error::TooCostly("it is too long"));
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
    let expr = parser.expression(0)?;
    match parser.kind() {
        TokenKind::End => Ok(expr),
        _ => parser.error("an operator or the end of the expression was expected"),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

/// What stands between two operands.
enum Infix {
    Operator(Operator),
    Type(TypeTest),
}

impl Parser {
    /// An expression whose operators bind more tightly than `binding`.
    fn expression(&mut self, binding: u8) -> Result<Expr, Error> {
        self.deeper()?;
        let outer = self.depth;
        let mut left = self.operand()?;
        while let Some(infix) = self.infix() {
            let own = match infix {
                Infix::Operator(operator) => operator.binding(),
                Infix::Type(_) => TYPE_BINDING,
            };
            if own <= binding {
                break;
            }
            self.at += 1;
            // A chain of operators is as deep as it is long.
            self.deeper()?;
            left = match infix {
                Infix::Operator(operator) => {
                    let right = self.expression(own)?;
                    Expr::Binary { operator, left: Box::new(left), right: Box::new(right) }
                }
                Infix::Type(test) => Expr::Type { test, operand: Box::new(left), name: self.type_name()? },
            };
        }
        self.depth = outer - 1;
        Ok(left)
    }

    fn deeper(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::TooCostly("it is nested too deeply"));
        }
        Ok(())
    }

    fn infix(&self) -> Option<Infix> {
        let operator = match self.kind() {
            TokenKind::Symbol(symbol) => symbol_operator(symbol)?,
            TokenKind::Word(word) => match word.as_str() {
                "is" => return Some(Infix::Type(TypeTest::Is)),
                "as" => return Some(Infix::Type(TypeTest::As)),
                word => word_operator(word)?,
            },
            _ => return None,
        };
        Some(Infix::Operator(operator))
    }

    /// A term with its sign and with what follows it by dots and brackets.
    fn operand(&mut self) -> Result<Expr, Error> {
        for (symbol, negative) in [("-", true), ("+", false)] {
            if self.take(symbol) {
                self.deeper()?;
                let operand = Box::new(self.operand()?);
                self.depth -= 1;
                return Ok(Expr::Sign { negative, operand });
            }
        }
        let (head, first) = self.term()?;
        let mut steps: Vec<Step> = first.into_iter().collect();
        loop {
            if self.take(".") {
                steps.push(self.invocation(false)?);
            } else if self.take("[") {
                steps.push(Step::Index(self.expression(0)?));
                self.expect("]")?;
            } else if steps.is_empty() {
                return Ok(head);
            } else {
                return Ok(Expr::Path { head: Box::new(head), steps });
            }
        }
    }

    /// What a path starts from, and its first step where it starts with a name.
    fn term(&mut self) -> Result<(Expr, Option<Step>), Error> {
        let literal = |value| Ok((Expr::Literal(Some(value)), None));
        match self.kind().clone() {
            TokenKind::Word(word) if self.next_is_no_call() && (word == "true" || word == "false") => {
                self.at += 1;
                literal(System::Boolean(word == "true"))
            }
            TokenKind::Word(_) | TokenKind::Quoted(_) => {
                let step = self.invocation(true)?;
                Ok((Expr::This, Some(step)))
            }
            TokenKind::Text(text) => {
                self.at += 1;
                literal(System::String(text.into()))
            }
            TokenKind::Moment(moment) => {
                self.at += 1;
                literal(System::Moment(moment))
            }
            TokenKind::Number(text) => {
                self.at += 1;
                literal(self.number(&text)?)
            }
            TokenKind::Special(special) => {
                self.at += 1;
                Ok(match special {
                    "index" => (Expr::Index, None),
                    "total" => (Expr::Total, None),
                    _ => (Expr::This, None),
                })
            }
            TokenKind::Symbol("%") => {
                self.at += 1;
                Ok((Expr::Variable(self.variable()?), None))
            }
            TokenKind::Symbol("(") => {
                self.at += 1;
                let inner = self.expression(0)?;
                self.expect(")")?;
                Ok((inner, None))
            }
            TokenKind::Symbol("{") => {
                self.at += 1;
                self.expect("}")?;
                Ok((Expr::Literal(None), None))
            }
            _ => self.error("a value, a name or a bracket was expected"),
        }
    }

    /// A number, with the unit that may follow it.
    fn number(&mut self, text: &str) -> Result<System<'static>, Error> {
        let Some(value) = parse_decimal(text) else { return self.error("the number has too many digits") };
        let unit = match self.kind() {
            TokenKind::Text(code) => Some(QuantityUnit::Ucum(code.as_str().into())),
            TokenKind::Word(word) => CalendarUnit::from_word(word).map(QuantityUnit::Calendar),
            _ => None,
        };
        if let Some(unit) = unit {
            self.at += 1;
            return Ok(System::Quantity(Quantity { value, unit }));
        }
        if text.contains('.') {
            return Ok(System::Decimal(value));
        }
        match text.parse() {
            Ok(whole) => Ok(System::Integer(whole)),
            Err(_) => self.error("the number is too large"),
        }
    }

    fn variable(&mut self) -> Result<String, Error> {
        match self.kind().clone() {
            TokenKind::Word(name) | TokenKind::Quoted(name) | TokenKind::Text(name) => {
                self.at += 1;
                Ok(name)
            }
            _ => self.error("the name of a variable was expected"),
        }
    }

    /// A name, alone or with arguments.
    fn invocation(&mut self, first: bool) -> Result<Step, Error> {
        let (TokenKind::Word(name) | TokenKind::Quoted(name)) = self.kind().clone() else {
            return self.error("a name was expected");
        };
        self.at += 1;
        if !self.take("(") {
            return Ok(Step::Member { name, first });
        }
        let test = match name.as_str() {
            "is" => TypeTest::Is,
            "as" => TypeTest::As,
            "ofType" => TypeTest::OfType,
            _ => return self.call(&name).map(Step::Call),
        };
        let name = self.type_name()?;
        self.expect(")")?;
        Ok(Step::Type { test, name })
    }

    fn call(&mut self, name: &str) -> Result<Call, Error> {
        let Some(function) = Function::named(name) else {
            return Err(Error::Semantic(format!("there is no function {name}()")));
        };
        let mut args = Vec::new();
        while !self.take(")") {
            if !args.is_empty() {
                self.expect(",")?;
            }
            args.push(self.expression(0)?);
        }
        if !function.arity().contains(&args.len()) {
            return Err(Error::Semantic(format!("{name}() does not take {} arguments", args.len())));
        }
        let pattern = function.pattern(&args);
        Ok(Call { function, args, pattern })
    }

    /// `Quantity`, `System.String`, `` FHIR.`Patient` ``
    fn type_name(&mut self) -> Result<TypeName, Error> {
        let mut name = self.variable()?;
        let mut namespace = None;
        if self.kind() == &TokenKind::Symbol(".")
            && let Some(space) = namespace_named(&name)
        {
            self.at += 1;
            namespace = Some(space);
            name = self.variable()?;
        }
        let name = TypeName { namespace, name };
        if types::exists(&name) {
            Ok(name)
        } else {
            Err(Error::Semantic(format!("there is no type {}", name.name)))
        }
    }

    /// Whether the word here stands alone: `true` is a name in `true()` only.
    fn next_is_no_call(&self) -> bool {
        self.tokens.get(self.at + 1).is_none_or(|token| token.kind != TokenKind::Symbol("("))
    }

    fn kind(&self) -> &TokenKind {
        self.tokens.get(self.at).map_or(&TokenKind::End, |token| &token.kind)
    }

    fn take(&mut self, symbol: &str) -> bool {
        let found = matches!(self.kind(), TokenKind::Symbol(own) if *own == symbol);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: &str) -> Result<(), Error> {
        if self.take(symbol) { Ok(()) } else { self.error(&format!("{symbol} was expected")) }
    }

    fn error<T>(&self, message: &str) -> Result<T, Error> {
        let at = self.tokens.get(self.at).or(self.tokens.last()).map_or(0, |token| token.at);
        Err(Error::Syntax { at, message: message.to_owned() })
    }
}

fn namespace_named(name: &str) -> Option<Namespace> {
    match name {
        "System" => Some(Namespace::System),
        "FHIR" => Some(Namespace::Fhir),
        _ => None,
    }
}

fn symbol_operator(symbol: &str) -> Option<Operator> {
    Some(match symbol {
        "*" => Operator::Multiply,
        "/" => Operator::Divide,
        "+" => Operator::Add,
        "-" => Operator::Subtract,
        "&" => Operator::Concatenate,
        "|" => Operator::Union,
        "<" => Operator::Less,
        "<=" => Operator::LessOrEqual,
        ">" => Operator::Greater,
        ">=" => Operator::GreaterOrEqual,
        "=" => Operator::Equal,
        "!=" => Operator::NotEqual,
        "~" => Operator::Equivalent,
        "!~" => Operator::NotEquivalent,
        _ => return None,
    })
}

fn word_operator(word: &str) -> Option<Operator> {
    Some(match word {
        "div" => Operator::Div,
        "mod" => Operator::Mod,
        "in" => Operator::In,
        "contains" => Operator::Contains,
        "and" => Operator::And,
        "or" => Operator::Or,
        "xor" => Operator::Xor,
        "implies" => Operator::Implies,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_before_anything_is_evaluated() {
        for text in [
            "2 +",
            "(1",
            "a.",
            "a b",
            "1 = ",
            "%",
            "{1}",
            "a[1",
            "exists(1 2)",
            "iif(a,)",
            "1 is",
            "99999999999999999999",
        ] {
            assert!(matches!(parse(text), Err(Error::Syntax { .. })), "{text}");
        }
        for text in ["a.nope()", "a.where()", "a.first(1)", "a is Nope", "a.ofType(Nope)"] {
            assert!(matches!(parse(text), Err(Error::Semantic(_))), "{text}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        for text in [
            "(".repeat(100_000),
            "-".repeat(60_000),
            "1".to_owned() + &"+1".repeat(20_000),
            "a[".repeat(20_000),
        ] {
            assert!(matches!(parse(&text), Err(Error::TooCostly(_))), "{}", &text[..10]);
        }
        assert!(parse(&("a".to_owned() + &".a".repeat(10_000))).is_ok());
    }
}
