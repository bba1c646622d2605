//! Mean absolute error. scikit-learn: `mean_absolute_error`.

use nalgebra::SMatrix;

use super::{Metric, Score, for_each_number};
use crate::{Pass, Real, Vals};

/// Mean absolute error over all numbers, summed in `f64`. scikit-learn: `mean_absolute_error`.
///
/// With `STEPS` the output is `[STEPS, features]`, and steps past a sample's length do not count.
///
/// ```
/// use dl_core::metrics::{Mae, Metric, Score};
/// use dl_core::{Pass, nalgebra::vector};
///
/// let mut mae = Mae::new();
/// mae.update(&vector![2.0_f32, -3.0], &vector![1.0, 0.0], Pass::<1>::infer());
/// assert_eq!(mae.value(), 2.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mae<const STEPS: usize = 1> {
    /// The summed errors.
    pub sum: f64,
    /// How many there were.
    pub seen: u64,
}

impl Mae {
    /// For outputs without steps.
    ///
    /// ```
    /// assert_eq!(dl_core::metrics::Mae::new().seen, 0);
    /// ```
    pub const fn new() -> Self {
        Self::DEFAULT
    }
}

impl<const STEPS: usize> Mae<STEPS> {
    /// For outputs of `STEPS` steps.
    ///
    /// ```
    /// assert_eq!(dl_core::metrics::Mae::<20>::DEFAULT.seen, 0);
    /// ```
    pub const DEFAULT: Self = Mae { sum: 0.0, seen: 0 };
}

impl<const STEPS: usize> Default for Mae<STEPS> {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl<const STEPS: usize> Score for Mae<STEPS> {
    const NAME: &'static str = "MAE";
    const HIGHER_IS_BETTER: bool = false;

    fn value(&self) -> f64 {
        self.sum / self.seen as f64
    }

    fn reset(&mut self) {
        *self = Self::DEFAULT;
    }
}

impl<T: Real, const N: usize, const STEPS: usize> Metric<T, Vals<N>, Vals<N>> for Mae<STEPS> {
    fn update<'a, const B: usize>(
        &mut self,
        y: &SMatrix<T, N, B>,
        target: &SMatrix<T, N, B>,
        pass: Pass<'a, B>,
    ) {
        for_each_number::<T, N, STEPS, B>(y, target, pass, |y, t, _| {
            self.sum += (y.to_f64() - t.to_f64()).abs();
            self.seen += 1;
        });
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::matrix;

    use super::*;
    use crate::Lens;

    #[test]
    fn chunks_add_up_and_only_what_counts_counts() {
        let (y, target) = (matrix![1.0, 9.0; 5.0, 9.0], matrix![0.0, 0.0; 2.0, 0.0]);
        let mut mae = Mae::new();
        assert!(mae.value().is_nan());
        mae.update(&y, &target, Pass::<2>::infer().chunk(0, 1));
        assert_eq!((mae.value(), mae.seen), (2.0, 2));
        mae.update(&y, &target, Pass::infer());
        assert_eq!(mae.value(), 26.0 / 6.0);
        mae.reset();
        assert_eq!(mae, Mae::new());
        let mut mae = Mae::<2>::DEFAULT;
        mae.update(&y, &target, Pass::<2>::infer().with_lens(Lens::of(&[1, 1])));
        assert_eq!((mae.value(), mae.seen), (5.0, 2));
    }
}
