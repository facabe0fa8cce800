//! Writing ONNX: a graph is built node by node, each node named after what it gives.

use crate::Error;
use rten_onnx::onnx::{
    AttributeProto, AttributeType, DataType, Dimension, GraphProto, ModelProto, NodeProto,
    OperatorSetIdProto, TensorProto, TensorShapeProto, TypeProto, TypeProtoTensor, ValueInfoProto,
};
use std::cell::RefCell;

/// The operator set written for: the first one that knows `Gelu`.
const OPERATOR_SET: i64 = 20;
/// The version of the file format that goes with it.
const FORMAT: i64 = 9;

/// A graph under construction. What an operation gives is handed on by its name.
#[derive(Default)]
pub(crate) struct Graph {
    graph: GraphProto,
}

/// What an attribute of an operation is set to.
pub(crate) enum Attribute {
    Int(i64),
    Ints(Vec<i64>),
    Float(f32),
}

impl Graph {
    /// Adds an input of the model.
    pub(crate) fn input(&mut self, name: &str, kind: DataType, shape: &[Option<i64>]) {
        self.graph.input.push(value(name, kind, shape));
    }

    /// Adds an output of the model.
    pub(crate) fn output(&mut self, name: &str, kind: DataType, shape: &[Option<i64>]) {
        self.graph.output.push(value(name, kind, shape));
    }

    /// Adds constant numbers, and gives their name.
    pub(crate) fn floats(&mut self, name: &str, shape: &[usize], values: &[f32]) -> String {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(name, DataType::FLOAT, shape, bytes)
    }

    /// Adds constant whole numbers of eight bits.
    pub(crate) fn bytes(&mut self, name: &str, shape: &[usize], values: &[i8]) -> String {
        let bytes = values.iter().map(|value| value.cast_unsigned()).collect();
        self.constant(name, DataType::INT8, shape, bytes)
    }

    /// Adds constant whole numbers.
    pub(crate) fn ints(&mut self, name: &str, values: &[i64]) -> String {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(name, DataType::INT64, &[values.len()], bytes)
    }

    fn constant(&mut self, name: &str, kind: DataType, shape: &[usize], bytes: Vec<u8>) -> String {
        self.graph.initializer.push(TensorProto {
            dims: shape.iter().map(|size| i64::try_from(*size).unwrap_or(i64::MAX)).collect(),
            data_type: Some(kind),
            raw_data: Some(RefCell::new(bytes)),
            name: Some(name.to_owned()),
            ..TensorProto::default()
        });
        name.to_owned()
    }

    /// Adds an operation with one result, and gives that result's name.
    pub(crate) fn op(
        &mut self,
        name: &str,
        operator: &str,
        inputs: &[&str],
        attributes: &[(&str, Attribute)],
    ) -> String {
        self.ops([name.to_owned()], operator, inputs, attributes)[0].clone()
    }

    /// Adds an operation with several results.
    pub(crate) fn ops<const N: usize>(
        &mut self,
        names: [String; N],
        operator: &str,
        inputs: &[&str],
        attributes: &[(&str, Attribute)],
    ) -> [String; N] {
        self.graph.node.push(NodeProto {
            name: names.first().cloned(),
            input: inputs.iter().map(|input| (*input).to_owned()).collect(),
            output: names.to_vec(),
            op_type: Some(operator.to_owned()),
            attribute: attributes.iter().map(|(name, set)| attribute(name, set)).collect(),
            ..NodeProto::default()
        });
        names
    }

    /// The whole model as a file.
    pub(crate) fn write(self) -> Result<Vec<u8>, Error> {
        let model = ModelProto {
            ir_version: Some(FORMAT),
            graph: Some(self.graph),
            opset_import: vec![OperatorSetIdProto {
                domain: Some(String::new()),
                version: Some(OPERATOR_SET),
            }],
            producer_name: Some("salus".to_owned()),
            ..ModelProto::default()
        };
        model.write_buf().map_err(|error| Error::Failed(error.to_string()))
    }
}

fn attribute(name: &str, set: &Attribute) -> AttributeProto {
    let named = AttributeProto { name: Some(name.to_owned()), ..AttributeProto::default() };
    match set {
        Attribute::Int(value) => {
            AttributeProto { i: Some(*value), r#type: Some(AttributeType::INT), ..named }
        }
        Attribute::Ints(values) => {
            AttributeProto { ints: values.clone(), r#type: Some(AttributeType::INTS), ..named }
        }
        Attribute::Float(value) => {
            AttributeProto { f: Some(*value), r#type: Some(AttributeType::FLOAT), ..named }
        }
    }
}

fn value(name: &str, kind: DataType, shape: &[Option<i64>]) -> ValueInfoProto {
    let dimension = |size: &Option<i64>| Dimension {
        dim_value: *size,
        dim_param: size.is_none().then(|| "tokens".to_owned()),
    };
    let shape = TensorShapeProto { dim: shape.iter().map(dimension).collect() };
    let tensor = TypeProtoTensor { elem_type: Some(kind), shape: Some(shape) };
    ValueInfoProto {
        name: Some(name.to_owned()),
        r#type: Some(TypeProto { tensor_type: Some(tensor), ..TypeProto::default() }),
    }
}
