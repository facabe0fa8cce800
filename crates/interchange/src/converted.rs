//! What a reading gives, whatever it read.

use serde_json::Value;

/// The resources of a message or document, and what has no place in them.
#[derive(Default)]
pub struct Converted {
    /// R4 resources, each with an id. They refer to one another by `Type/id`.
    pub resources: Vec<Value>,
    /// Resources that are only told of in passing, such as the patient of a result or a doctor by name: to be stored
    /// where there are none of their id yet, never over what is known already.
    pub mentioned: Vec<Value>,
    /// What was not taken over, and why.
    pub left_out: Vec<LeftOut>,
}

/// Something that was not taken over.
#[derive(Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Where it stands: a segment or field (`OBX[3]-5`), or a section or element.
    pub place: String,
    /// Why, as a sentence. It may quote what was read, so it is for whoever sent that.
    pub reason: String,
}

impl LeftOut {
    /// Something at `place`, for this reason.
    pub fn new(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { place: place.into(), reason: reason.into() }
    }
}

impl std::fmt::Debug for LeftOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "left out at {}", self.place)
    }
}
