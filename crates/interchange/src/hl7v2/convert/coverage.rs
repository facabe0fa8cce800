//! IN1 with IN2: insurances.

use super::datatypes::{coded_field, identifier, mapped, person_name, said};
use super::node::{Node, named};
use super::{Conversion, period};
use crate::hl7v2::structure::Segment;
use serde_json::{Value, json};

impl Conversion<'_> {
    pub(super) fn take_coverage(&mut self, in1: &Segment<'_>, rest: &[Segment<'_>]) {
        in1.pass_over(&[1, 22]);
        let more =
            rest.iter().take_while(|segment| segment.name != "IN1").find(|segment| segment.name == "IN2");
        let company = in1.field(4).first();
        let number = in1.field(3).first();
        let plan = in1.field(2).first();
        let Some(patient) = self.subject(in1, "An insurance") else { return };
        let Some(payor) = self.insurer(company.as_ref(), number.as_ref()) else {
            self.leave_out_whole(in1, "It does not say who insures.");
            return;
        };
        let policy = in1.text(36);
        let known = policy.clone().or_else(|| in1.text(49)).unwrap_or_default();
        let payor_key = payor["reference"].as_str().unwrap_or_default().to_owned();
        let id = self.own_id("Coverage", &[&self.patient_key(), &payor_key, &known]);
        let mut node = Node::resource("Coverage", &id);
        let members =
            more.map(|more| more.field(61)).into_iter().flat_map(|field| field.all().collect::<Vec<_>>());
        let members: Vec<Value> = members.filter_map(|part| identifier(self, &part)).collect();
        let insured = in1.field(49).first();
        node.list("identifier", insured.and_then(|part| identifier(self, &part)).into_iter().chain(members));
        node.set("status", Some("active")).set("type", coded_field(in1, 15));
        let holder = in1.field(16).first().and_then(|part| person_name(&part)).and_then(|name| said(&name));
        node.set("subscriber", holder.map(|name| named(&name)));
        node.set("subscriberId", policy.or_else(|| in1.text(49)));
        node.set("beneficiary", Some(patient));
        let system = "http://terminology.hl7.org/CodeSystem/subscriber-relationship";
        node.set("relationship", in1.field(17).first().and_then(|part| mapped(&part, "insured", system)));
        let (start, end) = (self.date_time(in1, 12), self.date_time(in1, 13));
        node.set("period", period(start, end)).list("payor", [payor]);
        let plan_code = plan.as_ref().and_then(|part| part.text(1));
        let plan_name = plan.as_ref().and_then(|part| part.text(2));
        let group_name = in1.field(9).first().and_then(|part| part.text(1));
        let (group, group_name) = (in1.text(8), group_name);
        node.list("class", class("plan", plan_code, plan_name))
            .list("class", class("group", group, group_name));
        self.add(node.value());
    }
}

fn class(kind: &str, value: Option<String>, name: Option<String>) -> Option<Value> {
    let system = "http://terminology.hl7.org/CodeSystem/coverage-class";
    let value = value.or_else(|| name.clone())?;
    let mut node = Node::default();
    node.set("type", Some(json!({ "coding": [{ "system": system, "code": kind }] })));
    node.set("value", Some(value)).set("name", name);
    node.some()
}
