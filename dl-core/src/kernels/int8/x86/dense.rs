//! Dense layers: eight rows of weights at once.

use core::arch::x86_64::*;

use super::super::Dense;
use super::lanes::Lanes;
use super::{Call, Set, is_ordered};

/// The scales that [`rescale_exactly`](super::super::rescale_exactly) is made for.
const SCALES: core::ops::RangeInclusive<f64> = f64::from_bits((1023 - 900) << 52)..=262_144.0;

/// Computes the layer, unless sizes or scales are out of the ordinary.
pub(super) fn run(set: Set, layer: &Dense<'_>, x: &[i8], y: &mut [i8]) -> bool {
    let outputs = layer.bias.len();
    if outputs == 0
        || layer.weight.is_empty()
        || !layer.weight.len().is_multiple_of(outputs)
        || layer.scale.len() != outputs
        || !layer.scale.iter().all(|scale| SCALES.contains(scale))
        || !is_ordered(layer.output)
    {
        return false;
    }
    set.run(Products { layer, inputs: layer.weight.len() / outputs, x, y });
    true
}

/// A dense layer of which all sizes are sound.
struct Products<'a> {
    layer: &'a Dense<'a>,
    inputs: usize,
    x: &'a [i8],
    y: &'a mut [i8],
}

impl Call for Products<'_> {
    #[inline(always)]
    unsafe fn run<V: Lanes>(self) {
        let Products { layer, inputs, x, y } = self;
        let outputs = layer.bias.len();
        for (x, y) in x.chunks_exact(inputs).zip(y.chunks_exact_mut(outputs)) {
            for (n, y) in y.chunks_mut(8).enumerate() {
                // the last row is computed again where there are fewer
                let row = |i: usize| n * 8 + i.min(y.len() - 1);
                // SAFETY: the caller's word for the instructions, of which AVX2 is one in every set; there are `outputs` rows
                // of `inputs` numbers.
                unsafe {
                    let rows = core::array::from_fn(|i| layer.weight.as_ptr().add(row(i) * inputs));
                    let mut sums = V::dots(rows, x.as_ptr(), inputs);
                    for (i, sum) in sums.iter_mut().enumerate() {
                        *sum = sum.wrapping_add(layer.bias[row(i)]);
                    }
                    let [low, high] = [0, 4].map(|at| core::array::from_fn(|i| layer.scale[row(at + i)]));
                    let steps = [
                        nearest([sums[0], sums[1], sums[2], sums[3]], low),
                        nearest([sums[4], sums[5], sums[6], sums[7]], high),
                    ];
                    for (y, steps) in y.iter_mut().zip(steps.as_flattened()) {
                        *y = layer.output.of(*steps);
                    }
                }
            }
        }
    }
}

/// The nearest integers to sums times scales, halves away from zero; those that no output reaches are nearer to zero.
///
/// # Safety
/// AVX2 is needed.
#[inline(always)]
unsafe fn nearest(sums: [i32; 4], scales: [f64; 4]) -> [i32; 4] {
    // SAFETY: the caller's word.
    unsafe {
        let far = _mm256_set1_pd(1e6);
        let sign = _mm256_set1_pd(-0.0);
        let product = _mm256_mul_pd(
            _mm256_cvtepi32_pd(_mm_loadu_si128(sums.as_ptr().cast())),
            _mm256_loadu_pd(scales.as_ptr()),
        );
        let size = _mm256_min_pd(_mm256_andnot_pd(sign, product), far);
        let whole = _mm256_floor_pd(size);
        let is_up = _mm256_cmp_pd::<_CMP_GE_OQ>(_mm256_sub_pd(size, whole), _mm256_set1_pd(0.5));
        let whole = _mm256_add_pd(whole, _mm256_and_pd(is_up, _mm256_set1_pd(1.0)));
        let mut steps = [0; 4];
        let signed = _mm256_or_pd(whole, _mm256_and_pd(product, sign));
        _mm_storeu_si128(steps.as_mut_ptr().cast(), _mm256_cvtpd_epi32(signed));
        steps
    }
}
