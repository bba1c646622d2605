//! Training: data sets, the trainer, callbacks; and inference alone.
//!
//! ```ignore
//! let mut trainer = Trainer::<Iris, CrossEntropy, Adam, 32>::boxed(0);
//! let report = trainer.fit(&train, &valid, Fit::new(20, 32), EarlyStopping::new(5))?;
//! ```
//!
//! | to | use |
//! |---|---|
//! | describe data | [`Dataset`]; a pair of slices is one; [`Subset`], [`Augment`], [`Padded`] |
//! | train | [`Trainer`], with [`Fit`] |
//! | look on, stop early, keep the best | [`Callback`], [`History`], [`EarlyStopping`], [`BestCheckpoint`] |
//! | infer only | [`Model`] |

mod adapt;
mod callback;
mod checkpoint;
mod data;
mod early_stopping;
mod error;
mod evaluate;
mod fit;
mod history;
mod memory;
mod metric;
mod model;
mod monitor;
mod order;
mod schedule;
mod step;
mod trainer;

#[cfg(test)]
mod tiny;

pub use adapt::{Augment, Padded, Subset};
pub use callback::{Callback, EachEpoch, EpochReport, FitReport, Flow, Plan, each_epoch};
pub use checkpoint::BestCheckpoint;
pub use data::{Dataset, Samples, SliceError};
pub use early_stopping::{Best, EarlyStopping, Keep};
pub use error::{FitError, NonFinite};
pub use fit::{Fit, Valid, Validation};
#[cfg(feature = "alloc")]
pub use history::FullHistory;
pub use history::History;
pub(crate) use memory::Core;
pub use memory::{CountOf, InputOf, Memory, OutputOf, TargetOf, default_chunk, infer_bytes, train_bytes};
pub use metric::Metric;
pub use model::{Model, ModelMemory};
pub use monitor::{Mode, Monitor};
pub use order::Order;
pub use schedule::{Progress, Schedule};
pub use step::{Clip, Running, StepReport, Update};
pub use trainer::Trainer;
