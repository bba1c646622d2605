//! Half a cosine. PyTorch: `CosineAnnealingLR`.

use super::{Progress, Schedule, cosine};

/// From 1 to `min_factor` along half a cosine: `min_factor + (1 − min_factor) (1 + cos(π step / t_max)) / 2`. Counts
/// steps; in [`PerEpoch`](super::PerEpoch), epochs. PyTorch: `CosineAnnealingLR`.
///
/// I. Loshchilov, F. Hutter: *SGDR: stochastic gradient descent with warm restarts*, 2017.
///
/// PyTorch's `eta_min` is `min_factor` times the learning rate. Past `t_max` the cosine rises again, as in PyTorch.
///
/// ```
/// use dl_core::optim::{Progress, Schedule, schedule::CosineLr};
///
/// let mut schedule = CosineLr::new(); // over the whole run
/// assert_eq!(schedule.factor(&Progress::new(0, 100, 4)), 1.0);
/// assert!((schedule.factor(&Progress::new(200, 100, 4)) - 0.5).abs() < 1e-15);
/// ```
#[doc(alias = "CosineAnnealingLR")]
#[derive(Clone, Copy, Debug, Default)]
pub struct CosineLr {
    /// How many steps the way down has; `None` is the whole run.
    pub t_max: Option<u64>,
    /// Where it ends, as a factor of the learning rate.
    pub min_factor: f64,
}

impl CosineLr {
    /// Down to 0, over the whole run.
    ///
    /// ```
    /// assert_eq!(dl_core::optim::schedule::CosineLr::new().min_factor, 0.0);
    /// ```
    pub const fn new() -> Self {
        CosineLr { t_max: None, min_factor: 0.0 }
    }
}

impl Schedule for CosineLr {
    fn factor(&mut self, progress: &Progress) -> f64 {
        let t_max = self.t_max.unwrap_or(progress.total_steps).max(1);
        cosine(1.0, self.min_factor, progress.step as f64 / t_max as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, steps};
    use super::*;

    #[test]
    fn factors_are_pytorchs() {
        let way =
            [1.0, 0.9140576475, 0.6890576475, 0.4109423525, 0.1859423525, 0.1, 0.1859423525, 0.4109423525];
        check(&mut CosineLr { t_max: Some(5), min_factor: 0.1 }, steps(100), way);
        check(&mut CosineLr { t_max: None, min_factor: 0.1 }, steps(5), way);
    }

    #[test]
    fn a_way_of_no_steps_is_finite() {
        assert_eq!(CosineLr::new().factor(&Progress::default()), 1.0);
    }
}
