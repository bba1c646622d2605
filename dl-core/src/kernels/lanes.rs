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
    if !rest.is_empty() {
        sums = with_rest(sums, rest.iter(), |sum, &a| sum + f(a));
    }
    total(sums)
}

/// `Σ a b`
#[inline(always)]
pub(super) fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    sum_of_pairs(a, b, |a, b| a * b)
}

/// `Σ f(a, b)`
#[inline(always)]
pub(super) fn sum_of_pairs<T: Real>(a: &[T], b: &[T], f: impl Fn(T, T) -> T) -> T {
    let mut sums = [T::zero(); LANES];
    let (a_blocks, a_rest) = a.as_chunks::<LANES>();
    let (b_blocks, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for i in 0..LANES {
            sums[i] += f(a[i], b[i]);
        }
    }
    if !a_rest.is_empty() {
        sums = with_rest(sums, a_rest.iter().zip(b_rest), |sum, (&a, &b)| sum + f(a, b));
    }
    total(sums)
}

/// The largest number, and zero of none; NaN is passed over unless it is the first.
#[inline(always)]
pub(super) fn largest<T: Real>(a: &[T]) -> T {
    let larger = |a: T, b: T| if b > a { b } else { a };
    let Some(&first) = a.first() else { return T::zero() };
    let mut largest = [first; LANES];
    let (blocks, rest) = a.as_chunks::<LANES>();
    for a in blocks {
        for i in 0..LANES {
            largest[i] = larger(largest[i], a[i]);
        }
    }
    if !rest.is_empty() {
        largest = with_rest(largest, rest.iter(), |largest, &a| larger(largest, a));
    }
    halve(largest, larger)
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
    if !a_rest.is_empty() {
        let rest = a_rest.iter().zip(b_rest);
        first = with_rest(first, rest.clone(), |sum, (&a, &b)| sum + f(a, b).0);
        second = with_rest(second, rest, |sum, (&a, &b)| sum + f(a, b).1);
    }
    (total(first), total(second))
}

/// The parts, with the numbers that do not fill a block. A copy has them, for what is written one by one cannot stay in vectors.
#[inline(always)]
fn with_rest<T: Real, A>(
    parts: [T; LANES],
    rest: impl Iterator<Item = A>,
    f: impl Fn(T, A) -> T,
) -> [T; LANES] {
    let mut parts = parts;
    for (part, a) in parts.iter_mut().zip(rest) {
        *part = f(*part, a);
    }
    parts
}

#[inline(always)]
fn total<T: Real>(sums: [T; LANES]) -> T {
    halve(sums, |a, b| a + b)
}

/// By halves, so that few operations wait for each other.
#[inline(always)]
fn halve<T: Real>(mut parts: [T; LANES], f: impl Fn(T, T) -> T) -> T {
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            parts[i] = f(parts[i], parts[i + half]);
        }
        half /= 2;
    }
    parts[0]
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
            assert_eq!(dot(a, a), a.iter().map(|a| a * a).sum::<f64>(), "{n} numbers");
            assert_eq!(largest(a), a.last().copied().unwrap_or(0.0), "{n} numbers");
            assert_eq!(sum_of_two(a, a, |a, b| (a, a + b)), (expected, 2.0 * expected), "{n} numbers");
            assert_eq!(sum_of_pairs(a, a, |a, b| a + b), 2.0 * expected, "{n} numbers");
        }
    }
}
