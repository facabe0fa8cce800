//! De-identification: what of a record names a person, and the record without it.
//!
//! Pure values in, values out. The rules are those of the HIPAA Safe Harbor method (45 CFR 164.514(b)(2)).
//!
//! What it must never do: I/O; keep what it was given.
