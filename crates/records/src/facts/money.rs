//! Insurance covers, statements of benefits and claims.

use super::clinical::sentence;
use super::read::{all, at, codes, date, display, named, text};
use super::said::{self, number, without_tag, written};
use super::{Fact, Kind, ResourceKey, Standing};
use salus_fhir::json::Value;

pub(super) fn coverage(resource: &Value, source: ResourceKey) -> Fact {
    let mut fact = Fact::new(source, Kind::Coverage);
    let payer = display(resource, "payor").or_else(|| text(resource, "payor.identifier.value"));
    let plan = all(resource, "class").iter().find_map(|class| text(class, "name"));
    fact.title = payer.or(plan).or_else(|| named(resource, "type")).unwrap_or("Insurance").to_owned();
    fact.recorded = fact.title.clone();
    fact.codes = at(resource, "type").map(codes).unwrap_or_default();
    fact.date = date(resource, &["period.start"]);
    fact.end = date(resource, &["period.end"]);
    if text(resource, "status") != Some("active") {
        fact.standing = Standing::Past;
    }
    fact.detail = plan.map(str::to_owned);
    fact.text = sentence(
        format!("Insurance: {}", fact.title),
        &[
            plan.map(|plan| format!("plan {plan}")),
            named(resource, "type").map(|kind| format!("type {kind}")),
            text(resource, "subscriberId").map(|member| format!("member number {member}")),
            text(resource, "status").map(str::to_owned),
            fact.date.as_ref().map(|date| format!("from {}", date.shown())),
            fact.end.as_ref().map(|end| format!("until {}", end.shown())),
        ],
    );
    fact
}

pub(super) fn bill(resource: &Value, source: ResourceKey) -> Fact {
    let is_claim = source.type_name == "Claim";
    let mut fact = Fact::new(source, Kind::Bill);
    let mut services: Vec<String> = all(resource, "item")
        .iter()
        .filter_map(|item| named(item, "productOrService"))
        .map(|service| without_tag(service).to_owned())
        .collect();
    services.dedup();
    fact.title = services
        .first()
        .cloned()
        .unwrap_or_else(|| if is_claim { "Claim".to_owned() } else { "Statement of benefits".to_owned() });
    fact.recorded = fact.title.clone();
    fact.date = date(resource, &["billablePeriod.start", "created"]);
    if text(resource, "status") == Some("cancelled") {
        fact.standing = Standing::Past;
    }
    let totals: Vec<String> = all(resource, "total")
        .iter()
        .filter_map(|total| {
            let what = named(total, "category").unwrap_or("amount");
            Some(format!("{what} {}", money(at(total, "amount")?)?))
        })
        .collect();
    let whole = at(resource, "total").filter(|_| is_claim).and_then(money);
    let paid = at(resource, "payment.amount").and_then(money);
    fact.detail = whole.clone().or_else(|| paid.clone().map(|paid| format!("paid {paid}")));
    fact.text = sentence(
        format!("{}: {}", if is_claim { "Claim" } else { "Statement of benefits" }, said::list(&services)),
        &[
            fact.date.as_ref().map(|date| format!("of {}", date.shown())),
            display(resource, "insurer").map(|insurer| format!("insurer {insurer}")),
            whole.map(|total| format!("total {total}")),
            (!totals.is_empty()).then(|| said::list(&totals)),
            paid.map(|paid| format!("paid {paid}")),
            text(resource, "outcome").map(|outcome| format!("outcome {outcome}")),
        ],
    );
    fact
}

fn money(amount: &Value) -> Option<String> {
    let value = number(&written(amount.get("value")?)?);
    Some(said::with_unit(&value, text(amount, "currency")))
}
