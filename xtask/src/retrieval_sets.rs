//! Sets to measure retrieval with, made of public data: questions and the texts that answer them, a part to tune on
//! (`dev`) and a part to report (`test`).
//!
//! A record's questions are made from templates and from everyday names. The two parts share neither people, nor
//! templates, nor everyday names.

mod record;

use crate::Result;
use crate::demo::target_folder;
use crate::shell::{root, say};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Writes the sets into a folder; they are not committed, for the data are other people's.
pub fn run(words: &[&str]) -> Result {
    let data =
        std::env::var_os("SALUS_SHARED_DATA").map_or_else(|| root().join("../shared/data"), PathBuf::from);
    let to = words.first().map_or_else(|| target_folder().join("retrieval"), PathBuf::from);
    say("Making sets to measure retrieval with");
    std::fs::create_dir_all(&to)?;
    medquad(&data, &to)?;
    pubmedqa(&data, &to)?;
    record::write(&data.join("fhir/synthea"), &to)
}

/// A line of a corpus.
fn text(id: &str, text: &str) -> Value {
    json!({ "id": id, "text": text })
}

fn lines(path: &Path, lines: &[Value]) -> Result {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    std::fs::write(path, text)?;
    println!("{}: {} lines", path.display(), lines.len());
    Ok(())
}

/// Which part something falls into, by its name alone (FNV-1a).
fn part(name: &str) -> &'static str {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    if (hash >> 32).is_multiple_of(2) { "dev" } else { "test" }
}

/// Question → answer; a disease's questions fall into one part. Questions asked twice have several answers.
fn medquad(data: &Path, to: &Path) -> Result {
    let file = std::fs::read_to_string(data.join("retrieval/medquad_dev.jsonl"))?;
    let rows: Vec<Value> = file.lines().map(serde_json::from_str).collect::<std::result::Result<_, _>>()?;
    let field = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let mut answers: BTreeMap<String, String> = BTreeMap::new();
    let mut questions: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
    let mut corpus = Vec::new();
    // The set's own ids are not unique.
    for (number, row) in rows.iter().enumerate() {
        let (id, answer) = (format!("a{number}"), field(row, "answer"));
        let known = answers.entry(answer.clone()).or_insert_with(|| id.clone()).clone();
        if known == id {
            corpus.push(text(&id, &answer));
        }
        let (_, relevant) =
            questions.entry(field(row, "question")).or_insert_with(|| (field(row, "focus"), Vec::new()));
        if !relevant.contains(&known) {
            relevant.push(known);
        }
    }
    lines(&to.join("medquad.corpus.jsonl"), &corpus)?;
    for wanted in ["dev", "test"] {
        let chosen = questions.iter().filter(|(_, (focus, _))| part(focus) == wanted);
        let queries: Vec<Value> = chosen
            .enumerate()
            .map(|(number, (question, (_, relevant)))| json!({ "id": format!("q{number}"), "text": question.split_whitespace().collect::<Vec<_>>().join(" "), "relevant": relevant }))
            .collect();
        lines(&to.join(format!("medquad.{wanted}.jsonl")), &queries)?;
    }
    Ok(())
}

/// Question → abstract.
fn pubmedqa(data: &Path, to: &Path) -> Result {
    let all: BTreeMap<String, Value> =
        serde_json::from_str(&std::fs::read_to_string(data.join("retrieval/pubmedqa_ori_pqal.json"))?)?;
    let mut corpus = Vec::new();
    let mut queries: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for (id, row) in &all {
        let contexts: Vec<&str> =
            row["CONTEXTS"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        corpus.push(text(id, &contexts.join(" ")));
        queries
            .entry(part(id))
            .or_default()
            .push(json!({ "id": id, "text": row["QUESTION"], "relevant": [id] }));
    }
    lines(&to.join("pubmedqa.corpus.jsonl"), &corpus)?;
    for (part, queries) in queries {
        lines(&to.join(format!("pubmedqa.{part}.jsonl")), &queries)?;
    }
    Ok(())
}
