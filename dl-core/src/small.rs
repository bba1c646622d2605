//! The calls of a tiny network, to be inlined.
//!
//! `#[network]` makes these of a network of at most 2,000 multiply-adds, in place of those of [`Layer`]: the
//! same arithmetic, number by number, but where one sample is computed at a time the products are compiled for their
//! sizes. A [`Model`](crate::train::Model) or [`Trainer`](crate::train::Trainer) of such a network inlines its passes into a
//! function for each instruction set. That halves the time of networks that take some tens of nanoseconds; on larger ones
//! it would gain little, and cost half a second of compile time a layer.

use nalgebra::SMatrix;

use crate::kernels::map::plain;
use crate::layers::Dense;
use crate::{Descend, FromOutput, Layer, Pass, Pointwise, Real};

/// The multiply-adds of the largest network that is tiny.
pub const MACS: usize = 2000;
/// The multiply-adds of the largest step that is tiny: most of them are those of one product.
pub const STEP_MACS: usize = 5000;

/// [`Layer::forward`] of a dense layer.
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::{Blank, Pass, layers::Dense, small};
///
/// let mut dense = Dense::<f32, 2, 2>::ZERO;
/// dense.weight = matrix![1.0, 3.0; 2.0, 4.0];
/// let mut y = vector![0.0, 0.0];
/// small::forward(&dense, &vector![1.0, 1.0], &mut y, Pass::infer());
/// assert_eq!(y, vector![4.0, 6.0]);
/// ```
#[inline(always)]
pub fn forward<
    T: Real,
    const IN: usize,
    const OUT: usize,
    const BIAS: usize,
    const X: usize,
    const Y: usize,
    const B: usize,
>(
    layer: &Dense<T, IN, OUT, BIAS>,
    x: &SMatrix<T, X, B>,
    y: &mut SMatrix<T, Y, B>,
    pass: Pass<'_, B>,
) {
    if X == IN && B == 1 {
        const { Dense::<T, IN, OUT, BIAS>::check::<X, Y>() }
        let (w, b) = (layer.weight.as_slice(), layer.bias.as_slice());
        T::gemv_bias::<OUT, IN>(pass.isa(), w, x.as_slice(), b, y.as_mut_slice(), false);
    } else {
        Layer::forward(layer, x, y, None, &mut (), pass);
    }
}

/// [`Dense::forward_then`].
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::{Blank, Pass, layers::{Dense, Relu}, small};
///
/// let mut dense = Dense::<f32, 2, 2>::ZERO;
/// dense.weight = matrix![1.0, 3.0; -2.0, -4.0];
/// let mut y = vector![0.0, 0.0];
/// small::forward_then(&dense, &Relu, &vector![1.0, 1.0], &mut y, Pass::infer());
/// assert_eq!(y, vector![4.0, 0.0]);
/// ```
#[inline(always)]
pub fn forward_then<
    T: Real,
    F: Pointwise<T>,
    const IN: usize,
    const OUT: usize,
    const BIAS: usize,
    const X: usize,
    const Y: usize,
    const B: usize,
>(
    layer: &Dense<T, IN, OUT, BIAS>,
    then: &F,
    x: &SMatrix<T, X, B>,
    y: &mut SMatrix<T, Y, B>,
    pass: Pass<'_, B>,
) {
    if X == IN && B == 1 {
        forward(layer, x, y, pass);
        plain::forward_in_place::<T, F>(y.as_mut_slice());
    } else {
        layer.forward_then(then, x, y, pass);
    }
}

/// [`Layer::backward`] of a dense layer.
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::{Blank, Pass, layers::Dense, small};
///
/// let mut dense = Dense::<f32, 2, 1>::ZERO;
/// dense.weight = matrix![2.0, 3.0];
/// let (mut dx, mut grad) = (vector![0.0, 0.0], Dense::ZERO);
/// small::backward(&dense, &vector![1.0, 10.0], &vector![1.0], Some(&mut dx), Some(&mut grad), Pass::infer());
/// assert_eq!((dx, grad.weight), (vector![2.0, 3.0], matrix![1.0, 10.0]));
/// ```
#[inline(always)]
pub fn backward<
    T: Real,
    const IN: usize,
    const OUT: usize,
    const BIAS: usize,
    const X: usize,
    const Y: usize,
    const B: usize,
