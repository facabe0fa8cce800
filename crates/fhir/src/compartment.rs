//! Which patients a resource belongs to.
