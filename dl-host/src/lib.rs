//! What `dl` needs an operating system for: data files, weights on disk, progress, plots.
//!
//! | to | use |
//! |---|---|
//! | read MNIST and its relatives | [`data::idx`] |
//! | read CIFAR-10 | [`data::cifar10`] |
//! | read and write tables | [`data::csv`] |
//! | read folders of PNG and JPEG images | `data::ImageFolder` (feature `image`) |
//! | split samples, stratified or not | [`data::split`] |
//! | bring features to one scale | [`data::Scale`] |
//! | compose scenes for detectors | [`data::Scenes`] |
//! | make tokens of a text, and text of tokens | [`text`] |
//! | exchange weights with PyTorch | [`io::safetensors`] |
//! | save the best weights while training runs | [`io::Checkpoint`] |
//! | show how far training is | [`report::Progress`] (bar: feature `progress`) |
//! | keep the numbers of every epoch | [`report::HistoryCsv`], [`report::save_history`] |
//! | draw curves | [`report::Chart`], [`report::loss_chart`], [`report::metric_chart`] |
//! | draw a confusion matrix | [`report::save_confusion`] |
//! | show the worst mistakes | [`report::Mistakes`], `report::Gallery` (feature `image`) |
//! | draw boxes around what was found | `report::Gallery` (feature `image`) |
//! | end training in order on Ctrl-C | `Interrupt` (feature `interrupt`) |
//!
//! `Progress`, `HistoryCsv`, `Checkpoint` and `Interrupt` are callbacks of [`dl_core::train::Trainer::fit`].
//!
//! Whatever is wrong with a file is an [`Error`] that names the file, the place, what was found and what was expected;
//! no content of a file makes anything here panic. Files are written whole or not at all, except the history of a
//! training that runs.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

pub mod data;
mod error;
#[cfg(feature = "interrupt")]
mod interrupt;
pub mod io;
pub mod report;
pub mod text;

pub use error::{Error, Result};
#[cfg(feature = "interrupt")]
pub use interrupt::{Interrupt, InterruptError};
