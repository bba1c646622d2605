//! `#[derive(Blank)]` and `#[derive(Params)]` of users' own structs.
#![forbid(unsafe_code)]

use std::marker::PhantomData;

use dl::params::Path;
use dl::place::{MIXED, Overlap};
use dl::{Blank, Params, Rng, ZeroValid};

#[derive(Blank)]
struct Numbers<const B: usize, T> {
    first: [T; B],
    second: T,
}

#[derive(Blank)]
#[repr(align(16))]
struct Aligned<T> {
    one: T,
}

#[derive(Blank)]
struct Mixed<T> {
    number: T,
    count: u16,
}

#[test]
fn numbers_of_one_size_without_padding_are_known_as_such() {
    assert_eq!(<Numbers<3, f32> as ZeroValid>::ATOM, 4);
    assert_eq!(<Numbers<3, f64> as ZeroValid>::ATOM, 8);
    assert_eq!(<Mixed<f32> as ZeroValid>::ATOM, MIXED);
    assert_eq!(<Aligned<f32> as ZeroValid>::ATOM, MIXED, "12 of its 16 bytes are padding");
}

#[test]
fn memory_with_padding_is_cleared_before_another_layer_takes_it() {
    let mut work = Overlap::<Aligned<f32>, [f32; 4]>::ZERO;
    work.first().one = 7.0;
    assert_eq!(*work.second(), [0.0; 4]);
    let mut work = Overlap::<Mixed<f32>, [f32; 2]>::ZERO;
    (work.first().number, work.first().count) = (1.0, 2);
    assert_eq!(*work.second(), [0.0; 2]);
    let mut work = Overlap::<Numbers<2, f32>, [f32; 3]>::ZERO;
    *work.second() = [1.0, 2.0, 3.0];
    let numbers = work.first();
    assert_eq!(numbers.first.iter().sum::<f32>() + numbers.second, 6.0);
}

#[derive(Params)]
struct Nothing<T = f32>(PhantomData<T>);

#[test]
fn a_layer_without_parameters_names_its_scalar() {
    let mut nothing = Nothing::<f32>::ZERO;
    nothing.init(Rng::new(0));
    nothing.visit(Path::ROOT, &mut |at, _| panic!("{at} is no parameter"));
    nothing.zip([], Path::ROOT, &mut |at, _, []| panic!("{at} is no parameter"));
    assert_eq!((<Nothing as Params<f32>>::PARAMS, size_of::<Nothing>()), (0, 0));
}
