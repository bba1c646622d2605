//! What `dl` needs an operating system for: data files, weights on disk, progress, plots.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod data;
mod error;
#[cfg(feature = "interrupt")]
mod interrupt;
pub mod io;
pub mod report;

pub use error::{Error, Result};
#[cfg(feature = "interrupt")]
pub use interrupt::{Interrupt, InterruptError};
