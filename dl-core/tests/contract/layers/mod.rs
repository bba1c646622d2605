//! Minimal layers, one for each ability that the contract promises.

mod attend;
mod batch_norm;
mod dropout;
mod embed;
mod losses;
mod mean_steps;
mod rnn;
mod window;

pub(crate) use attend::Attend;
pub(crate) use batch_norm::BatchNorm;
pub(crate) use dropout::Dropout;
pub(crate) use embed::Embed;
pub(crate) use losses::{Both, Classes, Counts, Squares};
pub(crate) use mean_steps::MeanSteps;
pub(crate) use rnn::Rnn;
pub(crate) use window::Window;
