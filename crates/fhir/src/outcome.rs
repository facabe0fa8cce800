//! What is wrong with a request or a resource, said in FHIR's terms.

use crate::json::Value;
use serde_json::json;

/// How bad an issue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The action failed, and nothing else could be looked at.
    Fatal,
    /// The action failed because of this.
    Error,
    /// Worth looking at.
    Warning,
    /// Good to know.
    Information,
}

/// FHIR's issue types (R4 code system `issue-type`), as far as Salus tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are FHIR's own")]
pub enum IssueCode {
    Invalid,
    Structure,
    Required,
    Value,
    Invariant,
    CodeInvalid,
    Extension,
    Security,
    Login,
    Forbidden,
    Processing,
    NotSupported,
    Duplicate,
    MultipleMatches,
    NotFound,
    Deleted,
    TooLong,
    TooCostly,
    BusinessRule,
    Conflict,
    Transient,
    Timeout,
    Throttled,
    Incomplete,
    Exception,
    Informational,
}

/// One thing that is wrong, and where. The diagnostics may quote the resource, so they are for whoever sent it:
/// `Debug`, and with it any log, leaves them out.
#[derive(Clone, PartialEq, Eq)]
pub struct Issue {
    /// How bad it is.
    pub severity: Severity,
    /// What sort of fault it is.
    pub code: IssueCode,
    /// FHIRPath of the faulty element: `Patient.contact[0].name.family`.
    pub expression: Option<String>,
    /// A sentence a person can act on.
    pub diagnostics: String,
}

impl Issue {
    /// An error in the resource or request as a whole.
    pub fn error(code: IssueCode, diagnostics: impl Into<String>) -> Self {
        Self { severity: Severity::Error, code, expression: None, diagnostics: diagnostics.into() }
    }

    /// The same issue, at this FHIRPath.
    pub fn at(self, expression: impl Into<String>) -> Self {
        Self { expression: Some(expression.into()), ..self }
    }

    /// Does it make the resource or request invalid?
    pub fn is_error(&self) -> bool {
        matches!(self.severity, Severity::Fatal | Severity::Error)
    }
}

impl std::fmt::Debug for Issue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = self.expression.as_deref().unwrap_or("(whole)");
        write!(f, "{} {} at {place}", self.severity.code(), self.code.code())
    }
}

impl Severity {
    /// FHIR's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Fatal => "fatal",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Information => "information",
        }
    }
}

impl IssueCode {
    /// FHIR's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Structure => "structure",
            Self::Required => "required",
            Self::Value => "value",
            Self::Invariant => "invariant",
            Self::CodeInvalid => "code-invalid",
            Self::Extension => "extension",
            Self::Security => "security",
            Self::Login => "login",
            Self::Forbidden => "forbidden",
            Self::Processing => "processing",
            Self::NotSupported => "not-supported",
            Self::Duplicate => "duplicate",
            Self::MultipleMatches => "multiple-matches",
            Self::NotFound => "not-found",
            Self::Deleted => "deleted",
            Self::TooLong => "too-long",
            Self::TooCostly => "too-costly",
            Self::BusinessRule => "business-rule",
            Self::Conflict => "conflict",
            Self::Transient => "transient",
            Self::Timeout => "timeout",
            Self::Throttled => "throttled",
            Self::Incomplete => "incomplete",
            Self::Exception => "exception",
            Self::Informational => "informational",
        }
    }
}

/// The OperationOutcome that tells these issues. FHIR wants at least one; "all ok" stands for none.
pub fn operation_outcome(issues: &[Issue]) -> Value {
    let all_ok = Issue {
        severity: Severity::Information,
        code: IssueCode::Informational,
        expression: None,
        diagnostics: "All OK.".to_owned(),
    };
    let issues = if issues.is_empty() { std::slice::from_ref(&all_ok) } else { issues };
    let told: Vec<Value> = issues.iter().map(told).collect();
    json!({ "resourceType": "OperationOutcome", "issue": told })
}

fn told(issue: &Issue) -> Value {
    let mut told = json!({ "severity": issue.severity.code(), "code": issue.code.code() });
    told["diagnostics"] = issue.diagnostics.as_str().into();
    if let Some(expression) = &issue.expression {
        told["expression"] = json!([expression]);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_tells_every_issue() {
        let issue = Issue::error(IssueCode::Required, "A name is missing.").at("Patient.contact[0].name");
        assert_eq!(
            operation_outcome(&[issue]),
            json!({ "resourceType": "OperationOutcome", "issue": [{
                "severity": "error", "code": "required", "diagnostics": "A name is missing.",
                "expression": ["Patient.contact[0].name"],
            }] })
        );
        assert_eq!(operation_outcome(&[])["issue"][0]["severity"], "information");
    }

    #[test]
    fn debug_quotes_nothing() {
        let issue = Issue::error(IssueCode::Value, "'Rossi' is not allowed here.").at("Patient.gender");
        assert_eq!(format!("{issue:?}"), "error value at Patient.gender");
    }

    #[test]
    fn every_code_is_one_of_the_value_set() {
        let set = crate::defs::value_set("http://hl7.org/fhir/ValueSet/issue-type").unwrap();
        for code in
            [IssueCode::CodeInvalid, IssueCode::TooCostly, IssueCode::Informational, IssueCode::Throttled]
        {
            assert!(set.has_code(code.code()), "{}", code.code());
        }
    }
}
