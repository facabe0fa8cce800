//! C-CDA documents.
