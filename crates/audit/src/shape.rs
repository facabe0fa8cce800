//! What each action is called in FHIR: type, subtype, and the parts that client, server and user play in it.
//!
//! Reads, searches and writes follow IHE's Basic Audit Log Patterns (BALP 1.1.3); sign-ins, disclosures and what
//! concerns security follow the audit messages of DICOM PS3.15 A.5, which BALP builds on.

use salus_store::AuditAction;

/// System and code.
pub(crate) type Code = (&'static str, &'static str, &'static str);

const REST: &str = "http://hl7.org/fhir/restful-interaction";
const DCM: &str = "http://dicom.nema.org/resources/ontology/DCM";
const LIFECYCLE: &str = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle";
const TYPES: &str = "http://terminology.hl7.org/CodeSystem/audit-event-type";
const PART: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
const PROVENANCE: &str = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";

/// How an action is told.
pub(crate) struct Shape {
    pub(crate) kind: Code,
    pub(crate) subtypes: &'static [Code],
    /// C, R, U, D or E.
    pub(crate) letter: &'static str,
    pub(crate) client: Code,
    pub(crate) server: Code,
    pub(crate) user: Code,
}

const RESTFUL: Code = (TYPES, "rest", "Restful Operation");
const SECURITY: Code = (DCM, "110113", "Security Alert");
const SOURCE: Code = (DCM, "110153", "Source Role ID");
const DESTINATION: Code = (DCM, "110152", "Destination Role ID");
const APPLICATION: Code = (DCM, "110150", "Application");
const CUSTODIAN: Code = (PROVENANCE, "custodian", "Custodian");
const RECIPIENT: Code = (PART, "IRCP", "information recipient");
const AUTHOR: Code = (PART, "AUT", "author (originator)");

/// What gives data out: the server is the source.
const fn gives(kind: Code, subtypes: &'static [Code], letter: &'static str) -> Shape {
    Shape { kind, subtypes, letter, client: DESTINATION, server: SOURCE, user: RECIPIENT }
}

/// What sends data, or a question, to the server.
const fn takes(kind: Code, subtypes: &'static [Code], letter: &'static str, user: Code) -> Shape {
    Shape { kind, subtypes, letter, client: SOURCE, server: DESTINATION, user }
}

/// What concerns the security of the server.
const fn secures(kind: Code, subtypes: &'static [Code], letter: &'static str) -> Shape {
    Shape { kind, subtypes, letter, client: APPLICATION, server: CUSTODIAN, user: AUTHOR }
}

impl Shape {
    /// The shape of an action; of a denial, it is that of what was tried.
    pub(crate) fn of(action: AuditAction) -> Self {
        use AuditAction as A;
        match action {
            A::Read | A::ReadBlob => gives(RESTFUL, &[(REST, "read", "read")], "R"),
            A::VersionRead => gives(RESTFUL, &[(REST, "vread", "vread")], "R"),
            A::History => gives(RESTFUL, &[(REST, "history", "history")], "R"),
            A::Search => takes(RESTFUL, &[(REST, "search-type", "search-type")], "E", RECIPIENT),
            A::Everything | A::Answer => takes(RESTFUL, &[(REST, "operation", "operation")], "E", RECIPIENT),
            A::Create | A::WriteBlob => takes(RESTFUL, &[(REST, "create", "create")], "C", AUTHOR),
            A::Update => takes(RESTFUL, &[(REST, "update", "update")], "U", AUTHOR),
            A::Delete => Shape {
                client: APPLICATION,
                server: CUSTODIAN,
                ..takes(RESTFUL, &[(REST, "delete", "delete")], "D", AUTHOR)
            },
            A::Denied => takes(RESTFUL, &[(REST, "operation", "operation")], "E", RECIPIENT),
            A::Erase => secures((LIFECYCLE, "destroy", "Destroy/Delete Record Lifecycle Event"), &[], "D"),
            A::Export | A::Share | A::Disclose => {
                let disclosed: &[Code] = &[(LIFECYCLE, "disclose", "Disclose Record Lifecycle Event")];
                gives((DCM, "110106", "Export"), disclosed, "R")
            }
            A::SignIn => secures(AUTHENTICATION, &[(DCM, "110122", "Login")], "E"),
            A::SignOut => secures(AUTHENTICATION, &[(DCM, "110123", "Logout")], "E"),
            A::BreakGlassBegin => secures(SECURITY, &[(DCM, "110127", "Emergency Override Started")], "E"),
            A::BreakGlassEnd => secures(SECURITY, &[(DCM, "110138", "Emergency Override Stopped")], "E"),
            A::PolicyChange => secures(SECURITY, &[(DCM, "110136", "Security Roles Changed")], "U"),
            A::AccountChange => {
                secures(SECURITY, &[(DCM, "110137", "User security Attributes Changed")], "U")
            }
            A::KeyRotation => secures(SECURITY, &[(DCM, "110129", "Security Configuration")], "U"),
            A::Restriction => {
                secures(SECURITY, &[(DCM, "110135", "Object Security Attributes Changed")], "U")
            }
            A::Notify => secures(SECURITY, &[], "E"),
            A::Checkpoint => secures((DCM, "110101", "Audit Log Used"), &[], "U"),
        }
    }
}

const AUTHENTICATION: Code = (DCM, "110114", "User Authentication");
