//! The gradient of the input of depthwise windows of 3 × 3 with a stride of 2.
//!
//! With `i = 2 q + r - pad`, row `i` of the input gets `w[0] dy[q] + w[2] dy[q - 1]` if `r` is 0, and `w[1] dy[q]` if it is
//! 1; columns likewise. So two vectors of a row of `dy`, one of them moved by a column, make two rows of `dx`, and half of
//! them is known from the row before.

use super::super::simd::{F32x8, F32x16, WIDEST, Wide};
use super::Window;
use super::depthwise::bits;
use super::kernels::Kernels;
use super::parts::Conv;

/// The gradient of the input, if the window is of this kind.
pub(super) unsafe fn to_input(by: &Kernels, conv: &Conv<'_>) -> bool {
    let Window { input, output, kernel, stride, dilation, groups, .. } = *conv.window;
    let alone = groups == input[0] && groups == output[0];
    match by.halved {
        Some(halved) if alone && kernel == [3, 3] && stride == [2, 2] && dilation == [1, 1] => {
            // SAFETY: the caller's word for the maps; masks keep to what is inside of them.
            unsafe { halved(conv) };
            true
        }
        _ => false,
    }
}

/// All maps.
#[inline(always)]
unsafe fn maps<V: Wide>(conv: &Conv<'_>) {
    let (window, plane) = (conv.window, conv.sizes().1);
    let ([channels, h, w], [_, oh, ow], pad) = (window.input, window.output, window.pad);
    let (mut low, mut high) = ([0; WIDEST], [0; WIDEST]);
    for i in 0..V::LANES {
        let place = i / 2 + i % 2 * V::LANES;
        (low[i], high[i]) = (place as i32, (place + V::LANES / 2) as i32);
    }
    for i in 0..conv.samples * channels {
        let (dx, dy) = (conv.x.wrapping_add(i * h * w), conv.y.wrapping_add(i * plane));
        // SAFETY: the caller's; masks keep to what is inside of the maps.
        unsafe {
            let mut weights = [V::splat(0.0); 9];
            for (k, weight) in weights.iter_mut().enumerate() {
                *weight = V::splat(*conv.w.add(k * channels + i % channels));
            }
            for p in (pad[1] / 2..(pad[1] + w).div_ceil(2)).step_by(V::LANES) {
                let inside = |at: isize, size: usize| bits(V::LANES, -at, size as isize - at);
                let masks = [inside(p as isize, ow), inside(p as isize - 1, ow)];
                let load = |q: usize| {
                    let masks = if q < oh { masks } else { [0; 2] };
                    let from = dy.wrapping_add(q.wrapping_mul(ow).wrapping_add(p));
                    [V::load_masked(from, masks[0]), V::load_masked(from.wrapping_sub(1), masks[1])]
                };
                let column = 2 * p as isize - pad[1] as isize;
                let stored = [inside(column, w), inside(column + V::LANES as isize, w)];
                let mut before = load((pad[0] / 2).wrapping_sub(1));
                for q in pad[0] / 2..(pad[0] + h).div_ceil(2) {
                    let now = load(q);
                    let sum = |sum: V, k: usize, v: V| v.mul_add(weights[k], sum);
                    let zero = V::splat(0.0);
                    let even = [
                        sum(sum(sum(sum(zero, 0, now[0]), 2, now[1]), 6, before[0]), 8, before[1]),
                        sum(sum(zero, 1, now[0]), 7, before[0]),
                    ];
                    let odd = [sum(sum(zero, 3, now[0]), 5, now[1]), sum(zero, 4, now[0])];
                    for (r, pair) in [even, odd].into_iter().enumerate() {
                        let row = (2 * q + r).wrapping_sub(pad[0]);
                        if row < h {
                            let to = dx.wrapping_add(row * w).wrapping_offset(column);
                            V::pick(pair, &low).store_masked(to, stored[0]);
                            if stored[1] != 0 {
                                V::pick(pair, &high).store_masked(to.wrapping_add(V::LANES), stored[1]);
                            }
                        }
                    }
                    before = now;
                }
            }
        }
    }
}

/// What is compiled for an instruction set that has masks. Asks for a processor with the instructions, and for maps and
/// weights as the convolution says.
pub(super) type Halved = unsafe fn(&Conv<'_>);

macro_rules! halved {
    (#[$meta:meta] $name:ident: $v:ty) => {
        pub(super) const $name: Option<Halved> = {
            #[$meta]
            unsafe fn halved(conv: &Conv<'_>) {
                // SAFETY: the caller's word.
                unsafe { maps::<$v>(conv) }
            }
            Some(halved)
        };
    };
}

halved! {
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
    AVX512: F32x16
}
halved! {
    #[target_feature(enable = "avx2,fma")]
    AVX2: F32x8
}
