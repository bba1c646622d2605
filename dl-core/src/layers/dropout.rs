//! Zeroes numbers at random while training. PyTorch: `nn.Dropout`.

use nalgebra::SMatrix;

use crate::{Layer, Pass, Real, Rng, Vals};

/// Zeroes numbers at random while training. PyTorch: `nn.Dropout`.
///
/// Written `Dropout<0.1>` in a network.
///
/// | symbol | shape | meaning                                                  |
/// |--------|-------|----------------------------------------------------------|
/// | `x`    | `N`   | input                                                    |
/// | `p`    |       | probability of a number to be dropped, `NUM / DEN`       |
/// | `m`    | `N`   | mask: 0 with probability `p`, else `1 / (1 − p)`         |
/// | `y`    | `N`   | output                                                   |
///
/// - forward:  `y = m ⊙ x`
/// - backward: `dx = m ⊙ dy`
/// - inference: `y = x`, `dx = dy`
///
/// Nothing is kept: bit `i` of a sample's mask is draw `i` of the stream that `pass.rng` gives for this step, layer and
/// sample, and `backward` draws it again. So it depends neither on the chunks nor on threads. What is dropped is 0
/// even where `x` is infinite or NaN (PyTorch multiplies, and gives NaN). `p = 1` gives zeros. Srivastava and others:
/// *Dropout: a simple way to prevent neural networks from overfitting* (2014).
///
/// ```
/// use dl_core::nalgebra::{SVector, vector};
/// use dl_core::{Layer, Pass, Rng, layers::Dropout};
///
/// let (x, mut y) = (vector![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], SVector::<f32, 6>::zeros());
/// Dropout::<1, 2>.forward(&x, &mut y, None, &mut (), Pass::train(Rng::new(1)));
/// assert_eq!(y, vector![0.0, 0.0, 0.0, 8.0, 0.0, 12.0]);
/// Dropout::<1, 2>.forward(&x, &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, x);
/// ```
#[derive(Debug)]
pub struct Dropout<const NUM: u32 = 1, const DEN: u32 = 2>;

impl<const NUM: u32, const DEN: u32> Dropout<NUM, DEN> {
    /// The probability of a number to be dropped.
    ///
    /// ```
    /// assert_eq!(dl_core::layers::Dropout::<1, 4>::P, 0.25);
    /// ```
    pub const P: f64 = {
        assert!(NUM <= DEN, "a probability above 1");
        super::ratio(NUM, DEN)
    };
    /// A draw of 53 bits below this one drops.
    const DROPPED: u64 = ((NUM as u128) << 53).div_ceil(DEN as u128) as u64;
    /// What the others are multiplied by.
    pub(super) const SCALE: f64 = if NUM < DEN { DEN as f64 / (DEN - NUM) as f64 } else { 0.0 };

    /// `to = m ⊙ from`, of the samples that count.
    #[inline(always)]
    fn mask<T: Real, const N: usize, const B: usize>(from: &[T], to: &mut [T], pass: Pass<'_, B>) {
        if !pass.is_train() || NUM == 0 {
            to.copy_from_slice(from);
            return;
        }
        let scale = T::of(Self::SCALE);
        let columns = from.chunks_exact(N.max(1)).zip(to.chunks_exact_mut(N.max(1)));
        for (b, (from, to)) in columns.enumerate() {
            let mut rng = pass.rng(b);
            for (&from, to) in from.iter().zip(to) {
                *to = if Self::drops(&mut rng) { T::zero() } else { from * scale };
            }
        }
    }

    #[inline(always)]
    pub(super) fn drops(rng: &mut Rng) -> bool {
        rng.next_u64() >> 11 < Self::DROPPED
    }
}

impl<T: Real, const N: usize, const NUM: u32, const DEN: u32> Layer<T, Vals<N>, Vals<N>>
    for Dropout<NUM, DEN>
{
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();

    const NEEDS_X: bool = false;
    const NEEDS_Y: bool = false;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, N, B>,
        y: &mut SMatrix<T, N, B>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        const { assert!(Self::P <= 1.0) }
        pass.forward_live(x.as_slice(), y.as_mut_slice(), |x, y| {
            Self::mask::<T, N, B>(x, y, pass); // y = m ⊙ x
        });
    }

    fn backward<'a, const B: usize>(
        &self,
        _: &SMatrix<T, N, B>,
        _: &SMatrix<T, N, B>,
        _: &(),
        dy: &SMatrix<T, N, B>,
        dx: Option<&mut SMatrix<T, N, B>>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        if let Some(dx) = dx {
            let (dy, dx) = (pass.live_part(dy.as_slice()), pass.live_part_mut(dx.as_mut_slice()));
            Self::mask::<T, N, B>(dy, dx, pass); // dx = m ⊙ dy
        }
    }
}

