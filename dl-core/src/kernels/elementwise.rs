//! Sums, differences and products of two values, number by number; products with a number for each channel; and parts of
//! values that lie side by side.

use super::Isa;
use super::isa::versions;
use crate::{Pointwise, Real};

/// How many numbers [`add_then`] takes at a time: few enough to stay in the nearest cache.
const BLOCK: usize = 1024;

/// How many sums [`dots_add_to`] makes side by side.
const LANES: usize = 16;

/// The plain loops.
mod plain {
    use super::*;

    #[inline(always)]
    pub(super) fn add<T: Real>(a: &[T], b: &[T], y: &mut [T]) {
        for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
            *y = a + b;
        }
    }
    #[inline(always)]
    pub(super) fn sub<T: Real>(a: &[T], b: &[T], y: &mut [T]) {
        for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
            *y = a - b;
        }
    }
    #[inline(always)]
    pub(super) fn mul<T: Real>(a: &[T], b: &[T], y: &mut [T]) {
        for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
            *y = a * b;
        }
    }
    #[inline(always)]
    pub(super) fn mul_add_to<T: Real>(a: &[T], b: &[T], y: &mut [T]) {
        for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
            *y += a * b;
        }
    }
    #[inline(always)]
    pub(super) fn scale<T: Real>(x: &[T], scales: &[T], y: &mut [T]) {
        let run = x.len() / scales.len().max(1);
        for ((x, y), &s) in x.chunks_exact(run).zip(y.chunks_exact_mut(run)).zip(scales) {
            for (y, &x) in y.iter_mut().zip(x) {
                *y = x * s;
            }
        }
    }
    #[inline(always)]
    pub(super) fn scale_add_to<T: Real>(x: &[T], scales: &[T], y: &mut [T]) {
        let run = x.len() / scales.len().max(1);
        for ((x, y), &s) in x.chunks_exact(run).zip(y.chunks_exact_mut(run)).zip(scales) {
            for (y, &x) in y.iter_mut().zip(x) {
                *y += x * s;
            }
        }
    }
    #[inline(always)]
    pub(super) fn dots_add_to<T: Real>(a: &[T], b: &[T], dots: &mut [T]) {
        let run = a.len() / dots.len().max(1);
        for ((a, b), dot) in a.chunks_exact(run).zip(b.chunks_exact(run)).zip(dots) {
            let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
            let mut sums = [T::zero(); LANES];
            for (a, b) in a.iter().zip(b) {
                for i in 0..LANES {
                    sums[i] += a[i] * b[i];
                }
            }
            let rest = a_rest.iter().zip(b_rest).fold(T::zero(), |sum, (&a, &b)| sum + a * b);
            *dot += sums.iter().fold(rest, |sum, &s| sum + s);
        }
    }
}

/// Operations on two values, for one scalar.
pub trait Elementwise: Sized {
    /// See [`add`].
    fn add_slices(isa: Isa, a: &[Self], b: &[Self], y: &mut [Self]);
    /// See [`sub`].
    fn sub_slices(isa: Isa, a: &[Self], b: &[Self], y: &mut [Self]);
    /// See [`mul`].
    fn mul_slices(isa: Isa, a: &[Self], b: &[Self], y: &mut [Self]);
    /// See [`mul_add_to`].
    fn mul_add_to_slices(isa: Isa, a: &[Self], b: &[Self], y: &mut [Self]);
    /// See [`scale`].
    fn scale_slices(isa: Isa, x: &[Self], scales: &[Self], y: &mut [Self]);
    /// See [`scale_add_to`].
    fn scale_add_to_slices(isa: Isa, x: &[Self], scales: &[Self], y: &mut [Self]);
    /// See [`dots_add_to`].
    fn dots_add_to_slices(isa: Isa, a: &[Self], b: &[Self], dots: &mut [Self]);
}

impl Elementwise for f64 {
    fn add_slices(_: Isa, a: &[f64], b: &[f64], y: &mut [f64]) {
        plain::add(a, b, y);
    }
    fn sub_slices(_: Isa, a: &[f64], b: &[f64], y: &mut [f64]) {
        plain::sub(a, b, y);
    }
    fn mul_slices(_: Isa, a: &[f64], b: &[f64], y: &mut [f64]) {
        plain::mul(a, b, y);
    }
    fn mul_add_to_slices(_: Isa, a: &[f64], b: &[f64], y: &mut [f64]) {
        plain::mul_add_to(a, b, y);
    }
    fn scale_slices(_: Isa, x: &[f64], scales: &[f64], y: &mut [f64]) {
        plain::scale(x, scales, y);
    }
    fn scale_add_to_slices(_: Isa, x: &[f64], scales: &[f64], y: &mut [f64]) {
        plain::scale_add_to(x, scales, y);
    }
    fn dots_add_to_slices(_: Isa, a: &[f64], b: &[f64], dots: &mut [f64]) {
        plain::dots_add_to(a, b, dots);
    }
}

