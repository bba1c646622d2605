//! Softmax without overflow, and the logarithm of its denominator.
//!
//! Sums are split in a fixed way: the bits are the same for every instruction set.

use super::Isa;
use super::isa::versions;
use super::lanes::largest;
use crate::{Real, math};

/// Parts of a sum, which a vector of any width can hold a part of.
const LANES: usize = 16;
/// Fewer numbers than this are done sooner in short vectors.
const SHORT: usize = 64;
/// Numbers that are worked on at a time where nobody wants them kept.
const BLOCK: usize = 4 * LANES;

/// Softmax for one scalar.
pub trait Softmax: Sized {
    /// See [`softmax`](super::softmax()).
    fn softmax(isa: Isa, z: &[Self], p: Option<&mut [Self]>, scale: Self) -> (Self, Self);
}

impl Softmax for f64 {
    fn softmax(_: Isa, z: &[f64], p: Option<&mut [f64]>, scale: f64) -> (f64, f64) {
        plain(z, p, scale)
    }
}

impl Softmax for f32 {
    fn softmax(isa: Isa, z: &[f32], p: Option<&mut [f32]>, scale: f32) -> (f32, f32) {
        // wide vectors wait longer than they work where there are few numbers
        softmax(if z.len() < SHORT { Isa::PORTABLE } else { isa }, z, p, scale)
    }
}

versions! {
    fn softmax(z: &[f32], p: Option<&mut [f32]>, scale: f32) -> (f32, f32) {
        plain(z, p, scale)
    }
}

#[inline(always)]
fn plain<T: Real>(z: &[T], p: Option<&mut [T]>, scale: T) -> (T, T) {
    let max = largest(z);
    let mut sums = [T::zero(); LANES];
    let sum = match p {
        Some(p) => {
            exponentials(z, max, p);
            add(p, &mut sums);
            let sum = total(sums);
            let factor = scale / sum;
            for p in p {
                *p *= factor;
            }
            sum
        }
        None => {
            let mut block = [T::zero(); BLOCK];
            for z in z.chunks(BLOCK) {
                let block = &mut block[..z.len()];
                exponentials(z, max, block);
                add(block, &mut sums);
            }
            total(sums)
        }
    };
    (max, math::ln(sum))
}

#[inline(always)]
fn exponentials<T: Real>(z: &[T], max: T, p: &mut [T]) {
    for (p, &z) in p.iter_mut().zip(z) {
        *p = math::exp(z - max);
    }
}

#[inline(always)]
fn add<T: Real>(p: &[T], sums: &mut [T; LANES]) {
    for p in p.chunks(LANES) {
        for (sum, &p) in sums.iter_mut().zip(p) {
            *sum += p;
        }
    }
}

#[inline(always)]
fn total<T: Real>(sums: [T; LANES]) -> T {
    sums.into_iter().fold(T::zero(), |a, b| a + b)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec::Vec;

    use super::*;
    use crate::Rng;

    #[test]
    fn every_instruction_set_gives_the_bits_of_the_plain_loops_near_those_in_double_precision() {
        let mut rng = Rng::new(7);
        for n in 1..=200 {
            let z: Vec<f32> = (0..n).map(|_| (rng.normal() * 3.0) as f32).collect();
            let mut expected = std::vec![0.0; n];
            let (max, log) = plain(&z, Some(&mut expected), 0.5);
            let wide: Vec<f64> = z.iter().map(|&z| f64::from(z)).collect();
            let mut exact = std::vec![0.0; n];
            let (_, exact_log) = plain(&wide, Some(&mut exact), 0.5);
            assert!((f64::from(log) - exact_log).abs() < 1e-6 * exact_log.abs().max(1.0), "{n} scores");
            for (p, exact) in expected.iter().zip(&exact) {
                // the difference to the largest is rounded, and the exponential multiplies its error
                assert!((f64::from(*p) - exact).abs() < 4e-6 * exact, "{n} scores: {p} and {exact}");
            }
            for isa in Isa::all() {
                let mut p = std::vec![7.0; n];
                assert_eq!(f32::softmax(isa, &z, Some(&mut p), 0.5), (max, log), "{isa:?}, {n} scores");
                assert_eq!(p, expected, "{isa:?}, {n} scores");
                assert_eq!(f32::softmax(isa, &z, None, 0.5), (max, log), "{isa:?}, {n} scores");
            }
        }
    }

    #[test]
    fn nan_spreads_wherever_it_is() {
        for n in [1, 5, 16, 17, 40] {
            for i in 0..n {
                let mut z = std::vec![0.5_f32; n];
                z[i] = f32::NAN;
                assert!(f32::softmax(Isa::best(), &z, None, 1.0).1.is_nan(), "{i} of {n}");
            }
        }
    }
}
