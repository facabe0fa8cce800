//! Is a resource valid?
