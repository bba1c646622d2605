//! A layer with state: back through time over a whole sequence, or forward one step at a time.

use dl_core::layers::Dense;
use dl_core::nalgebra::SMatrix;
use dl_core::signal::Lens;
use dl_core::{Blank, Layer, Pass, Real, Stream, Vals};

use crate::layers::Rnn;
use crate::support::{bits, check, filled, made, zero};

network! {
    /// Two recurrences and a product for each step: `[5, 2]` in, `[5, 1]` out.
    struct Speak<T>, SpeakGrad { low: Rnn<T, 2, 3>, high: Rnn<T, 3, 2>, out: Dense<T, 2, 1> }
}
memory! {
    struct SpeakTape[T: Real, const B: usize]<T, B> { low: SMatrix<T, 15, B>, high: SMatrix<T, 10, B> }
}
memory! {
    struct SpeakWork[T: Real, const B: usize]<T, B> {
        even: SMatrix<T, 15, B>,
        odd: SMatrix<T, 10, B>,
        in_low: [[T; 3]; 2],
        in_high: [[T; 2]; 2],
    }
}
memory! {
    #[derive(Clone, Copy)]
    struct SpeakState[T: Real, const B: usize]<T, B> { low: SMatrix<T, 3, B>, high: SMatrix<T, 2, B> }
}
memory! { struct SpeakStep[T: Real, const B: usize]<T, B> { even: SMatrix<T, 3, B>, odd: SMatrix<T, 2, B> } }

impl<T: Real> Layer<T, Vals<10>, Vals<5>> for Speak<T> {
    type Tape<const B: usize> = SpeakTape<T, B>;
    type Work<const B: usize> = SpeakWork<T, B>;

    fn forward<const B: usize>(
        &self,
        x: &SMatrix<T, 10, B>,
        y: &mut SMatrix<T, 5, B>,
        tape: Option<&mut SpeakTape<T, B>>,
        work: &mut SpeakWork<T, B>,
        pass: Pass<'_, B>,
    ) {
        let (low, high) = match tape {
            Some(tape) => (&mut tape.low, &mut tape.high),
            None => (&mut work.even, &mut work.odd),
        };
        self.low.forward(x, low, None, &mut work.in_low, pass.at(0));
        self.high.forward(low, high, None, &mut work.in_high, pass.at(1));
        self.out.forward(high, y, None, &mut (), pass.at(2));
    }

    fn backward<const B: usize>(
        &self,
        x: &SMatrix<T, 10, B>,
        y: &SMatrix<T, 5, B>,
        tape: &SpeakTape<T, B>,
        dy: &SMatrix<T, 5, B>,
        dx: Option<&mut SMatrix<T, 10, B>>,
        mut grad: Option<&mut SpeakGrad<T>>,
        work: &mut SpeakWork<T, B>,
        pass: Pass<'_, B>,
    ) {
        let (d_low, d_high) = (&mut work.even, &mut work.odd);
        let g = grad.as_deref_mut().map(|g| &mut g.out);
        self.out.backward(&tape.high, y, &(), dy, Some(d_high), g, &mut (), pass.at(2));
        let g = grad.as_deref_mut().map(|g| &mut g.high);
        self.high.backward(&tape.low, &tape.high, &(), d_high, Some(d_low), g, &mut work.in_high, pass.at(1));
        let g = grad.map(|g| &mut g.low);
        self.low.backward(x, &tape.low, &(), d_low, dx, g, &mut work.in_low, pass.at(0));
    }
}

impl<T: Real> Stream<T, Vals<2>, Vals<1>> for Speak<T> {
    type State<const B: usize> = SpeakState<T, B>;
    type Work<const B: usize> = SpeakStep<T, B>;

    fn step<const B: usize>(
        &self,
        x: &SMatrix<T, 2, B>,
        y: &mut SMatrix<T, 1, B>,
        state: &mut SpeakState<T, B>,
        work: &mut SpeakStep<T, B>,
        pass: Pass<'_, B>,
    ) {
        self.low.step(x, &mut work.even, &mut state.low, &mut (), pass.at(0));
        self.high.step(&work.even, &mut work.odd, &mut state.high, &mut (), pass.at(1));
        self.out.forward(&work.odd, y, None, &mut (), pass.at(2)); // no state: a step is a sequence of one
    }
}

#[test]
fn gradients_flow_back_through_time() {
    let checked = check(&mut made::<f64, Speak<f64>>(50), &mut filled::<f64, 10, 2>(51), Pass::infer());
    assert!(checked.dx.iter().all(|d| *d != 0.0), "the first step moves the last output");
}

#[test]
fn time_ends_where_the_sequence_ends() {
    let mut rnn = made::<f64, Rnn<f64, 2, 3>>(52);
    let pass = Pass::infer().padded(Lens::of(&[5, 2]));
    let dx = check::<_, Vals<10>, Vals<15>, 2>(&mut rnn, &mut filled::<f64, 10, 2>(53), pass).dx;
    assert!(dx[..14].iter().all(|d| *d != 0.0) && dx[14..].iter().all(|d| *d == 0.0), "{dx:?}");
}

#[test]
fn stepping_gives_the_bits_of_the_whole_sequence() {
    const B: usize = 3;
    let (net, x) = (made::<f32, Speak<f32>>(54), filled::<f32, 10, B>(55));
    let mut whole = SMatrix::<f32, 5, B>::zeros();
    net.forward(&x, &mut whole, None, &mut zero(), Pass::infer());

    let (mut state, mut work) = (SpeakState::<f32, B>::ZERO, zero());
    for t in 0..5 {
        let (now, mut y) = (x.fixed_rows::<2>(2 * t).into_owned(), SMatrix::<f32, 1, B>::zeros());
        net.step(&now, &mut y, &mut state, &mut work, Pass::infer());
        let expected: Vec<f32> = whole.row(t).iter().copied().collect();
        assert_eq!(bits(y.as_slice()), bits(&expected), "step {t}");
    }
}

#[test]
fn the_state_is_what_a_step_remembers() {
    let (net, x) = (made::<f32, Speak<f32>>(54), filled::<f32, 2, 1>(55));
    let (mut state, mut work) = (SpeakState::<f32, 1>::ZERO, zero());
    let (mut first, mut second, mut afresh) = (SMatrix::zeros(), SMatrix::zeros(), SMatrix::zeros());
    net.step(&x, &mut first, &mut state, &mut work, Pass::infer());
    net.step(&x, &mut second, &mut state, &mut work, Pass::infer());
    net.step(&x, &mut afresh, &mut zero(), &mut work, Pass::infer());
    assert_ne!(first, second);
    assert_eq!(first, afresh);
}
