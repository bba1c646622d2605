//! Functions of one number, applied to every number of a value: activations.

use nalgebra::SMatrix;

use crate::Real;

/// A differentiable function of one number.
///
/// Implement it for a unit struct to use a function of your own as a layer, with
/// [`Map`](crate::layers::Map):
///
/// ```
/// use dl_core::{Pointwise, Real};
///
/// /// `x³`
/// struct Cube;
/// impl<T: Real> Pointwise<T> for Cube {
///     fn f(x: T) -> T {
///         x * x * x
///     }
///     fn df(x: T) -> T {
///         T::of(3.0) * x * x
///     }
/// }
/// assert_eq!((Cube::f(2.0), Cube::df(2.0)), (8.0, 12.0));
/// ```
pub trait Pointwise<T: Real>: 'static {
    /// The function's value at `x`.
    fn f(x: T) -> T;
    /// Its derivative at `x`.
    fn df(x: T) -> T;
}

/// A pointwise function whose derivative follows from its value alone.
///
/// A network computes it in place, over the output of the layer before it, so it costs no memory.
pub trait FromOutput<T: Real>: Pointwise<T> {
    /// The derivative where the value is `y`.
    fn df_at(y: T) -> T;
}

/// `y = f(x)`
#[inline]
pub fn forward<T: Real, F: Pointwise<T>>(x: &[T], y: &mut [T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = F::f(x);
    }
}

/// `y ← f(y)`
#[inline]
pub fn forward_in_place<T: Real, F: Pointwise<T>>(y: &mut [T]) {
    for y in y {
        *y = F::f(*y);
    }
}

/// `dx = f′(x) dy`
#[inline]
pub fn backward<T: Real, F: Pointwise<T>>(x: &[T], dy: &[T], dx: &mut [T]) {
    for ((dx, &dy), &x) in dx.iter_mut().zip(dy).zip(x) {
        *dx = dy * F::df(x);
    }
}

/// `dx = f′ dy`, from the value `y` alone.
#[inline]
pub fn backward_from_output<T: Real, F: FromOutput<T>, const N: usize, const B: usize>(
    _f: &F,
    y: &SMatrix<T, N, B>,
    dy: &SMatrix<T, N, B>,
    dx: &mut SMatrix<T, N, B>,
) {
    for ((dx, &dy), &y) in dx.as_mut_slice().iter_mut().zip(dy.as_slice()).zip(y.as_slice()) {
        *dx = dy * F::df_at(y);
    }
}

/// `d ← f′ d`, from the value `y` alone.
#[inline]
pub fn backward_in_place<T: Real, F: FromOutput<T>, const N: usize, const B: usize>(
    _f: &F,
    y: &SMatrix<T, N, B>,
    d: &mut SMatrix<T, N, B>,
) {
    for (d, &y) in d.as_mut_slice().iter_mut().zip(y.as_slice()) {
        *d *= F::df_at(y);
    }
}
