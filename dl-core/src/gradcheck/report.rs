//! What a check answers.

use core::fmt;
use core::fmt::Write;

use super::{Numbers, Place};
use crate::Shape;
use crate::params::{Order, Path};

/// What a check that passed has seen.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Pass, gradcheck, layers::Tanh};
///
/// let report = gradcheck::layer(&mut Tanh, &mut vector![0.3, -0.7], Pass::infer()).unwrap();
/// assert!(report.checked == 2 && report.worst < 1e-9);
/// assert!(report.to_string().starts_with("2 derivatives, worst relative error "));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
    /// How many derivatives were compared.
    pub checked: usize,
    /// The largest relative error.
    pub worst: f64,
    /// Where it is.
    pub at: Spot,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} derivatives, worst relative error {:.1e} at {}", self.checked, self.worst, self.at)
    }
}

/// How a layer fails its check.
///
/// ```
/// use dl_core::gradcheck::{self, Mismatch};
/// use dl_core::nalgebra::vector;
/// use dl_core::{Pass, layers::Relu};
///
/// // where nothing comes through there is nothing to compare
/// let error = gradcheck::layer(&mut Relu, &mut vector![-0.3, -0.7], Pass::infer()).unwrap_err();
/// assert_eq!(error, Mismatch::AllZero { what: "dx" });
/// assert_eq!(error.to_string(), "dx is all zero");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as they are printed")]
pub enum Mismatch {
    /// `backward` is not the derivative of `forward`.
    Gradient { at: Spot, difference: f64, backward: f64, error: f64 },
    /// A value is infinite or not a number.
    NotFinite {
        /// Where.
        at: Spot,
        /// The value.
        value: f64,
        /// What `backward` was given NaN for, since the layer says that it does not read it.
        unread: &'static str,
    },
    /// A second `forward` gives another result: it does not overwrite `y`, or depends on old content of its memory.
    NotRepeated { at: Spot, first: f64, second: f64 },
    /// `forward` without a tape gives another result.
    WithoutTape { at: Spot, with: f64, without: f64 },
    /// A second `backward` does not double the gradient.
    NotAdded { at: Spot, once: f64, twice: f64 },
    /// `dx` depends on what its buffer held.
    NotOverwritten { at: Spot, clean: f64, dirty: f64 },
    /// `backward` says that it sets a fresh gradient, and does not.
    NotSet { at: Spot, clean: f64, dirty: f64 },
    /// `backward` without `dx` gives another gradient.
    WithoutDx { at: Spot, with: f64, without: f64 },
    /// `backward` without `grad` gives another `dx`.
    WithoutGrad { at: Spot, with: f64, without: f64 },
    /// Nothing depends on anything: choose another point, or the backward pass is missing.
    AllZero {
        /// `dx` or `grad`.
        what: &'static str,
    },
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mismatch::Gradient { at, difference, backward, error } => write!(
                f,
                "{at}: finite difference {difference:.6}, backward {backward:.6}, relative error {error:.1e}"
            ),
            Mismatch::NotFinite { at, value, unread: "" } => write!(f, "{at} is {value}"),
            Mismatch::NotFinite { at, value, unread } => write!(
                f,
                "{at} is {value}; the layer says that its backward does not read {unread}, and so it was given NaN there"
            ),
            Mismatch::NotRepeated { at, first, second } => write!(
                f,
                "{at}: {first} at first, {second} when run again: forward must overwrite y and read no old memory"
            ),
            Mismatch::WithoutTape { at, with, without } => {
                write!(f, "{at}: {with} with a tape, {without} without one")
            }
            Mismatch::NotAdded { at, once, twice } => {
                write!(f, "{at}: {once} after one backward, {twice} after two: backward must add to grad")
            }
            Mismatch::NotOverwritten { at, clean, dirty } => {
                write!(f, "{at}: {clean} over zeros, {dirty} over sevens: backward must overwrite dx")
            }
            Mismatch::NotSet { at, clean, dirty } => write!(
                f,
                "{at}: {clean} over zeros, {dirty} over sevens: backward must overwrite a fresh grad, as SETS_GRAD says"
            ),
            Mismatch::WithoutDx { at, with, without } => {
                write!(f, "{at}: {with} if dx is wanted too, {without} if not")
            }
            Mismatch::WithoutGrad { at, with, without } => {
                write!(f, "{at}: {with} if grad is wanted too, {without} if not")
            }
            Mismatch::AllZero { what } => write!(f, "{what} is all zero"),
        }
    }
}

