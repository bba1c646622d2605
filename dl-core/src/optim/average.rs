//! Averaged weights. PyTorch: `optim.swa_utils.AveragedModel` with `get_ema_multi_avg_fn`.

use crate::params::Path;
use crate::{Params, Real};

/// An exponential moving average of the trained parameters, kept in a value of the gradient's type. PyTorch:
/// `optim.swa_utils.AveragedModel` with `get_ema_multi_avg_fn`.
///
/// After each step `a ← a + (1 − decay) (p − a)`, but `a ← p` after the first.
///
/// B. Polyak, A. Juditsky: *Acceleration of stochastic approximation by averaging*, 1992.
///
/// The average often generalizes better than the last weights: [`swap`] puts it into the network to evaluate or save
/// it, and back. Running statistics and frozen parameters are not averaged.
///
/// ```
/// use dl_core::{Blank, layers::Dense, nalgebra::matrix, optim::{Ema, swap}};
///
/// let (mut net, mut average) = (Dense::<f32, 1, 1>::ZERO, Dense::ZERO);
/// let ema = Ema { decay: 0.75 };
/// for (number, weight) in [(1, 4.0), (2, 8.0)] {
///     net.weight = matrix![weight]; // stands for an optimizer's step
///     ema.update(&mut net, &mut average, number);
/// }
/// swap(&mut net, &mut average);
/// assert_eq!((net.weight, average.weight), (matrix![5.0], matrix![8.0]));
/// ```
#[doc(alias = "AveragedModel")]
#[derive(Clone, Copy, Debug)]
pub struct Ema {
    /// How much of its last value the average keeps.
    pub decay: f64,
}

impl Ema {
    /// PyTorch's default: 0.999.
    ///
    /// ```
    /// assert_eq!(dl_core::optim::Ema::new().decay, 0.999);
    /// ```
    pub const fn new() -> Self {
        Ema { decay: 0.999 }
    }

    /// Takes the parameters after step `number` (the first is 1) into the average. The parameters do not change.
    ///
    /// ```
    /// use dl_core::{Blank, layers::Dense, nalgebra::matrix, optim::Ema};
    ///
    /// let mut net = Dense::<f32, 1, 1> { weight: matrix![4.0], bias: matrix![0.0] };
    /// let mut average = Dense::ZERO;
    /// Ema { decay: 0.75 }.update(&mut net, &mut average, 1);
    /// assert_eq!(average.weight, matrix![4.0]);
    /// net.weight = matrix![8.0];
    /// Ema { decay: 0.75 }.update(&mut net, &mut average, 2);
    /// assert_eq!(average.weight, matrix![5.0]);
    /// ```
    pub fn update<T: Real, P: Params<T>>(&self, params: &mut P, average: &mut P::Grad, number: u64) {
        let (first, take) = (number <= 1, T::of(1.0 - self.decay));
        params.zip([average], Path::ROOT, &mut |_, param, [average]| {
            for (a, &mut p) in average.iter_mut().zip(param.values) {
                *a = if first { p } else { *a + take * (p - *a) };
            }
        });
    }
}

impl Default for Ema {
    fn default() -> Self {
        Self::new()
    }
}

/// Exchanges the trained parameters with `other`, bit for bit. A second call undoes it.
///
/// ```
/// use dl_core::{Blank, layers::Dense, nalgebra::matrix, optim::swap};
///
/// let (mut net, mut other) = (Dense::<f32, 1, 1>::ZERO, Dense::ZERO);
/// other.weight = matrix![8.0];
/// swap(&mut net, &mut other);
/// assert_eq!((net.weight, other.weight), (matrix![8.0], matrix![0.0]));
/// ```
pub fn swap<T: Real, P: Params<T>>(params: &mut P, other: &mut P::Grad) {
    params.zip([other], Path::ROOT, &mut |_, param, [other]| {
        for (p, o) in param.values.iter_mut().zip(other) {
            core::mem::swap(p, o);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Blank;
    use crate::optim::testing::{Three, model, values};

    #[test]
    fn the_average_by_hand() {
        let ema = Ema { decay: 0.75 };
        let mut average = (model([9.0; 3]), (), model([9.0; 3]));
        for (number, p) in [(1, [4.0, 8.0, 0.0]), (2, [8.0, 8.0, 4.0]), (3, [1.0, 8.0, 1.0])] {
            let mut params: Three = (model(p), model(p), model(p));
            ema.update(&mut params, &mut average, number);
            assert_eq!(values(&params.0), p, "the parameters have changed");
        }
        assert_eq!(values(&average.0), [4.0, 8.0, 1.0]);
        assert_eq!(values(&average.2), [4.0, 8.0, 1.0]);
    }

    #[test]
    fn swapping_twice_changes_nothing_and_never_what_is_frozen() {
        let mut params: Three = (model([0.1, 0.2, 0.3]), model([0.4; 3]), model([f64::NAN, 0.5, -0.0]));
        let mut average = (model([1.0, 2.0, 3.0]), (), Blank::ZERO);
        swap(&mut params, &mut average);
        assert_eq!((values(&params.0), values(&params.1)), ([1.0, 2.0, 3.0], [0.4; 3]));
        assert_eq!(values(&params.2), [0.0; 3]);
        swap(&mut params, &mut average);
        assert_eq!((values(&params.0), values(&params.1)), ([0.1, 0.2, 0.3], [0.4; 3]));
        assert_eq!(values(&params.2).map(f64::to_bits), [f64::NAN, 0.5, -0.0].map(f64::to_bits));
        assert_eq!(values(&average.0), [1.0, 2.0, 3.0]);
    }
}