super::no_params!([const NUM: u32, const DEN: u32] Dropout<NUM, DEN> = Dropout);

#[cfg(test)]
mod tests {
    use nalgebra::SVector;

    use super::*;
    use crate::gradcheck;

    type Chunk<const B: usize> = SMatrix<f64, 50, B>;

    fn run<const NUM: u32, const DEN: u32, const B: usize>(x: &Chunk<B>, pass: Pass<'_, B>) -> Chunk<B> {
        let mut y = Chunk::from_element(7.0);
        Dropout::<NUM, DEN>.forward(x, &mut y, None, &mut (), pass);
        y
    }

    #[test]
    fn forward_by_hand() {
        let x = Chunk::<1>::from_element(3.0);
        let y = run::<1, 4, 1>(&x, Pass::train(Rng::new(2)));
        let mut rng = Pass::<1>::train(Rng::new(2)).rng(0);
        for y in &y {
            assert_eq!(*y, if rng.uniform() < 0.25 { 0.0 } else { 4.0 });
        }
        assert!(y.iter().any(|y| *y == 0.0) && y.iter().any(|y| *y == 4.0));
    }

    #[test]
    fn the_mask_does_not_depend_on_the_chunks() {
        let x = Chunk::<4>::from_fn(|i, b| (1 + i + 50 * b) as f64);
        let key = Rng::new(9);
        let whole = run::<1, 2, 4>(&x, Pass::train(key));
        let (first, second) = (x.fixed_columns::<2>(0).into_owned(), x.fixed_columns::<2>(2).into_owned());
        assert_eq!(run::<1, 2, 2>(&first, Pass::train(key).chunk(0, 2)), whole.fixed_columns::<2>(0));
        assert_eq!(run::<1, 2, 2>(&second, Pass::train(key).chunk(2, 2)), whole.fixed_columns::<2>(2));
    }

    #[test]
    fn the_key_alone_decides_and_samples_differ() {
        let x = Chunk::<2>::from_element(1.0);
        let y = run::<1, 2, 2>(&x, Pass::train(Rng::new(3)));
        assert_eq!(y, run::<1, 2, 2>(&x, Pass::train(Rng::new(3))));
        assert_ne!(y, run::<1, 2, 2>(&x, Pass::train(Rng::new(4))));
        assert_ne!(y, run::<1, 2, 2>(&x, Pass::train(Rng::new(3)).at(1)));
        assert_ne!(y.column(0), y.column(1));
    }

    #[test]
    fn as_many_are_dropped_as_expected_and_the_mean_stays() {
        let (mut dropped, mut sum, n) = (0, 0.0, 50 * 2000);
        for step in 0..2000 {
            let y = run::<3, 10, 1>(&Chunk::from_element(1.0), Pass::train(Rng::new(step)));
            dropped += y.iter().filter(|y| **y == 0.0).count();
            sum += y.sum();
        }
        let (share, mean) = (dropped as f64 / n as f64, sum / n as f64);
        assert!((share - 0.3).abs() < 0.006 && (mean - 1.0).abs() < 0.01, "dropped {share}, mean {mean}");
    }

    #[test]
    fn the_ends_drop_nothing_and_everything() {
        let x = Chunk::<1>::from_element(f64::INFINITY);
        assert_eq!(run::<0, 1, 1>(&x, Pass::train(Rng::new(0))), x);
        assert_eq!(run::<1, 1, 1>(&x, Pass::train(Rng::new(0))), Chunk::<1>::zeros());
        assert_eq!(run::<1, 1, 1>(&x, Pass::infer()), x);
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut x = SMatrix::<f64, 6, 2>::from_fn(|i, b| 0.3 + i as f64 - b as f64);
        gradcheck::layer(&mut Dropout::<1, 3>, &mut x, Pass::train(Rng::new(5))).unwrap();
        let mut x = SVector::<f64, 3>::new(0.3, 0.1, -0.4);
        gradcheck::layer(&mut Dropout::<1, 3>, &mut x, Pass::infer()).unwrap();
    }
}
