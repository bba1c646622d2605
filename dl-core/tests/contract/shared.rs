//! A field called twice: one weight, two uses, `y = tanh(fc(tanh(fc(x))))`.

use dl_core::layers::{Dense, Tanh};
use dl_core::nalgebra::SMatrix;
use dl_core::{Blank, Layer, Pass, Real, Vals, pointwise};

use crate::support::{check, filled, made};

network! { struct Twice<T>, TwiceGrad { fc: Dense<T, 3, 3> } }
memory! { struct TwiceTape[T: Real, const B: usize]<T, B> { fc: SMatrix<T, 3, B> } }
memory! {
    struct TwiceWork[T: Real, const B: usize]<T, B> { even: SMatrix<T, 3, B>, odd: SMatrix<T, 3, B> }
}

impl<T: Real> Layer<T, Vals<3>, Vals<3>> for Twice<T> {
    type Tape<const B: usize> = TwiceTape<T, B>;
    type Work<const B: usize> = TwiceWork<T, B>;

    fn forward<const B: usize>(
        &self,
        x: &SMatrix<T, 3, B>,
        y: &mut SMatrix<T, 3, B>,
        tape: Option<&mut TwiceTape<T, B>>,
        work: &mut TwiceWork<T, B>,
        pass: Pass<'_, B>,
    ) {
        let fc = match tape {
            Some(tape) => &mut tape.fc,
            None => &mut work.even,
        };
        self.fc.forward_then(&Tanh, x, fc, pass.at(0));
        self.fc.forward_then(&Tanh, fc, y, pass.at(1));
    }

    fn backward<const B: usize>(
        &self,
        x: &SMatrix<T, 3, B>,
        y: &SMatrix<T, 3, B>,
        tape: &TwiceTape<T, B>,
        dy: &SMatrix<T, 3, B>,
        dx: Option<&mut SMatrix<T, 3, B>>,
        mut grad: Option<&mut TwiceGrad<T>>,
        TwiceWork { even: d_out, odd: d_fc }: &mut TwiceWork<T, B>,
        pass: Pass<'_, B>,
    ) {
        pointwise::backward_from_output(&Tanh, y, dy, d_out, pass);
        let g = grad.as_deref_mut().map(|g| &mut g.fc);
        self.fc.backward(&tape.fc, y, &(), d_out, Some(d_fc), g, &mut (), pass.at(1));
        pointwise::backward_in_place(&Tanh, &tape.fc, d_fc, pass);
        let g = grad.map(|g| &mut g.fc);
        self.fc.backward(x, &tape.fc, &(), d_fc, dx, g, &mut (), pass.at(0));
    }
}

#[test]
fn gradients_of_both_uses_of_a_weight_add_up() {
    check(&mut made::<f64, Twice<f64>>(5), &mut filled::<f64, 3, 2>(6), Pass::infer());
}

#[test]
fn a_weight_used_twice_is_visited_once_and_has_one_gradient() {
    let (mut net, mut grad) = (made::<f64, Twice<f64>>(5), TwiceGrad::ZERO);
    let names: Vec<_> = crate::support::params_of(&net).into_iter().map(|p| p.0).collect();
    assert_eq!(names, ["fc.weight", "fc.bias"]);
    assert_eq!(crate::support::named(&mut net, &mut grad).len(), 2);
    assert_eq!(size_of::<TwiceGrad<f64>>(), 12 * size_of::<f64>());
}
