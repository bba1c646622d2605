//! Dense layers.

use super::{Output, dot, rescale_exactly};

/// A dense layer: `y = scale (W x + b)`.
#[derive(Clone, Copy, Debug)]
pub struct Dense<'a> {
    /// `OUT × IN`, the numbers of an output side by side.
    pub weight: &'a [i8],
    /// `OUT`
    pub bias: &'a [i32],
    /// `OUT`: what a sum is worth, in steps of the output.
    pub scale: &'a [f64],
    /// What an output may be.
    pub output: Output,
}

/// Each step of `x`, `IN` numbers, gives `OUT` numbers of `y`.
///
/// ```
/// use dl_core::kernels::int8::{Dense, Output, dense};
///
/// let layer = Dense {
///     weight: &[1, 2, -3, 4],
///     bias: &[0, 100],
///     scale: &[0.5, 1.0],
///     output: Output { zero: -1, min: -128, max: 127 },
/// };
/// let mut y = [0; 2];
/// dense(&layer, &[10, 5], &mut y);
/// assert_eq!(y, [9, 89]); // 20 / 2 − 1 and 90 − 1
/// ```
pub fn dense(layer: &Dense<'_>, x: &[i8], y: &mut [i8]) {
    #[cfg(target_arch = "x86_64")]
    if super::x86::dense(layer, x, y) {
        return;
    }
    #[cfg(dsp)]
    if super::dsp::dense(layer, x, y) {
        return;
    }
    plain(layer, x, y);
}

/// [`dense`], output by output.
pub(super) fn plain(layer: &Dense<'_>, x: &[i8], y: &mut [i8]) {
    let outputs = layer.bias.len().max(1);
    let inputs = (layer.weight.len() / outputs).max(1);
    for (x, y) in x.chunks_exact(inputs).zip(y.chunks_exact_mut(outputs)) {
        let outputs = layer.weight.chunks_exact(inputs).zip(layer.bias).zip(layer.scale);
        for (y, ((w, b), scale)) in y.iter_mut().zip(outputs) {
            *y = layer.output.of(rescale_exactly(b.wrapping_add(dot(w, x)), *scale));
        }
    }
}