impl Elementwise for f32 {
    fn add_slices(isa: Isa, a: &[f32], b: &[f32], y: &mut [f32]) {
        add_f32(isa, a, b, y);
    }
    fn sub_slices(isa: Isa, a: &[f32], b: &[f32], y: &mut [f32]) {
        sub_f32(isa, a, b, y);
    }
    fn mul_slices(isa: Isa, a: &[f32], b: &[f32], y: &mut [f32]) {
        mul_f32(isa, a, b, y);
    }
    fn mul_add_to_slices(isa: Isa, a: &[f32], b: &[f32], y: &mut [f32]) {
        mul_add_to_f32(isa, a, b, y);
    }
    fn scale_slices(isa: Isa, x: &[f32], scales: &[f32], y: &mut [f32]) {
        scale_f32(isa, x, scales, y);
    }
    fn scale_add_to_slices(isa: Isa, x: &[f32], scales: &[f32], y: &mut [f32]) {
        scale_add_to_f32(isa, x, scales, y);
    }
    fn dots_add_to_slices(isa: Isa, a: &[f32], b: &[f32], dots: &mut [f32]) {
        dots_add_to_f32(isa, a, b, dots);
    }
}

versions! {
    fn add_f32(a: &[f32], b: &[f32], y: &mut [f32]) {
        plain::add(a, b, y);
    }
    fn sub_f32(a: &[f32], b: &[f32], y: &mut [f32]) {
        plain::sub(a, b, y);
    }
    fn mul_f32(a: &[f32], b: &[f32], y: &mut [f32]) {
        plain::mul(a, b, y);
    }
    fn mul_add_to_f32(a: &[f32], b: &[f32], y: &mut [f32]) {
        plain::mul_add_to(a, b, y);
    }
    fn scale_f32(x: &[f32], scales: &[f32], y: &mut [f32]) {
        plain::scale(x, scales, y);
    }
    fn scale_add_to_f32(x: &[f32], scales: &[f32], y: &mut [f32]) {
        plain::scale_add_to(x, scales, y);
    }
    fn dots_add_to_f32(a: &[f32], b: &[f32], dots: &mut [f32]) {
        plain::dots_add_to(a, b, dots);
    }
}

/// `y = a + b`
///
/// ```
/// use dl_core::kernels::{Isa, add};
///
/// let mut y = [0.0; 2];
/// add(Isa::best(), &[1.0, 2.0], &[10.0, 20.0], &mut y);
/// assert_eq!(y, [11.0, 22.0]);
/// ```
#[inline]
pub fn add<T: Real>(isa: impl Into<Isa>, a: &[T], b: &[T], y: &mut [T]) {
    T::add_slices(isa.into(), a, b, y);
}

/// `y = f(a + b)`, in one pass over memory: the end of a residual block.
///
/// ```
/// use dl_core::{kernels::{Isa, add_then}, layers::Relu};
///
/// let mut y = [0.0; 2];
/// add_then(Isa::best(), &Relu, &[1.0, 2.0], &[10.0, -20.0], &mut y);
/// assert_eq!(y, [11.0, 0.0]);
/// ```
#[inline]
pub fn add_then<T: Real, F: Pointwise<T>>(isa: impl Into<Isa>, _f: &F, a: &[T], b: &[T], y: &mut [T]) {
    let isa = isa.into();
    for ((a, b), y) in a.chunks(BLOCK).zip(b.chunks(BLOCK)).zip(y.chunks_mut(BLOCK)) {
        T::add_slices(isa, a, b, y);
        T::forward_in_place::<F>(isa, y);
    }
}

/// `y = a − b`
///
/// ```
/// use dl_core::kernels::{Isa, sub};
///
/// let mut y = [0.0; 2];
/// sub(Isa::best(), &[1.0, 2.0], &[10.0, 20.0], &mut y);
/// assert_eq!(y, [-9.0, -18.0]);
/// ```
#[inline]
pub fn sub<T: Real>(isa: impl Into<Isa>, a: &[T], b: &[T], y: &mut [T]) {
    T::sub_slices(isa.into(), a, b, y);
}

