//! Up, and further down. PyTorch: `OneCycleLR` with the cosine of two phases.

use super::{Progress, Schedule, cosine};

/// From `1 / div_factor` up to 1 in the first `pct_start` of the run, then down to `1 / (div_factor
/// final_div_factor)`, along cosines. Counts steps, over the whole run. PyTorch: `OneCycleLR` with the cosine of two
/// phases.
///
/// L. N. Smith, N. Topin: *Super-convergence: very fast training of neural networks using large learning rates*, 2018.
///
/// The optimizer's learning rate is PyTorch's `max_lr`. Momentum is not cycled (PyTorch: `cycle_momentum=False`).
///
/// ```
/// use dl_core::optim::{Progress, Schedule, schedule::OneCycle};
///
/// let mut schedule = OneCycle::new();
/// for (step, expected) in [(0, 0.04), (29, 1.0), (99, 4e-6)] {
///     assert!((schedule.factor(&Progress::new(step, 100, 1)) - expected).abs() < 1e-12);
/// }
/// ```
#[doc(alias = "OneCycleLR")]
#[derive(Clone, Copy, Debug)]
pub struct OneCycle {
    /// The part of the run in which the rate rises.
    pub pct_start: f64,
    /// The highest rate divided by the first.
    pub div_factor: f64,
    /// The first rate divided by the last.
    pub final_div_factor: f64,
}

impl OneCycle {
    /// PyTorch's defaults: 0.3, 25 and 10,000.
    ///
    /// ```
    /// assert_eq!(dl_core::optim::schedule::OneCycle::new().pct_start, 0.3);
    /// ```
    pub const fn new() -> Self {
        OneCycle { pct_start: 0.3, div_factor: 25.0, final_div_factor: 1e4 }
    }
}

impl Default for OneCycle {
    fn default() -> Self {
        Self::new()
    }
}

impl Schedule for OneCycle {
    fn factor(&mut self, progress: &Progress) -> f64 {
        let first = 1.0 / self.div_factor;
        let last = first / self.final_div_factor;
        let total = progress.total_steps as f64;
        let (step, top, end) = (progress.step as f64, self.pct_start * total - 1.0, total - 1.0);
        if step < top {
            cosine(first, 1.0, step / top)
        } else if step < end {
            cosine(1.0, last, (step - top.max(0.0)) / (end - top.max(0.0)))
        } else {
            last
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, steps};
    use super::*;

    #[test]
    fn factors_are_pytorchs() {
        let ten = [
            0.04,
            0.52,
            1.0,
            0.950484632,
            0.8117456539,
            0.6112620219,
            0.3887419781,
            0.1882583461,
            0.04951936799,
            4e-06,
        ];
        check(&mut OneCycle::new(), steps(10), ten);
        let mut flat = OneCycle { pct_start: 0.5, div_factor: 10.0, final_div_factor: 100.0 };
        let seven = [0.1, 0.4109423525, 0.9140576475, 0.9505339495, 0.6116492065, 0.189066844, 0.001];
        check(&mut flat, steps(7), seven);
    }

    #[test]
    fn runs_too_short_to_rise_and_steps_past_the_end_are_finite() {
        for total in 0..4 {
            for step in 0..6 {
                let factor = OneCycle::new().factor(&Progress::new(step, total, 1));
                assert!((4e-6 * 0.99..=1.0).contains(&factor), "step {step} of {total}: {factor}");
            }
        }
    }
}
