//! Trains the store's compression dictionary on synthetic records: `train-dictionary OUT`.

use salus_demo::{Date, people, population};
use std::process::ExitCode;

/// Resources to learn from.
const SAMPLES: usize = 20_000;
/// The day on which the synthetic lives are told, fixed so that the dictionary is repeatable.
const TODAY: Date = Date::constant(2026, 1, 1);

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else { return ExitCode::from(2) };
    let people = people(TODAY).into_iter().flat_map(|person| person.resources);
    let crowd = population(7, usize::MAX).flatten();
    let samples: Vec<Vec<u8>> =
        people.chain(crowd).take(SAMPLES).filter_map(|resource| serde_json::to_vec(&resource).ok()).collect();
    let Ok(dictionary) = salus_store::train_dictionary(&samples) else { return ExitCode::FAILURE };
    if std::fs::write(path, dictionary).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
