//! The convolutions of `f32`: those of the first instruction set that can, otherwise the plain loops.
//!
//! Sizes are checked as a part of the caller, who knows them; what is computed is compiled once.

use super::super::isa::Isa;
use super::super::simd::{Portable, Simd};
use super::kernels::kernels;
use super::parts::Conv;
use super::to_weight::to_weight;
use super::windows::{forward, to_input};
use super::{Convolutions, Window, places, plain};

impl Convolutions for f32 {
    #[inline(always)]
    fn conv(
        isa: Isa,
        window: &Window,
        w: &[f32],
        bias: Option<&[f32]>,
        x: &[f32],
        y: &mut [f32],
        samples: usize,
        relu: bool,
    ) {
        window.check(x, w, y, samples);
        assert!(bias.is_none_or(|bias| bias.len() == window.output[0]));
        // SAFETY: the slices have the sizes of the window.
        unsafe { to_output(isa, window, w, bias, x, y, samples, relu) }
    }

    #[inline(always)]
    fn conv_grad_input(isa: Isa, window: &Window, w: &[f32], dy: &[f32], dx: &mut [f32], samples: usize) {
        window.check(dx, w, dy, samples);
        // SAFETY: as above.
        unsafe { grad_input(isa, window, w, dy, dx, samples) }
    }

    #[inline(always)]
    fn conv_grad_weight(
        isa: Isa,
        window: &Window,
        x: &[f32],
        dy: &[f32],
        dw: &mut [f32],
        db: Option<&mut [f32]>,
        samples: usize,
        fresh: bool,
    ) {
        window.check(x, dw, dy, samples);
        assert!(db.as_ref().is_none_or(|db| db.len() == window.output[0]));
        // SAFETY: as above.
        unsafe { grad_weight(isa, window, x, dy, dw, db, samples, fresh) }
    }
}

/// [`Convolutions::conv`] of slices that [`Window::check`] lets pass.
#[expect(clippy::too_many_arguments, reason = "the symbols of a formula")]
unsafe fn to_output(
    isa: Isa,
    window: &Window,
    w: &[f32],
    bias: Option<&[f32]>,
    x: &[f32],
    y: &mut [f32],
    samples: usize,
    relu: bool,
) {
    let conv = Conv {
        window,
        samples,
        x: x.as_ptr().cast_mut(),
        w: w.as_ptr().cast_mut(),
        y: y.as_mut_ptr(),
        bias: bias.map(<[f32]>::as_ptr),
        relu,
    };
    // SAFETY: the slices have the sizes of the window; only `y`, which is borrowed uniquely, is written.
    if kernels(isa).iter().any(|by| unsafe { forward(by, &conv) }) {
    } else if Portable::LANES == 1 {
        // SAFETY: as above.
        unsafe { places::conv(window, w, bias, x, y, samples, relu) };
    } else {
        plain::conv(window, w, bias, x, y, samples, relu);
    }
}

/// The same of [`Convolutions::conv_grad_input`].
unsafe fn grad_input(isa: Isa, window: &Window, w: &[f32], dy: &[f32], dx: &mut [f32], samples: usize) {
    let conv = Conv {
        window,
        samples,
        x: dx.as_mut_ptr(),
        w: w.as_ptr().cast_mut(),
        y: dy.as_ptr().cast_mut(),
        bias: None,
        relu: false,
    };
    // SAFETY: as above; only `dx` is written.
    if !kernels(isa).iter().any(|by| unsafe { to_input(by, &conv) }) {
        plain::conv_grad_input(window, w, dy, dx, samples);
    }
}

/// The same of [`Convolutions::conv_grad_weight`].
#[expect(clippy::too_many_arguments, reason = "the symbols of a formula")]
unsafe fn grad_weight(
    isa: Isa,
    window: &Window,
    x: &[f32],
    dy: &[f32],
    dw: &mut [f32],
    db: Option<&mut [f32]>,
    samples: usize,
    fresh: bool,
) {
    if fresh {
        dw.fill(0.0);
    }
    let conv = Conv {
        window,
        samples,
        x: x.as_ptr().cast_mut(),
        w: dw.as_mut_ptr(),
        y: dy.as_ptr().cast_mut(),
        bias: None,
        relu: false,
    };
    // SAFETY: as above; only `dw` is written.
    if !kernels(isa).iter().any(|by| unsafe { to_weight(by, &conv) }) {
        plain::conv_grad_weight(window, x, dy, dw, None, samples, false);
    }
    if let Some(db) = db {
        if fresh {
            db.fill(0.0);
        }
        let plane = window.output[1] * window.output[2];
        match kernels(isa).first() {
            Some(by) if by.fused => {
                for dy in dy.chunks_exact((plane * db.len()).max(1)) {
                    // SAFETY: the slices have these sizes; only `db` is written.
                    unsafe { (by.plane_sums)(dy.as_ptr(), plane, db.len(), db.as_mut_ptr()) };
                }
            }
            _ => plain::conv_grad_bias(window, dy, db, false),
        }
    }
}
