//! What can go wrong on the way out.

/// Why there is no answer. No text here quotes a path, a query, a header or a body.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// The configuration cannot be used; the text is for the operator.
    #[error("{0}")]
    Setup(String),
    /// The request may not be sent to this address; asking again changes nothing.
    #[error("a request to {host} was not sent: {reason}")]
    Refused {
        /// The host that was to be reached.
        host: String,
        /// The rule that forbids it.
        reason: &'static str,
    },
    /// The other side could not prove who it is, or did not accept who we are.
    #[error("{host} could not be trusted: {reason}")]
    Untrusted {
        /// The host that was to be reached.
        host: String,
        /// What was wrong with the handshake.
        reason: String,
    },
    /// There is no connection; later there may be one.
    #[error("{host} could not be reached: {reason}")]
    Unreachable {
        /// The host that was to be reached.
        host: String,
        /// What the system said.
        reason: String,
    },
    /// It took too long.
    #[error("{host} did not answer in time")]
    TimedOut {
        /// The host that was asked.
        host: String,
    },
    /// The answer is larger than allowed.
    #[error("the answer of {host} is too large")]
    TooLarge {
        /// The host that was asked.
        host: String,
    },
}
