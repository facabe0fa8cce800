//! JSON text to value and back, without losing a digit.

pub use serde_json::{Map, Value};
