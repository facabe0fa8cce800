//! An entry in plain words.

use crate::event::attempted;
use salus_access::scope::called;
use salus_store::{AuditAction, AuditRecord};

/// What somebody did, for the one it is about: `read laboratory results`.
pub(crate) fn words(record: &AuditRecord) -> String {
    let done = done(attempted(record), &things(record));
    match record.action {
        AuditAction::Denied => format!("tried to do this and was not allowed to: {done}"),
        _ if record.outcome.code() > 0 => format!("tried in vain: {done}"),
        _ => done,
    }
}

fn done(action: AuditAction, things: &str) -> String {
    use AuditAction as A;
    match action {
        A::Read => format!("read {things}"),
        A::VersionRead | A::History => format!("read earlier versions of {things}"),
        A::Search => format!("looked through {things}"),
        A::Everything => "read the whole record".to_owned(),
        A::Create => format!("added {things}"),
        A::Update => format!("changed {things}"),
        A::Delete => format!("deleted {things}"),
        A::Denied => format!("open {things}"),
        A::ReadBlob => "opened a file".to_owned(),
        A::WriteBlob => "stored a file".to_owned(),
        A::Erase => "erased".to_owned(),
        A::Export => "took out a copy of the record".to_owned(),
        A::SignIn => "signed in".to_owned(),
        A::SignOut => "signed out".to_owned(),
        A::BreakGlassBegin => "opened the record in an emergency".to_owned(),
        A::BreakGlassEnd => "closed the record after an emergency".to_owned(),
        A::Answer => "asked a question about the record".to_owned(),
        A::PolicyChange => "changed who may do what".to_owned(),
        A::KeyRotation => "replaced a key".to_owned(),
        A::Restriction => "changed what may be done with the record".to_owned(),
        A::Share => "changed what is shared by a link".to_owned(),
        A::Disclose => "opened what is shared by a link".to_owned(),
        A::Checkpoint => "took entries past their time off the log".to_owned(),
        A::AccountChange => "changed an account".to_owned(),
        A::Notify => "told somebody of an emergency".to_owned(),
    }
}

/// What it was done with.
fn things(record: &AuditRecord) -> String {
    match record.type_name.as_deref() {
        None => "the record".to_owned(),
        Some("Patient") => "personal details".to_owned(),
        Some(type_name) => called(type_name),
    }
}

/// Why, in words, by HL7's code.
pub(crate) fn purpose(code: &str) -> Option<&'static str> {
    Some(match code {
        "TREAT" => "treatment",
        "ETREAT" => "treatment in an emergency",
        "BTG" => "an emergency that opened the record",
        "COC" | "CAREMGT" => "coordination of care",
        "PATRQT" => "the person's own wish",
        "FAMRQT" => "the family's wish",
        "HPAYMT" => "payment",
        "HOPERAT" => "running the practice or hospital",
        "HSYSADMIN" => "running the machines",
        "HRESCH" => "research",
        "PUBHLTH" => "public health",
        "HMARKT" => "marketing",
        _ => return None,
    })
}
