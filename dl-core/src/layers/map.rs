//! A pointwise function of the user's own, as a layer.

use core::fmt;
use core::marker::PhantomData;

use crate::{Pointwise, Real};

/// A pointwise function of the user's own, as a layer.
///
/// - forward:  `y = f(x)`
/// - backward: `dx = f′(x) dy`
///
/// `f` and `f′` are an implementation of [`Pointwise`] for a unit struct `F`; `x` is kept.
///
/// ```
/// use dl_core::layers::Map;
/// use dl_core::nalgebra::vector;
/// use dl_core::{Blank, Layer, Pass, Pointwise, Real, gradcheck};
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
///
/// let mut cube = Map::<Cube>::ZERO;
/// let (mut x, mut y) = (vector![1.0, -2.0], vector![0.0, 0.0]);
/// cube.forward(&x, &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![1.0, -8.0]);
/// assert!(gradcheck::layer(&mut cube, &mut x, Pass::infer()).is_ok());
/// ```
pub struct Map<F>(PhantomData<fn() -> F>);

impl<F> fmt::Debug for Map<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Map")
    }
}

impl<T: Real, F: Pointwise<T>> Pointwise<T> for Map<F> {
    #[inline(always)]
    fn f(x: T) -> T {
        F::f(x)
    }
    #[inline(always)]
    fn df(x: T) -> T {
        F::df(x)
    }
}

super::no_params!([F] Map<F> = Map(PhantomData));
super::pointwise_layer!([F: Pointwise<T>] Map<F>, x);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::{Blank, Layer, Pass, gradcheck, math};

    struct Sine;
    impl<T: Real> Pointwise<T> for Sine {
        fn f(x: T) -> T {
            math::sin(x)
        }
        fn df(x: T) -> T {
            math::cos(x)
        }
    }

    #[test]
    fn forward_by_hand() {
        let mut y = vector![9.0, 9.0];
        let half_pi = core::f64::consts::FRAC_PI_2;
        Map::<Sine>::ZERO.forward(&vector![0.0, half_pi], &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, vector![0.0, 1.0]);
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut x = matrix![-4.0, 1.0; 0.3, 0.7];
        let mut sine = Map::<Sine>::ZERO;
        gradcheck::layer(&mut sine, &mut x, Pass::infer()).unwrap();
    }
}
