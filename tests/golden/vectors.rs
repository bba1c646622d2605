//! Reading the files that `generate.py` wrote.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// `layers.json`
#[derive(Deserialize)]
pub struct Layers {
    pub cases: Vec<LayerCase>,
}

/// One layer, for batches of different sizes.
#[derive(Deserialize)]
pub struct LayerCase {
    pub name: String,
    /// The shape of one sample.
    pub input: Vec<usize>,
    pub parameters: Tensors,
    pub runs: Vec<LayerRun>,
}

/// One forward and one backward pass; each value is a list of samples.
#[derive(Deserialize)]
pub struct LayerRun {
    pub x: Vec<Vec<f64>>,
    pub y: Vec<Vec<f64>>,
    pub dy: Vec<Vec<f64>>,
    pub dx: Vec<Vec<f64>>,
    pub gradients: Tensors,
}

/// `losses.json`
#[derive(Deserialize)]
pub struct Losses {
    pub cases: Vec<LossCase>,
}

/// One loss of one batch; a target is either numbers or classes.
#[derive(Deserialize)]
pub struct LossCase {
    pub name: String,
    pub y: Vec<Vec<f64>>,
    #[serde(default)]
    pub values: Vec<Vec<f64>>,
    #[serde(default)]
    pub classes: Vec<Vec<u16>>,
    pub value: f64,
    pub dy: Vec<Vec<f64>>,
}

/// `optimizers.json`
#[derive(Deserialize)]
pub struct Optimizers {
    /// The parameters at the start, the same for all.
    pub start: Vec<f64>,
    /// The gradient of each step, the same for all.
    pub gradients: Vec<Vec<f64>>,
    pub cases: Vec<OptimizerCase>,
}

/// The parameters after each step of one optimizer.
#[derive(Deserialize)]
pub struct OptimizerCase {
    pub name: String,
    pub steps: Vec<Vec<f64>>,
}

/// `schedules.json`
#[derive(Deserialize)]
pub struct Schedules {
    /// The loss after each epoch, for the schedule that watches it.
    pub watched: Vec<f64>,
    pub cases: Vec<ScheduleCase>,
}

/// What the learning rate is multiplied by in each epoch.
#[derive(Deserialize)]
pub struct ScheduleCase {
    pub name: String,
    pub factors: Vec<f64>,
}

/// `clipping.json`
#[derive(Deserialize)]
pub struct Clipping {
    pub gradients: Vec<f64>,
    pub cases: Vec<ClippingCase>,
}

/// What one way of clipping leaves of the gradients.
#[derive(Deserialize)]
pub struct ClippingCase {
    pub name: String,
    pub limit: f64,
    /// The global norm before, where clipping goes by it.
    pub norm: Option<f64>,
    pub clipped: Vec<f64>,
}

/// `training.json`
#[derive(Deserialize)]
pub struct Training {
    pub x: Vec<Vec<f64>>,
    pub target: Vec<Vec<f64>>,
    /// Before the first step.
    pub parameters: Tensors,
    pub runs: Vec<TrainingRun>,
}

/// A short training run.
#[derive(Deserialize)]
pub struct TrainingRun {
    pub name: String,
    /// `f32` or `f64`
    pub scalar: String,
    /// Before each step.
    pub losses: Vec<f64>,
    /// The parameters after the last step.
    pub after: Tensors,
}

/// Parameters or gradients by PyTorch's names.
pub type Tensors = BTreeMap<String, Tensor>;

/// A tensor in PyTorch's order.
#[derive(Clone, Debug, Deserialize)]
pub struct Tensor {
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
}

/// Anything that `generate.py` gave a name.
pub trait Named {
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
named!(LayerCase, LossCase, OptimizerCase, ScheduleCase, ClippingCase);

/// Reads `NAME.json`.
pub fn load<F: DeserializeOwned>(name: &str) -> F {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name).with_extension("json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The case called `name`.
pub fn find<'a, C: Named>(cases: &'a [C], name: &str) -> &'a C {
    cases.iter().find(|case| case.name() == name).unwrap_or_else(|| panic!("there are no vectors of `{name}`"))
}
