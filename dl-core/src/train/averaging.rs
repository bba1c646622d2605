//! Averaged weights, kept up while training.

use core::fmt;

use crate::Network;
use crate::layer::GradOf;
use crate::optim::{Ema, swap};
use crate::place::Place;

use super::{Callback, EpochReport, FitReport, Flow, Plan, StepReport};

/// Averages the weights after every step, and puts the average into the network where it is judged: for validation,
/// for the callbacks at an epoch's end, and at the end of training.
///
/// Steps go on from the weights as they are without averaging. Stand it before callbacks that keep or save weights,
/// so that they get the averaged ones: `(Averaging::boxed(Ema::new()), EarlyStopping::new(5))`. Every training begins a
/// new average. It costs one more copy of the trained parameters; [`optim::Ema`](crate::optim::Ema) has the formula.
///
/// ```
/// # use dl_core::{loss::Mse, optim::Sgd};
/// # #[dl_macros::network(input = [2], crate = dl_core)]
/// # struct Net { head: Dense<1> }
/// # #[cfg(feature = "alloc")] {
/// # use dl_core::optim::Ema;
/// # use dl_core::train::{Averaging, EarlyStopping, Fit};
/// let mut trainer = NetTrainer::<Mse, Sgd>::boxed_with(Mse, Sgd::new(0.2), 0);
/// let data = ([[0.0, 1.0], [1.0, 1.0], [1.0, 0.0]], [1.0, 2.0, 1.0]);
/// let callbacks = (Averaging::boxed(Ema { decay: 0.9 }), EarlyStopping::new(5));
/// trainer.fit(&data, (), Fit::new(300, 2), callbacks).unwrap();
/// assert!(trainer.evaluate(&data, &mut ()).unwrap() < 0.01);
/// # }
/// ```
pub struct Averaging<N: Network> {
    ema: Ema,
    /// The average; or, while that is in the network, the weights that steps go on from.
    other: Place<GradOf<N>>,
    steps: u64,
    inside: bool,
}

impl<N: Network> Averaging<N> {
    /// With the average on the heap.
    ///
    /// ```
    /// # use dl_core::{loss::Mse, optim::Sgd};
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # #[cfg(feature = "alloc")] {
    /// # use dl_core::{optim::Ema, train::Averaging};
    /// let averaging = Averaging::<Net>::boxed(Ema::new());
    /// # let _ = averaging;
    /// # }
    /// ```
    #[cfg(feature = "alloc")]
    pub fn boxed(ema: Ema) -> Self {
        Self::new(Place::boxed(), ema)
    }

    /// With the average in memory that the caller has set aside.
    ///
    /// ```
    /// # #[dl_macros::network(input = [2], crate = dl_core)]
    /// # struct Net { head: Dense<1> }
    /// # use dl_core::{Blank, layer::GradOf, optim::Ema, train::Averaging};
    /// let memory: &'static mut GradOf<Net> = Box::leak(Box::new(Blank::ZERO)); // in firmware, a `static`
    /// let averaging = Averaging::<Net>::in_place(memory, Ema::new());
    /// assert!(format!("{averaging:?}").starts_with("Averaging of Net over 0 steps"));
    /// ```
    pub fn in_place(memory: &'static mut GradOf<N>, ema: Ema) -> Self {
        Self::new(Place::lent(memory), ema)
    }

    fn new(other: Place<GradOf<N>>, ema: Ema) -> Self {
        Averaging { ema, other, steps: 0, inside: false }
    }

    /// Sees to it that the average is, or is not, in the network.
    fn put(&mut self, net: &mut N, inside: bool) {
        if self.steps > 0 && self.inside != inside {
            swap(net, &mut *self.other);
            self.inside = inside;
        }
    }
}

