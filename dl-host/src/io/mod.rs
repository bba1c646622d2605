//! Weights on disk, in formats that others read.

pub mod safetensors;
pub(crate) mod whole;
