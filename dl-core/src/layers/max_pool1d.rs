//! The largest number of every window of steps, feature by feature. PyTorch: `nn.MaxPool1d`.

use core::marker::PhantomData;
use core::ops::Range;

use nalgebra::SMatrix;

use super::max_pool2d::check;
use crate::kernels::conv::Window;
use crate::kernels::pooling::Pooling;
use crate::options::Sliding;
use crate::signal::LenMap;
use crate::{Layer, Pass, Real, Vals};

/// The largest number of every window of steps, feature by feature. PyTorch: `nn.MaxPool1d`.
///
/// Written `MaxPool1d<K>` in a network, for `[steps, features]`; options `Pad`, `Stride`, `Dilation`. Without `Stride` the
/// windows lie side by side, and steps that fill no window are dropped. `S` is a [`Slide`](crate::options::Slide) over an
/// image one column wide, whose channels are the features.
///
/// | symbol | shape        | meaning                                                          |
/// |--------|--------------|------------------------------------------------------------------|
/// | `x`    | `[N, F]`     | input                                                            |
/// | `y`    | `[O, F]`     | output; how many windows there are, says [`crate::options`]      |
///
/// - forward:  `y = max x` over the window; padding, and steps past the valid ones, are −∞
/// - backward: `dx = Σ dy` of the windows whose largest number it was
///
/// The tape holds two bytes for each output; neither `x` nor `y` is read again. Of equal numbers the first has the
/// gradient, and a NaN is larger than any number, as in PyTorch.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::options::{Image, Kernel, Slide, Stride};
/// use dl_core::{Blank, Layer, Pass, layers::MaxPool1d};
///
/// // four steps of one feature
/// let pool = MaxPool1d::<Slide<Image<1, 4, 1>, Kernel<2, 1>, Stride<2, 1>>>::ZERO;
/// let mut y = vector![0.0, 0.0];
/// pool.forward(&vector![1.0, 3.0, 8.0, 2.0], &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![3.0, 8.0]);
/// ```
#[doc(alias = "MaxPooling1D")]
#[derive(Debug)]
pub struct MaxPool1d<S>(PhantomData<S>);

/// How the windows of `S` change valid lengths.
pub(super) const fn lens<S: Sliding>() -> LenMap {
    let span = (S::KERNEL[0] - 1) * S::DILATION[0] + 1;
    LenMap::window(span, S::STRIDE[0], S::PAD[0][0] + S::PAD[0][1])
}

/// Shows the valid part of samples: windows of steps are windows over the rows of one map, as wide as the features.
pub(super) fn each<S: Sliding, const B: usize>(
    pass: Pass<'_, B>,
    mut f: impl FnMut(&Window, Range<usize>, Range<usize>),
) {
    let [features, all, _] = S::IMAGE;
    let window = |steps, windows| Window {
        input: [1, steps, features],
        output: [1, windows, features],
        kernel: [S::KERNEL[0], 1],
        stride: [S::STRIDE[0], 1],
        dilation: [S::DILATION[0], 1],
        pad: [S::PAD[0][0], 0],
        groups: 1,
    };
    let (x, y) = (all * features, S::OUT[0] * features);
    if pass.lens().is_full() {
        return f(&window(all, S::OUT[0]), 0..pass.live() * x, 0..pass.live() * y);
    }
    for b in 0..pass.live() {
        let steps = pass.lens().steps(b, all);
        let windows = pass.lens().map(lens::<S>()).steps(b, S::OUT[0]);
        if steps > 0 && windows > 0 {
            let (x, y) = (b * x..b * x + steps * features, b * y..b * y + windows * features);
            f(&window(steps, windows), x, y);
        }
    }
}

/// The numbers of all samples, zero where [`each`] does not come: past the valid steps, and in samples that do not count.
pub(super) fn cleared<'s, T: Real, const B: usize>(pass: Pass<'_, B>, values: &'s mut [T]) -> &'s mut [T] {
    if pass.lens().is_full() {
        pass.live_part_mut(values);
    } else {
        values.fill(T::zero());
    }
    values
}

