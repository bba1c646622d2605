//! A layer with two inputs, each with valid lengths of its own: attention of one sequence over another.

use dl_core::nalgebra::SMatrix;
use dl_core::signal::{Lengths, Lens};
use dl_core::{Blank, Layer, Pass};

use crate::layers::Attend;
use crate::support::{check, filled, made, zero};

type Net = Attend<f64, 2, 3, 4>;

#[test]
fn both_inputs_of_a_layer_get_their_gradients() {
    let mut x = (filled::<f64, 6, 2>(7), filled::<f64, 8, 2>(8));
    let checked = check(&mut made::<f64, Net>(9), &mut x, Pass::infer());
    assert!(checked.dx.iter().all(|d| *d != 0.0), "every number of both inputs matters");
}

#[test]
fn each_input_has_its_own_valid_lengths() {
    let (queries, keys) = ([2, 3], [4, 2]);
    let pass = Pass::infer().padded((Lens::of(&queries), Lens::of(&keys)));
    let mut x = (filled::<f64, 6, 2>(7), filled::<f64, 8, 2>(8));
    let dx = check(&mut made::<f64, Net>(9), &mut x, pass).dx;
    let zero = |range: core::ops::Range<usize>| dx[range].iter().all(|d| *d == 0.0);
    assert!(
        !zero(2..4) && zero(4..6) && !zero(10..12),
        "two queries of the first, three of the second: {dx:?}"
    );
    assert!(
        !zero(18..20) && !zero(22..24) && zero(24..28),
        "four keys of the first, two of the second: {dx:?}"
    );
}

#[test]
fn padded_pairs_equal_the_unpadded_pair() {
    let wide = made::<f64, Net>(9);
    let mut small = Attend::<f64, 2, 2, 3>::ZERO;
    small.weight.copy_from(&wide.weight);
    let (q, k) = (filled::<f64, 6, 1>(7), filled::<f64, 8, 1>(8));
    let mut y = SMatrix::<f64, 6, 1>::zeros();
    let pass = Pass::infer().padded((Lens::of(&[2]), Lens::of(&[3])));
    wide.forward((&q, &k), &mut y, None, &mut zero(), pass);

    let (q, k) = (q.fixed_rows::<4>(0).into_owned(), k.fixed_rows::<6>(0).into_owned());
    let mut exact = SMatrix::<f64, 4, 1>::zeros();
    small.forward((&q, &k), &mut exact, None, &mut zero(), Pass::infer());
    assert_eq!(y.as_slice()[..4], *exact.as_slice());
    assert_eq!(y.as_slice()[4..], [0.0; 2]);
}

#[test]
fn the_output_has_the_lengths_of_the_first_input() {
    let (queries, keys) = ([2, 3], [4, 1]);
    let pass = Pass::infer().padded((Lens::of(&queries), Lens::of(&keys)));
    let out = <Net as Layer<f64, (dl_core::Vals<6>, dl_core::Vals<8>), dl_core::Vals<6>>>::lens::<2>(pass);
    assert_eq!([out.lead().steps(0, 3), out.lead().steps(1, 3)], [2, 3]);
}
