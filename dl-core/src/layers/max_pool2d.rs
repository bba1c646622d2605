//! The largest number of every window, channel by channel. PyTorch: `nn.MaxPool2d`.

use core::marker::PhantomData;

use nalgebra::SMatrix;

use super::conv2d::window;
use crate::kernels::conv::Window;
use crate::kernels::pooling::Pooling;
use crate::options::Sliding;
use crate::{Layer, Pass, Real, Vals};

/// The largest number of every window, channel by channel. PyTorch: `nn.MaxPool2d`.
///
/// Written `MaxPool2d<K>` in a network, for images; options `Pad`, `Stride`, `Dilation`, and `Kernel<3, 5>` in place of
/// `K`. Without `Stride` the windows lie side by side, and rows and columns that fill no window are dropped. `S` is a
/// [`Slide`](crate::options::Slide) with all sizes.
///
/// | symbol | shape         | meaning                                                         |
/// |--------|---------------|-----------------------------------------------------------------|
/// | `x`    | `[C, H, W]`   | input                                                           |
/// | `y`    | `[C, OH, OW]` | output; how many windows there are, says [`crate::options`]     |
///
/// - forward:  `y = max x` over the window; padding is −∞
/// - backward: `dx = Σ dy` of the windows whose largest number it was
///
/// The tape holds two bytes for each output, which number of its window it was; neither `x` nor `y` is read again. Of
/// equal numbers the first has the gradient, and a NaN is larger than any number, as in PyTorch.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::options::{Image, Kernel, Slide, Stride};
/// use dl_core::{Blank, Layer, Pass, layers::MaxPool2d};
///
/// let pool = MaxPool2d::<Slide<Image<1, 2, 4>, Kernel<2>, Stride<2>>>::ZERO;
/// let mut y = vector![0.0, 0.0];
/// let x = vector![
///     1.0, 2.0, 7.0, 5.0, //
///     4.0, 3.0, 6.0, 8.0,
/// ];
/// pool.forward(&x, &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![4.0, 8.0]);
/// ```
#[doc(alias = "MaxPooling2D")]
#[derive(Debug)]
pub struct MaxPool2d<S>(PhantomData<S>);

impl<S: Sliding> MaxPool2d<S> {
    const WINDOW: Window = window::<S>(S::IMAGE[0]);
}

/// Panics, while compiling, unless sizes fit and every window has a number that is no padding.
pub(super) const fn check<S: Sliding, const X: usize, const Y: usize>() {
    assert!(X == S::LEN && Y == S::IMAGE[0] * S::AREA);
    assert!(S::KERNEL[0] * S::KERNEL[1] < u16::MAX as usize, "the window is too large");
    let mut axis = 0;
    while axis < 2 {
        let span = (S::KERNEL[axis] - 1) * S::DILATION[axis] + 1;
        let [before, after] = S::PAD[axis];
        assert!(2 * before <= span && 2 * after <= span, "the padding is more than half of the window");
        axis += 1;
    }
}

impl<T: Real, S: Sliding, const X: usize, const Y: usize> Layer<T, Vals<X>, Vals<Y>> for MaxPool2d<S> {
    /// Which number of its window an output is.
    type Tape<const B: usize> = [[u16; Y]; B];
    type Work<const B: usize> = ();

    const NEEDS_X: bool = false;
    const NEEDS_Y: bool = false;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, Y, B>,
        tape: Option<&mut Self::Tape<B>>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        const { check::<S, X, Y>() }
        pass.forward_live(x.as_slice(), y.as_mut_slice(), |x, y| {
            let at = tape.map(|tape| pass.live_part_of(tape.as_flattened_mut()));
            T::on_windows(pass.isa(), &Self::WINDOW, Pooling::Max { x, y, at });
        });
    }

    fn backward<'a, const B: usize>(
        &self,
        _: &SMatrix<T, X, B>,
        _: &SMatrix<T, Y, B>,
        tape: &Self::Tape<B>,
        dy: &SMatrix<T, Y, B>,
        dx: Option<&mut SMatrix<T, X, B>>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        let Some(dx) = dx else { return };
        let dx = pass.live_part_mut(dx.as_mut_slice());
        let (dy, at) = (pass.live_part(dy.as_slice()), pass.live_part(tape.as_flattened()));
        T::on_windows(pass.isa(), &Self::WINDOW, Pooling::MaxBack { dy, at, dx });
    }
}

