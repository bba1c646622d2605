//! Confusion matrix, with precision, recall and F1. scikit-learn: `confusion_matrix`, `precision_score`, ....

use core::fmt;

use nalgebra::SMatrix;

use super::{Metric, Score, argmax, for_each_step, ratio};
use crate::{Pass, Real, Tokens, Vals};

/// How often each class was taken for each, of `C` classes. scikit-learn: `confusion_matrix`, `precision_score`, ...
///
/// The output is `[C]` and the target a class, or with `STEPS` `[STEPS, C]` and a class a step. It holds `C²` counts of
/// 4 bytes; a large one belongs into a `static` ([`new`](Confusion::new) is a constant).
///
/// A division by zero is 0, as in scikit-learn: the precision of a class that was never predicted, the recall of one
/// that never appeared. Averages of nothing are NaN.
///
/// ```
/// use dl_core::metrics::{Average, Confusion};
///
/// let mut confusion = Confusion::<2>::new();
/// for (actual, predicted) in [(0, 0), (0, 0), (0, 1), (1, 1)] {
///     confusion.add(actual, Some(predicted));
/// }
/// assert_eq!((confusion.precision(1), confusion.recall(1), confusion.accuracy()), (0.5, 1.0, 0.75));
/// assert_eq!(confusion.mean_precision(Average::Macro), 0.75);
/// assert_eq!(confusion.to_string(), "\
/// actual \\ predicted      0      1  recall
///                  0      2      1   0.667
///                  1      0      1   1.000
///          precision  1.000  0.500
/// accuracy 0.750 (3 of 4)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confusion<const C: usize, const STEPS: usize = 1> {
    /// `counts[actual][predicted]`
    pub counts: [[u32; C]; C],
    /// Those that found no place: the target was no class, or all outputs were NaN.
    pub left_out: u32,
    /// A target with this index does not count.
    pub ignore_index: Option<u16>,
}

/// How the values of several classes become one.
///
/// ```
/// use dl_core::metrics::{Average, Confusion};
///
/// let mut confusion = Confusion::<2>::new();
/// for (actual, predicted) in [(0, 0), (0, 0), (0, 1), (1, 1)] {
///     confusion.add(actual, Some(predicted));
/// }
/// let precision = |average| confusion.mean_precision(average);
/// assert_eq!(precision(Average::Macro), 0.75); // (1 + 1/2) / 2
/// assert_eq!(precision(Average::Weighted), 0.875); // (3 · 1 + 1 · 1/2) / 4
/// assert_eq!(precision(Average::Micro), 0.75); // 3 of 4
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Average {
    /// Their mean, over the classes that appeared or were predicted.
    Macro,
    /// Their mean, weighted by how often each class appeared.
    Weighted,
    /// That of all decisions together: the accuracy.
    Micro,
}

impl<const C: usize> Confusion<C> {
    /// For one class a sample.
    ///
    /// ```
    /// use dl_core::metrics::Confusion;
    ///
    /// static CONFUSION: Confusion<10> = Confusion::new();
    /// assert_eq!(CONFUSION.counts[3], [0; 10]);
    /// ```
    pub const fn new() -> Self {
        Self::DEFAULT
    }
}

impl<const C: usize, const STEPS: usize> Confusion<C, STEPS> {
    /// For `STEPS` classes a sample.
    ///
    /// ```
    /// use dl_core::metrics::Confusion;
    ///
    /// let of_20_steps = Confusion::<3, 20> { ignore_index: Some(0), ..Confusion::DEFAULT };
    /// assert_eq!(of_20_steps.left_out, 0);
    /// ```
    pub const DEFAULT: Self = Confusion { counts: [[0; C]; C], left_out: 0, ignore_index: None };

    /// Counts one decision; `None` and classes that are none are left out.
    ///
    /// ```
    /// let mut confusion = dl_core::metrics::Confusion::<2>::new();
    /// confusion.add(0, Some(1));
    /// confusion.add(0, None);
    /// assert_eq!((confusion.counts, confusion.left_out), ([[0, 1], [0, 0]], 1));
    /// ```
    pub fn add(&mut self, actual: usize, predicted: Option<usize>) {
        let cell =
            predicted.and_then(|p| self.counts.get_mut(actual)?.get_mut(p)).unwrap_or(&mut self.left_out);
        *cell = cell.saturating_add(1);
    }

