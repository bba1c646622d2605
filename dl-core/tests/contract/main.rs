//! The layer contract, proved on small networks written out by hand.
//!
//! Every network here is what `#[network]` writes for a struct: straight-line code, values on the tape or in slots of
//! the scratch memory, the chain rule spelled out. One file is one case; the layers in `layers/` are as small as the
//! case needs and exist for these tests only.
#![allow(clippy::too_many_arguments)] // the contract's signatures
#![allow(clippy::needless_range_loop)] // formulas with the indices of the books

#[macro_use]
mod support;
mod layers;

mod chain;
mod copies;
mod fan_out;
mod first_layer;
mod frozen;
mod last_chunk;
mod lengths;
mod nested;
mod outputs;
mod recurrent;
mod repeated;
mod shared;
mod threads;
mod tokens;
mod twice;
mod two_inputs;