impl<T: Real, S: Sliding, const X: usize, const Y: usize> Layer<T, Vals<X>, Vals<Y>> for MaxPool1d<S> {
    /// Which number of its window an output is.
    type Tape<const B: usize> = [[u16; Y]; B];
    type Work<const B: usize> = ();

    const NEEDS_X: bool = false;
    const NEEDS_Y: bool = false;
    const LENS: LenMap = lens::<S>();

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, Y, B>,
        tape: Option<&mut Self::Tape<B>>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        const { check::<S, X, Y>() }
        let mut tape = tape.map(|tape| tape.as_flattened_mut());
        let y = cleared(pass, y.as_mut_slice());
        each::<S, B>(pass, |window, from, to| {
            let (x, y) = (&x.as_slice()[from], &mut y[to.clone()]);
            let at = tape.as_deref_mut().map(|tape| &mut tape[to]);
            T::on_windows(pass.isa(), window, Pooling::Max { x, y, at });
        });
        pass.copy_first(y);
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
        let dx = cleared(pass, dx.as_mut_slice());
        each::<S, B>(pass, |window, to, from| {
            let (dy, at) = (&dy.as_slice()[from.clone()], &tape.as_flattened()[from]);
            let dx = &mut dx[to];
            T::on_windows(pass.isa(), window, Pooling::MaxBack { dy, at, dx });
        });
    }
}

super::no_params!([S: Sliding] MaxPool1d<S> = MaxPool1d(PhantomData));

#[cfg(test)]
mod tests {
    use nalgebra::vector;

    use super::*;
    use crate::options::{Dilation, Image, Kernel, Pad, Slide, Stride};
    use crate::signal::Lens;
    use crate::{Rng, gradcheck};

    #[test]
    fn forward_by_hand() {
        // three steps of two features, windows of two that overlap
        let pool = MaxPool1d::<Slide<Image<2, 3, 1>, Kernel<2, 1>, Stride<1>>>(PhantomData);
        let mut y = vector![7.0, 7.0, 7.0, 7.0];
        pool.forward(&vector![1.0, -2.0, 0.0, -1.0, 3.0, -4.0], &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, vector![1.0, -1.0, 3.0, -1.0]);
    }

    type Padded<const STEPS: usize> =
        Slide<Image<2, STEPS, 1>, Kernel<3, 1>, Stride<2, 1>, Dilation<1>, Pad<1, 0>>;

    #[test]
    fn a_padded_sequence_gives_what_the_shorter_one_gives() {
        let x = vector![1.0, -2.0, 0.5, -1.0, 3.0, -4.0];
        let (mut short, mut long) = (SMatrix::<f64, 4, 1>::zeros(), SMatrix::<f64, 6, 1>::zeros());
        MaxPool1d::<Padded<3>>(PhantomData).forward(&x, &mut short, None, &mut (), Pass::infer());
        let mut padded = SMatrix::<f64, 12, 1>::from_element(99.0);
        padded.fixed_rows_mut::<6>(0).copy_from(&x);
        let pass = Pass::infer().padded(Lens::of(&[3]));
        MaxPool1d::<Padded<6>>(PhantomData).forward(&padded, &mut long, None, &mut (), pass);
        assert_eq!(long.as_slice()[..4], *short.as_slice());
        assert_eq!(long.as_slice()[4..], [0.0, 0.0]);
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut rng = Rng::new(3);
        let mut x = SMatrix::<f64, 12, 3>::from_fn(|_, _| rng.normal());
        let pool = &mut MaxPool1d::<Padded<6>>(PhantomData);
        let train = Pass::train(Rng::new(0));
        for pass in [train, train.chunk(0, 2), train.padded(Lens::of(&[6, 3, 0]))] {
            gradcheck::layer::<_, _, Vals<6>, 3>(pool, &mut x, pass).unwrap();
        }
    }
}
