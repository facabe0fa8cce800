//! A figure, what it has to reach, and whether it does.

use serde::Serialize;

/// All figures of one run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// What the figures were taken on.
    pub machine: Machine,
    /// The figures, in the order they were taken.
    pub figures: Vec<Figure>,
}

/// The machine of a run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Machine {
    /// The processor's own name.
    pub processor: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// `release` or `debug`.
    pub build: &'static str,
}

/// One figure.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figure {
    /// A stable name.
    pub name: &'static str,
    /// The value.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
    /// What it has to reach, if anything.
    pub gate: Option<Gate>,
    /// Whether it does.
    pub holds: Option<bool>,
}

/// A bound.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Gate {
    /// The value must not be lower.
    AtLeast(f64),
    /// The value must not be higher.
    AtMost(f64),
}

impl Gate {
    fn admits(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
        }
    }
}

impl Report {
    /// An empty report of this machine.
    pub fn here() -> Self {
        let information = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let name = information.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        Self {
            machine: Machine {
                processor: name.map_or_else(|| "unknown".to_owned(), |(_, name)| name.to_owned()),
                cores: std::thread::available_parallelism().map_or(1, usize::from),
                build: if cfg!(debug_assertions) { "debug" } else { "release" },
            },
            figures: Vec::new(),
        }
    }

    /// Adds a figure that others are compared with.
    pub fn baseline(&mut self, name: &'static str, value: f64, unit: &'static str) {
        self.figures.push(Figure { name, value, unit, gate: None, holds: None });
    }

    /// Adds a figure that has something to reach.
    pub fn gated(&mut self, name: &'static str, value: f64, unit: &'static str, gate: Gate) {
        self.figures.push(Figure { name, value, unit, gate: Some(gate), holds: Some(gate.admits(value)) });
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{} × {} ({} build)", self.machine.cores, self.machine.processor, self.machine.build)?;
        for figure in &self.figures {
            let gate = match figure.gate {
                Some(Gate::AtLeast(bound)) => format!("≥ {bound}"),
                Some(Gate::AtMost(bound)) => format!("≤ {bound}"),
                None => String::new(),
            };
            let verdict = match figure.holds {
                Some(true) => "holds",
                Some(false) => "MISSED",
                None => "",
            };
            writeln!(
                f,
                "{:<44} {:>12.2} {:<12} {gate:<10} {verdict}",
                figure.name, figure.value, figure.unit
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_admits_its_own_bound() {
        for (gate, value, expect) in [
            (Gate::AtLeast(5.0), 5.0, true),
            (Gate::AtLeast(5.0), 4.9, false),
            (Gate::AtMost(2.0), 2.0, true),
            (Gate::AtMost(2.0), 2.1, false),
        ] {
            assert_eq!(gate.admits(value), expect, "{gate:?} {value}");
        }
    }
}
