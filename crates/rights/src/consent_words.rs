//! A consent in plain words.

use crate::restriction::classes;
use salus_fhir::json::Value;

/// One or two sentences that say what a version of a consent says.
pub(crate) fn words(consent: &Value) -> String {
    let status = match consent["status"].as_str() {
        Some("active") => "",
        Some("inactive") => "No longer in force: ",
        Some("rejected") => "Refused: ",
        Some("proposed" | "draft") => "Not in force yet: ",
        Some("entered-in-error") => "Entered by mistake: ",
        _ => "In an unknown state: ",
    };
    let root = &consent["provision"];
    let mut said = vec![sentence(root, by_rule(consent))];
    said.extend(root["provision"].as_array().into_iter().flatten().map(|inner| sentence(inner, None)));
    format!("{status}{}", said.join(" "))
}

/// What the policy rule says where the provision does not.
fn by_rule(consent: &Value) -> Option<&'static str> {
    let codings = consent["policyRule"]["coding"].as_array()?;
    codings.iter().find_map(|coding| match coding["code"].as_str()? {
        "OPTIN" | "OPTINR" => Some("permit"),
        "OPTOUT" | "OPTOUTE" => Some("deny"),
        _ => None,
    })
}

fn sentence(provision: &Value, by_rule: Option<&'static str>) -> String {
    let permits = provision["type"].as_str().or(by_rule) == Some("permit");
    let actors = provision["actor"].as_array().into_iter().flatten().map(actor);
    let actors: Vec<String> = actors.collect();
    let who = match (actors.is_empty(), permits) {
        (true, true) => "Whoever may see the record".to_owned(),
        (true, false) => "Nobody but the person".to_owned(),
        (false, _) => actors.join(", "),
    };
    let named: Vec<String> = classes(provision).map(|class| class.title.to_lowercase()).collect();
    let what = match (provision["class"].is_array(), named.is_empty()) {
        (false, _) => "everything".to_owned(),
        (true, false) => named.join(", "),
        (true, true) => "part of the record".to_owned(),
    };
    let may = match (permits, actors.is_empty()) {
        (true, _) | (false, true) => "may see",
        (false, false) => "may not see",
    };
    format!("{who} {may} {what}{}.", period(&provision["period"]))
}

fn actor(actor: &Value) -> String {
    let reference = &actor["reference"];
    let shown = reference["display"].as_str().or(reference["reference"].as_str());
    shown.unwrap_or("somebody").to_owned()
}

fn period(period: &Value) -> String {
    let day = |name: &str| period[name].as_str().map(|moment| moment.get(..10).unwrap_or(moment));
    match (day("start"), day("end")) {
        (Some(start), Some(end)) => format!(" from {start} to {end}"),
        (Some(start), None) => format!(" from {start}"),
        (None, Some(end)) => format!(" until {end}"),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::restriction::{data_class, restriction};
    use serde_json::json;

    #[test]
    fn consents_are_told_in_sentences() {
        let now = "2026-01-05T08:00:00Z".parse().unwrap();
        let medicines = restriction("p", &[data_class("medicines").unwrap()], "x", now);
        let mut lifted = restriction("p", &[], "x", now);
        lifted["status"] = "inactive".into();
        let shared = json!({ "status": "active", "policyRule": { "coding": [{ "code": "OPTIN" }] }, "provision": {
            "type": "permit", "period": { "start": "2026-01-01", "end": "2026-06-30T00:00:00Z" },
            "actor": [{ "reference": { "reference": "Practitioner/d", "display": "Dr. Meyer" } }],
            "provision": [{ "type": "deny", "actor": [{ "reference": { "reference": "Organization/o" } }],
                "class": [{ "code": "Observation" }] }] } });
        for (consent, expect) in [
            (medicines, "Nobody but the person may see medicines."),
            (lifted, "No longer in force: Nobody but the person may see everything."),
            (
                shared,
                "Dr. Meyer may see everything from 2026-01-01 to 2026-06-30. Organization/o may not see measurements and results.",
            ),
            (json!({ "status": "active" }), "Nobody but the person may see everything."),
        ] {
            assert_eq!(words(&consent), expect);
        }
    }
}
