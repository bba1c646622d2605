//! Annotate a struct, get a trainable network.
//!
//! ```
//! use dl::prelude::*;
//!
//! #[network(input = [2])]
//! struct Xor { hidden: Dense<8>, act: Tanh, out: Dense<1> }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let x = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
//! let y = [0.0, 1.0, 1.0, 0.0];
//! let mut trainer = XorTrainer::<Mse, Adam>::boxed_with(Mse, Adam::new(0.05), 0);
//! trainer.fit(&(x, y), (), Fit::new(300, 4), ())?;
//! assert!(trainer.predict(&[0.0, 1.0])[0] > 0.9);
//! # Ok(())
//! # }
//! ```
//!
//! | where | what |
//! |---|---|
//! | [`network`] | the attribute, its arguments and those of fields |
//! | [`layers`], [`options`] | the built-in layers, and what may follow their sizes |
//! | [`loss`], [`optim`], [`metrics`], [`init`] | what their names say |
//! | [`train`] | data sets, the trainer, callbacks, inference |
//! | [`detect`] | objects in images: boxes, grids, suppression |
//! | [`zoo`] | networks that everybody compares with |
//! | `host` | files, progress bars, plots, weights on disk (feature `host`) |
//! | [`Layer`] | the contract, for layers of your own |
//! | [`gradcheck`] | shows that a backward pass is right |
//!
//! Without default features the crate needs neither `std` nor a heap.
#![no_std]
#![forbid(unsafe_code)]

pub use dl_core::*;
#[cfg(feature = "host")]
pub use dl_host as host;
pub use dl_macros::{Blank, Params, forward, network, weights};

pub mod zoo;

/// What most programs use.
pub mod prelude {
    #[cfg(feature = "alloc")]
    pub use crate::BeamSearch;
    pub use crate::loss::{
        BinaryCrossEntropy, CrossEntropy, Huber, KlDiv, Loss, Mae, Mse, Nll, SoftCrossEntropy,
    };
    pub use crate::metrics::{
        Accuracy, BinaryAccuracy, Bleu, Confusion, Metric, Perplexity, R2, Score, TopK,
    };
    pub use crate::optim::{Adagrad, Adam, AdamW, RmsProp, Sgd};
    pub use crate::options::{
        Additive, Bidirectional, Bilinear, Causal, Dilation, Groups, Kernel, Last, Nearest, NoBias, OneHot,
        OutputPad, Pad, PaddingIdx, Reflect, Replicate, Rotary, Same, Sparse, Stride, Zeros,
    };
    #[cfg(feature = "alloc")]
    pub use crate::train::FullHistory;
    pub use crate::train::{
        Best, Clip, Dataset, EarlyStopping, Fit, FusedSgd, Model, Monitor, Trainer, Valid, Windows,
    };
    pub use crate::{Fold, Layer, Network, Params, Pass, Rng, Sampler, forward, network};
    pub use dl_macros::weights;
}

/// The code in the documents is compiled and run.
#[cfg(all(doctest, feature = "host"))]
mod documents {
    #[doc = include_str!("../docs/add-a-layer.md")]
    struct AddALayer;
    #[doc = include_str!("../docs/the-expansion.md")]
    struct TheExpansion;
    #[doc = include_str!("../README.md")]
    struct Readme;
}
