//! Everything a resource can be found by, in one walk.
//!
//! The paths of all parameters of a type are merged into one tree, so a member is looked up once however many
//! parameters go through it. The tree is built when a type is first seen.

use super::convert::{Convert, converter};
use super::entry::{IndexEntry, IndexValue};
use super::extract::{composite, holds, is_presence, presence};
use crate::defs::{ParamKind, Path, SearchParam, Step, resource_types, search_params};
use crate::json::Value;
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
