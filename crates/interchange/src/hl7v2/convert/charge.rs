//! FT1: what was charged.

use super::Conversion;
use super::datatypes::{coded_field, coded_fields, concept_words, decimal, money, quantity};
use super::node::Node;
use crate::hl7v2::structure::Segment;
use serde_json::{Value, json};

impl Conversion<'_> {
    pub(super) fn take_charge(&mut self, ft1: &Segment<'_>) {
        ft1.pass_over(&[1]);
        let kind = ft1.code(6);
        if !matches!(kind.as_str(), "" | "CG" | "CD") {
            self.leave_out_whole(
                ft1,
                "A payment, a credit or an adjustment is no charge; FHIR R4 keeps it in accounts.",
            );
            return;
        }
        let (sent, done) = (coded_field(ft1, 7), coded_field(ft1, 25));
        let Some(code) = sent.or_else(|| done.clone()) else {
            self.leave_out_whole(ft1, "It does not say what was charged for.");
            return;
        };
        let Some(patient) = self.subject(ft1, "A charge") else { return };
        let number = ft1.text(2);
        let key = number.clone().unwrap_or_else(|| format!("{} {}", self.own, ft1.whole()));
        let called = concept_words(&code).unwrap_or_default();
        let id = self.own_id("ChargeItem", &[&self.patient_key(), &key, &called]);
        let mut node = Node::resource("ChargeItem", &id);
        node.list("identifier", number.map(|number| json!({ "value": number })));
        node.set("status", Some("billable")).set("code", Some(code)).set("subject", Some(patient));
        node.set("context", self.encounter.clone());
        let (start, end) = {
            let span = ft1.field(4).first();
            (self.date_time(ft1, 4), span.and_then(|span| span.text(2)))
        };
        match end.and_then(|end| self.times.date_time(&end).ok().flatten()) {
            Some(end) => node.set("occurrencePeriod", super::period(start, Some(end))),
            None => node.set("occurrenceDateTime", start),
        };
        let people = self.practitioners(ft1, 20);
        node.list("performer", people.into_iter().map(|person| json!({ "actor": person })));
        node.set(
            "quantity",
            ft1.text(10).and_then(|text| decimal(&text)).map(|number| quantity(number, None)),
        );
        node.set("priceOverride", money(ft1.field(11)).or_else(|| money(ft1.field(22))));
        let enterer: Option<Value> = self.practitioners(ft1, 24).into_iter().next();
        node.set("enterer", enterer);
        let posted = self.date_time(ft1, 5);
        node.set("enteredDate", posted);
        node.list("reason", coded_fields(ft1, 19))
            .list("note", ft1.text(8).map(|text| json!({ "text": text })));
        self.add(node.value());
    }
}
