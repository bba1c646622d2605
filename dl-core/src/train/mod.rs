//! Training: data sets, the trainer, callbacks; and inference alone.
//!
//! ```
//! use dl_core::loss::Mse;
//! use dl_core::optim::Adam;
//! use dl_core::train::{EarlyStopping, Fit};
//! use dl_macros::network;
//!
//! #[network(input = [2], crate = dl_core)]
//! struct Xor { fc1: Dense<8>, act: Tanh, head: Dense<1> }
//!
//! # #[cfg(feature = "alloc")] {
//! let x = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
//! let y = [0.0, 1.0, 1.0, 0.0];
//! let mut trainer = XorTrainer::<Mse, Adam>::boxed_with(Mse, Adam::new(0.05), 0);
//! let report = trainer.fit(&(x, y), (), Fit::new(500, 4), EarlyStopping::new(50)).unwrap();
//! assert!(report.last.unwrap().train_loss < 0.01);
//! assert!(trainer.predict(&[0.0, 1.0])[0] > 0.8);
//! # }
//! ```
//!
//! | to | use |
//! |---|---|
//! | describe data | [`Dataset`]; a pair of slices is one; [`Subset`], [`Augment`], [`Padded`] |
//! | flip and shift images | [`Image`] in [`Augment`] |
//! | cut windows out of a text | [`Windows`] |
//! | train | [`Trainer`], with [`Fit`] |
//! | look on, stop early, keep the best | [`Callback`], [`History`], [`EarlyStopping`], [`BestCheckpoint`] |
//! | train on averaged weights | [`Averaging`] |
//! | train without memory for the gradient, one sample at a time | [`FusedSgd`] |
//! | infer only | [`Model`] |
//! | infer one step at a time | [`StreamModel`] |

mod adapt;
mod aligned;
mod averaging;
mod callback;
mod checkpoint;
mod data;
mod early_stopping;
mod error;
mod evaluate;
mod fit;
mod fused_sgd;
mod history;
mod image;
mod lane;
mod lanes;
mod memory;
mod model;
mod monitor;
mod order;
mod running;
mod step;
mod stream_model;
#[cfg(feature = "std")]
mod threads;
mod trainer;
mod windows;

#[cfg(test)]
mod tiny;

pub use crate::metrics::Metric;
pub use adapt::{Augment, Padded, Subset};
pub use averaging::Averaging;
pub use callback::{Callback, EachEpoch, EpochReport, FitReport, Flow, Plan, each_epoch};
pub use checkpoint::BestCheckpoint;
pub use data::{Dataset, Samples, SliceError};
pub use early_stopping::{Best, EarlyStopping, Keep};
pub use error::{FitError, NonFinite};
pub use fit::{Fit, Valid, Validated, Validation};
pub use fused_sgd::{FusedMemory, FusedSgd};
#[cfg(feature = "alloc")]
pub use history::FullHistory;
pub use history::History;
pub use image::Image;
pub(crate) use lane::Lane;
pub use memory::{
    CountOf, InputOf, Memory, OutputOf, TargetOf, default_chunk, expect_train_bytes, infer_bytes, train_bytes,
};
pub use model::{Model, ModelMemory};
pub use monitor::{Mode, Monitor};
pub use order::Order;
pub use running::Running;
pub use step::{Clip, StepReport, Update};
pub use stream_model::{StepInOf, StepOutOf, StreamMemory, StreamModel};
pub use trainer::Trainer;
pub use windows::Windows;
