//! What every request passes through, from the outside in: [`envelope`], [`headers`], [`cors`], [`guard`], [`time_limit`],
//! compression, [`door`], and `crate::idempotency` next to the handlers.

pub(crate) mod cors;
pub(crate) mod door;
pub(crate) mod envelope;
pub(crate) mod guard;
pub(crate) mod headers;
pub(crate) mod time_limit;
