//! Layers without arguments and parameters, as functions of the dataflow.

use proc_macro2::Ident;

use super::{Definition, find};
use crate::ast::BuiltIn;

/// The functions, and the layers that they are.
pub(crate) const FUNCTIONS: [(&str, &str); 17] = [
    ("relu", "Relu"),
    ("sigmoid", "Sigmoid"),
    ("tanh", "Tanh"),
    ("leaky_relu", "LeakyRelu"),
    ("elu", "Elu"),
    ("selu", "Selu"),
    ("gelu", "Gelu"),
    ("gelu_tanh", "GeluTanh"),
    ("silu", "Silu"),
    ("softplus", "Softplus"),
    ("hard_sigmoid", "HardSigmoid"),
    ("hard_tanh", "HardTanh"),
    ("hard_swish", "HardSwish"),
    ("softmax", "Softmax"),
    ("log_softmax", "LogSoftmax"),
    ("flatten", "Flatten"),
    ("last", "Last"),
];

/// Layers that are a function of each number.
pub(crate) const OF_ONE_NUMBER: [&str; 14] = [
    "Relu",
    "Sigmoid",
    "Tanh",
    "LeakyRelu",
    "Elu",
    "Selu",
    "Gelu",
    "GeluTanh",
    "Silu",
    "Softplus",
    "HardSigmoid",
    "HardTanh",
    "HardSwish",
    "Map",
];

/// What other frameworks call what is there, where the names are too different to guess.
pub(crate) const OTHER_FUNCTIONS: [(&str, &str); 9] = [
    ("cat", "concat(a, b)"),
    ("concatenate", "concat(a, b)"),
    ("stack", "concat(a, b)"),
    ("add", "a + b"),
    ("sub", "a - b"),
    ("mul", "a * b"),
    ("swish", "silu(x)"),
    ("narrow", "slice(x, 0..2)"),
    ("chunk", "slice(x, 0..2)"),
];

/// The layer of the function `name`, as if it were written at `at`.
pub(crate) fn function(at: &Ident) -> Option<(&'static str, BuiltIn)> {
    let name = at.to_string();
    let (function, layer) = FUNCTIONS.iter().find(|(function, _)| *function == name)?;
    let definition: &'static Definition = find(layer)?;
    let ident = Ident::new(layer, at.span());
    let ty = syn::parse_quote!(#ident);
    let built_in = BuiltIn { definition, name: ident, ty, arguments: Vec::new(), options: Vec::new() };
    Some((function, built_in))
}
