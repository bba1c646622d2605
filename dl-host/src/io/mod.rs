//! Writing files.

pub(crate) mod whole;
