//! Evaluates a parsed expression.

use super::ast::{Expr, Operator, Step, TypeName, TypeTest};
use super::error::{Error, fails};
use super::item::{Collection, Item, System};
use super::node::Node;
use super::{Environment, arithmetic, compare, functions, strict, types};
use serde_json::Value;
use std::cell::Cell;

/// Items looked at, compared or made by one evaluation; a resource of a megabyte has some ten thousand.
const MAX_STEPS: usize = 2_000_000;
/// Bytes of text made by one evaluation.
const MAX_TEXT: usize = 4 * 1024 * 1024;

/// Evaluates `expr` with `context` as `$this`.
pub(super) fn evaluate<'a>(
    expr: &'a Expr,
    context: Node<'a>,
    environment: &'a Environment<'a>,
) -> Result<Collection<'a>, Error> {
    let steps_left = Cell::new(MAX_STEPS);
    let text_left = Cell::new(MAX_TEXT);
    let evaluator = Evaluator { environment, context, steps_left, text_left };
    let this = [Item::Node(context)];
    evaluator.eval(expr, &Scope { this: &this, index: None, total: None })
}

/// One evaluation.
pub(super) struct Evaluator<'a> {
    pub(super) environment: &'a Environment<'a>,
    pub(super) context: Node<'a>,
    steps_left: Cell<usize>,
    text_left: Cell<usize>,
}

/// What `$this`, `$index` and `$total` stand for at a place of the expression.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s, 'a> {
    pub(super) this: &'s [Item<'a>],
    pub(super) index: Option<usize>,
    pub(super) total: Option<&'s [Item<'a>]>,
}

impl<'a> Evaluator<'a> {
    pub(super) fn eval(&self, expr: &'a Expr, scope: &Scope<'_, 'a>) -> Result<Collection<'a>, Error> {
        self.spend(1)?;
        match expr {
            Expr::Literal(value) => Ok(value.iter().map(|value| Item::System(value.borrowed())).collect()),
            Expr::This => self.keep(scope.this.to_vec()),
            Expr::Index => Ok(scope.index.map(Item::count).into_iter().collect()),
            Expr::Total => self.keep(scope.total.unwrap_or_default().to_vec()),
            Expr::Variable(name) => self.variable(name),
            Expr::Path { head, steps } => self.path(head, steps, scope),
            Expr::Sign { negative, operand } => arithmetic::sign(*negative, self.eval(operand, scope)?),
            Expr::Binary { operator, left, right } => self.binary(*operator, left, right, scope),
            Expr::Type { test, operand, name } => type_test(*test, self.eval(operand, scope)?, name),
        }
    }

    /// Evaluates an argument that must be one value or none.
    pub(super) fn eval_single(
        &self,
        expr: &'a Expr,
        scope: &Scope<'_, 'a>,
    ) -> Result<Option<System<'a>>, Error> {
        single_value(&self.eval(expr, scope)?)
    }

    /// Evaluates a criterion: empty is false.
    pub(super) fn eval_truth(&self, expr: &'a Expr, scope: &Scope<'_, 'a>) -> Result<bool, Error> {
        Ok(compare::truth(&self.eval(expr, scope)?)?.unwrap_or(false))
    }