>(
    layer: &Dense<T, IN, OUT, BIAS>,
    x: &SMatrix<T, X, B>,
    dy: &SMatrix<T, Y, B>,
    dx: Option<&mut SMatrix<T, X, B>>,
    grad: Option<&mut Dense<T, IN, OUT, BIAS>>,
    pass: Pass<'_, B>,
) {
    if X == IN && B == 1 {
        if let Some(grad) = grad {
            add_gradient(grad, x.as_slice(), dy.as_slice(), pass);
        }
        if let Some(dx) = dx {
            T::gemv_t::<OUT, IN>(pass.isa(), layer.weight.as_slice(), dy.as_slice(), dx.as_mut_slice());
        }
    } else {
        Layer::backward(layer, x, dy, &(), dy, dx, grad, &mut (), pass);
    }
}

/// [`Descend::descend`] of a dense layer.
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::{Blank, Pass, layers::Dense, small};
///
/// let mut dense = Dense::<f32, 2, 1>::ZERO;
/// dense.weight = matrix![2.0, 3.0];
/// let mut dx = vector![0.0, 0.0];
/// small::descend(&mut dense, &vector![1.0, 10.0], &vector![-0.5], Some(&mut dx), Pass::infer());
/// assert_eq!((dx, dense.weight), (vector![-1.0, -1.5], matrix![1.5, -2.0]));
/// ```
#[inline(always)]
pub fn descend<
    T: Real,
    const IN: usize,
    const OUT: usize,
    const BIAS: usize,
    const X: usize,
    const Y: usize,
    const B: usize,
>(
    layer: &mut Dense<T, IN, OUT, BIAS>,
    x: &SMatrix<T, X, B>,
    dy: &SMatrix<T, Y, B>,
    dx: Option<&mut SMatrix<T, X, B>>,
    pass: Pass<'_, B>,
) {
    if X == IN && B == 1 {
        if let Some(dx) = dx {
            T::gemv_t::<OUT, IN>(pass.isa(), layer.weight.as_slice(), dy.as_slice(), dx.as_mut_slice());
        }
        add_gradient(layer, x.as_slice(), dy.as_slice(), pass.fresh(false));
    } else {
        Descend::descend(layer, x, dy, &(), dy, dx, &mut (), pass);
    }
}

/// Adds what one sample's gradient is.
#[inline(always)]
fn add_gradient<T: Real, const IN: usize, const OUT: usize, const BIAS: usize, const B: usize>(
    to: &mut Dense<T, IN, OUT, BIAS>,
    x: &[T],
    dy: &[T],
    pass: Pass<'_, B>,
) {
    T::ger::<OUT, IN>(pass.isa(), dy, x, to.weight.as_mut_slice(), pass.is_fresh());
    for (db, &dy) in to.bias.iter_mut().zip(dy) {
        *db = if pass.is_fresh() { T::zero() } else { *db } + dy; // the sign of zero too is that of a sum
    }
}

/// [`pointwise::backward_from_output`](crate::pointwise::backward_from_output).
///
/// ```
/// use dl_core::{layers::Relu, nalgebra::vector, small};
///
/// let mut dx = vector![7.0, 7.0];
/// small::backward_from_output(&Relu, &vector![0.0, 2.0], &vector![5.0, 3.0], &mut dx);
/// assert_eq!(dx, vector![0.0, 3.0]);
/// ```
#[inline(always)]
pub fn backward_from_output<T: Real, F: FromOutput<T>, const N: usize, const B: usize>(
    _f: &F,
    y: &SMatrix<T, N, B>,
    dy: &SMatrix<T, N, B>,
    dx: &mut SMatrix<T, N, B>,
) {
    plain::backward_from_output::<T, F>(y.as_slice(), dy.as_slice(), dx.as_mut_slice());
}

/// [`pointwise::backward_in_place`](crate::pointwise::backward_in_place).
///
/// ```
/// use dl_core::{layers::Relu, nalgebra::vector, small};
///
/// let mut d = vector![5.0, 3.0];
/// small::backward_in_place(&Relu, &vector![0.0, 2.0], &mut d);
/// assert_eq!(d, vector![0.0, 3.0]);
/// ```
#[inline(always)]
pub fn backward_in_place<T: Real, F: FromOutput<T>, const N: usize, const B: usize>(
    _f: &F,
    y: &SMatrix<T, N, B>,
    d: &mut SMatrix<T, N, B>,
) {
    plain::backward_in_place::<T, F>(y.as_slice(), d.as_mut_slice());
}