    /// How often `class` appeared; 0 for what is no class.
    ///
    /// ```
    /// let mut confusion = dl_core::metrics::Confusion::<2>::new();
    /// confusion.add(0, Some(1));
    /// assert_eq!([0, 1, 7].map(|class| confusion.support(class)), [1, 0, 0]);
    /// ```
    pub fn support(&self, class: usize) -> u64 {
        self.counts.get(class).map_or(0, |row| row.iter().map(|&n| u64::from(n)).sum())
    }

    /// How often `class` was predicted; 0 for what is no class.
    ///
    /// ```
    /// let mut confusion = dl_core::metrics::Confusion::<2>::new();
    /// confusion.add(0, Some(1));
    /// assert_eq!([0, 1, 7].map(|class| confusion.predicted(class)), [0, 1, 0]);
    /// ```
    pub fn predicted(&self, class: usize) -> u64 {
        self.counts.iter().filter_map(|row| row.get(class)).map(|&n| u64::from(n)).sum()
    }

    /// How often `class` was predicted rightly; 0 for what is no class.
    ///
    /// ```
    /// let mut confusion = dl_core::metrics::Confusion::<2>::new();
    /// confusion.add(0, Some(1));
    /// confusion.add(1, Some(1));
    /// assert_eq!([0, 1, 7].map(|class| confusion.right(class)), [0, 1, 0]);
    /// ```
    pub fn right(&self, class: usize) -> u64 {
        self.counts.get(class).and_then(|row| row.get(class)).map_or(0, |&n| u64::from(n))
    }

    /// The part of all decisions that were right.
    ///
    /// ```
    /// let mut confusion = dl_core::metrics::Confusion::<2>::new();
    /// confusion.add(0, Some(1));
    /// confusion.add(1, Some(1));
    /// assert_eq!(confusion.accuracy(), 0.5);
    /// ```
    pub fn accuracy(&self) -> f64 {
        let (right, seen) = self.totals();
        ratio(right, seen)
    }

    /// Of the predictions of `class`, the part that was right; 0 if there was none.
    ///
    /// ```
    /// let mut confusion = dl_core::metrics::Confusion::<2>::new();
    /// confusion.add(0, Some(1));
    /// confusion.add(1, Some(1));
    /// assert_eq!([0, 1].map(|class| confusion.precision(class)), [0.0, 0.5]);
    /// ```
    pub fn precision(&self, class: usize) -> f64 {
        ratio(self.right(class), self.predicted(class).max(1))
    }

    /// Of the appearances of `class`, the part that was predicted; 0 if there was none.
    ///
    /// ```
    /// let mut confusion = dl_core::metrics::Confusion::<2>::new();
    /// confusion.add(0, Some(1));
    /// confusion.add(1, Some(1));
    /// assert_eq!([0, 1].map(|class| confusion.recall(class)), [0.0, 1.0]);
    /// ```
    pub fn recall(&self, class: usize) -> f64 {
        ratio(self.right(class), self.support(class).max(1))
    }

    /// The harmonic mean of precision and recall of `class`; 0 if it neither appeared nor was predicted.
    ///
    /// ```
    /// let mut confusion = dl_core::metrics::Confusion::<2>::new();
    /// confusion.add(0, Some(1));
    /// confusion.add(1, Some(1));
    /// assert_eq!(confusion.f1(1), 2.0 / 3.0); // precision 1/2, recall 1
    /// ```
    pub fn f1(&self, class: usize) -> f64 {
        ratio(2 * self.right(class), (self.support(class) + self.predicted(class)).max(1))
    }

    /// The average precision.
    ///
    /// ```
    /// use dl_core::metrics::{Average, Confusion};
    ///
    /// let mut confusion = Confusion::<2>::new();
    /// confusion.add(0, Some(1));
    /// confusion.add(1, Some(1));
    /// assert_eq!(confusion.mean_precision(Average::Macro), 0.25);
    /// ```
    pub fn mean_precision(&self, average: Average) -> f64 {
        self.mean(average, Self::precision)
    }