super::no_params!([S: Sliding] MaxPool2d<S> = MaxPool2d(PhantomData));

#[cfg(test)]
mod tests {
    use nalgebra::{SMatrix, vector};

    use super::*;
    use crate::options::{Dilation, Image, Kernel, Pad, Slide, Stride};
    use crate::{Blank, Rng, gradcheck};

    type Halves<const C: usize, const H: usize, const W: usize> = Slide<Image<C, H, W>, Kernel<2>, Stride<2>>;

    #[test]
    fn forward_by_hand() {
        // the last column fills no window
        let pool = MaxPool2d::<Halves<2, 2, 3>>::ZERO;
        let x = vector![1.0, 2.0, 9.0, 4.0, 3.0, 9.0, -1.0, -2.0, 9.0, -4.0, -3.0, 9.0];
        let mut y = vector![7.0, 7.0];
        pool.forward(&x, &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, vector![4.0, -1.0]);
    }

    fn run<S: Sliding, const X: usize, const Y: usize>(
        x: &SMatrix<f64, X, 1>,
    ) -> (SMatrix<f64, Y, 1>, SMatrix<f64, X, 1>) {
        let (mut y, mut dx, mut tape) = (SMatrix::zeros(), SMatrix::zeros(), [[7; Y]]);
        let pool = MaxPool2d::<S>::ZERO;
        pool.forward(x, &mut y, Some(&mut tape), &mut (), Pass::infer());
        let dy = SMatrix::from_element(1.0);
        pool.backward(x, &y, &tape, &dy, Some(&mut dx), None, &mut (), Pass::infer());
        (y, dx)
    }

    #[test]
    fn the_first_of_equal_numbers_has_the_gradient() {
        let (_, dx) = run::<Halves<1, 2, 4>, 8, 2>(&vector![5.0, 5.0, 1.0, 3.0, 5.0, 5.0, 3.0, 2.0]);
        assert_eq!(dx, vector![1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn nan_is_larger_than_any_number() {
        let nan = f64::NAN;
        let (y, dx) = run::<Halves<1, 2, 4>, 8, 2>(&vector![9.0, nan, 1.0, 2.0, 9.0, 9.0, 3.0, 4.0]);
        assert!(y[0].is_nan() && y[1] == 4.0);
        assert_eq!(dx, vector![0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn a_window_of_minus_infinity_passes_its_gradient_to_its_first_number() {
        type Padded = Slide<Image<1, 2, 2>, Kernel<2>, Stride<2>, Dilation<1>, Pad<1>>;
        let (y, dx) = run::<Padded, 4, 4>(&SMatrix::from_element(f64::NEG_INFINITY));
        assert_eq!((y[0], dx), (f64::NEG_INFINITY, vector![1.0, 1.0, 1.0, 1.0]));
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut rng = Rng::new(3);
        let mut x = SMatrix::<f64, 60, 3>::from_fn(|_, _| rng.normal());
        let pass = Pass::train(Rng::new(0)).chunk(0, 2);
        gradcheck::layer::<_, _, Vals<12>, 3>(&mut MaxPool2d::<Halves<2, 5, 6>>(PhantomData), &mut x, pass)
            .unwrap();
        type Over = Slide<Image<2, 5, 6>, Kernel<3>, Stride<1, 2>, Dilation<1>, Pad<1>>;
        gradcheck::layer::<_, _, Vals<30>, 3>(&mut MaxPool2d::<Over>(PhantomData), &mut x, Pass::infer())
            .unwrap();
        type Wide = Slide<Image<2, 5, 6>, Kernel<2, 3>, Stride<1>, Dilation<2>, Pad<0>>;
        gradcheck::layer::<_, _, Vals<12>, 3>(&mut MaxPool2d::<Wide>(PhantomData), &mut x, Pass::infer())
            .unwrap();
    }
}