    fn path(
        &self,
        head: &'a Expr,
        steps: &'a [Step],
        scope: &Scope<'_, 'a>,
    ) -> Result<Collection<'a>, Error> {
        let mut items = self.eval(head, scope)?;
        for step in steps {
            self.spend(1)?;
            items = match step {
                Step::Member { name, first } => self.member(items, name, *first)?,
                Step::Index(index) => self.index(items, index, scope)?,
                Step::Call(call) => functions::call(self, call, items, scope)?,
                Step::Type { test, name } => type_test(*test, items, name)?,
            };
        }
        Ok(items)
    }

    fn member(&self, items: Collection<'a>, name: &'a str, first: bool) -> Result<Collection<'a>, Error> {
        if first
            && name.starts_with(char::is_uppercase)
            && items.iter().any(|item| types::is_named_start(item, name))
        {
            return Ok(items);
        }
        let mut nodes = Vec::new();
        let mut out = Vec::new();
        for item in items {
            match item {
                Item::Node(node) => {
                    if self.environment.strict && node.lacks_element(name) {
                        return strict::no_element(&node.type_info().name, name);
                    }
                    node.children_named(name, &mut nodes);
                    out.extend(nodes.drain(..).map(Item::Node));
                }
                Item::Type(info) => match name {
                    "namespace" => out.push(Item::text(info.namespace)),
                    "name" => out.push(Item::text(info.name)),
                    _ => {}
                },
                Item::System(_) => {}
            }
        }
        self.keep(out)
    }

    fn index(
        &self,
        items: Collection<'a>,
        index: &'a Expr,
        scope: &Scope<'_, 'a>,
    ) -> Result<Collection<'a>, Error> {
        match self.eval_single(index, scope)? {
            None => Ok(Vec::new()),
            Some(System::Integer(index)) => {
                let at = usize::try_from(index).unwrap_or(usize::MAX);
                Ok(items.into_iter().nth(at).into_iter().collect())
            }
            Some(_) => fails("an index is a whole number"),
        }
    }

    fn binary(
        &self,
        operator: Operator,
        left: &'a Expr,
        right: &'a Expr,
        scope: &Scope<'_, 'a>,
    ) -> Result<Collection<'a>, Error> {
        use Operator::{
            And, Contains, Equal, Equivalent, Implies, In, NotEqual, NotEquivalent, Or, Union, Xor,
        };
        let left = self.eval(left, scope)?;
        // What the left side decides alone is not evaluated further.
        if let (And, Some(false)) | (Or, Some(true)) = (operator, settled(operator, &left)?) {
            return Ok(vec![Item::from(operator == Or)]);
        }
        let right = self.eval(right, scope)?;
        let answer = match operator {
            Equal | NotEqual => {
                compare::equal(self, &left, &right)?.map(|equal| equal == (operator == Equal))
            }
            Equivalent | NotEquivalent => {
                Some(compare::equivalent(self, &left, &right)? == (operator == Equivalent))
            }
            In => compare::is_in(self, &left, &right)?,
            Contains => compare::is_in(self, &right, &left)?,
            And | Or | Xor | Implies => {
                compare::logic(operator, compare::truth(&left)?, compare::truth(&right)?)
            }
            Union => return functions::union(self, left, right),
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
                compare::ordered(operator, &left, &right)?
            }
            _ => {
                let result = arithmetic::binary(operator, &left, &right)?;
                return self.made(result);
            }
        };
        Ok(answer.map(Item::from).into_iter().collect())
    }

    fn variable(&self, name: &str) -> Result<Collection<'a>, Error> {
        let environment = self.environment;
        let constant = |text: &'static str| Ok(vec![Item::text(text)]);
        match name {
            "context" => return Ok(vec![Item::Node(self.context)]),
            "resource" => return Ok(self.resource().into_iter().map(Item::Node).collect()),
            "rootResource" => return Ok(self.root().into_iter().map(Item::Node).collect()),
            "ucum" => return constant(super::UCUM),
            "sct" => return constant("http://snomed.info/sct"),
            "loinc" => return constant("http://loinc.org"),
            _ => {}
        }
        if let Some(value) = environment.variables.get(name) {
            return Ok(match value {
                Value::Array(items) => items.iter().map(|item| Item::Node(Node::new(item))).collect(),
                Value::Null => Vec::new(),
                single => vec![Item::Node(Node::new(single))],
            });
        }
        for (prefix, base) in
            [("vs-", "http://hl7.org/fhir/ValueSet/"), ("ext-", "http://hl7.org/fhir/StructureDefinition/")]
        {
            if let Some(rest) = name.strip_prefix(prefix) {
                return Ok(vec![Item::text(format!("{base}{rest}"))]);
            }
        }
        Err(Error::Semantic(format!("there is no variable %{name}")))
    }

    fn resource(&self) -> Option<Node<'a>> {
        self.environment.resource.map(Node::new).or(Some(self.context))
    }

    /// The resource that holds the contained ones.
    pub(super) fn root(&self) -> Option<Node<'a>> {
        self.environment.root.map(Node::new).or_else(|| self.resource())
    }

    /// Counts work; too much of it is an error.
    pub(super) fn spend(&self, steps: usize) -> Result<(), Error> {
        match self.steps_left.get().checked_sub(steps) {
            Some(left) => {
                self.steps_left.set(left);
                Ok(())
            }
            None => Err(Error::TooCostly("it takes too many steps")),
        }
    }

    /// Counts the items of a new collection.
    pub(super) fn keep(&self, items: Collection<'a>) -> Result<Collection<'a>, Error> {
        self.spend(items.len())?;
        Ok(items)
    }

    /// Counts text that was made; too much of it is an error.
    pub(super) fn spend_text(&self, bytes: usize) -> Result<(), Error> {
        match self.text_left.get().checked_sub(bytes) {
            Some(left) => {
                self.text_left.set(left);
                Ok(())
            }
            None => Err(Error::TooCostly("it makes too much text")),
        }
    }

    /// A computed value as a collection.
    pub(super) fn made(&self, value: Option<System<'a>>) -> Result<Collection<'a>, Error> {
        if let Some(System::String(text)) = &value {
            self.spend_text(text.len())?;
        }
        Ok(value.map(Item::System).into_iter().collect())
    }
}

fn settled(operator: Operator, left: &[Item<'_>]) -> Result<Option<bool>, Error> {
    if matches!(operator, Operator::And | Operator::Or) { compare::truth(left) } else { Ok(None) }
}

/// The one value of a collection, or none.
pub(super) fn single_value<'a>(items: &[Item<'a>]) -> Result<Option<System<'a>>, Error> {
    match items {
        [] => Ok(None),
        [item] => match item.system() {
            Some(value) => Ok(Some(value)),
            None if is_valueless_primitive(item) => Ok(None),
            None => fails("a simple value was expected"),
        },
        _ => fails("one value was expected, not several"),
    }
}

/// An element that has extensions and no value.
fn is_valueless_primitive(item: &Item<'_>) -> bool {
    matches!(item, Item::Node(node) if node.value().is_none())
}

fn type_test<'a>(test: TypeTest, items: Collection<'a>, name: &TypeName) -> Result<Collection<'a>, Error> {
    if test == TypeTest::OfType {
        return Ok(items.into_iter().filter(|item| types::is_exactly(item, name)).collect());
    }
    if items.len() > 1 {
        return fails("the type of one value can be asked for, not of several");
    }
    Ok(match test {
        TypeTest::Is => items.iter().map(|item| Item::from(types::is(item, name))).collect(),
        _ => items.into_iter().filter(|item| types::is_exactly(item, name)).collect(),
    })
}