    /// The average recall.
    ///
    /// ```
    /// use dl_core::metrics::{Average, Confusion};
    ///
    /// let mut confusion = Confusion::<2>::new();
    /// confusion.add(0, Some(1));
    /// confusion.add(1, Some(1));
    /// assert_eq!(confusion.mean_recall(Average::Macro), 0.5);
    /// ```
    pub fn mean_recall(&self, average: Average) -> f64 {
        self.mean(average, Self::recall)
    }

    /// The average F1.
    ///
    /// ```
    /// use dl_core::metrics::{Average, Confusion};
    ///
    /// let mut confusion = Confusion::<2>::new();
    /// confusion.add(0, Some(1));
    /// confusion.add(1, Some(1));
    /// assert_eq!(confusion.mean_f1(Average::Macro), 1.0 / 3.0);
    /// ```
    pub fn mean_f1(&self, average: Average) -> f64 {
        self.mean(average, Self::f1)
    }

    fn mean(&self, average: Average, of: impl Fn(&Self, usize) -> f64) -> f64 {
        let weight = |class| match average {
            Average::Macro => u64::from(self.support(class) + self.predicted(class) > 0),
            Average::Weighted | Average::Micro => self.support(class),
        };
        if average == Average::Micro {
            return self.accuracy();
        }
        let sum: f64 = (0..C).map(|class| weight(class) as f64 * of(self, class)).sum();
        sum / (0..C).map(weight).sum::<u64>() as f64
    }

    /// How many decisions were right, and how many there were.
    fn totals(&self) -> (u64, u64) {
        ((0..C).map(|class| self.right(class)).sum(), (0..C).map(|class| self.support(class)).sum())
    }
}

impl<const C: usize, const STEPS: usize> Default for Confusion<C, STEPS> {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl<const C: usize, const STEPS: usize> Score for Confusion<C, STEPS> {
    const NAME: &'static str = "macro F1";
    const HIGHER_IS_BETTER: bool = true;

    fn value(&self) -> f64 {
        self.mean_f1(Average::Macro)
    }

    fn reset(&mut self) {
        // Row by row, for the whole may be large.
        self.counts.iter_mut().for_each(|row| row.fill(0));
        self.left_out = 0;
    }
}

impl<T: Real, const N: usize, const C: usize, const STEPS: usize> Metric<T, Vals<N>, Tokens<STEPS>>
    for Confusion<C, STEPS>
{
    fn update<'a, const B: usize>(
        &mut self,
        y: &SMatrix<T, N, B>,
        targets: &[[u16; STEPS]; B],
        pass: Pass<'a, B>,
    ) {
        const { assert!(N == C * STEPS, "the output does not have as many classes as the metric") }
        for_each_step(y, targets, self.ignore_index, pass, |scores, target| self.add(target, argmax(scores)));
    }
}

