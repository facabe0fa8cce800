//! Who pays: a coverage activity holds policies.

use super::codes::identifiers;
use super::context::Context;
use super::fields::{Fields, absent};
use super::statement::{parts, rest};
use super::tree::Element;
use serde_json::{Value, json};

/// A coverage activity is nothing but its policies.
pub(super) fn coverage<'d>(context: &mut Context<'d>, act: &'d Element) -> Vec<String> {
    let about = context.about;
    let is_policy = |part: &Element| {
        part.name() == "act" && matches!(super::statement::kind(part, about), "policy" | "wrapper")
    };
    let policies: Vec<&'d Element> = parts(act).filter(|part| is_policy(part)).collect();
    let mut made: Vec<String> = policies.into_iter().flat_map(|one| policy(context, one)).collect();
    made.extend(rest(context, act, is_policy));
    made
}

/// One policy.
pub(super) fn policy<'d>(context: &mut Context<'d>, act: &'d Element) -> Vec<String> {
    let participant = |code: &str| act.all("participant").find(|one| one.attr("typeCode") == Some(code));
    let covered = participant("COV");
    let role = covered.and_then(|one| one.child("participantRole"));
    let holder = participant("HLD").and_then(|one| one.child("participantRole"));
    let mut payors = Vec::new();
    for performer in act.all("performer") {
        let Some(assigned) = performer.child("assignedEntity") else { continue };
        if assigned.code() == Some("GUAR") {
            let name = super::people::name_of(assigned).or_else(|| {
                assigned.at(&["representedOrganization", "name"]).and_then(super::people::spoken)
            });
            let name = name.unwrap_or_else(|| "somebody without a name".to_owned());
            context.leave_out(format!("The guarantor of a policy, {name}, has no place in a FHIR Coverage."));
            continue;
        }
        let organization =
            assigned.child("representedOrganization").and_then(|one| context.organization(one));
        payors.extend(organization.or_else(|| {
            // A person who pays is no practitioner: they are named.
            let who = context.person(assigned)?;
            Fields::default()
                .with("identifier", who.get("identifier").cloned())
                .with("display", who.get("display").cloned())
                .value()
        }));
    }
    let kind = context.concept_of(act, "code");
    if payors.is_empty() && kind.is_none() && role.is_none() {
        return Vec::new();
    }
    if payors.is_empty() {
        payors.push(absent(None));
    }
    let member = role.and_then(|role| role.all("id").find_map(|id| id.attr("extension")));
    let time = context.interval(covered.and_then(|one| one.child("time")));
    let is_self = role.and_then(Element::code) == Some("SELF");
    let subscriber = holder.and_then(|holder| {
        if context.is_patient(holder) { Some(context.patient_reference()) } else { holder_reference(holder) }
    });
    let subscriber = subscriber.or_else(|| is_self.then(|| context.patient_reference()));
    let relationship = role.and_then(|role| context.concept_of(role, "code"));
    let fields = Fields::of("Coverage")
        .with("identifier", Some(identifiers(act)))
        .with("status", Some("active"))
        .with("type", kind)
        .with("subscriber", subscriber)
        .with("subscriberId", member)
        .with("beneficiary", Some(context.patient_reference()))
        .with("relationship", relationship)
        .with("period", time.period())
        .with("payor", Some(payors));
    let mut made = vec![context.add(act, fields)];
    made.extend(rest(context, act, |_| false));
    made
}

fn holder_reference(holder: &Element) -> Option<Value> {
    let name = holder.at(&["playingEntity", "name"]).and_then(super::people::spoken);
    let identifier = identifiers(holder).into_iter().next();
    let reference = Fields::default().with("identifier", identifier).with("display", name).value()?;
    Some(json!(reference))
}