/// `y = a ⊙ b`
///
/// ```
/// use dl_core::kernels::{Isa, mul};
///
/// let mut y = [0.0; 2];
/// mul(Isa::best(), &[1.0, 2.0], &[10.0, 20.0], &mut y);
/// assert_eq!(y, [10.0, 40.0]);
/// ```
#[inline]
pub fn mul<T: Real>(isa: impl Into<Isa>, a: &[T], b: &[T], y: &mut [T]) {
    T::mul_slices(isa.into(), a, b, y);
}

/// `y += a ⊙ b`
///
/// ```
/// use dl_core::kernels::{Isa, mul_add_to};
///
/// let mut y = [100.0; 2];
/// mul_add_to(Isa::best(), &[1.0, 2.0], &[10.0, 20.0], &mut y);
/// assert_eq!(y, [110.0, 140.0]);
/// ```
#[inline]
pub fn mul_add_to<T: Real>(isa: impl Into<Isa>, a: &[T], b: &[T], y: &mut [T]) {
    T::mul_add_to_slices(isa.into(), a, b, y);
}

/// `y = x ⊙ s`, where each number of `s` is for as many of `x` as there are more of those: a scale for each channel of an
/// image.
///
/// ```
/// use dl_core::kernels::{Isa, scale};
///
/// let mut y = [0.0; 4];
/// scale(Isa::best(), &[1.0, 2.0, 3.0, 4.0], &[10.0, 100.0], &mut y);
/// assert_eq!(y, [10.0, 20.0, 300.0, 400.0]);
/// ```
#[inline]
pub fn scale<T: Real>(isa: impl Into<Isa>, x: &[T], scales: &[T], y: &mut [T]) {
    if x.len() == scales.len() {
        return mul(isa, x, scales, y);
    }
    T::scale_slices(isa.into(), x, scales, y);
}

/// `y += x ⊙ s`, with `s` as in [`scale`].
///
/// ```
/// use dl_core::kernels::{Isa, scale_add_to};
///
/// let mut y = [1.0; 4];
/// scale_add_to(Isa::best(), &[1.0, 2.0, 3.0, 4.0], &[10.0, 100.0], &mut y);
/// assert_eq!(y, [11.0, 21.0, 301.0, 401.0]);
/// ```
#[inline]
pub fn scale_add_to<T: Real>(isa: impl Into<Isa>, x: &[T], scales: &[T], y: &mut [T]) {
    if x.len() == scales.len() {
        return mul_add_to(isa, x, scales, y);
    }
    T::scale_add_to_slices(isa.into(), x, scales, y);
}

/// `s += Σ a ⊙ b`, where each number of `s` is the sum of as many products as there are more of those: the gradient of
/// [`scale`] by its scales.
///
/// ```
/// use dl_core::kernels::{Isa, dots_add_to};
///
/// let mut dots = [0.0, 0.5];
/// dots_add_to(Isa::best(), &[1.0, 2.0, 3.0, 4.0], &[1.0, 10.0, 1.0, 10.0], &mut dots);
/// assert_eq!(dots, [21.0, 43.5]);
/// ```
#[inline]
pub fn dots_add_to<T: Real>(isa: impl Into<Isa>, a: &[T], b: &[T], dots: &mut [T]) {
    if a.len() == dots.len() {
        return mul_add_to(isa, a, b, dots);
    }
    T::dots_add_to_slices(isa.into(), a, b, dots);
}

/// `y = −x`
///
/// ```
/// let mut y = [0.0; 2];
/// dl_core::kernels::negate(&[1.0, -2.0], &mut y);
/// assert_eq!(y, [-1.0, 2.0]);
/// ```
#[inline]
pub fn negate<T: Real>(x: &[T], y: &mut [T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = -x;
    }
}

/// `a −= b`
///
/// ```
/// let mut a = [1.0, 2.0];
/// dl_core::kernels::sub_from(&mut a, &[10.0, 20.0]);
/// assert_eq!(a, [-9.0, -18.0]);
/// ```
#[inline]
pub fn sub_from<T: Real>(a: &mut [T], b: &[T]) {
    for (a, &b) in a.iter_mut().zip(b) {
        *a -= b;
    }
}

/// Where a part lies in a whole: of every `whole` numbers, the `width` from `offset` on.
///
/// Features of a sequence are such a part of every step; channels of an image, or steps, of every sample.
///
/// ```
/// use dl_core::kernels::Part;
///
/// // two steps of three features, of which the last is the part
/// let last = Part { width: 1, whole: 3, offset: 2 };
/// let mut part = [0.0; 2];
/// last.read(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &mut part);
/// assert_eq!(part, [3.0, 6.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Numbers of the part that lie together.
    pub width: usize,
    /// Numbers of the whole that lie together.
    pub whole: usize,
    /// How many of those come before the part.
    pub offset: usize,
}

