//! Targets that are classes, and what each class weighs.

use crate::{Pass, Real};

mod sealed {
    pub trait Sealed {}
    impl Sealed for () {}
    impl<const C: usize> Sealed for [f32; C] {}
}

/// What each class weighs in a loss: `()` where all weigh 1, or one `f32` a class.
pub trait ClassWeights: 'static + Copy + Sync + sealed::Sealed {
    /// How many classes have a weight; `None` where all weigh 1.
    const CLASSES: Option<usize>;
    /// The weight of a class.
    fn of(&self, class: usize) -> f32;
}

impl ClassWeights for () {
    const CLASSES: Option<usize> = None;
    #[inline(always)]
    fn of(&self, _: usize) -> f32 {
        1.0
    }
}

impl<const C: usize> ClassWeights for [f32; C] {
    const CLASSES: Option<usize> = Some(C);
    #[inline(always)]
    fn of(&self, class: usize) -> f32 {
        self[class]
    }
}

/// What a target says.
#[derive(Clone, Copy)]
pub(super) enum Class<T> {
    /// A class, and its weight.
    Is(usize, T),
    /// Nothing: the target has the ignored index, or its step is past the sample's length.
    Ignored,
    /// A class that does not exist.
    Unknown,
}

/// Targets of a chunk, with what is needed to read them.
#[derive(Clone, Copy)]
pub(super) struct Classes<'a, W, const STEPS: usize, const B: usize> {
    pub(super) targets: &'a [[u16; STEPS]; B],
    /// How many there are.
    pub(super) classes: usize,
    pub(super) ignore_index: Option<u16>,
    pub(super) weights: &'a W,
}

impl<W: ClassWeights, const STEPS: usize, const B: usize> Classes<'_, W, STEPS, B> {
    /// The target of a step.
    #[inline]
    pub(super) fn at<T: Real>(&self, b: usize, step: usize, pass: &Pass<'_, B>) -> Class<T> {
        if b >= pass.live() || step >= pass.lens().steps(b, STEPS) {
            return Class::Ignored;
        }
        let target = self.targets[b][step];
        let class = usize::from(target);
        if Some(target) == self.ignore_index {
            Class::Ignored
        } else if class < self.classes {
            Class::Is(class, T::of(f64::from(self.weights.of(class))))
        } else {
            Class::Unknown
        }
    }

    /// The summed weights of the targets that count. An unknown class weighs 1, so that its NaN is not lost.
    pub(super) fn count(&self, pass: Pass<'_, B>) -> f64 {
        let mut sum = 0.0;
        for b in 0..pass.live_of(B) {
            for step in 0..STEPS {
                sum += match self.at::<f64>(b, step, &pass) {
                    Class::Is(_, weight) => weight,
                    Class::Ignored => 0.0,
                    Class::Unknown => 1.0,
                };
            }
        }
        sum
    }
}

/// The number of classes of an output of `n` numbers in `steps` steps; to be evaluated while compiling.
pub(super) const fn classes<W: ClassWeights>(n: usize, steps: usize) -> usize {
    assert!(steps > 0 && n.is_multiple_of(steps), "the output does not have as many steps as the loss");
    let classes = n / steps;
    if let Some(weights) = W::CLASSES {
        assert!(weights == classes, "there must be one weight for each class");
    }
    classes
}
