//! What can be done, and how it can end.

use crate::resource::Event;

/// Declares the actions with what is stored and hashed of each (a number that is never given anew), the word for it
/// outside, and what it is.
macro_rules! actions {
    ($($name:ident = $code:literal, $word:literal, $doc:literal;)+) => {
        /// What somebody did.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum AuditAction {
            $(#[doc = $doc] $name,)+
        }

        impl AuditAction {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The word for it outside the store.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// The number that is stored and hashed.
            pub(crate) fn code(self) -> u8 {
                match self { $(Self::$name => $code,)+ }
            }
        }
    };
}

actions! {
    Read = 1, "read", "Read a resource.";
    History = 2, "history", "Read versions of the past.";
    Search = 3, "search", "Was given a resource in the result of a search.";
    Everything = 4, "everything", "Read everything of a patient.";
    Create = 5, "create", "Brought a resource into being.";
    Update = 6, "update", "Wrote a further version.";
    Delete = 7, "delete", "Deleted.";
    Denied = 8, "denied", "Tried what is not theirs to do.";
    ReadBlob = 9, "read-file", "Read a file.";
    WriteBlob = 10, "write-file", "Stored a file.";
    Erase = 11, "erase", "Erased a patient, or what had been kept for its time.";
    VersionRead = 12, "vread", "Read one version of the past.";
    Export = 13, "export", "Took a whole record out.";
    SignIn = 14, "sign-in", "Signed in, or tried to.";
    SignOut = 15, "sign-out", "Signed out.";
    BreakGlassBegin = 16, "break-glass", "Opened a record in an emergency.";
    BreakGlassEnd = 17, "break-glass-end", "The opening in an emergency ended.";
    Answer = 18, "answer", "Was given an answer by the assistant.";
    PolicyChange = 19, "policy-change", "Changed who may do what.";
    KeyRotation = 20, "key-rotation", "Replaced a key.";
    Restriction = 21, "restriction", "Restricted what may be done with a record, or lifted that.";
    Share = 22, "share", "Shared a part of a record by a link, or took that back.";
    Disclose = 23, "disclose", "Was shown what had been shared by a link.";
    Checkpoint = 24, "checkpoint", "Entries whose time was over were taken off the beginning of the chain.";
    AccountChange = 25, "account-change", "Changed an account, or how somebody signs in.";
    Notify = 26, "notify", "Told somebody outside of Salus what had happened.";
}

impl AuditAction {
    pub(crate) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.code() == code)
    }

    /// The action of a word, as [`AuditAction::word`] gives it.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.word() == word)
    }
}

impl From<Event> for AuditAction {
    fn from(event: Event) -> Self {
        match event {
            Event::Created => Self::Create,
            Event::Updated => Self::Update,
            Event::Deleted => Self::Delete,
        }
    }
}

/// How it ended, by the code system that FHIR's AuditEvent has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum AuditOutcome {
    /// It was done.
    #[default]
    Success,
    /// It was refused: it may succeed another time, or for somebody else.
    MinorFailure,
    /// It could not be done.
    SeriousFailure,
    /// The platform failed.
    MajorFailure,
}

impl AuditOutcome {
    const ALL: [Self; 4] = [Self::Success, Self::MinorFailure, Self::SeriousFailure, Self::MajorFailure];

    /// FHIR's code as a number: 0, 4, 8 or 12.
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::MinorFailure => 4,
            Self::SeriousFailure => 8,
            Self::MajorFailure => 12,
        }
    }

    /// The outcome of a code.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_and_words_name_one_action_each() {
        let codes: BTreeSet<u8> = AuditAction::ALL.iter().map(|action| action.code()).collect();
        assert_eq!(codes.len(), AuditAction::ALL.len());
        for action in AuditAction::ALL {
            assert_eq!(AuditAction::from_code(action.code()), Some(*action));
            assert_eq!(AuditAction::from_word(action.word()), Some(*action));
        }
        for outcome in AuditOutcome::ALL {
            assert_eq!(AuditOutcome::from_code(outcome.code()), Some(outcome));
        }
    }
}
