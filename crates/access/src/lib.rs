//! Who may do what: decisions about access, as values.
//!
//! A [`Subject`] is somebody who asks. It carries an [`AccessPolicy`]: rules that give, bounds that narrow what the
//! rules give (the scopes of an app), and denials that take away (a person's consent). Deny wins; what no rule gives
//! is denied. The same policy answers two questions, and the answers never differ: "may this be done to this
//! resource?" ([`AccessPolicy::decide`]) and "which rows of this type may be seen?" ([`AccessPolicy::rows`]), the form
//! in which the store makes the policy a part of the query.
//!
//! Policies are made of roles ([`defaults`]), of stored policies ([`stored`]), of the scopes of an app ([`scope`]) and
//! of consents ([`consent`]).
//!
//! This crate never does I/O, never knows HTTP, and never gives a right to one of Salus' own internal types:
//! those are reached by the system alone.
//!
//! Start reading at [`policy`], then [`rule`] and [`rows`], then the table in [`defaults`].

pub mod about;
pub mod consent;
pub mod defaults;
pub mod elements;
mod keep;
pub mod policy;
pub mod purpose;
mod redact;
pub mod rows;
pub mod rule;
pub mod scope;
pub mod stored;
pub mod subject;

pub use about::About;
pub use elements::{ElementPath, Elements};
pub use keep::keep_hidden;
pub use policy::{AccessPolicy, Action, Decision, Denial};
pub use purpose::Purpose;
pub use rows::{Given, RowFilter};
pub use rule::{Rule, Scope, TypeSet};
pub use scope::{Scopes, SmartScope};
pub use stored::StoredPolicy;
pub use subject::{Relationship, Role, Subject, UnknownCode};
