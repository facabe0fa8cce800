//! Where in a resource the validator is.

use std::fmt::{Display, Formatter, Result};

/// A path from the root, built step by step; it is written out only when there is an issue.
#[derive(Default)]
pub(super) struct Place<'a> {
    steps: Vec<Step<'a>>,
}

#[derive(Clone, Copy)]
pub(super) enum Step<'a> {
    Name(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    /// Goes one step deeper.
    pub(super) fn push(&mut self, step: Step<'a>) {
        self.steps.push(step);
    }

    /// Goes back by one step.
    pub(super) fn pop(&mut self) {
        self.steps.pop();
    }

    /// Does the extension here stand within another one?
    pub(super) fn is_nested_extension(&self) -> bool {
        let names = self.steps.iter().rev().filter_map(|step| match step {
            Step::Name(name) => Some(*name),
            Step::Index(_) => None,
        });
        names.skip(1).take(1).any(|outer| matches!(outer, "extension" | "modifierExtension"))
    }

    /// How many steps the root is away.
    pub(super) fn depth(&self) -> usize {
        self.steps.len()
    }
}

impl Display for Place<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (position, step) in self.steps.iter().enumerate() {
            match step {
                Step::Name(name) if position == 0 => f.write_str(name)?,
                Step::Name(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
