//! Functions of one number, applied to every number of a value: activations.

use nalgebra::SMatrix;

use crate::Real;
use crate::kernels::Isa;
use crate::kernels::map::{Known, KnownFromOutput};

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
    /// Whether this crate has compiled it already.
    #[doc(hidden)]
    const KNOWN: Option<Known> = None;
    /// What numbers below 0 are multiplied with, if the others stay as they are, up to the ends of its integers.
    #[doc(hidden)]
    const SLOPE_BELOW: Option<f32> = None;
}

/// A pointwise function whose derivative follows from its value alone.
///
/// A network computes it in place, over the output of the layer before it, so it costs no memory.
///
/// ```
/// use dl_core::{FromOutput, Pointwise, layers::Sigmoid};
///
/// let y: f64 = Sigmoid::f(0.0);
/// assert_eq!((y, Sigmoid::df_at(y)), (0.5, 0.25)); // y (1 − y)
/// ```
pub trait FromOutput<T: Real>: Pointwise<T> {
    /// The derivative where the value is `y`.
    fn df_at(y: T) -> T;
    /// Whether this crate has compiled it already.
    #[doc(hidden)]
    const KNOWN_FROM_OUTPUT: Option<KnownFromOutput> = None;
}

/// `y = f(x)`
///
/// ```
/// use dl_core::{kernels::Isa, layers::Relu, pointwise};
///
/// let mut y = [7.0; 2];
/// pointwise::forward::<f32, Relu>(Isa::best(), &[-1.0, 2.0], &mut y);
/// assert_eq!(y, [0.0, 2.0]);
/// ```
#[inline]
pub fn forward<T: Real, F: Pointwise<T>>(isa: impl Into<Isa>, x: &[T], y: &mut [T]) {
    T::forward::<F>(isa.into(), x, y);
}

/// `y ← f(y)`
///
/// ```
/// use dl_core::{kernels::Isa, layers::Relu, pointwise};
///
/// let mut y = [-1.0, 2.0];
/// pointwise::forward_in_place::<f32, Relu>(Isa::best(), &mut y);
/// assert_eq!(y, [0.0, 2.0]);
/// ```
#[inline]
pub fn forward_in_place<T: Real, F: Pointwise<T>>(isa: impl Into<Isa>, y: &mut [T]) {
    T::forward_in_place::<F>(isa.into(), y);
}

/// `dx = f′(x) dy`
///
/// ```
/// use dl_core::{kernels::Isa, layers::HardSwish, pointwise};
///
/// let mut dx = [7.0; 2];
/// pointwise::backward::<f32, HardSwish>(Isa::best(), &[-4.0, 4.0], &[2.0, 3.0], &mut dx);
/// assert_eq!(dx, [0.0, 3.0]);
/// ```
#[inline]
pub fn backward<T: Real, F: Pointwise<T>>(isa: impl Into<Isa>, x: &[T], dy: &[T], dx: &mut [T]) {
    T::backward::<F>(isa.into(), x, dy, dx);
}

/// `dx = f′ dy`, from the value `y` alone.
///
/// ```
/// use dl_core::{kernels::Isa, layers::Relu, nalgebra::vector, pointwise};
///
/// let mut dx = vector![7.0, 7.0];
/// pointwise::backward_from_output(&Relu, &vector![0.0, 2.0], &vector![5.0, 3.0], &mut dx, Isa::best());
/// assert_eq!(dx, vector![0.0, 3.0]);
/// ```
#[inline]
pub fn backward_from_output<T: Real, F: FromOutput<T>, const N: usize, const B: usize>(
    _f: &F,
    y: &SMatrix<T, N, B>,
    dy: &SMatrix<T, N, B>,
    dx: &mut SMatrix<T, N, B>,
    isa: impl Into<Isa>,
) {
    T::backward_from_output::<F>(isa.into(), y.as_slice(), dy.as_slice(), dx.as_mut_slice());
}

/// `d ← f′ d`, from the value `y` alone.
///
/// ```
/// use dl_core::{kernels::Isa, layers::Relu, nalgebra::vector, pointwise};
///
/// let mut d = vector![5.0, 3.0];
/// pointwise::backward_in_place(&Relu, &vector![0.0, 2.0], &mut d, Isa::best());
/// assert_eq!(d, vector![0.0, 3.0]);
/// ```
#[inline]
pub fn backward_in_place<T: Real, F: FromOutput<T>, const N: usize, const B: usize>(
    _f: &F,
    y: &SMatrix<T, N, B>,
    d: &mut SMatrix<T, N, B>,
    isa: impl Into<Isa>,
) {
    T::backward_in_place::<F>(isa.into(), y.as_slice(), d.as_mut_slice());
}
