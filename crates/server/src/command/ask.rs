//! `salus ask`: one person's record, one question, an answer with its sources.

use crate::config::Config;
use crate::{Failure, house, meaning};
use clap::Args;
use salus_records::{Answer, Citation, CitationSource};
use std::process::ExitCode;

/// The flags of `ask`.
#[derive(Args)]
pub struct Arguments {
    /// The id of the person's Patient resource.
    #[arg(long)]
    person: String,
    /// The question, in plain words.
    question: String,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Answers the question.
pub async fn run(config: &Config, arguments: Arguments) -> Result<ExitCode, Failure> {
    let store = house::open(config).await?;
    let records = store.system("answer a question on the command line");
    let (meanings, _) = meaning::open(config);
    let clock = store.clock().as_ref();
    let answer =
        salus_records::ask_with(&records, meanings, clock, &arguments.person, &arguments.question).await;
    store.close().await;
    let answer = answer?;
    match arguments.json {
        true => println!("{}", serde_json::to_string_pretty(&answer)?),
        false => print_text(&answer),
    }
    Ok(ExitCode::SUCCESS)
}

fn print_text(answer: &Answer) {
    for sentence in &answer.sentences {
        let marks: String = sentence.citations.iter().map(|number| format!(" [{number}]")).collect();
        println!("{}{marks}", sentence.text);
    }
    println!();
    for citation in &answer.citations {
        println!("[{}] {}", citation.number, origin(citation));
        println!("    “{}”", citation.quote);
    }
    println!("{} ({} ms)", answer.notice, answer.took_ms);
}

fn origin(citation: &Citation) -> String {
    let place = match &citation.source {
        CitationSource::Resource(source) => {
            format!("{}/{} version {}", source.type_name, source.id, source.version)
        }
        CitationSource::Document(source) => format!("document {}, page {}", source.id, source.page),
    };
    match &citation.date {
        Some(date) => format!("{}, {date} ({place})", citation.title),
        None => format!("{} ({place})", citation.title),
    }
}