impl Part {
    /// `part = whole[..]`
    ///
    /// ```
    /// let mut part = [0.0];
    /// dl_core::kernels::Part { width: 1, whole: 2, offset: 1 }.read(&[1.0, 2.0], &mut part);
    /// assert_eq!(part, [2.0]);
    /// ```
    #[inline]
    pub fn read<T: Real>(self, whole: &[T], part: &mut [T]) {
        let range = self.offset..self.offset + self.width;
        for (whole, part) in whole.chunks_exact(self.whole).zip(part.chunks_exact_mut(self.width)) {
            part.copy_from_slice(&whole[range.clone()]);
        }
    }

    /// `part += whole[..]`
    ///
    /// ```
    /// let mut part = [10.0];
    /// dl_core::kernels::Part { width: 1, whole: 2, offset: 1 }.add_read(&[1.0, 2.0], &mut part);
    /// assert_eq!(part, [12.0]);
    /// ```
    #[inline]
    pub fn add_read<T: Real>(self, whole: &[T], part: &mut [T]) {
        let range = self.offset..self.offset + self.width;
        for (whole, part) in whole.chunks_exact(self.whole).zip(part.chunks_exact_mut(self.width)) {
            super::add_to(part, &whole[range.clone()]);
        }
    }

    /// `whole[..] = part`
    ///
    /// ```
    /// let mut whole = [1.0, 2.0];
    /// dl_core::kernels::Part { width: 1, whole: 2, offset: 1 }.write(&[7.0], &mut whole);
    /// assert_eq!(whole, [1.0, 7.0]);
    /// ```
    #[inline]
    pub fn write<T: Real>(self, part: &[T], whole: &mut [T]) {
        let range = self.offset..self.offset + self.width;
        for (whole, part) in whole.chunks_exact_mut(self.whole).zip(part.chunks_exact(self.width)) {
            whole[range.clone()].copy_from_slice(part);
        }
    }

    /// `whole[..] = part`, and zero around it.
    ///
    /// ```
    /// let mut whole = [1.0, 2.0];
    /// dl_core::kernels::Part { width: 1, whole: 2, offset: 1 }.write_alone(&[7.0], &mut whole);
    /// assert_eq!(whole, [0.0, 7.0]);
    /// ```
    #[inline]
    pub fn write_alone<T: Real>(self, part: &[T], whole: &mut [T]) {
        whole.fill(T::zero());
        self.write(part, whole);
    }

    /// `whole[..] += part`
    ///
    /// ```
    /// let mut whole = [1.0, 2.0];
    /// dl_core::kernels::Part { width: 1, whole: 2, offset: 1 }.add_write(&[7.0], &mut whole);
    /// assert_eq!(whole, [1.0, 9.0]);
    /// ```
    #[inline]
    pub fn add_write<T: Real>(self, part: &[T], whole: &mut [T]) {
        let range = self.offset..self.offset + self.width;
        for (whole, part) in whole.chunks_exact_mut(self.whole).zip(part.chunks_exact(self.width)) {
            super::add_to(&mut whole[range.clone()], part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::Relu;

    #[test]
    fn every_length_gives_what_the_plain_loops_give() {
        for len in [0, 1, 7, 8, 33, BLOCK, BLOCK + 1, 2 * BLOCK + 5] {
            let mut a = [0.0_f32; 2 * BLOCK + 5];
            let mut b = a;
            for i in 0..a.len() {
                (a[i], b[i]) = ((i % 13) as f32 - 6.0, (i % 7) as f32 * 0.5 - 2.0);
            }
            let (a, b) = (&a[..len], &b[..len]);
            let mut y = [9.0_f32; 2 * BLOCK + 5];
            for isa in [Isa::best(), Isa::PORTABLE] {
                add(isa, a, b, &mut y[..len]);
                assert!((0..len).all(|i| y[i] == a[i] + b[i]));
                mul_add_to(isa, a, b, &mut y[..len]);
                assert!((0..len).all(|i| y[i] == a[i] + b[i] + a[i] * b[i]));
                sub(isa, a, b, &mut y[..len]);
                assert!((0..len).all(|i| y[i] == a[i] - b[i]));
                mul(isa, a, b, &mut y[..len]);
                assert!((0..len).all(|i| y[i] == a[i] * b[i]));
                add_then(isa, &Relu, a, b, &mut y[..len]);
                assert!((0..len).all(|i| y[i] == (a[i] + b[i]).max(0.0)));
            }
            assert!(y[len..].iter().all(|&y| y == 9.0));
        }
    }
}
