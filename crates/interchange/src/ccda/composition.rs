//! The document itself: its header and its sections.

use super::codes::identifier;
use super::context::Context;
use super::encounter::encompassing;
use super::fields::{Fields, absent, coded};
use super::narrative::xhtml;
use super::patient::patient;
use super::statement::{self, is_statement};
use super::tables::{mapped, section as about};
use super::tree::Element;
use super::unstructured::{self, Header};
use crate::Converted;
use serde_json::{Value, json};
use std::collections::HashSet;

const VERSION: &str = "http://hl7.org/fhir/StructureDefinition/composition-clinicaldocument-versionNumber";
const EMPTY: &str = "http://terminology.hl7.org/CodeSystem/list-empty-reason";

/// Reads a whole document.
pub(super) fn convert(root: &Element) -> Converted {
    let mut context = Context::of(root);
    context.place = "header".to_owned();
    patient(&mut context, root);
    let encounter = encompassing(&mut context, root);
    let header = header(&mut context, root, encounter);
    let mut fields = fields(&mut context, root, &header);
    let mut sections = Vec::new();
    for body in root.all("component").filter_map(|component| component.child("structuredBody")) {
        for held in body.all("component").filter_map(|component| component.child("section")) {
            sections.extend(section(&mut context, held, ""));
        }
    }
    context.place = "body".to_owned();
    context.about = None;
    if let Some(name) = unstructured::body(&mut context, root, &header) {
        let entry = json!({ "title": header.title, "entry": [{ "reference": name }] });
        sections.push(entry);
    }
    fields.put("section", Some(sections));
    context.add(root, fields);
    context.finish()
}

fn header<'d>(context: &mut Context<'d>, root: &'d Element, encounter: Option<String>) -> Header {
    let title = root.child("title").map(Element::words).filter(|title| !title.is_empty());
    let title = title.or_else(|| root.of("code", "displayName").map(str::to_owned));
    let authors = root.all("author").filter_map(|author| author.child("assignedAuthor"));
    let authors: Vec<Value> = authors.filter_map(|assigned| context.person(assigned)).collect();
    let custodian = root.at(&["custodian", "assignedCustodian", "representedCustodianOrganization"]);
    let custodian = custodian.and_then(|one| context.organization(one));
    Header {
        title: title.unwrap_or_else(|| "Clinical document".to_owned()),
        date: context.interval(root.child("effectiveTime")).first().map(str::to_owned),
        authors,
        custodian,
        encounter,
    }
}

fn fields<'d>(context: &mut Context<'d>, root: &'d Element, header: &Header) -> Fields {
    let confidentiality =
        root.of("confidentialityCode", "code").and_then(|code| mapped("confidentiality", code));
    let version =
        root.of("versionNumber", "value").map(|version| json!([{ "url": VERSION, "valueString": version }]));
    let mut fields = Fields::of("Composition")
        .with("extension", version)
        .with("language", root.of("languageCode", "code"))
        .with(
            "identifier",
            root.child("setId").and_then(identifier).or_else(|| root.child("id").and_then(identifier)),
        )
        .with("status", Some("final"))
        .with("type", Some(context.demanded(root.child("code"))))
        .with("subject", Some(context.patient_reference()))
        .with("encounter", header.encounter.as_ref().map(|name| json!({ "reference": name })));
    match &header.date {
        Some(date) => fields.put("date", Some(date.as_str())),
        None => fields.put("_date", Some(absent(root.child("effectiveTime").and_then(Element::null)))),
    }
    let authors = if header.authors.is_empty() { vec![absent(None)] } else { header.authors.clone() };
    fields.put("author", Some(authors));
    fields.put("title", Some(header.title.as_str()));
    fields.put("confidentiality", confidentiality);
    fields.put("attester", Some(attesters(context, root)));
    fields.put("custodian", header.custodian.clone());
    fields.put("relatesTo", Some(related_documents(root)));
    fields.put("event", Some(events(context, root)));
    others(context, root);
    fields
}

fn attesters<'d>(context: &mut Context<'d>, root: &'d Element) -> Vec<Value> {
    let mut attesters = Vec::new();
    for (name, mode) in [("legalAuthenticator", "legal"), ("authenticator", "professional")] {
        for one in root.all(name) {
            let party = one.child("assignedEntity").and_then(|assigned| context.person(assigned));
            let time = context.interval(one.child("time"));
            let attester = Fields::default().with("mode", Some(mode)).with("time", time.first());
            attesters.extend(attester.with("party", party).value());
        }
    }
    attesters
}

fn related_documents(root: &Element) -> Vec<Value> {
    let related = root.all("relatedDocument").filter_map(|related| {
        let code = mapped("relates-to", related.attr("typeCode")?)?;
        let target = related.at(&["parentDocument", "id"]).and_then(identifier)?;
        Some(json!({ "code": code, "targetIdentifier": target }))
    });
    related.collect()
}

