//! Texts → vectors whose cosine tells how near their meanings are.

use crate::Error;
use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueOrView};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokenizers::{Tokenizer, TruncationParams};

/// The file of the network, in the folder of a model.
pub const NETWORK: &str = "model.onnx";
/// The file of its tokenizer, in the same folder.
pub const TOKENIZER: &str = "tokenizer.json";

/// What is longer is cut: all-MiniLM-L6-v2 was trained on texts of at most 128 tokens and is published with 256.
const MOST_TOKENS: usize = 256;

/// A model that embeds texts. Cheap to share, slow to open; blocks on the thread that calls it.
pub struct Embedder {
    model: Model,
    tokenizer: Tokenizer,
    inputs: Vec<(NodeId, Input)>,
    output: NodeId,
    dimensions: usize,
    /// rten takes all cores of the machine for one text unless it is given a pool; each of these is one core, in turn.
    pools: Vec<Arc<ThreadPool>>,
    next_pool: AtomicUsize,
    print: String,
}

/// What a network of the BERT family wants to be told about each token.
#[derive(Clone, Copy)]
enum Input {
    Ids,
    Mask,
    Types,
}

impl Embedder {
    /// Opens the model of a folder that holds [`NETWORK`] and [`TOKENIZER`], and tries it on a word.
    ///
    /// # Errors
    /// [`Error::Absent`] and [`Error::Unusable`], which name the file.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let tokenizer = tokenizer(&folder.join(TOKENIZER))?;
        let path = folder.join(NETWORK);
        let unusable = |why: String| Error::Unusable { file: path.display().to_string(), why };
        if !path.is_file() {
            return Err(Error::Absent(path.display().to_string()));
        }
        let mut options = ModelOptions::with_all_ops();
        options.prepack_weights(true);
        let model = options.load_file(&path).map_err(|error| unusable(error.to_string()))?;
        let mut inputs = Vec::new();
        for id in model.input_ids() {
            let name = model.node_info(*id).and_then(|info| info.name()).unwrap_or_default();
            let input = match name {
                "input_ids" => Input::Ids,
                "attention_mask" => Input::Mask,
                "token_type_ids" => Input::Types,
                other => {
                    return Err(unusable(format!("it asks for \u{201c}{other}\u{201d}, which is not known")));
                }
            };
            inputs.push((*id, input));
        }
        let output =
            ["sentence_embedding", "last_hidden_state"].iter().find_map(|name| model.find_node(name));
        let output = output.or_else(|| model.output_ids().first().copied());
        let output = output.ok_or_else(|| unusable("it has no output".to_owned()))?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let pools = (0..cores).map(|_| Arc::new(ThreadPool::with_num_threads(1))).collect();
        let print = print(&std::fs::read(&path).map_err(|error| unusable(error.to_string()))?);
        let mut embedder = Self {
            model,
            tokenizer,
            inputs,
            output,
            dimensions: 0,
            pools,
            next_pool: AtomicUsize::new(0),
            print,
        };
        let tried = embedder.one("word").map_err(|error| unusable(error.to_string()))?;
        embedder.dimensions = tried.len();
        Ok(embedder)
    }

    /// Numbers in a vector.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// What tells this network from another one: vectors of different networks cannot be compared.
    pub fn print(&self) -> &str {
        &self.print
    }

    /// The vectors of texts, each of length one. A text of more than 256 tokens is cut there.
    ///
    /// Blocks for about 40 ms a page of text: call it where blocking is allowed.
    ///
    /// # Errors
    /// [`Error::Failed`]
    pub fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, Error> {
        texts.iter().map(|text| self.one(text)).collect()
    }

    /// One text at a time, without padding: a batch is no faster on one core.
    fn one(&self, text: &str) -> Result<Vec<f32>, Error> {
        let failed = |error: &dyn std::fmt::Display| Error::Failed(error.to_string());
        let encoding = self.tokenizer.encode_fast(text, true).map_err(|error| failed(&error))?;
        let ids: Vec<i32> = encoding.get_ids().iter().map(|id| i32::try_from(*id).unwrap_or(0)).collect();
        let count = ids.len();
        let inputs: Vec<(NodeId, ValueOrView)> = self
            .inputs
            .iter()
            .map(|(node, input)| {
                let values = match input {
                    Input::Ids => ids.clone(),
                    Input::Mask => vec![1; count],
                    Input::Types => vec![0; count],
                };
                (*node, NdTensor::<i32, 2>::from_data([1, count], values).into())
            })
            .collect();
        let mut options = RunOptions::default();
        let turn = self.next_pool.fetch_add(1, Ordering::Relaxed);
        options.thread_pool = self.pools.get(turn % self.pools.len().max(1)).cloned();
        let [output] =
            self.model.run_n(inputs, [self.output], Some(options)).map_err(|error| failed(&error))?;
        pooled(output).ok_or_else(|| failed(&"it answered with something else than a vector"))
    }
}

/// FNV-1a over words of eight bytes: no seal, only a name.
fn print(network: &[u8]) -> String {
    let (words, rest) = network.as_chunks::<8>();
    let words =
        words.iter().map(|word| u64::from_le_bytes(*word)).chain(rest.iter().map(|byte| u64::from(*byte)));
    let mixed = |print: u64, word: u64| (print ^ word).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", words.fold(0xcbf2_9ce4_8422_2325, mixed))
}

/// The vector of length one that an output stands for: itself, or the mean over its tokens.
fn pooled(output: Value) -> Option<Vec<f32>> {
    let tensor: Tensor<f32> = output.try_into().ok()?;
    let mut vector = match *tensor.shape() {
        [1, _] => tensor.iter().copied().collect::<Vec<f32>>(),
        [1, tokens, width] if tokens > 0 && width > 0 => {
            let mut sum = vec![0.0; width];
            for (at, value) in tensor.iter().enumerate() {
                sum[at % width] += value;
            }
            sum
        }
        _ => return None,
    };
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if !length.is_finite() || length <= 0.0 {
        return None;
    }
    vector.iter_mut().for_each(|value| *value /= length);
    Some(vector)
}

fn tokenizer(path: &Path) -> Result<Tokenizer, Error> {
    let file = path.display().to_string();
    let unusable =
        |error: &dyn std::fmt::Display| Error::Unusable { file: file.clone(), why: error.to_string() };
    if !path.is_file() {
        return Err(Error::Absent(file));
    }
    let bytes = std::fs::read(path).map_err(|error| unusable(&error))?;
    let mut tokenizer = Tokenizer::from_bytes(&bytes).map_err(|error| unusable(&error))?;
    let cut = TruncationParams { max_length: MOST_TOKENS, ..TruncationParams::default() };
    tokenizer.with_truncation(Some(cut)).map_err(|error| unusable(&error))?;
    tokenizer.with_padding(None);
    Ok(tokenizer)
}
