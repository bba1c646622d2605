//! Sums over slices in a fixed number of parts, which vectors of any width hold: the same bits everywhere.

use crate::Real;

/// Parts of a sum.
const LANES: usize = 16;

/// `Σ f(a)`
#[inline(always)]
pub(super) fn sum<T: Real>(a: &[T], f: impl Fn(T) -> T) -> T {
    let mut sums = [T::zero(); LANES];
    let (blocks, rest) = a.as_chunks::<LANES>();
    for a in blocks {
        for i in 0..LANES {
            sums[i] += f(a[i]);
        }
    }
    for (sum, &a) in sums.iter_mut().zip(rest) {
        *sum += f(a);
    }
    total(sums)
}

/// The sums of both parts of `f(a, b)`.
#[inline(always)]
pub(super) fn sum_of_two<T: Real>(a: &[T], b: &[T], f: impl Fn(T, T) -> (T, T)) -> (T, T) {
    let (mut first, mut second) = ([T::zero(); LANES], [T::zero(); LANES]);
    let (a_blocks, a_rest) = a.as_chunks::<LANES>();
    let (b_blocks, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for i in 0..LANES {
            let (one, two) = f(a[i], b[i]);
            first[i] += one;
            second[i] += two;
        }
    }
    for (i, (&a, &b)) in a_rest.iter().zip(b_rest).enumerate() {
        let (one, two) = f(a, b);
        first[i] += one;
        second[i] += two;
    }
    (total(first), total(second))
}

/// The sums of both parts of `f(a, b, c)`.
#[inline(always)]
pub(super) fn sum_of_three<T: Real>(a: &[T], b: &[T], c: &[T], f: impl Fn(T, T, T) -> (T, T)) -> (T, T) {
    let (mut first, mut second) = ([T::zero(); LANES], [T::zero(); LANES]);
    let (a_blocks, a_rest) = a.as_chunks::<LANES>();
    let (b_blocks, b_rest) = b.as_chunks::<LANES>();
    let (c_blocks, c_rest) = c.as_chunks::<LANES>();
    for ((a, b), c) in a_blocks.iter().zip(b_blocks).zip(c_blocks) {
        for i in 0..LANES {
            let (one, two) = f(a[i], b[i], c[i]);
            first[i] += one;
            second[i] += two;
        }
    }
    for (i, ((&a, &b), &c)) in a_rest.iter().zip(b_rest).zip(c_rest).enumerate() {
        let (one, two) = f(a, b, c);
        first[i] += one;
        second[i] += two;
    }
    (total(first), total(second))
}

/// By halves, so that few additions wait for each other.
#[inline(always)]
fn total<T: Real>(mut sums: [T; LANES]) -> T {
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            sums[i] += sums[i + half];
        }
        half /= 2;
    }
    sums[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_count_every_number_once() {
        let numbers: [f64; 50] = core::array::from_fn(|i| (i * i) as f64);
        for n in 0..=50 {
            let a = &numbers[..n];
            let expected = a.iter().sum::<f64>();
            assert_eq!(sum(a, |a| a), expected, "{n} numbers");
            assert_eq!(sum_of_two(a, a, |a, b| (a, a + b)), (expected, 2.0 * expected), "{n} numbers");
            let three = sum_of_three(a, a, a, |a, b, c| (a + b, c));
            assert_eq!(three, (2.0 * expected, expected), "{n} numbers");
        }
    }
}
