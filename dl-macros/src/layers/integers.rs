//! Which layers have a form in integers.

use super::function::{FUNCTIONS, OF_ONE_NUMBER};
use crate::check::Form;

/// Layers for which `dl::quant` has one of their own.
const OWN: [&str; 14] = [
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
    "FakeQuantize",
];

/// How a built-in layer is computed with integers.
pub(crate) fn integer_form(layer: &str) -> Form {
    if OWN.contains(&layer) {
        Form::Own
    } else if OF_ONE_NUMBER.contains(&layer) {
        Form::Table
    } else {
        Form::Keep
    }
}

/// The layer that a function is.
pub(crate) fn layer_of(function: &str) -> &'static str {
    FUNCTIONS.iter().find(|(name, _)| *name == function).map_or("", |(_, layer)| layer)
}
