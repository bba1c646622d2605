//! Images made larger by a mix of the four nearest numbers.

use crate::Real;

/// What to do with the planes of some samples, each of `size` numbers, `[height, width]`, which become `factor` times as
/// many.
#[derive(Debug)]
pub enum Bilinear<'a, T> {
    /// `y`: a mix of `x`
    Mix { x: &'a [T], y: &'a mut [T] },
    /// `dx` of that.
    Back { dy: &'a [T], dx: &'a mut [T] },
}

/// [`Bilinear`] of one scalar, compiled in this crate.
pub trait Mixes: Sized {
    /// Does it.
    fn mix(size: [usize; 2], factor: [usize; 2], what: Bilinear<'_, Self>);
}

impl Mixes for f32 {
    fn mix(size: [usize; 2], factor: [usize; 2], what: Bilinear<'_, f32>) {
        what.run(size, factor);
    }
}

impl Mixes for f64 {
    fn mix(size: [usize; 2], factor: [usize; 2], what: Bilinear<'_, f64>) {
        what.run(size, factor);
    }
}

impl<T: Real> Bilinear<'_, T> {
    fn run(self, [height, width]: [usize; 2], [down, along]: [usize; 2]) {
        let (plane, row) = (height * width, width * along);
        match self {
            Bilinear::Mix { x, y } => {
                for (x, y) in x.chunks_exact(plane).zip(y.chunks_exact_mut(plane * down * along)) {
                    for (v, y) in taps::<T>(height, down).zip(y.chunks_exact_mut(row)) {
                        let [top, bottom] = v.at.map(|i| &x[i * width..][..width]);
                        for (h, y) in taps::<T>(width, along).zip(y) {
                            let mix = |row: &[T]| h.share[0] * row[h.at[0]] + h.share[1] * row[h.at[1]];
                            *y = v.share[0] * mix(top) + v.share[1] * mix(bottom);
                        }
                    }
                }
            }
            Bilinear::Back { dy, dx } => {
                dx.fill(T::zero());
                for (dx, dy) in dx.chunks_exact_mut(plane).zip(dy.chunks_exact(plane * down * along)) {
                    for (v, dy) in taps::<T>(height, down).zip(dy.chunks_exact(row)) {
                        for (h, &dy) in taps::<T>(width, along).zip(dy) {
                            for (i, vertical) in v.at.into_iter().zip(v.share) {
                                for (j, horizontal) in h.at.into_iter().zip(h.share) {
                                    dx[i * width + j] += vertical * horizontal * dy;
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Two neighbours along an axis, and the share that each of them has.
struct Tap<T> {
    at: [usize; 2],
    share: [T; 2],
}

/// Where each number along an axis comes from, of `n` that become `factor` times as many.
///
/// Number `o` of them has its middle at `(o + ½) / factor − ½` of the `n`; past the first and the last there is nothing
/// but these. With `o = factor q + f` that is `q + (2 f + 1 − factor) / (2 factor)`, so `f` alone says the shares.
fn taps<T: Real>(n: usize, factor: usize) -> impl Iterator<Item = Tap<T>> {
    let whole = 2 * factor;
    let one = T::of(1.0 / whole as f64);
    (0..n).flat_map(move |q| {
        (0..factor).map(move |f| {
            let middle = 2 * f + 1;
            let (first, rest) = match middle.checked_sub(factor) {
                Some(rest) => (q, rest),
                None if q > 0 => (q - 1, middle + factor),
                None => (0, 0),
            };
            let second = T::of(rest as f64) * one;
            Tap { at: [first, (first + 1).min(n - 1)], share: [T::one() - second, second] }
        })
    })
}
