//! The gradient of a matrix whose inputs are tokens: one-hot vectors, each of which has one column of it.

use super::super::isa::versions;
use super::super::{Isa, add_to};
use crate::Real;

/// Tokens with a gradient of one scalar.
pub trait OneHot: Sized {
    /// Adds columns of `m` numbers to `db`, and each to the column of `dw` that its token names, if there is one.
    fn add_tokens(isa: Isa, m: usize, da: &[Self], tokens: &[u16], dw: &mut [Self], db: &mut [Self]);
}

impl OneHot for f64 {
    fn add_tokens(_: Isa, m: usize, da: &[f64], tokens: &[u16], dw: &mut [f64], db: &mut [f64]) {
        plain(m, da, tokens, dw, db);
    }
}

impl OneHot for f32 {
    fn add_tokens(isa: Isa, m: usize, da: &[f32], tokens: &[u16], dw: &mut [f32], db: &mut [f32]) {
        add_tokens_f32(isa, m, da, tokens, dw, db);
    }
}

versions! {
    fn add_tokens_f32(m: usize, da: &[f32], tokens: &[u16], dw: &mut [f32], db: &mut [f32]) {
        plain(m, da, tokens, dw, db);
    }
}

#[inline(always)]
fn plain<T: Real>(m: usize, da: &[T], tokens: &[u16], dw: &mut [T], db: &mut [T]) {
    for (da, &token) in da.chunks_exact(m.max(1)).zip(tokens) {
        add_to(db, da);
        if let Some(dw) = dw.get_mut(usize::from(token) * m..).and_then(|dw| dw.get_mut(..m)) {
            add_to(dw, da);
        }
    }
}
