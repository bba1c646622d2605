//! The arithmetic on slices: sizes are run-time arguments, matrices are column-major.
//!
//! Every scalar takes the plain loops of [`plain`], which are also the oracle for faster ones.

pub mod plain;

pub use plain::{add_columns, add_to, gemm_bias, gemm_nt_add, gemm_tn};
