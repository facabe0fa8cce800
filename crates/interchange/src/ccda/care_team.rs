//! Who cares for the patient.

use super::agents::function;
use super::codes::identifiers;
use super::context::Context;
use super::fields::Fields;
use super::note::is_comment;
use super::statement::{parts, rest};
use super::tables::mapped;
use super::tree::Element;
use serde_json::Value;

/// A care team.
pub(super) fn care_team<'d>(context: &mut Context<'d>, organizer: &'d Element) -> Vec<String> {
    let members: Vec<&'d Element> = parts(organizer).filter(|part| is_member(part)).collect();
    let mut participants: Vec<Value> = Vec::new();
    for act in members {
        for (member, performer) in context.performers(act) {
            let time = context.interval(act.child("effectiveTime"));
            let role = function(context, performer).map(|role| vec![role]);
            let participant = Fields::default().with("role", role).with("member", Some(member));
            participants.extend(participant.with("period", time.period()).value());
        }
    }
    let time = context.interval(organizer.child("effectiveTime"));
    let code = context.concept_of(organizer, "code");
    let name = code.as_ref().and_then(|code| code["text"].as_str()).map(str::to_owned);
    let fields = Fields::of("CareTeam")
        .with("identifier", Some(identifiers(organizer)))
        .with("status", mapped("care-team-status", organizer.of("statusCode", "code").unwrap_or_default()))
        .with("category", code.map(|code| vec![code]))
        .with("name", name)
        .with("subject", Some(context.patient_reference()))
        .with("period", time.period())
        .with("participant", Some(participants));
    let mut made = vec![context.add(organizer, fields)];
    made.extend(rest(context, organizer, |part| is_member(part) || is_comment(part)));
    made
}

fn is_member(part: &Element) -> bool {
    part.name() == "act" && (part.attr("classCode") == Some("PCPR") || part.code() == Some("85847-2"))
}
