//! A network as a layer of another: `last(inner(first(x)))`, `inner` being the chain.

use dl_core::layers::Dense;
use dl_core::nalgebra::SMatrix;
use dl_core::place::prefix_mut;
use dl_core::{Layer, Pass, Real, Vals};

use crate::chain::{Chain, ChainTape, ChainWork};
use crate::support::{check, filled, made, params_of, zero};

network! {
    struct Outer<T>, OuterGrad { first: Dense<T, 2, 3>, inner: Chain<T>, last: Dense<T, 2, 2> }
}
memory! {
    struct OuterTape[T: Real, const B: usize]<T, B> {
        first: SMatrix<T, 3, B>,
        inner: SMatrix<T, 2, B>,
        in_inner: ChainTape<T, B>,
    }
}
memory! {
    struct OuterWork[T: Real, const B: usize]<T, B> {
        even: SMatrix<T, 3, B>,
        odd: SMatrix<T, 2, B>,
        in_inner: ChainWork<T, B>,
    }
}

impl<T: Real> Layer<T, Vals<2>, Vals<2>> for Outer<T> {
    type Tape<const B: usize> = OuterTape<T, B>;
    type Work<const B: usize> = OuterWork<T, B>;

    fn forward<const B: usize>(
        &self,
        x: &SMatrix<T, 2, B>,
        y: &mut SMatrix<T, 2, B>,
        tape: Option<&mut OuterTape<T, B>>,
        work: &mut OuterWork<T, B>,
        pass: Pass<'_, B>,
    ) {
        let (first, inner, in_inner) = match tape {
            Some(tape) => (&mut tape.first, &mut tape.inner, Some(&mut tape.in_inner)),
            None => (&mut work.even, &mut work.odd, None),
        };
        self.first.forward(x, first, None, &mut (), pass.at(0));
        self.inner.forward(first, inner, in_inner, &mut work.in_inner, pass.at(1));
        self.last.forward(inner, y, None, &mut (), pass.at(2));
    }

    fn backward<const B: usize>(
        &self,
        x: &SMatrix<T, 2, B>,
        y: &SMatrix<T, 2, B>,
        tape: &OuterTape<T, B>,
        dy: &SMatrix<T, 2, B>,
        dx: Option<&mut SMatrix<T, 2, B>>,
        mut grad: Option<&mut OuterGrad<T>>,
        work: &mut OuterWork<T, B>,
        pass: Pass<'_, B>,
    ) {
        let d_inner = &mut work.odd;
        let g = grad.as_deref_mut().map(|g| &mut g.last);
        self.last.backward(&tape.inner, y, &(), dy, Some(d_inner), g, &mut (), pass.at(2));
        let d_first = prefix_mut::<T, 3, _, B>(&mut work.even);
        self.inner.backward(
            &tape.first,
            &tape.inner,
            &tape.in_inner,
            d_inner,
            Some(d_first),
            grad.as_deref_mut().map(|g| &mut g.inner),
            &mut work.in_inner,
            pass.at(1),
        );
        let g = grad.map(|g| &mut g.first);
        self.first.backward(x, &tape.first, &(), d_first, dx, g, &mut (), pass.at(0));
    }
}

#[test]
fn a_network_inside_a_network_has_the_right_gradients() {
    let checked = check(&mut made::<f64, Outer<f64>>(16), &mut filled::<f64, 2, 3>(17), Pass::infer());
    assert_eq!(checked.of("inner.mid.weight").len(), 20);
}

#[test]
fn a_nested_network_computes_what_it_computes_alone() {
    let (net, x) = (made::<f32, Outer<f32>>(16), filled::<f32, 2, 3>(17));
    let (mut y, mut first) = (SMatrix::<f32, 2, 3>::zeros(), SMatrix::<f32, 3, 3>::zeros());
    let (mut inner, mut apart) = (SMatrix::<f32, 2, 3>::zeros(), SMatrix::<f32, 2, 3>::zeros());
    net.forward(&x, &mut y, None, &mut zero(), Pass::infer());
    net.first.forward(&x, &mut first, None, &mut (), Pass::infer());
    net.inner.forward(&first, &mut inner, None, &mut zero(), Pass::infer());
    net.last.forward(&inner, &mut apart, None, &mut (), Pass::infer());
    assert_eq!(y, apart);
}

#[test]
fn parameters_of_a_nested_network_carry_its_name() {
    let names: Vec<_> = params_of(&made::<f32, Outer<f32>>(16)).into_iter().map(|p| p.0).collect();
    let inner = ["hidden", "mid", "out"].map(|f| [format!("inner.{f}.weight"), format!("inner.{f}.bias")]);
    assert_eq!(names[2..8], inner.concat());
}