impl core::error::Error for Mismatch {}

/// The name of a derivative, such as `fc1.dweight[0, 2]`; if it is longer than 72 bytes, its end.
///
/// Parameters are indexed as in PyTorch. `dx[3]` is number 3 of the only sample, `dx[3, 1]` that of sample 1, and
/// `dx.0[3]` is in the first of several inputs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    bytes: [u8; 72],
    len: usize,
}

impl Spot {
    pub(super) const EMPTY: Spot = Spot { bytes: [0; 72], len: 0 };

    /// The name.
    ///
    /// ```
    /// use dl_core::nalgebra::vector;
    /// use dl_core::{Pass, gradcheck, layers::Tanh};
    ///
    /// let report = gradcheck::layer(&mut Tanh, &mut vector![0.3], Pass::infer()).unwrap();
    /// assert_eq!(report.at.as_str(), "dx[0]");
    /// ```
    pub fn as_str(&self) -> &str {
        let text = &self.bytes[..self.len];
        // the cut may have split a character
        let start = text.iter().position(|byte| byte & 0xC0 != 0x80).unwrap_or(self.len);
        core::str::from_utf8(&text[start..]).unwrap_or("(a name cut inside a character)")
    }

    pub(super) fn param(path: &Path<'_>, shape: Shape, order: Order, i: usize) -> Spot {
        let (mut name, mut spot) = (Spot::EMPTY, Spot::EMPTY);
        // `Spot` never fails
        let _ = write!(name, "{path}");
        let (network, own) = name.as_str().rsplit_once('.').map_or(("", name.as_str()), |(n, own)| (n, own));
        let dot = if network.is_empty() { "" } else { "." };
        let _ = write!(spot, "{network}{dot}d{own}{:?}", &indices(shape, order, i)[..shape.rank()]);
        spot
    }

    /// Number `i` of a chunk of signal `S`.
    pub(super) fn input<S: Numbers, const B: usize>(name: &str, i: usize) -> Spot {
        let mut spot = Spot::EMPTY;
        let Some(Place { part, row, sample }) = S::place::<B>(i) else { return spot };
        // `Spot` never fails
        let _ = spot.write_str(name);
        if S::PARTS > 1 {
            let _ = write!(spot, ".{part}");
        }
        let _ = if B == 1 { write!(spot, "[{row}]") } else { write!(spot, "[{row}, {sample}]") };
        spot
    }
}

/// Where number `i` of a parameter is, as PyTorch counts.
fn indices(shape: Shape, order: Order, mut i: usize) -> [usize; 4] {
    let (mut at, rank) = ([0; 4], shape.rank());
    for step in 0..rank {
        // from the index that runs fastest to the one that runs slowest
        let k = match order {
            Order::RowMajor => rank - 1 - step,
            Order::ColumnMajor if step == 0 => 0,
            Order::ColumnMajor => rank - step,
            Order::Reversed => step,
        };
        at[k] = i % shape.dim(k).max(1);
        i /= shape.dim(k).max(1);
    }
    at
}

impl fmt::Write for Spot {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for &byte in text.as_bytes() {
            if self.len == self.bytes.len() {
                self.bytes.rotate_left(1);
                self.len -= 1;
            }
            self.bytes[self.len] = byte;
            self.len += 1;
        }
        Ok(())
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_end_where_it_is_too_long() {
        let mut spot = Spot::EMPTY;
        for _ in 0..30 {
            spot.write_str("äbc").unwrap();
        }
        spot.write_str("dweight[1]").unwrap();
        assert!(spot.as_str().len() <= 72 && spot.as_str().ends_with("äbcdweight[1]"), "{spot}");
        let path = Path::ROOT;
        let (blocks, order) = (path.field("blocks"), Order::ColumnMajor);
        let first = blocks.index(0);
        let weight = Spot::param(&first.field("weight"), Shape::new([2, 3]), order, 3);
        assert_eq!(weight.as_str(), "blocks.0.dweight[1, 1]");
        let weight = Spot::param(&first.field("weight"), Shape::new([2, 3]), Order::RowMajor, 3);
        assert_eq!(weight.as_str(), "blocks.0.dweight[1, 0]");
    }
}
