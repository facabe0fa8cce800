//! Devices: implants and aids, with the identifier that the FDA asks for.

use super::codes::identifier;
use super::context::Context;
use super::fields::Fields;
use super::people::spoken;
use super::statement::{is_template, parts};
use super::time::moment;
use super::tree::Element;
use serde_json::{Value, json};

/// The root of unique device identifiers (FDA).
const UDI: &str = "2.16.840.1.113883.3.3719";

/// The device of a `participantRole`, if there is anything to say about it.
pub(super) fn device<'d>(context: &mut Context<'d>, role: &'d Element) -> Option<String> {
    device_with(context, role, None)
}

/// As [`device`], with what a UDI organizer beside it tells.
pub(super) fn device_with<'d>(
    context: &mut Context<'d>,
    role: &'d Element,
    details: Option<&'d Element>,
) -> Option<String> {
    let playing = role.child("playingDevice");
    let code = playing.and_then(|device| context.concept_of(device, "code"));
    let name = playing.and_then(|device| device.stated("manufacturerModelName")).and_then(spoken);
    let carriers: Vec<&str> = ids(role, details)
        .filter(|id| id.attr("root") == Some(UDI))
        .filter_map(|id| id.attr("extension"))
        .collect();
    if code.is_none() && name.is_none() && carriers.is_empty() && details.is_none() {
        return None;
    }
    let others = role.all("id").filter(|id| id.attr("root") != Some(UDI)).filter_map(identifier);
    let others: Vec<Value> = others.collect();
    let told = carriers.first().map(|carrier| marked(carrier)).unwrap_or_default();
    let mut fields = Fields::of("Device").with("identifier", Some(others));
    let detail = |context: &Context<'_>, code: &str| value_of(context, details?, code);
    let number = detail(context, "C101722").or_else(|| told.number.clone());
    let carriers = carriers.iter().map(|carrier| {
        let jurisdiction = "http://hl7.org/fhir/NamingSystem/fda-udi";
        Fields::default()
            .with("deviceIdentifier", number.as_deref())
            .with("jurisdiction", Some(jurisdiction))
            .with("carrierHRF", Some(*carrier))
            .value()
    });
    let carriers: Vec<Value> = carriers.flatten().collect();
    fields.put("udiCarrier", Some(carriers));
    fields.put("distinctIdentifier", detail(context, "C113843"));
    let maker = role.child("scopingEntity").and_then(|entity| entity.stated("desc")).and_then(spoken);
    fields.put("manufacturer", detail(context, "C54131").or(maker));
    fields.put("manufactureDate", detail(context, "C101669").as_deref().and_then(moment).or(told.made));
    fields.put("expirationDate", detail(context, "C101670").as_deref().and_then(moment).or(told.expires));
    fields.put("lotNumber", detail(context, "C101672").or(told.lot));
    fields.put("serialNumber", detail(context, "C101671").or(told.serial));
    let brand = detail(context, "C71898").map(|name| json!({ "name": name, "type": "user-friendly-name" }));
    let model = name.map(|name| json!({ "name": name, "type": "model-name" }));
    fields.put("deviceName", Some(brand.into_iter().chain(model).collect::<Vec<_>>()));
    fields.put("modelNumber", detail(context, "C99285"));
    fields.put("partNumber", detail(context, "C99286"));
    fields.put("type", code);
    fields.put("patient", Some(context.patient_reference()));
    Some(context.add_part(role, carriers_key(&fields).as_str(), fields))
}

/// Identifiers of devices are often those of a kind of device; what it is, is part of the id.
fn carriers_key(fields: &Fields) -> String {
    fields.get("type").map(Value::to_string).unwrap_or_default()
}

fn ids<'d>(role: &'d Element, details: Option<&'d Element>) -> impl Iterator<Item = &'d Element> {
    role.all("id").chain(details.into_iter().flat_map(|organizer| organizer.all("id")))
}

/// The UDI organizer of a procedure.
pub(super) fn is_details(part: &Element) -> bool {
    is_template(part, "311") || part.code() == Some("74711-3")
}

/// What a component of a UDI organizer says.
fn value_of(context: &Context<'_>, organizer: &Element, code: &str) -> Option<String> {
    let value = parts(organizer).find(|part| part.code() == Some(code))?.child("value")?;
    let attribute = value.attr("value").or_else(|| value.attr("extension")).map(str::to_owned);
    attribute.or_else(|| context.words(value))
}

/// What the human-readable form of a GS1 carrier tells: `(01)…(17)…(10)…(21)…`.
#[derive(Default)]
struct Marked {
    number: Option<String>,
    lot: Option<String>,
    serial: Option<String>,
    made: Option<String>,
    expires: Option<String>,
}

fn marked(carrier: &str) -> Marked {
    let mut marked = Marked::default();
    for part in carrier.split('(').skip(1) {
        let Some((key, value)) = part.split_once(')') else { continue };
        let value = value.trim();
        let day = || moment(&format!("20{value}")).filter(|_| value.len() == 6);
        match key {
            "01" => marked.number = Some(value.to_owned()),
            "10" => marked.lot = Some(value.to_owned()),
            "21" => marked.serial = Some(value.to_owned()),
            "11" => marked.made = day(),
            "17" => marked.expires = day(),
            _ => {}
        }
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carrier_is_taken_apart() {
        let read = marked("(01)00848486001048(11)160330(10)ABC124(21)S 1(17)991301");
        assert_eq!(read.number.as_deref(), Some("00848486001048"));
        assert_eq!((read.lot.as_deref(), read.serial.as_deref()), (Some("ABC124"), Some("S 1")));
        assert_eq!((read.made.as_deref(), read.expires.as_deref()), (Some("2016-03-30"), None));
        assert!(marked("no carrier").number.is_none());
    }
}
