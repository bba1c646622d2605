//! The first layer of a network asks for no `dx`, and no memory is set aside for it.

use dl_core::nalgebra::SMatrix;
use dl_core::{Blank, Layer, Pass, Real, Signal, Vals};

use crate::chain::Chain;
use crate::layers::Attend;
use crate::support::{bits, filled, made, named, zero};

fn gradient<const WANTED: bool>(x: &SMatrix<f64, 3, 4>) -> Vec<(String, Vec<u64>)> {
    let mut net = made::<f64, Chain<f64>>(80);
    let (mut y, mut dx) = (SMatrix::<f64, 2, 4>::zeros(), SMatrix::<f64, 3, 4>::zeros());
    let (mut tape, mut work, mut grad) = (zero(), zero(), zero());
    net.forward(x, &mut y, Some(&mut tape), &mut work, Pass::infer());
    let dy = filled(82);
    let wanted = if WANTED { <Vals<3>>::grad(&mut dx) } else { <Vals<3>>::no_grad() };
    net.backward(x, &y, &tape, &dy, wanted, Some(&mut grad), &mut work, Pass::infer());
    assert_eq!(dx.iter().any(|d| *d != 0.0), WANTED);
    named(&mut net, &mut grad).into_iter().map(|(name, g)| (name, bits(&g))).collect()
}

#[test]
fn the_gradient_is_the_same_bits_without_dx() {
    let x = filled(81);
    assert_eq!(gradient::<true>(&x), gradient::<false>(&x));
    assert!(gradient::<false>(&x).iter().all(|(_, g)| g.iter().any(|g| *g != 0)));
}

#[test]
fn one_of_two_inputs_may_want_none() {
    let layer = made::<f64, Attend<f64, 2, 3, 4>>(83);
    let (q, k, dy) = (filled::<f64, 6, 2>(84), filled::<f64, 8, 2>(85), filled::<f64, 6, 2>(86));
    let (mut y, mut tape, mut work) = (zero(), zero(), zero());
    layer.forward((&q, &k), &mut y, Some(&mut tape), &mut work, Pass::infer());
    let mut run = |dx: (Option<&mut SMatrix<f64, 6, 2>>, Option<&mut SMatrix<f64, 8, 2>>)| {
        let mut grad = Attend::ZERO;
        layer.backward((&q, &k), &y, &tape, &dy, dx, Some(&mut grad), &mut work, Pass::infer());
        grad.weight
    };
    let (mut dq, mut dk, mut only_q, mut only_k) = (zero(), zero(), zero(), zero());
    let full = run((Some(&mut dq), Some(&mut dk)));
    assert_eq!(full, run((Some(&mut only_q), None)));
    assert_eq!(full, run((None, Some(&mut only_k))));
    assert_eq!((dq, dk), (only_q, only_k));
    assert!(dk.iter().all(|d| *d != 0.0));
}

#[test]
fn scratch_memory_holds_no_gradient_of_the_input() {
    fn work_bytes<T: Real, L: Layer<T, Vals<3>, Vals<2>>>() -> usize {
        size_of::<L::Work<1>>()
    }
    assert_eq!(
        work_bytes::<f32, Chain<f32>>(),
        (5 + 4) * size_of::<f32>(),
        "the two slots of the values within"
    );
}