impl<N: Network> Callback<N> for Averaging<N> {
    fn on_train_begin(&mut self, _: &Plan, _: &mut N) {
        (self.steps, self.inside) = (0, false);
    }
    fn on_epoch_begin(&mut self, _: usize, net: &mut N) {
        self.put(net, false);
    }
    fn on_step_end(&mut self, _: &StepReport, net: &mut N) -> Flow {
        self.steps += 1;
        self.ema.update(net, &mut *self.other, self.steps);
        Flow::Continue(())
    }
    fn on_valid_begin(&mut self, net: &mut N) {
        self.put(net, true);
    }
    fn on_epoch_end(&mut self, _: &EpochReport, net: &mut N) -> Flow {
        self.put(net, true);
        Flow::Continue(())
    }
    fn on_train_end(&mut self, _: &FitReport, net: &mut N) {
        self.put(net, true);
    }
}

impl<N: Network> fmt::Debug for Averaging<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Averaging of {} over {} steps: {:?}", N::NAME, self.steps, self.ema)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::boxed::Box;
    use std::vec::Vec;

    use super::*;
    use crate::train::tiny::{Mse, Sgd, Tiny, TinyGrad, numbers};
    use crate::train::{Fit, Memory, Trainer};
    use crate::{Blank, Params};

    const DATA: ([[f64; 2]; 4], [f64; 4]) =
        ([[0.5, -1.0], [1.5, 0.25], [-0.75, 2.0], [0.1, 0.9]], [1.0, -0.5, 0.25, 2.0]);

    /// Writes down the weights at every step and at every epoch's end.
    #[derive(Default)]
    struct Seen(Vec<Vec<f64>>, Vec<Vec<f64>>);
    impl Callback<Tiny> for Seen {
        fn on_step_end(&mut self, _: &StepReport, net: &mut Tiny) -> Flow {
            self.0.push(numbers(net));
            Flow::Continue(())
        }
        fn on_epoch_end(&mut self, _: &EpochReport, net: &mut Tiny) -> Flow {
            self.1.push(numbers(net));
            Flow::Continue(())
        }
    }

    #[test]
    fn the_average_is_judged_and_kept_but_steps_go_on_without_it() {
        let run = |average: bool, valid: bool| {
            let mut trainer = Trainer::<Tiny, Mse, Sgd, 2>::in_place(
                Box::leak(Box::new(Memory::ZERO)),
                Mse,
                Sgd::default(),
                0,
            );
            let mut averaging = Averaging::in_place(Box::leak(Box::new(TinyGrad::ZERO)), Ema { decay: 0.75 });
            let mut seen = Seen::default();
            let fit = Fit::new(3, 2);
            let loss = match (average, valid) {
                (true, true) => trainer.fit(&DATA, &DATA, fit, (&mut averaging, &mut seen)),
                (true, false) => trainer.fit(&DATA, (), fit, (&mut averaging, &mut seen)),
                (false, _) => trainer.fit(&DATA, &DATA, fit, &mut seen),
            };
            let loss = loss.unwrap().last.unwrap().valid_loss;
            assert!(loss.is_none() || loss == trainer.evaluate(&DATA, &mut ()).ok());
            (seen, numbers(trainer.net()))
        };
        let (plain, _) = run(false, true);
        for valid in [true, false] {
            let (seen, last) = run(true, valid);
            assert_eq!(seen.0, plain.0, "steps are those of a training without averaging");
            let mut average = plain.0[0].clone();
            for (step, weights) in plain.0.iter().enumerate() {
                for (a, &p) in average[..Tiny::<f64>::PARAMS].iter_mut().zip(weights) {
                    *a += 0.25 * (p - *a);
                }
                if step % 2 == 1 {
                    let end = &seen.1[step / 2];
                    for (i, (a, e)) in average[..Tiny::<f64>::PARAMS].iter().zip(end).enumerate() {
                        assert!((a - e).abs() < 1e-14, "step {step}, weight {i}: {e}, by hand {a}");
                    }
                }
            }
            assert_eq!(&last, &seen.1[2]);
        }
    }
}
