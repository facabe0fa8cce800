//! `salus bench embed`: how many texts are embedded in a second, beside onnxruntime in Python on the same core.

use crate::Failure;
use crate::measure::{median, rate};
use crate::report::{Gate, Report};
use salus_core::SeededRng;
use salus_inference::Embedder;
use salus_inference::minilm::{Precision, Wheel};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Texts in a round: a minute of work is not needed to tell who is faster.
const TEXTS: usize = 24;
/// Words in a text: it is cut at 256 tokens.
const WORDS: usize = 300;
/// Rounds of each in turn.
const ROUNDS: usize = 7;
const PEER: &str = include_str!("embed_peer.py");

/// What to measure with.
pub struct Options {
    /// The published wheel of all-MiniLM-L6-v2.
    pub wheel: PathBuf,
    /// A Python that knows `onnxruntime`, `tokenizers` and `numpy`.
    pub python: Option<PathBuf>,
}

/// Measures both networks, and the peer with the same one in floats.
pub fn run(options: &Options, mut said: impl FnMut(&str)) -> Result<Report, Failure> {
    let folder = tempfile::tempdir()?;
    let (float, int8) = (folder.path().join("float"), folder.path().join("int8"));
    let mut wheel = Wheel::open(&options.wheel)?;
    wheel.write(&float, Precision::Float)?;
    wheel.write(&int8, Precision::Int8)?;
    let texts = texts();
    let mut peer = options.python.as_ref().map(|python| Peer::start(python, &float, &texts)).transpose()?;
    let (exact, whole) = (Embedder::open(&float)?, Embedder::open(&int8)?);
    let mut rates: [Vec<f64>; 3] = Default::default();
    said("embeddings, in turn");
    for _ in 0..ROUNDS {
        rates[0].push(round(&exact, &texts)?);
        rates[1].push(round(&whole, &texts)?);
        if let Some(peer) = &mut peer {
            rates[2].push(peer.round(texts.len())?);
        }
    }
    let mut question = Vec::new();
    for _ in 0..ROUNDS * 10 {
        let started = Instant::now();
        whole.embed(&["What did the letter of the heart clinic say about my blood thinner?"])?;
        question.push(started.elapsed().as_secs_f64() * 1e3);
    }
    let [mut exact, mut whole, mut peers] = rates;
    let (exact, whole) = (median(&mut exact), median(&mut whole));
    let mut report = Report::here();
    report.baseline("float", exact, "texts/s");
    report.baseline("int8", whole, "texts/s");
    report.baseline("question", median(&mut question), "ms");
    if !peers.is_empty() {
        let peer = median(&mut peers);
        report.baseline("onnxruntime", peer, "texts/s");
        report.gated("float.to_onnxruntime", exact / peer, "", Gate::AtLeast(0.6));
        report.gated("int8.to_onnxruntime", whole / peer, "", Gate::AtLeast(0.6));
    }
    Ok(report)
}

fn round(embedder: &Embedder, texts: &[String]) -> Result<f64, Failure> {
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let started = Instant::now();
    embedder.embed(&texts)?;
    Ok(rate(texts.len(), started.elapsed()))
}

fn texts() -> Vec<String> {
    const OF: [&str; 16] = [
        "patient", "knee", "heart", "blood", "pressure", "dose", "tablet", "letter", "visit", "kidney",
        "sugar", "doctor", "normal", "raised", "morning", "therapy",
    ];
    let random = SeededRng::new(7);
    let word = || OF[usize::try_from(random.next_u64() % 16).unwrap_or(0)];
    (0..TEXTS).map(|_| (0..WORDS).map(|_| word()).collect::<Vec<_>>().join(" ")).collect()
}

/// The other program; it ends with this value.
struct Peer {
    child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    fn start(python: &Path, model: &Path, texts: &[String]) -> Result<Self, Failure> {
        let mut child = Command::new(python)
            .args(["-c", PEER])
            .arg(model)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start {}: {error}", python.display()))?;
        let asks = child.stdin.take().ok_or("the peer does not listen")?;
        let answers = BufReader::new(child.stdout.take().ok_or("the peer does not speak")?);
        let mut peer = Self { child, asks, answers };
        writeln!(peer.asks, "{}", serde_json::to_string(texts)?)?;
        Ok(peer)
    }

    fn round(&mut self, texts: usize) -> Result<f64, Failure> {
        writeln!(self.asks, "go")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let seconds: f64 = line.trim().parse().map_err(|_| "the peer failed; its error stands above")?;
        Ok(rate(texts, Duration::from_secs_f64(seconds)))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if self.child.kill().is_ok() {
            let _ended = self.child.wait();
        }
    }
}
