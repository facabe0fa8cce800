//! The policy: rules that give, bounds that narrow, denials that take away, and the decision about one resource.

use crate::consent::Said;
use crate::elements::Elements;
use crate::rows::RowFilter;
use crate::rule::{Rule, Scope, TypeSet};
use salus_fhir::json::Value;

/// What somebody wants to do to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// See it by its name, see its history, see it as part of a whole record or beside what refers to it.
    Read,
    /// Find it by what it says.
    Search,
    /// Bring it into being.
    Create,
    /// Replace it. Asked for the body that stands and for the body that comes.
    Update,
    /// Remove it.
    Delete,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 5] = [Self::Read, Self::Search, Self::Create, Self::Update, Self::Delete];

    /// Whether it shows and changes nothing.
    pub fn is_looking(self) -> bool {
        matches!(self, Self::Read | Self::Search)
    }
}

/// The answer to [`AccessPolicy::decide`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// A rule gives it, every bound does, and no denial takes it.
    Allow,
    /// Anything else.
    Deny,
}

/// What somebody may do. The empty policy denies everything.
///
/// Something is allowed if a rule gives it, and each bound gives it too, and no denial takes it.
#[derive(Clone, Default, PartialEq)]
pub struct AccessPolicy {
    /// Each rule adds rights; none takes any away.
    pub rules: Vec<Rule>,
    /// What each of these lists does not give is out of bounds, whatever the rules say.
    pub bounds: Vec<Vec<Rule>>,
    /// What is taken away, whatever the rules say.
    pub denials: Vec<Denial>,
}

/// Takes away what its rule is about, but for its exceptions.
#[derive(Clone, PartialEq)]
pub struct Denial {
    /// What is taken, where the resource lies in any of the patients' compartments.
    pub rule: Rule,
    /// Where it does not bite. They give nothing by themselves.
    pub exceptions: Vec<Rule>,
}

impl AccessPolicy {
    /// The policy of these rules.
    pub fn of(rules: Vec<Rule>) -> Self {
        Self { rules, ..Self::default() }
    }

    /// The policy that gives everything there is to give: every type but the internal ones.
    pub fn everything() -> Self {
        Self::of(vec![Rule::new(TypeSet::All, Action::ALL, Scope::Everyone)])
    }

    /// The same policy, as far as `bound` gives it too.
    #[must_use]
    pub fn within(mut self, bound: Vec<Rule>) -> Self {
        self.bounds.push(bound);
        self
    }

    /// The same policy, less what these take.
    #[must_use]
    pub fn without(mut self, denials: impl IntoIterator<Item = Denial>) -> Self {
        self.denials.extend(denials);
        self
    }

    /// The same policy, with what another one gives and takes. Its bounds bound both.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.rules.extend(other.rules);
        self.bounds.extend(other.bounds);
        self.without(other.denials)
    }

    /// The same policy, with what people's consents give and take.
    #[must_use]
    pub fn obeying(mut self, said: Said) -> Self {
        self.rules.extend(said.permits);
        self.without(said.denials)
    }

    /// May `action` be done to `resource`, as it stands here?
    ///
    /// An update needs the answer for both the standing and the coming body, or somebody could move a resource
    /// into, or out of, a record that is not theirs.
    pub fn decide(&self, action: Action, resource: &Value) -> Decision {
        match resource.get("resourceType").and_then(Value::as_str) {
            Some(type_name) if self.filter(action, type_name).admits(resource) => Decision::Allow,
            _ => Decision::Deny,
        }
    }

    /// Which resources of the type a search may find, in the form the store puts into its queries.
    pub fn rows(&self, type_name: &str) -> RowFilter<'_> {
        self.filter(Action::Search, type_name)
    }

    /// To which resources of the type `action` may be done.
    pub fn filter(&self, action: Action, type_name: &str) -> RowFilter<'_> {
        RowFilter::of(self, action, type_name)
    }

    /// What of a resource somebody who does `action` to it must leave as it is: because it is hidden from them, or
    /// because it is theirs to see only. None where they may not do it at all.
    pub fn fixed(&self, action: Action, resource: &Value) -> Option<Elements> {
        let type_name = resource.get("resourceType").and_then(Value::as_str)?;
        self.filter(action, type_name).fixed(resource)
    }

    /// Is there anything of the type that `action` could be done to?
    pub fn concerns(&self, action: Action, type_name: &str) -> bool {
        !self.filter(action, type_name).is_nothing()
    }

    /// The same policy, as far as it only looks.
    #[must_use]
    pub fn looking_only(mut self) -> Self {
        for rule in self.rules.iter_mut().chain(self.bounds.iter_mut().flatten()) {
            rule.actions.retain(|action| action.is_looking());
        }
        self
    }
}

impl Decision {
    /// Whether it is [`Decision::Allow`].
    pub fn is_allowed(self) -> bool {
        self == Self::Allow
    }
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
