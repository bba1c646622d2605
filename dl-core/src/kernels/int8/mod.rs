//! Arithmetic on numbers of 8 bits, as LiteRT's reference kernels do it, bit for bit.
//!
//! An integer `q` stands for the real number `scale (q − zero)`. Activations have one scale and one zero for a whole value,
//! weights one scale for each output channel and the zero 0. Products are summed in 32 bits, and a sum is taken to the scale
//! of the output by a factor that is an integer and a shift. Nothing here uses floating point.
//!
//! Images are `[rows, columns, channels]`, channels fastest, so that the numbers that a product runs over lie side by side;
//! sequences are `[steps, features]`. What lies outside of an image has the zero of the input.
//!
//! The loops here are plain: they say what is computed. A sum of integers does not depend on its order, so a faster kernel has
//! the same bits if it takes the same sums to the output in the same way. On x86 those in `x86` go before, where the processor has
//! AVX2 or AVX-512 with VNNI.
//!
//! A bias here holds `− zero Σ w` of the input's zero already, so that a product can run over the integers as they are.

use super::conv::Window;

mod add;
mod conv;
mod dense;
#[cfg(any(dsp, test))]
mod dsp;
mod fixed;
mod hard_swish;
mod pooling;
mod rescale;
mod softmax;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use add::{Sum, add};
pub use conv::{Conv, conv, is_depthwise};
pub use dense::{Dense, dense};
pub use hard_swish::HardSwish;
pub use pooling::{avg_pool, global_avg_pool, global_max_pool, max_pool};
pub use rescale::{Factor, rescale, rescale_exactly};
pub use softmax::{Exponent, softmax};

/// The plain loops, whatever the processor has: a firmware compares the others with them.
#[doc(hidden)]
pub mod plain {
    use super::{Conv, Dense, Sum, Window};

    pub fn dense(layer: &Dense<'_>, x: &[i8], y: &mut [i8]) {
        super::dense::plain(layer, x, y);
    }
    pub fn conv(layer: &Conv<'_>, x: &[i8], y: &mut [i8]) {
        super::conv::plain(layer, x, y);
    }
    pub fn add(sum: &Sum, a: &[i8], b: &[i8], y: &mut [i8]) {
        super::add::plain(sum, a, b, y);
    }
    pub fn max_pool(window: &Window, x: &[i8], y: &mut [i8]) {
        super::pooling::plain::max_pool(window, x, y);
    }
    pub fn avg_pool(window: &Window, zero: i8, x: &[i8], y: &mut [i8]) {
        super::pooling::plain::avg_pool(window, zero, x, y);
    }
    pub fn global_avg_pool(x: &[i8], y: &mut [i8]) {
        super::pooling::plain::global_avg_pool(x, y);
    }
    pub fn global_max_pool(x: &[i8], y: &mut [i8]) {
        super::pooling::plain::global_max_pool(x, y);
    }
}

/// What an output may be: its zero, and its bounds, which an activation may narrow.
///
/// ```
/// use dl_core::kernels::int8::Output;
///
/// let relu = Output { zero: -5, min: -5, max: 127 };
/// assert_eq!((relu.of(-3), relu.of(7), relu.of(1000)), (-5, 2, 127));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Output {
    /// The integer that stands for 0.
    pub zero: i8,
    /// The least that comes out.
    pub min: i8,
    /// The largest that comes out.
    pub max: i8,
}

impl crate::Blank for Output {
    const ZERO: Self = Output { zero: 0, min: 0, max: 0 };
}

impl Output {
    /// The integer for a number of `steps` above zero.
    #[inline(always)]
    pub const fn of(self, steps: i32) -> i8 {
        let sum = steps.saturating_add(self.zero as i32);
        if sum < self.min as i32 {
            self.min
        } else if sum > self.max as i32 {
            self.max
        } else {
            sum as i8
        }
    }
}

/// `Σ w x`
#[inline(always)]
fn dot(w: &[i8], x: &[i8]) -> i32 {
    w.iter().zip(x).map(|(&w, &x)| w as i32 * x as i32).sum()
}
