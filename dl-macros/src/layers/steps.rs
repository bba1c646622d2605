//! What layers do with the steps of a sequence, where a network runs one at a time.

use super::function::OF_ONE_NUMBER;
use super::recurrent::BIDIRECTIONAL;
use super::window::not_causal;
use crate::ast::BuiltIn;

/// What a layer does with the steps of a sequence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Steps {
    /// The same with each: `Layer::forward` of one step.
    Each,
    /// Goes from one to the next with a state: `Stream::step`.
    Onward,
    /// Needs all of them. Why, behind its name, and what to write to change that.
    Together(&'static str, Option<&'static str>),
}

/// Layers that do the same with every step, beside functions of each number.
const EACH: [&str; 12] = [
    "Dense",
    "Embedding",
    "BatchNorm",
    "LayerNorm",
    "RmsNorm",
    "Dropout",
    "Dropout2d",
    "FakeQuantize",
    "Softmax",
    "LogSoftmax",
    "PRelu",
    "Last",
];

/// What a built-in layer does with the steps of a sequence.
pub(crate) fn steps(layer: &BuiltIn) -> Steps {
    let together = |why| Steps::Together(why, None);
    match layer.definition.name {
        "Rnn" | "Lstm" | "Gru" if layer.option(BIDIRECTIONAL.name).is_some() => {
            Steps::Together("begins at the last step, too", Some("remove `Bidirectional`"))
        }
        "Rnn" | "Lstm" | "Gru" => Steps::Onward,
        "Conv1d" => {
            not_causal(layer).map_or(Steps::Onward, |(why, remedy)| Steps::Together(why, Some(remedy)))
        }
        "Flatten" | "Reshape" | "Permute" | "Transpose" => together("puts the steps into another order"),
        "SelfAttention" if layer.option("Causal").is_none() => {
            Steps::Together("looks at later steps, too", Some("add `Causal`"))
        }
        "SelfAttention" | "Position" | "Sinusoidal" => Steps::Onward,
        "CrossAttention" | "Attend" => together("looks at a whole other sequence"),
        name if EACH.contains(&name) || OF_ONE_NUMBER.contains(&name) => Steps::Each,
        _ => together("takes several steps together"),
    }
}

/// What a layer does with them that starts from a given state.
pub(crate) fn from_state(layer: &BuiltIn) -> Steps {
    match steps(layer) {
        Steps::Onward => Steps::Together("starts from a state that is given once", None),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::names;

    #[test]
    fn every_layer_that_does_the_same_with_each_step_exists() {
        let unknown: Vec<_> =
            EACH.iter().chain(&OF_ONE_NUMBER).filter(|each| !names().any(|name| name == **each)).collect();
        assert_eq!(unknown, Vec::<&&str>::new());
    }
}
