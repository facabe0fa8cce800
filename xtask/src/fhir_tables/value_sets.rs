//! `value_sets.tsv`: the codes of every value set that is bound as required and can be listed.

use super::{Result, list, text};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

const COLUMNS: &str = "url, then for each code system: its url and the codes, separated by spaces";

/// Grammars, of which the published code systems list only examples.
const GRAMMARS: [&str; 2] = ["urn:ietf:bcp:13", "http://unitsofmeasure.org"];

/// The rows of `value_sets.tsv`. A value set that cannot be listed in full has no row.
pub(super) fn table(
    terminology: &[Value],
    required: &BTreeSet<String>,
) -> Result<(&'static str, Vec<String>)> {
    let by_url = |kind: &str| -> HashMap<&str, &Value> {
        let of_kind = terminology.iter().filter(|value| value["resourceType"] == kind);
        of_kind.map(|value| (text(value, "url"), value)).collect()
    };
    let (sets, systems) = (by_url("ValueSet"), by_url("CodeSystem"));
    let mut rows = Vec::new();
    for url in required {
        let Some(set) = sets.get(url.as_str()) else { continue };
        let includes: Option<Vec<String>> =
            list(&set["compose"], "include").iter().map(|include| expand(include, &systems)).collect();
        if let Some(columns) = includes
            && set["compose"]["exclude"].is_null()
        {
            rows.push(format!("{url}\t{}", columns.join("\t")));
        }
    }
    Ok((COLUMNS, rows))
}

/// One code system's part of a value set; `None` where it cannot be listed.
fn expand(include: &Value, systems: &HashMap<&str, &Value>) -> Option<String> {
    let system = text(include, "system");
    let is_listed =
        include["valueSet"].is_null() && include["filter"].is_null() && !GRAMMARS.contains(&system);
    let mut codes = Vec::new();
    if !include["concept"].is_null() {
        collect_codes(list(include, "concept"), &mut codes);
    } else if let Some(definition) = systems.get(system)
        && definition["content"] == "complete"
    {
        collect_codes(list(definition, "concept"), &mut codes);
    }
    let is_clean = codes.iter().all(|code| !code.contains(char::is_whitespace));
    (is_listed && is_clean && !codes.is_empty()).then(|| format!("{system} {}", codes.join(" ")))
}

fn collect_codes<'a>(concepts: &'a [Value], codes: &mut Vec<&'a str>) {
    for concept in concepts {
        codes.push(text(concept, "code"));
        collect_codes(list(concept, "concept"), codes);
    }
}