/// The services that the document tells of, and who gave them.
fn events<'d>(context: &mut Context<'d>, root: &'d Element) -> Vec<Value> {
    let mut events = Vec::new();
    for service in root.all("documentationOf").filter_map(|one| one.child("serviceEvent")) {
        let time = context.interval(service.child("effectiveTime"));
        let who: Vec<Value> = context.performers(service).into_iter().map(|(actor, _)| actor).collect();
        let code = context.concept_of(service, "code");
        let event =
            Fields::default().with("code", code.map(|code| vec![code])).with("period", time.any_period());
        events.extend(event.with("detail", Some(who)).value());
    }
    events
}

/// The other people of the header: kin and contacts become RelatedPersons; whoever typed, told or is to read the document
/// has no place in a Composition.
fn others<'d>(context: &mut Context<'d>, root: &'d Element) {
    for entity in root.all("participant").filter_map(|one| one.child("associatedEntity")) {
        let is_kin =
            matches!(entity.attr("classCode"), Some("NOK" | "ECON" | "PRS" | "CAREGIVER" | "GUARD" | "AGNT"));
        if !(is_kin && context.related_person(entity).is_some()) {
            let name = entity
                .at(&["associatedPerson", "name"])
                .or_else(|| entity.at(&["scopingOrganization", "name"]));
            let name = name.map(Element::words).unwrap_or_default();
            context
                .leave_out(format!("A participant of the document has no place in a Composition: {name}."));
        }
    }
    for informant in root.all("informant") {
        if let Some(entity) = informant.child("relatedEntity") {
            context.related_person(entity);
        } else if let Some(assigned) = informant.child("assignedEntity") {
            context.person(assigned);
        }
    }
    let typed = root.at(&["dataEnterer", "assignedEntity"]);
    if let Some(name) = typed.and_then(super::people::name_of) {
        context.leave_out(format!("Who typed the document, {name}, has no place in a Composition."));
    }
    for recipient in root.all("informationRecipient").filter_map(|one| one.child("intendedRecipient")) {
        let name = recipient
            .at(&["informationRecipient", "name"])
            .or_else(|| recipient.at(&["receivedOrganization", "name"]));
        let name = name.map(Element::words).unwrap_or_default();
        context.leave_out(format!("Whom the document is for, {name}, has no place in a Composition."));
    }
    for order in root.all("inFulfillmentOf") {
        let code =
            order.child("order").and_then(|order| order.of("code", "displayName")).unwrap_or("an order");
        context.leave_out(format!(
            "The order that the document fulfils ({code}) has no place in a Composition."
        ));
    }
}

/// A section with its text and the resources that its entries became.
fn section<'d>(context: &mut Context<'d>, element: &'d Element, above: &str) -> Option<Value> {
    let title = element.child("title").map(Element::words).filter(|title| !title.is_empty());
    let code = element.child("code");
    let named = title.clone().or_else(|| code.and_then(|code| code.attr("displayName")).map(str::to_owned));
    let loinc = code.and_then(|code| code.attr("code")).unwrap_or("no code");
    let place = format!("{above}{} ({loinc})", named.as_deref().unwrap_or("Section"));
    let kind = about(loinc);
    let mut entries: Vec<Value> = Vec::new();
    let mut named_already = HashSet::new();
    for (index, entry) in element.all("entry").enumerate() {
        context.place = format!("{place}, entry {}", index + 1);
        context.about = kind;
        for name in
            entry.elements().filter(|one| is_statement(one)).flat_map(|one| statement::convert(context, one))
        {
            if named_already.insert(name.clone()) {
                entries.push(json!({ "reference": name }));
            }
        }
    }
    let mut inner = Vec::new();
    for held in element.all("component").filter_map(|component| component.child("section")) {
        inner.extend(section(context, held, &format!("{place} › ")));
    }
    context.place = place;
    let text = element.child("text").and_then(xhtml).map(|div| json!({ "status": "additional", "div": div }));
    let is_empty = element.null().is_some() && entries.is_empty();
    let fields = Fields::default()
        .with("title", named)
        .with("code", code.and_then(|code| context.concept(code)))
        .with("text", text)
        .with("entry", Some(entries))
        .with("emptyReason", is_empty.then(|| coded(EMPTY, "unavailable")))
        .with("section", Some(inner));
    // FHIR has no section that only says why it is empty (cmp-1).
    let says = ["text", "entry", "section"].iter().any(|name| fields.has(name));
    if !says {
        context.leave_out("The section holds nothing.".to_owned());
        return None;
    }
    fields.value()
}
