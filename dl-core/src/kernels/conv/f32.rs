//! The convolutions of `f32`: those of the first instruction set that can, otherwise the plain loops.

use super::super::isa::Isa;
use super::kernels::kernels;
use super::parts::Conv;
use super::to_weight::to_weight;
use super::windows::{forward, to_input};
use super::{Convolutions, Window, plain};

impl Convolutions for f32 {
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
        if !kernels(isa).iter().any(|by| unsafe { forward(by, &conv) }) {
            plain::conv(window, w, bias, x, y, samples, relu);
        }
    }

    fn conv_grad_input(isa: Isa, window: &Window, w: &[f32], dy: &[f32], dx: &mut [f32], samples: usize) {
        window.check(dx, w, dy, samples);
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
            assert!(db.len() == window.output[0]);
            if fresh {
                db.fill(0.0);
            }
            let plane = window.output[1] * window.output[2];
            match kernels(isa).first() {
                Some(by) if by.fused => {
                    for dy in dy.chunks_exact(plane * db.len()) {
                        // SAFETY: the slices have these sizes; only `db` is written.
                        unsafe { (by.plane_sums)(dy.as_ptr(), plane, db.len(), db.as_mut_ptr()) };
                    }
                }
                _ => plain::conv_grad_bias(window, dy, db, false),
            }
        }
    }
}
