//! The project's own chores: `cargo xtask <chore>`.
//!
//! `test` and `demo` are the two commands a newcomer needs; both begin by installing what is missing.
//! Start reading at [`Chore`]; each chore has a file of its own.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod asvs;
mod demo;
mod dictionary;
mod fhir_tables;
mod models;
mod retrieval_sets;
mod setup;
mod shell;
mod test;
mod tidy;
mod web;

use std::process::ExitCode;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

const USAGE: &str = "\
usage: cargo xtask <chore> [--yes]

  demo          install what is missing, build, start Salus with synthetic people, print address and logins
  test          install what is missing, then run every check and test
  walk          only the stories in the browser
  setup         only install what is missing
  tidy          check the house rules that no compiler knows
  asvs          list the requirements of OWASP ASVS 5.0 that have a test named after them
  web           build the web client into web/dist
  openapi       write web/openapi.json from the server and generate the web client's API from it
  fhir-tables   derive crates/fhir/src/tables from the published R4 definitions
  models        fetch the model that tells what texts mean, into target/models
  retrieval-sets  make sets to measure retrieval with, into target/retrieval
  dictionary    train the store's compression dictionary on synthetic records

  --yes         do not ask before installing system packages (also when CI is set)";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let yes = words.iter().any(|word| word == "--yes") || std::env::var_os("CI").is_some();
    let chore = words.iter().map(String::as_str).find(|word| *word != "--yes");
    let rest: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "--yes").skip(1).collect();
    let outcome = match chore {
        Some("demo") => demo::run(yes, &rest),
        Some("test") => test::run(yes, &rest),
        Some("walk") => test::walk_alone(yes),
        Some("setup") => setup::run(yes).map(drop),
        Some("tidy") => tidy::run(),
        Some("asvs") => asvs::run(),
        Some("web") => setup::run(yes).and_then(|tools| web::build(&tools)),
        Some("openapi") => setup::run(yes).and_then(|tools| web::openapi(&tools)),
        Some("fhir-tables") => fhir_tables::run(),
        Some("models") => models::run(None),
        Some("retrieval-sets") => retrieval_sets::run(&rest),
        Some("dictionary") => dictionary::run(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
