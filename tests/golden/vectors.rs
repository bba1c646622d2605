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
named!(LayerCase);

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
