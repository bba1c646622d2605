//! Which layers have a form in integers.

use super::FUNCTIONS;
use crate::check::Form;

/// Layers for which `dl::quant` has one of their own.
const OWN: [&str; 13] = [
    "Dense",
    "Conv1d",
    "Conv2d",
    "Depthwise2d",
    "MaxPool1d",
    "MaxPool2d",
    "AvgPool1d",
    "AvgPool2d",
    "GlobalAvgPool",
    "GlobalMaxPool",
    "Softmax",
    "Dropout",
    "Dropout2d",
];

/// Functions of one number.
const TABLES: [&str; 14] = [
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

/// How a built-in layer is computed with integers.
pub(crate) fn integer_form(layer: &str) -> Form {
    if OWN.contains(&layer) {
        Form::Own
    } else if TABLES.contains(&layer) {
        Form::Table
    } else {
        Form::Keep
    }
}

/// The layer that a function is.
pub(crate) fn layer_of(function: &str) -> &'static str {
    FUNCTIONS.iter().find(|(name, _)| *name == function).map_or("", |(_, layer)| layer)
}
