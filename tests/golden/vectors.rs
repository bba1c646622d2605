//! Reading the files that `generate.py` wrote.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// `layers.json`, and other files of layers.
#[derive(Deserialize)]
pub(crate) struct Layers {
    pub(crate) cases: Vec<LayerCase>,
}

/// One layer, for batches of different sizes.
#[derive(Deserialize)]
pub(crate) struct LayerCase {
    pub(crate) name: String,
    /// The shape of one sample.
    pub(crate) input: Vec<usize>,
    pub(crate) parameters: Tensors,
    pub(crate) runs: Vec<LayerRun>,
}

/// One forward and one backward pass; each value is a list of samples.
#[derive(Deserialize)]
pub(crate) struct LayerRun {
    pub(crate) x: Vec<Vec<f64>>,
    pub(crate) y: Vec<Vec<f64>>,
    pub(crate) dy: Vec<Vec<f64>>,
    pub(crate) dx: Vec<Vec<f64>>,
    pub(crate) gradients: Tensors,
    /// The valid steps of each sample; empty where all are.
    #[serde(default)]
    pub(crate) lengths: Vec<u16>,
}

/// `norms.json`
#[derive(Deserialize)]
pub(crate) struct Norms {
    pub(crate) batch_norms: Vec<BatchNormCase>,
}

/// Batch norm of batches of different sizes.
#[derive(Deserialize)]
pub(crate) struct BatchNormCase {
    pub(crate) name: String,
    /// The shape of one sample.
    pub(crate) input: Vec<usize>,
    /// Parameters and running statistics at the start of each run.
    pub(crate) parameters: Tensors,
    pub(crate) runs: Vec<BatchNormRun>,
}

/// A forward and a backward pass in both modes.
#[derive(Deserialize)]
pub(crate) struct BatchNormRun {
    pub(crate) train: LayerRun,
    /// Parameters and running statistics after the pass in training.
    pub(crate) after: Tensors,
    pub(crate) eval: LayerRun,
}

/// `losses.json`
#[derive(Deserialize)]
pub(crate) struct Losses {
    pub(crate) cases: Vec<LossCase>,
}

/// One loss of one batch; a target is either numbers or classes.
#[derive(Deserialize)]
pub(crate) struct LossCase {
    pub(crate) name: String,
    pub(crate) y: Vec<Vec<f64>>,
    #[serde(default)]
    pub(crate) values: Vec<Vec<f64>>,
    #[serde(default)]
    pub(crate) classes: Vec<Vec<u16>>,
    /// The valid steps of each sample; empty where all are.
    #[serde(default)]
    pub(crate) lengths: Vec<u16>,
    pub(crate) value: f64,
    pub(crate) dy: Vec<Vec<f64>>,
}

/// `optimizers.json`
#[derive(Deserialize)]
pub(crate) struct Optimizers {
    /// The parameters at the start, the same for all.
    pub(crate) start: Vec<f64>,
    /// The gradient of each step, the same for all.
    pub(crate) gradients: Vec<Vec<f64>>,
    pub(crate) cases: Vec<OptimizerCase>,
}

/// The parameters after each step of one optimizer.
#[derive(Deserialize)]
pub(crate) struct OptimizerCase {
    pub(crate) name: String,
    pub(crate) steps: Vec<Vec<f64>>,
}

/// `schedules.json`
#[derive(Deserialize)]
pub(crate) struct Schedules {
    /// The loss after each epoch, for the schedule that watches it.
    pub(crate) watched: Vec<f64>,
    pub(crate) cases: Vec<ScheduleCase>,
}

/// What the learning rate is multiplied by in each epoch.
#[derive(Deserialize)]
pub(crate) struct ScheduleCase {
    pub(crate) name: String,
    pub(crate) factors: Vec<f64>,
}

/// `clipping.json`
#[derive(Deserialize)]
pub(crate) struct Clipping {
    pub(crate) gradients: Vec<f64>,
    pub(crate) cases: Vec<ClippingCase>,
}

/// What one way of clipping leaves of the gradients.
#[derive(Deserialize)]
pub(crate) struct ClippingCase {
    pub(crate) name: String,
    pub(crate) limit: f64,
    /// The global norm before, where clipping goes by it.
    pub(crate) norm: Option<f64>,
    pub(crate) clipped: Vec<f64>,
}

/// `training.json`
#[derive(Deserialize)]
pub(crate) struct Training {
    pub(crate) x: Vec<Vec<f64>>,
    pub(crate) target: Vec<Vec<f64>>,
    /// Before the first step.
    pub(crate) parameters: Tensors,
    pub(crate) runs: Vec<TrainingRun>,
}

/// A short training run.
#[derive(Deserialize)]
pub(crate) struct TrainingRun {
    pub(crate) name: String,
    /// `f32` or `f64`
    pub(crate) scalar: String,
    /// Before each step.
    pub(crate) losses: Vec<f64>,
    /// The parameters after the last step.
    pub(crate) after: Tensors,
}

/// Parameters or gradients by PyTorch's names.
pub(crate) type Tensors = BTreeMap<String, Tensor>;

/// A tensor in PyTorch's order.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Tensor {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f64>,
}

/// Anything that `generate.py` gave a name.
pub(crate) trait Named {
    fn name(&self) -> &str;
}

macro_rules! named {
    ($($case:ty),*) => { $(
        impl Named for $case {
            fn name(&self) -> &str {
                &self.name
            }
        }
    )* };
}
named!(LayerCase, BatchNormCase, LossCase, OptimizerCase, ScheduleCase, ClippingCase);

/// Reads `NAME.json`.
pub(crate) fn load<F: DeserializeOwned>(name: &str) -> F {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name).with_extension("json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The case called `name`.
pub(crate) fn find<'a, C: Named>(cases: &'a [C], name: &str) -> &'a C {
    cases
        .iter()
        .find(|case| case.name() == name)
        .unwrap_or_else(|| panic!("there are no vectors of `{name}`"))
}
