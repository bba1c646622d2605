//! What `dl` needs an operating system for: data files, weights on disk, progress, plots.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod data;
mod error;
pub mod io;
pub mod report;

pub use error::{Error, Result};