/// A table: a row for each actual class, a column for each predicted one, and the rates of both.
impl<const C: usize, const STEPS: usize> fmt::Display for Confusion<C, STEPS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let largest = self.counts.iter().flatten().copied().max().unwrap_or(0);
        let digits = largest.max(C.saturating_sub(1) as u32).checked_ilog10().unwrap_or(0) as usize + 1;
        let (head, cell) = ("actual \\ predicted", digits.max(5) + 2);
        write!(f, "{head:>18}")?;
        for class in 0..C {
            write!(f, "{class:>cell$}")?;
        }
        writeln!(f, "  recall")?;
        for (class, row) in self.counts.iter().enumerate() {
            write!(f, "{class:>18}")?;
            for count in row {
                write!(f, "{count:>cell$}")?;
            }
            writeln!(f, "  {:>6.3}", self.recall(class))?;
        }
        write!(f, "{:>18}", "precision")?;
        for class in 0..C {
            write!(f, "{:>cell$.3}", self.precision(class))?;
        }
        let (right, seen) = self.totals();
        write!(f, "\naccuracy {:.3} ({right} of {seen})", self.accuracy())?;
        if self.left_out > 0 {
            write!(f, ", {} left out", self.left_out)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use nalgebra::{SVector, matrix};
    use std::string::ToString;

    use super::*;
    use crate::Lens;

    /// Class 3 was never seen and never predicted; class 2 was never predicted.
    fn confusion() -> Confusion<4> {
        let mut confusion = Confusion::new();
        for (actual, predicted) in [(0, 0), (0, 0), (0, 0), (0, 1), (1, 1), (1, 1), (2, 0), (2, 1)] {
            confusion.add(actual, Some(predicted));
        }
        confusion
    }

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-14, "{a} is not {b}");
    }

    #[test]
    fn rates_of_a_class_by_hand_and_zero_without_any() {
        let c = confusion();
        assert_eq!((c.precision(0), c.recall(0), c.f1(0)), (0.75, 0.75, 0.75));
        assert_eq!((c.precision(1), c.recall(1)), (0.5, 1.0));
        close(c.f1(1), 2.0 / 3.0);
        for class in [2, 3, 4, 99] {
            assert_eq!((c.precision(class), c.recall(class), c.f1(class)), (0.0, 0.0, 0.0), "class {class}");
        }
        assert_eq!(c.accuracy(), 0.625);
    }

    #[test]
    fn averages_by_hand_leave_out_classes_that_never_came_up() {
        let c = confusion();
        close(c.mean_precision(Average::Macro), 1.25 / 3.0);
        close(c.mean_recall(Average::Macro), 1.75 / 3.0);
        close(c.mean_f1(Average::Macro), (0.75 + 2.0 / 3.0) / 3.0);
        close(c.mean_precision(Average::Weighted), (4.0 * 0.75 + 2.0 * 0.5) / 8.0);
        close(c.mean_recall(Average::Weighted), 0.625);
        close(c.mean_f1(Average::Weighted), (4.0 * 0.75 + 2.0 * 2.0 / 3.0) / 8.0);
        for mean in [Confusion::mean_precision, Confusion::mean_recall, Confusion::mean_f1] {
            assert_eq!(mean(&c, Average::Micro), 0.625);
            for average in [Average::Macro, Average::Weighted, Average::Micro] {
                assert!(mean(&Confusion::new(), average).is_nan());
            }
        }
    }

    #[test]
    fn a_class_that_was_only_ever_predicted_is_part_of_the_macro_average() {
        let mut c = Confusion::<3>::new();
        c.add(0, Some(0));
        c.add(0, Some(1));
        assert_eq!((c.mean_recall(Average::Macro), c.mean_recall(Average::Weighted)), (0.25, 0.5));
    }

    #[test]
    fn only_live_samples_and_valid_steps_count_and_misfits_are_left_out() {
        let mut c = Confusion::<2>::new();
        let y = matrix![1.0, 0.0, f64::NAN, 1.0, 1.0; 0.0, 1.0, f64::NAN, 0.0, 0.0];
        c.update(&y, &[[0], [0], [1], [5], [0]], Pass::<5>::infer().chunk(0, 4));
        assert_eq!((c.counts, c.left_out), ([[1, 1], [0, 0]], 2));
        c.reset();
        assert_eq!(c, Confusion::new());
        let mut c = Confusion::<2, 3> { ignore_index: Some(7), ..Confusion::DEFAULT };
        let y = SVector::<f32, 6>::from([1.0, 0.0, 0.0, 1.0, 1.0, 0.0]);
        c.update(&y, &[[0, 7, 0]], Pass::<1>::infer().with_lens(Lens::of(&[2])));
        assert_eq!(c.counts, [[1, 0], [0, 0]]);
        c.reset();
        assert_eq!(c.ignore_index, Some(7));
    }

    #[test]
    fn columns_line_up_whatever_the_counts() {
        let mut c = confusion();
        c.counts[2][1] = 1_234_567;
        c.left_out = 3;
        let table = c.to_string();
        let lines: std::vec::Vec<_> = table.lines().collect();
        let ends = |line: &str| line.trim_end().len();
        assert!(lines[0].ends_with("recall"));
        assert!(lines[..5].iter().all(|l| ends(l) == ends(lines[0])), "{table}");
        assert_eq!(lines[6], "accuracy 0.000 (5 of 1234574), 3 left out");
    }
}
