//! Rectified linear unit with a learned slope on the negative side. PyTorch: `nn.PReLU`.

use core::mem::offset_of;

use nalgebra::{SMatrix, SVector};

use crate::params::{Field, Kind, Order, Param, ParamLayout, ParamMut, Path, Visitor, Zipper};
use crate::{Blank, Layer, Params, Pass, Real, Rng, Shape, Vals};

/// Rectified linear unit with a learned slope on the negative side. PyTorch: `nn.PReLU`.
///
/// Written `PRelu` (one slope) or `PRelu<N>` in a network, where `N`, PyTorch's `num_parameters`, is the number of
/// features (the last dimension) or of channels. `RUN` is how many numbers in a row share a slope: 1 for features,
/// height × width for the channels of an image.
///
/// | symbol | shape | meaning                                                    |
/// |--------|-------|------------------------------------------------------------|
/// | `x`    | `X`   | input, a multiple of `N · RUN`                              |
/// | `a`    | `N`   | slopes (learned): one, or one for each feature or channel  |
/// | `y`    | `X`   | output                                                     |
///
/// - forward:  `y = x` where `x > 0`, else `a x`
/// - backward: `dx = dy` where `x > 0`, else `a dy`; `da += x dy` where `x ≤ 0`
///
/// `x` is kept, since a slope may become negative. At the kink `dx` is `a dy`, as in PyTorch. The slopes start at 1/4
/// and are not decayed. He, Zhang, Ren, Sun: *Delving deep into rectifiers* (2015).
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Blank, Layer, Pass, layers::PRelu};
///
/// let mut prelu = PRelu::<f32, 2>::ZERO;
/// prelu.weight = vector![0.25, 0.5];
/// let mut y = vector![0.0, 0.0, 0.0, 0.0];
/// prelu.forward(&vector![-1.0, -1.0, 3.0, -4.0], &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![-0.25, -0.5, 3.0, -2.0]);
/// ```
#[doc(alias = "PReLU")]
#[derive(Debug)]
#[repr(C)]
pub struct PRelu<T, const N: usize = 1, const RUN: usize = 1> {
    /// The slopes.
    pub weight: SVector<T, N>,
}

impl<T: Real, const N: usize, const RUN: usize, const X: usize> Layer<T, Vals<X>, Vals<X>>
    for PRelu<T, N, RUN>
{
    type Tape<const B: usize> = (); // x is lent by the network; nothing else is needed
    type Work<const B: usize> = ();

    const NEEDS_Y: bool = false;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, X, B>,
        _: Option<&mut ()>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        const { assert!(N * RUN > 0 && X.is_multiple_of(N * RUN)) }
        let slopes = self.weight.as_slice().iter().cycle();
        for ((x, y), &a) in x.as_slice().chunks(RUN).zip(y.as_mut_slice().chunks_mut(RUN)).zip(slopes) {
            for (&x, y) in x.iter().zip(y) {
                *y = if x > T::zero() { x } else { a * x };
            }
        }
    }

    fn backward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        _: &SMatrix<T, X, B>,
        _: &(),
        dy: &SMatrix<T, X, B>,
        dx: Option<&mut SMatrix<T, X, B>>,
        grad: Option<&mut Self>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        let runs = || x.as_slice().chunks(RUN).zip(dy.as_slice().chunks(RUN));
        if let Some(grad) = grad {
            for (k, (x, dy)) in runs().enumerate() {
                let mut sum = T::zero();
                for (&x, &dy) in x.iter().zip(dy) {
                    sum += if x > T::zero() { T::zero() } else { x * dy };
                }
                grad.weight[k % N] += sum;
            }
        }
        if let Some(dx) = dx {
            let slopes = self.weight.as_slice().iter().cycle();
            for (((x, dy), dx), &a) in runs().zip(dx.as_mut_slice().chunks_mut(RUN)).zip(slopes) {
                for ((&x, &dy), dx) in x.iter().zip(dy).zip(dx) {
                    *dx = if x > T::zero() { dy } else { a * dy };
                }
            }
        }
    }
}

impl<T: Real, const N: usize, const RUN: usize> Params<T> for PRelu<T, N, RUN> {
    type Grad = Self;
    const PARAMS: usize = N;
    const FLAT: bool = true;
    const LAYOUT: ParamLayout = ParamLayout::Fields(&[Field::param(
        "weight",
        offset_of!(Self, weight),
        Shape::new([N]),
        Order::RowMajor,
    )]);

    fn visit(&self, at: Path<'_>, f: &mut Visitor<'_, T>) {
        let weight = self.weight.as_slice();
        f(at.field("weight"), Param::new(weight, Shape::new([N]), Order::RowMajor, Kind::Norm));
    }

    fn zip<const M: usize>(&mut self, with: [&mut Self; M], at: Path<'_>, f: &mut Zipper<'_, T, M>) {
        let weight = self.weight.as_mut_slice();
        let weight = ParamMut::new(weight, Shape::new([N]), Order::RowMajor, Kind::Norm);
        f(at.field("weight"), weight, with.map(|g| g.weight.as_mut_slice()));
    }

    fn init(&mut self, _: Rng) {
        self.weight.fill(T::of(0.25));
    }
}

impl<T: Real, const N: usize, const RUN: usize> Blank for PRelu<T, N, RUN> {
    const ZERO: Self = PRelu { weight: Blank::ZERO };
}

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::gradcheck;

    #[test]
    fn forward_by_hand() {
        let mut y = vector![0.0, 0.0, 0.0];
        let mut one = PRelu::<f64>::ZERO;
        Params::<f64>::init(&mut one, Rng::new(0));
        one.forward(&vector![-8.0, 0.0, 3.0], &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, vector![-2.0, 0.0, 3.0]);
        assert!(one.weight[0] == 0.25);
    }

    #[test]
    fn the_channels_of_an_image_have_a_slope_each() {
        let mut y = vector![0.0, 0.0, 0.0, 0.0];
        let layer = PRelu::<f64, 2, 2> { weight: vector![0.5, -1.0] };
        layer.forward(&vector![-8.0, 1.0, 3.0, -4.0], &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, vector![-4.0, 1.0, 3.0, 4.0]);
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut x = matrix![-4.0, 1.0; -0.3, 0.7; 0.6, -0.2; -1.0, -0.9];
        let mut one = PRelu::<f64> { weight: vector![0.25] };
        assert_eq!(gradcheck::layer(&mut one, &mut x, Pass::infer()).unwrap().checked, 9);
        let mut features = PRelu::<f64, 2> { weight: vector![0.25, -0.5] };
        assert_eq!(gradcheck::layer(&mut features, &mut x, Pass::infer()).unwrap().checked, 10);
        let mut channels = PRelu::<f64, 2, 2> { weight: vector![0.25, -0.5] };
        assert_eq!(gradcheck::layer(&mut channels, &mut x, Pass::infer()).unwrap().checked, 10);
    }
}
