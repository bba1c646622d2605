//! Weights on disk, in formats that others read.

mod checkpoint;
pub mod safetensors;
pub(crate) mod whole;

pub use checkpoint::Checkpoint;
