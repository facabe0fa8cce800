//! From a resource to what it can be found by.
//!
//! The paths of all parameters of a type are merged into one tree, so a member is looked up once however many
//! parameters go through it. The tree is built when a type is first seen.

use super::convert::{Convert, converter, flag_token};
use super::entry::{IndexEntry, IndexValue};
use crate::defs::{Component, ParamKind, Path, SearchParam, Step, resource_types, search_params};
use crate::json::Value;
use crate::reference::Reference;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Everything a resource can be found by. Empty for what is no resource.
pub fn extract(resource: &Value) -> Vec<IndexEntry> {
    let mut entries = Vec::with_capacity(24);
    let type_name = resource.get("resourceType").and_then(Value::as_str).unwrap_or_default();
    let Some((name, plan)) = plans().get_key_value(type_name) else { return entries };
    let plan = plan.get_or_init(|| Plan::of(search_params(name)));
    visit(&plan.root, resource, resource, &mut |param, value| entries.push(IndexEntry { param, value }));
    for (param, paths) in &plan.presence {
        entries.push(IndexEntry { param, value: presence(paths, resource) });
    }
    entries
}

/// What a resource can be found by through one parameter.
pub fn extract_param(resource: &Value, param: &'static SearchParam) -> Vec<IndexEntry> {
    if is_presence(param) {
        return vec![IndexEntry { param, value: presence(&param.paths, resource) }];
    }
    let mut entries = Vec::new();
    for path in &param.paths {
        let emit = &mut |value| entries.push(IndexEntry { param, value });
        match converter(param.kind, path.type_name) {
            Some(convert) => walk(&path.steps, resource, resource, &mut |value| convert(value, emit)),
            None if param.kind == ParamKind::Composite => {
                walk(&path.steps, resource, resource, &mut |value| composite(param, value, resource, emit));
            }
            None => {}
        }
    }
    entries
}

/// Follows a path from `value` to every value it leads to. Lists are flattened, nulls left out.
pub(crate) fn walk<'a>(steps: &[Step], value: &'a Value, root: &Value, found: &mut dyn FnMut(&'a Value)) {
    match (steps.split_first(), value) {
        (_, Value::Null) => {}
        (Some((Step::First, rest)), Value::Array(items)) => {
            if let Some(item) = items.first() {
                walk(rest, item, root, found);
            }
        }
        (_, Value::Array(items)) => items.iter().for_each(|item| walk(steps, item, root, found)),
        (None, value) => found(value),
        (Some((Step::Member(name), rest)), value) => {
            if let Some(member) = value.get(name) {
                walk(rest, member, root, found);
            }
        }
        (Some((step, rest)), value) => {
            if holds(step, value, root) {
                walk(rest, value, root, found);
            }
        }
    }
}

/// Whether a value passes a condition; steps that are none let everything through.
fn holds(step: &Step, value: &Value, root: &Value) -> bool {
    match step {
        Step::WhereEquals { member, text } => value.get(member).and_then(Value::as_str) == Some(text),
        Step::WhereResolvesTo(type_name) => points_to(value, type_name, root),
        Step::Member(_) | Step::First | Step::PresentAndNotFalse => true,
    }
}

/// Whether a Reference points to a type, as far as it says so itself or by what `root` contains.
fn points_to(reference: &Value, wanted: &str, root: &Value) -> bool {
    let member = |name| reference.get(name).and_then(Value::as_str);
    let by_text = member("reference").and_then(|text| match Reference::parse(text) {
        Reference::Local { type_name, .. } | Reference::Conditional { type_name, .. } => Some(type_name),
        Reference::Fragment("") => root.get("resourceType").and_then(Value::as_str),
        Reference::Fragment(id) => contained_type(root, id),
        other => other.trailing().map(|(type_name, _)| type_name),
    });
    by_text.or_else(|| member("type")) == Some(wanted)
}

fn contained_type<'a>(root: &'a Value, id: &str) -> Option<&'a str> {
    let contained = root.get("contained")?.as_array()?;
    let found = contained.iter().find(|inner| inner.get("id").and_then(Value::as_str) == Some(id))?;
    found.get("resourceType")?.as_str()
}

/// Whether any of the paths leads to a value other than `false`: `Patient.deceased`.
fn presence(paths: &[Path], resource: &Value) -> IndexValue {
    let mut is_present = false;
    for path in paths {
        walk(&path.steps, resource, resource, &mut |value| is_present |= value != &Value::Bool(false));
    }
    flag_token(is_present)
}

