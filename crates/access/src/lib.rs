//! Who may do what: decisions about access, as values.
//!
//! A [`Subject`] is somebody who asks. It carries an [`AccessPolicy`], a list of rules that only ever give; what
//! no rule gives is denied. The same policy answers two questions, and the answers never differ: "may this be
//! done to this resource?" ([`AccessPolicy::decide`]) and "which rows of this type may be seen?"
//! ([`AccessPolicy::rows`]), the form in which the store makes the policy a part of the query.
//!
//! This crate never does I/O, never knows HTTP, and never gives a right to one of Salus' own internal types:
//! those are reached by the system alone.
//!
//! Start reading at [`policy`], then [`rows`], then the table in [`defaults`].

pub mod defaults;
pub mod policy;
pub mod rows;
pub mod subject;

pub use policy::{AccessPolicy, Action, Decision, Rule, Scope, TypeSet};
pub use rows::{RowFilter, RowRule};
pub use subject::{Relationship, Role, Subject, UnknownCode};
