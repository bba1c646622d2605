//! A chain with activations in place: `tanh(out(relu(mid(tanh(hidden(x))))))`.
//!
//! An activation has no value of its own; the last one runs over `y`, whose `dy` is only lent, so that its backward
//! takes the chain's one temporary.

use dl_core::layers::{Dense, Relu, Tanh};
use dl_core::nalgebra::SMatrix;
use dl_core::place::prefix_mut;
use dl_core::{Layer, Pass, Real, Vals, pointwise};

use crate::support::{check, filled, made, zero};

network! {
    struct Chain<T>, ChainGrad { hidden: Dense<T, 3, 5>, mid: Dense<T, 5, 4>, out: Dense<T, 4, 2> }
}
memory! {
    struct ChainTape[T: Real, const B: usize]<T, B> { hidden: SMatrix<T, 5, B>, mid: SMatrix<T, 4, B> }
}
memory! {
    /// Two slots; each value is a prefix of one.
    struct ChainWork[T: Real, const B: usize]<T, B> { even: SMatrix<T, 5, B>, odd: SMatrix<T, 4, B> }
}

impl<T: Real> Layer<T, Vals<3>, Vals<2>> for Chain<T> {
    type Tape<const B: usize> = ChainTape<T, B>;
    type Work<const B: usize> = ChainWork<T, B>;

    fn forward<const B: usize>(
        &self,
        x: &SMatrix<T, 3, B>,
        y: &mut SMatrix<T, 2, B>,
        tape: Option<&mut ChainTape<T, B>>,
        work: &mut ChainWork<T, B>,
        pass: Pass<'_, B>,
    ) {
        if let Some(tape) = tape {
            self.hidden.forward_then(&Tanh, x, &mut tape.hidden, pass.at(0));
            self.mid.forward_then(&Relu, &tape.hidden, &mut tape.mid, pass.at(1));
            self.out.forward_then(&Tanh, &tape.mid, y, pass.at(2));
        } else {
            let hidden = prefix_mut::<T, 5, _, B>(&mut work.even);
            self.hidden.forward_then(&Tanh, x, hidden, pass.at(0));
            let mid = prefix_mut::<T, 4, _, B>(&mut work.odd);
            self.mid.forward_then(&Relu, hidden, mid, pass.at(1));
            self.out.forward_then(&Tanh, mid, y, pass.at(2));
        }
    }

    fn backward<const B: usize>(
        &self,
        x: &SMatrix<T, 3, B>,
        y: &SMatrix<T, 2, B>,
        tape: &ChainTape<T, B>,
        dy: &SMatrix<T, 2, B>,
        dx: Option<&mut SMatrix<T, 3, B>>,
        mut grad: Option<&mut ChainGrad<T>>,
        work: &mut ChainWork<T, B>,
        pass: Pass<'_, B>,
    ) {
        let d_out = prefix_mut::<T, 2, _, B>(&mut work.even);
        pointwise::backward_from_output(&Tanh, y, dy, d_out, pass);
        let d_mid = prefix_mut::<T, 4, _, B>(&mut work.odd);
        let g = grad.as_deref_mut().map(|g| &mut g.out);
        self.out.backward(&tape.mid, y, &(), d_out, Some(d_mid), g, &mut (), pass.at(2));
        pointwise::backward_in_place(&Relu, &tape.mid, d_mid, pass);
        let d_hidden = prefix_mut::<T, 5, _, B>(&mut work.even);
        let g = grad.as_deref_mut().map(|g| &mut g.mid);
        self.mid.backward(&tape.hidden, &tape.mid, &(), d_mid, Some(d_hidden), g, &mut (), pass.at(1));
        pointwise::backward_in_place(&Tanh, &tape.hidden, d_hidden, pass);
        let g = grad.map(|g| &mut g.hidden);
        self.hidden.backward(x, &tape.hidden, &(), d_hidden, dx, g, &mut (), pass.at(0));
    }
}

#[test]
fn a_chain_with_activations_in_place_has_the_right_gradients() {
    check(&mut made::<f64, Chain<f64>>(1), &mut filled::<f64, 3, 4>(2), Pass::infer());
}

#[test]
fn activations_in_place_equal_activations_with_values_of_their_own() {
    let (net, x) = (made::<f32, Chain<f32>>(1), filled::<f32, 3, 4>(2));
    let mut y = SMatrix::<f32, 2, 4>::zeros();
    net.forward(&x, &mut y, None, &mut zero(), Pass::infer());

    let (mut a, mut b) = (SMatrix::<f32, 5, 4>::zeros(), SMatrix::<f32, 5, 4>::zeros());
    let (mut c, mut d) = (SMatrix::<f32, 4, 4>::zeros(), SMatrix::<f32, 4, 4>::zeros());
    let (mut e, mut apart) = (SMatrix::<f32, 2, 4>::zeros(), SMatrix::<f32, 2, 4>::zeros());
    net.hidden.forward(&x, &mut a, None, &mut (), Pass::infer());
    Tanh.forward(&a, &mut b, None, &mut (), Pass::infer());
    net.mid.forward(&b, &mut c, None, &mut (), Pass::infer());
    Relu.forward(&c, &mut d, None, &mut (), Pass::infer());
    net.out.forward(&d, &mut e, None, &mut (), Pass::infer());
    Tanh.forward(&e, &mut apart, None, &mut (), Pass::infer());
    assert_eq!(y, apart);
    assert!(d.iter().any(|d| *d == 0.0) && d.iter().any(|d| *d > 0.0), "both sides of the kink are met");
}
