//! Training: data sets, the trainer, callbacks; and inference alone.
//!
//! | to | use |
//! |---|---|
//! | describe data | [`Dataset`]; a pair of slices is one; [`Subset`], [`Augment`], [`Padded`] |
//! | train | [`Trainer`] |
//! | infer only | [`Model`] |

mod adapt;
mod data;
mod error;
mod memory;
mod order;
mod step;
mod trainer;

#[cfg(test)]
mod tiny;

pub use adapt::{Augment, Padded, Subset};
pub use data::{Dataset, Samples, SliceError};
pub use error::{FitError, NonFinite};
pub(crate) use memory::Core;
pub use memory::{CountOf, InputOf, Memory, OutputOf, TargetOf, default_chunk, infer_bytes, train_bytes};
pub use order::Order;
pub use step::{Clip, Running, StepReport, Update};
pub use trainer::Trainer;
