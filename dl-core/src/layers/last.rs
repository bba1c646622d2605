//! The last step of a sequence.

use nalgebra::SMatrix;

use crate::signal::LenMap;
use crate::{Layer, Pass, Real, Vals};

/// The last step of a sequence: of a padded one, the last valid step.
///
/// Written `Last` as a field of a network, or `last(x)` in its closure; `[steps, features]` becomes `[features]`. Of the states
/// of a recurrence in one direction it is what PyTorch calls `h_n`.
///
/// | symbol | shape   | meaning                                     |
/// |--------|---------|---------------------------------------------|
/// | `x`    | `S × F` | input: `S` steps, of which `k` are valid    |
/// | `y`    | `F`     | output                                      |
///
/// - forward:  `y = x_k`; zeros where no step is valid
/// - backward: `dx_k = dy`, zero at the other steps
///
/// Nothing is kept. The [option](crate::options::Last) of the same name gives the last state of a recurrence without an output
/// for the others.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Layer, Lens, Pass, layers::Last};
///
/// let (x, mut y) = (vector![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], vector![0.0, 0.0]);
/// Last::<2>.forward(&x, &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![5.0, 6.0]);
/// Last::<2>.forward(&x, &mut y, None, &mut (), Pass::infer().padded(Lens::of(&[2])));
/// assert_eq!(y, vector![3.0, 4.0]);
/// ```
///
/// In a network:
///
/// ```
/// #[dl_macros::network(input = ([20, 6], [15, 8]), crate = dl_core)]
/// #[forward(|source, target| decoder(target, last(encoder(source))))]
/// struct Translate { encoder: Gru<16>, decoder: Gru<16> }
///
/// assert_eq!(<Translate as dl_core::Network>::OUTPUT.dims(), [15, 16]);
/// ```
#[doc(alias = "h_n")]
#[derive(Debug)]
pub struct Last<const F: usize>;

impl<const F: usize> Last<F> {
    /// Where the last valid step of sample `b` begins.
    fn at<const X: usize, const B: usize>(pass: Pass<'_, B>, b: usize) -> Option<usize> {
        Some((pass.lens().steps(b, X / F).checked_sub(1)?) * F)
    }
}

impl<T: Real, const F: usize, const X: usize> Layer<T, Vals<X>, Vals<F>> for Last<F> {
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();

    const NEEDS_X: bool = false;
    const NEEDS_Y: bool = false;
    const LENS: LenMap = LenMap::DROP; // no steps are left

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, F, B>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        const { assert!(X > 0 && X.is_multiple_of(F)) }
        for b in 0..pass.live() {
            let y = &mut y.as_mut_slice()[b * F..(b + 1) * F];
            match Self::at::<X, B>(pass, b) {
                Some(at) => y.copy_from_slice(&x.as_slice()[b * X + at..][..F]),
                None => y.fill(T::zero()),
            }
        }
        pass.copy_first(y.as_mut_slice());
    }

    fn backward<'a, const B: usize>(
        &self,
        _: &SMatrix<T, X, B>,
        _: &SMatrix<T, F, B>,
        _: &(),
        dy: &SMatrix<T, F, B>,
        dx: Option<&mut SMatrix<T, X, B>>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        let Some(dx) = dx else { return };
        dx.fill(T::zero());
        for b in 0..pass.live() {
            if let Some(at) = Self::at::<X, B>(pass, b) {
                let dy = &dy.as_slice()[b * F..][..F];
                dx.as_mut_slice()[b * X + at..][..F].copy_from_slice(dy);
            }
        }
    }
}

super::no_params!([const F: usize] Last<F> = Last);

#[cfg(test)]
mod tests {
    use nalgebra::matrix;

    use super::*;
    use crate::signal::Lens;
    use crate::{Rng, gradcheck};

    #[test]
    fn forward_by_hand() {
        let nan = f64::NAN;
        let (x, mut y) = (matrix![nan, 5.0, nan; 2.0, nan, nan], matrix![7.0, 7.0, 7.0]);
        Last::<1>.forward(&x, &mut y, None, &mut (), Pass::infer().padded(Lens::of(&[2, 1, 0])));
        assert_eq!(y, matrix![2.0, 5.0, 0.0]);
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut rng = Rng::new(3);
        let mut x = SMatrix::<f64, 12, 3>::from_fn(|_, _| rng.normal());
        let train = Pass::train(Rng::new(0));
        gradcheck::layer::<_, _, Vals<3>, 3>(&mut Last::<3>, &mut x, train.chunk(0, 2)).unwrap();
        let pass = train.padded(Lens::of(&[4, 2, 0]));
        gradcheck::layer::<_, _, Vals<3>, 3>(&mut Last::<3>, &mut x, pass).unwrap();
        gradcheck::layer::<_, _, Vals<12>, 3>(&mut Last::<12>, &mut x, train).unwrap();
    }
}
