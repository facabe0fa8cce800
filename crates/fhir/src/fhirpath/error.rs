//! What can go wrong, by what the caller can do about it.

/// Why an expression could not be read, or could not be evaluated.
///
/// The messages speak of the expression only, never of the data it was applied to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The text is not FHIRPath.
    #[error("at character {at}: {message}")]
    Syntax {
        /// Offset into the text, in characters.
        at: usize,
        /// What was expected or found.
        message: String,
    },
    /// The text is FHIRPath, and asks for what does not exist: an unknown function, type or variable, a
    /// wrong number of arguments; in strict mode also an element the type does not have.
    #[error("{0}")]
    Semantic(String),
    /// The data is not what the expression needs, as two values where one is allowed.
    #[error("{0}")]
    Evaluation(String),
    /// The expression is nested too deeply, or evaluating it would take too much time or memory.
    #[error("the expression is too costly: {0}")]
    TooCostly(&'static str),
}

/// An evaluation error with the given words.
pub(super) fn fails<T>(message: impl Into<String>) -> Result<T, Error> {
    Err(Error::Evaluation(message.into()))
}
