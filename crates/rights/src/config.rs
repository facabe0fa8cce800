//! What an operator can set about people's rights.

use serde::Deserialize;

/// Section `[rights]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// An erasure waits so many hours, in which it can be called off; 0 = it is done at once.
    pub cooling_off_hours: u32,
    /// An archive can be downloaded for so many days.
    pub export_days: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { cooling_off_hours: 0, export_days: 7 }
    }
}