fn is_presence(param: &SearchParam) -> bool {
    param.paths.first().is_some_and(|path| path.steps.last() == Some(&Step::PresentAndNotFalse))
}

/// Every combination of the components' values that stand in the same element.
fn composite(param: &SearchParam, element: &Value, root: &Value, emit: &mut dyn FnMut(IndexValue)) {
    let mut tuples: Vec<Vec<IndexValue>> = vec![Vec::new()];
    for component in &param.components {
        let values = component_values(component, element, root);
        let extended = |tuple: &Vec<IndexValue>, value: &IndexValue| {
            let mut tuple = tuple.clone();
            tuple.push(value.clone());
            tuple
        };
        tuples =
            tuples.iter().flat_map(|tuple| values.iter().map(move |value| extended(tuple, value))).collect();
    }
    tuples.into_iter().for_each(|tuple| emit(IndexValue::Composite(tuple)));
}

fn component_values(component: &Component, element: &Value, root: &Value) -> Vec<IndexValue> {
    let mut values = Vec::new();
    for path in &component.paths {
        let start = if path.from_resource { root } else { element };
        if let Some(convert) = converter(component.kind, path.type_name) {
            walk(&path.steps, start, root, &mut |value| convert(value, &mut |value| values.push(value)));
        }
    }
    values
}

/// All parameters of a type as one tree, and those that ask only whether something is there.
struct Plan {
    root: Node,
    presence: Vec<(&'static SearchParam, &'static [Path])>,
}

#[derive(Default)]
struct Node {
    leaves: Vec<Leaf>,
    members: Vec<(&'static str, Node)>,
    conditions: Vec<(&'static Step, Node)>,
    first: Option<Box<Node>>,
}

struct Leaf {
    param: &'static SearchParam,
    /// `None` for a composite.
    convert: Option<Convert>,
}

fn plans() -> &'static HashMap<&'static str, OnceLock<Plan>> {
    static PLANS: OnceLock<HashMap<&'static str, OnceLock<Plan>>> = OnceLock::new();
    PLANS.get_or_init(|| resource_types().map(|name| (name, OnceLock::new())).collect())
}

impl Plan {
    fn of(params: &'static [SearchParam]) -> Plan {
        let mut plan = Plan { root: Node::default(), presence: Vec::new() };
        for param in params {
            if is_presence(param) {
                plan.presence.push((param, &param.paths));
                continue;
            }
            for path in &param.paths {
                let convert = converter(param.kind, path.type_name);
                if convert.is_some() || param.kind == ParamKind::Composite {
                    plan.root.at(&path.steps).leaves.push(Leaf { param, convert });
                }
            }
        }
        plan
    }
}

impl Node {
    /// The node at the end of a path, made where it is missing.
    fn at(&mut self, steps: &'static [Step]) -> &mut Node {
        let Some((step, rest)) = steps.split_first() else { return self };
        let next = match step {
            Step::Member(name) => child(&mut self.members, name),
            Step::First => self.first.get_or_insert_default(),
            condition => child(&mut self.conditions, condition),
        };
        next.at(rest)
    }
}

fn child<K: PartialEq + Copy>(children: &mut Vec<(K, Node)>, key: K) -> &mut Node {
    let at = children.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
        children.push((key, Node::default()));
        children.len() - 1
    });
    &mut children[at].1
}

type Emit<'a> = dyn FnMut(&'static SearchParam, IndexValue) + 'a;

fn visit(node: &Node, value: &Value, root: &Value, emit: &mut Emit<'_>) {
    let Value::Array(items) = value else {
        if let Some(first) = &node.first {
            visit(first, value, root, emit);
        }
        return visit_one(node, value, root, emit);
    };
    if let (Some(first), Some(item)) = (&node.first, items.first()) {
        visit(first, item, root, emit);
    }
    items.iter().for_each(|item| visit_one(node, item, root, emit));
}

fn visit_one(node: &Node, value: &Value, root: &Value, emit: &mut Emit<'_>) {
    if value.is_null() {
        return;
    }
    for leaf in &node.leaves {
        match leaf.convert {
            Some(convert) => convert(value, &mut |value| emit(leaf.param, value)),
            None => composite(leaf.param, value, root, &mut |value| emit(leaf.param, value)),
        }
    }
    if let Value::Object(object) = value {
        for (name, next) in &node.members {
            if let Some(member) = object.get(*name) {
                visit(next, member, root, emit);
            }
        }
    }
    for (condition, next) in &node.conditions {
        if holds(condition, value, root) {
            visit_one(next, value, root, emit);
        }
    }
}
