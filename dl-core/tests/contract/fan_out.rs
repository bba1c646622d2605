//! Values with several readers: a backward overwrites, so that each further reader goes through one temporary.

use dl_core::kernels::add_to;
use dl_core::layers::{Dense, Tanh};
use dl_core::nalgebra::SMatrix;
use dl_core::{Layer, Pass, Real, Vals, pointwise};

use crate::support::{check, filled, made};

network! {
    /// `v = stem(x)`, `y = v + tanh(left(v)) + right(v) + x`: `v` has three readers, `x` has two.
    struct FanOut<T>, FanOutGrad { stem: Dense<T, 3, 3>, left: Dense<T, 3, 3>, right: Dense<T, 3, 3> }
}
memory! {
    struct FanOutTape[T: Real, const B: usize]<T, B> { stem: SMatrix<T, 3, B>, left: SMatrix<T, 3, B> }
}
memory! {
    struct FanOutWork[T: Real, const B: usize]<T, B> {
        even: SMatrix<T, 3, B>,
        odd: SMatrix<T, 3, B>,
        /// The one temporary.
        extra: SMatrix<T, 3, B>,
    }
}

impl<T: Real> Layer<T, Vals<3>, Vals<3>> for FanOut<T> {
    type Tape<const B: usize> = FanOutTape<T, B>;
    type Work<const B: usize> = FanOutWork<T, B>;

    fn forward<const B: usize>(
        &self,
        x: &SMatrix<T, 3, B>,
        y: &mut SMatrix<T, 3, B>,
        tape: Option<&mut FanOutTape<T, B>>,
        work: &mut FanOutWork<T, B>,
        pass: Pass<'_, B>,
    ) {
        let (stem, left) = match tape {
            Some(tape) => (&mut tape.stem, &mut tape.left),
            None => (&mut work.even, &mut work.odd),
        };
        self.stem.forward(x, stem, None, &mut (), pass.at(0));
        self.left.forward_then(&Tanh, stem, left, pass.at(1));
        self.right.forward(stem, y, None, &mut (), pass.at(2));
        add_to(y.as_mut_slice(), stem.as_slice());
        add_to(y.as_mut_slice(), left.as_slice());
        add_to(y.as_mut_slice(), x.as_slice());
    }

    fn backward<const B: usize>(
        &self,
        x: &SMatrix<T, 3, B>,
        y: &SMatrix<T, 3, B>,
        tape: &FanOutTape<T, B>,
        dy: &SMatrix<T, 3, B>,
        mut dx: Option<&mut SMatrix<T, 3, B>>,
        mut grad: Option<&mut FanOutGrad<T>>,
        FanOutWork { even: d_stem, odd: d_left, extra }: &mut FanOutWork<T, B>,
        pass: Pass<'_, B>,
    ) {
        let g = grad.as_deref_mut().map(|g| &mut g.right);
        self.right.backward(&tape.stem, y, &(), dy, Some(d_stem), g, &mut (), pass.at(2));
        pointwise::backward_from_output(&Tanh, &tape.left, dy, d_left, pass);
        let g = grad.as_deref_mut().map(|g| &mut g.left);
        self.left.backward(&tape.stem, &tape.left, &(), d_left, Some(extra), g, &mut (), pass.at(1));
        add_to(d_stem.as_mut_slice(), extra.as_slice());
        add_to(d_stem.as_mut_slice(), dy.as_slice());
        let g = grad.map(|g| &mut g.stem);
        self.stem.backward(x, &tape.stem, &(), d_stem, dx.as_deref_mut(), g, &mut (), pass.at(0));
        if let Some(dx) = dx {
            add_to(dx.as_mut_slice(), dy.as_slice());
        }
    }
}

#[test]
fn gradients_of_all_readers_of_a_value_add_up() {
    check(&mut made::<f64, FanOut<f64>>(3), &mut filled::<f64, 3, 2>(4), Pass::infer());
}
