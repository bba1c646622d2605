//! Annotate a struct, get a trainable network.
#![no_std]
#![forbid(unsafe_code)]

pub use dl_core::*;
#[cfg(feature = "host")]
pub use dl_host as host;
pub use dl_macros::{Blank, Params, forward, network};
