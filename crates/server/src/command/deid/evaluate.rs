//! `salus deid evaluate`: recall and precision on any labelled texts.

use super::bar;
use crate::Failure;
use clap::Args;
use salus_deid::evaluate::{Evaluation, Example, Score, Tally, parse_line};
use salus_deid::{Kind, recognise};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::ExitCode;

/// Examples shown of each kind of error.
const EXAMPLES_SHOWN: usize = 8;
/// Lines told that could not be read.
const FAULTS_SHOWN: usize = 5;

/// The flags of `deid evaluate`.
#[derive(Args)]
pub struct Arguments {
    /// A file of lines like {"text": "…", "spans": [{"start": 0, "end": 5, "kind": "name"}]}, with character offsets.
    /// The label names of well-known sets (PATIENT, DOCTOR, DATE, PHONE, HOSPITAL, ID …) are understood.
    file: PathBuf,
    /// Answer as JSON, with all misses and false alarms.
    #[arg(long)]
    json: bool,
    /// Leave the examples of misses and false alarms out: they quote the texts.
    #[arg(long)]
    no_examples: bool,
}

/// Measures; the exit code is 3 when lines were left out.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let told = |error| format!("cannot read {}: {error}", arguments.file.display());
    let file = File::open(&arguments.file).map_err(told)?;
    let bar = bar(file.metadata().map_err(told)?.len(), "bytes", arguments.json);
    let (mut tally, mut left_out, mut read) = (Tally::default(), 0_usize, 0_usize);
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(told)?;
        bar.inc(line.len() as u64 + 1);
        if line.trim().is_empty() {
            continue;
        }
        match parse_line(line.trim_start_matches('\u{feff}')) {
            Ok(note) => {
                tally.add(&note, &recognise(&note.text));
                read += 1;
            }
            Err(fault) => {
                left_out += 1;
                if left_out <= FAULTS_SHOWN {
                    bar.suspend(|| eprintln!("line {} left out: {fault}", number + 1));
                }
            }
        }
    }
    bar.finish_and_clear();
    if read == 0 {
        return Err(format!("{} has no line that could be read", arguments.file.display()).into());
    }
    let mut result = tally.close();
    if arguments.no_examples {
        result.misses.clear();
        result.false_alarms.clear();
    }
    match arguments.json {
        true => println!("{}", serde_json::to_string_pretty(&result)?),
        false => print(&result, left_out),
    }
    Ok(if left_out == 0 { ExitCode::SUCCESS } else { ExitCode::from(3) })
}

fn print(result: &Evaluation, left_out: usize) {
    println!("{} texts, {} characters\n", result.notes, result.characters_read);
    println!("{:<14} {:>7} {:>7}   {:^23}   {:^23}", "", "marked", "found", "any overlap", "same bounds");
    println!(
        "{:<14} {:>7} {:>7}   {:>7} {:>7} {:>7}   {:>7} {:>7} {:>7}",
        "kind", "", "", "recall", "precis.", "F1", "recall", "precis.", "F1"
    );
    for kind in &result.kinds {
        row(kind.kind.name(), &kind.overlap, &kind.strict);
    }
    row("all", &result.overlap, &result.strict);
    let Score { recall, precision, f1, .. } = result.characters;
    println!("\nCharacters, whatever the kind: recall {recall:.4}, precision {precision:.4}, F1 {f1:.4}");
    if result.set_aside > 0 {
        println!(
            "{} marks set aside: Safe Harbor lets ages under 90, years alone, states and countries stand.",
            result.set_aside
        );
    }
    for (label, count) in &result.unknown_labels {
        println!("The label {label} is not known here; {count} marks with it are among those set aside.");
    }
    if left_out > 0 {
        println!("{left_out} lines could not be read.");
    }
    examples("Missed", &result.misses);
    examples("Found without a mark", &result.false_alarms);
}

fn row(name: &str, overlap: &Score, strict: &Score) {
    println!(
        "{name:<14} {:>7} {:>7}   {:>7.4} {:>7.4} {:>7.4}   {:>7.4} {:>7.4} {:>7.4}",
        overlap.marked,
        overlap.given,
        overlap.recall,
        overlap.precision,
        overlap.f1,
        strict.recall,
        strict.precision,
        strict.f1
    );
}

fn examples(title: &str, examples: &BTreeMap<Kind, Vec<Example>>) {
    for (kind, list) in examples {
        println!("\n{title}: {}", kind.name());
        for example in list.iter().take(EXAMPLES_SHOWN) {
            let instead =
                example.instead.map_or_else(String::new, |kind| format!(" (there as {})", kind.name()));
            let rule = example.rule.map_or_else(String::new, |rule| format!(" [{rule}]"));
            println!(
                "  text {}, character {}: {:?}{instead}{rule}",
                example.note, example.start, example.text
            );
        }
    }
}
