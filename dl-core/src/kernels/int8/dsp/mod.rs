//! The operators on processors with Arm's DSP instructions, such as the Cortex-M4: two products an instruction.
//!
//! Four bytes are loaded at once and widened to two halves each; what is widened is used for several outputs. Whether the processor
//! has the instructions is known when the crate is compiled (`cfg(dsp)`, from `build.rs`). Elsewhere the tests compile this
//! too, with functions for [`instructions`], and compare it with the plain loops.

mod add;
mod conv;
mod dense;
mod depthwise;
mod dots;
mod instructions;
mod pooling;
mod rescale;
mod seen;
#[cfg(test)]
mod tests;

pub(super) use add::add;
pub(super) use conv::conv;
pub(super) use dense::dense;
pub(super) use pooling::global_avg_pool;
