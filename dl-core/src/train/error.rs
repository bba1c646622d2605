//! What ends training early, with the place where it happened.

use core::fmt;

/// Why a step, `fit` or `evaluate` did not finish. The network is as the last finished step left it.
///
/// ```
/// # use dl_core::{loss::Mse, optim::Sgd};
/// # #[dl_macros::network(input = [2], crate = dl_core)]
/// # struct Net { head: Dense<1> }
/// # #[cfg(feature = "alloc")] {
/// # use dl_core::train::{Fit, FitError};
/// let data = ([[0.0, 1.0], [1.0, 1.0]], [1.0, 2.0]);
/// let error = NetTrainer::<Mse, Sgd>::boxed(0).fit(&data, (), Fit::new(5, 0), ()).unwrap_err();
/// assert!(matches!(error, FitError::NoBatch));
/// assert_eq!(error.to_string(), "the batch is 0 samples, at least 1 is needed");
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FitError<E> {
    /// There is nothing to learn from.
    Empty {
        /// `"training"` or `"validation"`.
        set: &'static str,
    },
    /// `Fit::batch` is 0.
    NoBatch,
    /// The network has batch norm, and the last chunk of the step has too few samples for a variance.
    FewSamples {
        /// Samples in that chunk.
        samples: usize,
        /// How many it needs.
        needed: usize,
    },
    /// The data set could not give a sample.
    Data {
        /// The sample; in `fit`, its index in the data set.
        index: usize,
        /// What the data set says.
        error: E,
    },
    /// The loss is infinite or not a number.
    NonFinite(NonFinite),
}

/// Where the loss became infinite or not a number.
///
/// ```
/// # use dl_core::{loss::Mse, optim::Sgd};
/// # #[dl_macros::network(input = [2], crate = dl_core)]
/// # struct Net { head: Dense<1> }
/// # #[cfg(feature = "alloc")] {
/// # use dl_core::train::FitError;
/// let mut trainer = NetTrainer::<Mse, Sgd>::boxed(0);
/// let Err(FitError::NonFinite(place)) = trainer.step(&([[1.0, f32::NAN]], [0.0])) else { panic!() };
/// assert_eq!((place.epoch, place.step), (0, 1));
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NonFinite {
    /// The epoch, from 1; 0 outside [`fit`](super::Trainer::fit).
    pub epoch: usize,
    /// The step, from 1, over the whole life of the trainer. Its update was not made.
    pub step: u64,
    /// The first layer whose values are not all finite; `None` if all are, so that it is the loss or the gradient.
    pub layer: Option<&'static str>,
}

impl<E> FitError<E> {
    /// The same error, in this epoch.
    pub(super) fn in_epoch(mut self, at: usize) -> Self {
        if let FitError::NonFinite(place) = &mut self {
            place.epoch = at;
        }
        self
    }

    /// The same error, about sample `index` of the whole data set.
    pub(super) fn of_sample(self, at: impl Fn(usize) -> usize) -> Self {
        match self {
            FitError::Data { index, error } => FitError::Data { index: at(index), error },
            other => other,
        }
    }
}

impl<E> From<NonFinite> for FitError<E> {
    fn from(place: NonFinite) -> Self {
        FitError::NonFinite(place)
    }
}

impl<E> From<(usize, E)> for FitError<E> {
    fn from((index, error): (usize, E)) -> Self {
        FitError::Data { index, error }
    }
}

impl fmt::Display for NonFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the loss is not a finite number in step {}", self.step)?;
        if self.epoch > 0 {
            write!(f, " (epoch {})", self.epoch)?;
        }
        match self.layer {
            Some(layer) => write!(f, ": the first values that went wrong are those of `{layer}`"),
            None => f.write_str(": every layer's values are finite, so look at the targets and the loss"),
        }?;
        f.write_str("; the step was not taken")
    }
}

impl<E: fmt::Display> fmt::Display for FitError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FitError::Empty { set } => write!(f, "the {set} data has 0 samples, at least 1 is needed"),
            FitError::NoBatch => f.write_str("the batch is 0 samples, at least 1 is needed"),
            FitError::FewSamples { samples, needed } => write!(
                f,
                "batch norm needs {needed} samples in every chunk of a step, but the last one has {samples}: choose another \
                 batch, or leave the rest of the data out"
            ),
            FitError::Data { index, error } => write!(f, "sample {index}: {error}"),
            FitError::NonFinite(place) => place.fmt(f),
        }
    }
}

impl core::error::Error for NonFinite {}
impl<E: fmt::Display + fmt::Debug> core::error::Error for FitError<E> {}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::string::ToString;

    use super::*;

    #[test]
    fn messages_say_where_and_what() {
        let place = NonFinite { epoch: 3, step: 120, layer: Some("fc1") };
        assert_eq!(
            FitError::<&str>::from(place).to_string(),
            "the loss is not a finite number in step 120 (epoch 3): the first values that went wrong are those of \
             `fc1`; the step was not taken"
        );
        assert_eq!(FitError::from((7, "file missing")).to_string(), "sample 7: file missing");
    }
}
