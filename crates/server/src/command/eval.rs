//! `salus eval`: how good Salus is at something, on data of your own.

use crate::Failure;
use crate::config::Config;
use clap::{Args, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use salus_inference::Embedder;
use salus_retrieval::evaluate::{Meanings, Mode, Row, Set, ablation, measure};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What can be evaluated.
#[derive(Subcommand)]
pub enum Command {
    /// Print how well texts are found: recall at 1, 5 and 10, mean reciprocal rank, and nDCG at 10.
    Retrieval(Retrieval),
}

/// The flags of `eval retrieval`.
#[derive(Args)]
pub struct Retrieval {
    /// The texts, as lines like {"id": "a", "text": "…"}. A "group" keeps texts apart that are not searched together.
    #[arg(long)]
    corpus: PathBuf,
    /// The questions, as lines like {"id": "q", "text": "…", "relevant": ["a"]}, with the "group" that is searched.
    #[arg(long)]
    queries: PathBuf,
    /// By words, by meaning, or by both.
    #[arg(long, value_enum, default_value_t = ModeName::Fused)]
    mode: ModeName,
    /// The folder of the model; by default the one that the server uses.
    #[arg(long)]
    model: Option<PathBuf>,
    /// Also without each part in turn.
    #[arg(long)]
    ablate: bool,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// How texts are looked for.
#[derive(Clone, Copy, ValueEnum)]
enum ModeName {
    Bm25,
    Dense,
    Fused,
}

/// Measures.
pub fn run(config: &Config, command: Command) -> Result<ExitCode, Failure> {
    let Command::Retrieval(arguments) = command;
    let mode = match arguments.mode {
        ModeName::Bm25 => Mode::Bm25,
        ModeName::Dense => Mode::Dense,
        ModeName::Fused => Mode::Fused,
    };
    let embedder = match mode {
        Mode::Bm25 => None,
        Mode::Dense | Mode::Fused => Some(open(arguments.model.unwrap_or_else(|| config.model_folder()))?),
    };
    let set = read(&arguments.corpus, &arguments.queries)?;
    let meanings = match &embedder {
        Some(embedder) => embed(&set, embedder, arguments.ablate, arguments.json)?,
        None => Meanings::default(),
    };
    let rows = match arguments.ablate {
        true => ablation(&set, &meanings, mode),
        false => vec![measure(&set, &meanings, mode.name(), mode.parts())],
    };
    match arguments.json {
        true => println!("{}", serde_json::to_string_pretty(&as_json(&set, mode, &rows))?),
        false => print(&set, &rows),
    }
    Ok(ExitCode::SUCCESS)
}

fn open(folder: PathBuf) -> Result<Embedder, Failure> {
    Embedder::open(&folder).map_err(|error| {
        format!("{error}; `salus model make` makes one, and `--mode bm25` needs none").into()
    })
}

fn read(corpus: &Path, queries: &Path) -> Result<Set, Failure> {
    let text = |path: &Path| {
        std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
    };
    Set::read(&text(corpus)?, &text(queries)?).map_err(|fault| {
        let file = if fault.is_of_questions { queries } else { corpus }.display();
        match fault.line {
            Some(line) => format!("{file}, line {line}: {}", fault.why).into(),
            None => format!("{file}: {}", fault.why).into(),
        }
    })
}

/// Embeds everything that the set holds, on all cores.
fn embed(set: &Set, embedder: &Embedder, whole_too: bool, is_quiet: bool) -> Result<Meanings, Failure> {
    let wanted = set.meanings(whole_too);
    let style = ProgressStyle::with_template("{bar:32} {pos}/{len} passages · {elapsed} · {eta} left");
    let bar = if is_quiet { ProgressBar::hidden() } else { ProgressBar::new(wanted.len() as u64) };
    let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut found = Vec::new();
        while let Some(text) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
            let vector = embedder.embed(&[text])?.into_iter().next().unwrap_or_default();
            found.push((text.clone(), vector));
            bar.inc(1);
        }
        Ok::<_, salus_inference::Error>(found)
    };
    let mut meanings = Meanings::default();
    std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            meanings.extend(worker.join().map_err(|_| "the model broke off")??);
        }
        Ok::<_, Failure>(())
    })?;
    bar.finish_and_clear();
    Ok(meanings)
}

fn as_json(set: &Set, mode: Mode, rows: &[Row]) -> serde_json::Value {
    let shown = |row: &Row| {
        json!({
            "name": row.name,
            "recall@1": row.metrics.recall_1,
            "recall@5": row.metrics.recall_5,
            "recall@10": row.metrics.recall_10,
            "mrr": row.metrics.mrr,
            "ndcg@10": row.metrics.ndcg_10,
        })
    };
    let mut told = json!({ "mode": mode.name(), "questions": set.questions(), "texts": set.texts() });
    let whole = rows.iter().find(|row| row.name == mode.name()).map(shown).unwrap_or_default();
    for (name, value) in whole.as_object().into_iter().flatten().filter(|(name, _)| *name != "name") {
        told[name] = value.clone();
    }
    if rows.len() > 1 {
        told["ablation"] = rows.iter().map(shown).collect();
    }
    told
}

fn print(set: &Set, rows: &[Row]) {
    println!("{} questions over {} texts\n", set.questions(), set.texts());
    println!(
        "{:<22} {:>8} {:>8} {:>9} {:>7} {:>7}",
        "", "recall@1", "recall@5", "recall@10", "MRR", "nDCG@10"
    );
    for Row { name, metrics } in rows {
        println!(
            "{name:<22} {:>8.4} {:>8.4} {:>9.4} {:>7.4} {:>7.4}",
            metrics.recall_1, metrics.recall_5, metrics.recall_10, metrics.mrr, metrics.ndcg_10
        );
    }
}
