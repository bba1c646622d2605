//! Layers with flaws, each of which must be seen.

extern crate std;
use core::marker::PhantomData;
use std::string::{String, ToString};

use nalgebra::{SMatrix, SVector, matrix, vector};

use super::*;
use crate::layers::Dense;
use crate::params::{Kind, Order, Param, ParamMut, Visitor, Zipper};
use crate::{Shape, Tokens, Vals};

const RIGHT: usize = 0;
const WRONG_SIGN: usize = 1;
const SLIGHTLY_WRONG: usize = 2;
const GRAD_OVERWRITTEN: usize = 3;
const DX_ADDED: usize = 4;
const Y_ADDED: usize = 5;
const TAPE_MATTERS: usize = 6;
const DX_MATTERS: usize = 7;
const GRAD_MATTERS: usize = 8;
const READS_X_SECRETLY: usize = 9;
const NO_DX: usize = 10;
const NO_GRAD: usize = 11;
const OVERFLOWS: usize = 12;
const NOT_SET: usize = 13;

fn cube(x: f64) -> f64 {
    x * x * x
}

struct Flaw<const F: usize>;

/// `yᵢ = wᵢ xᵢ³ + bᵢ`, with flaw `F`. A tuple, since those are `ZeroValid` without unsafe code.
type Cubes<const F: usize> = (SVector<f64, 2>, SVector<f64, 2>, PhantomData<Flaw<F>>);

impl<const F: usize> Params<f64> for Cubes<F> {
    type Grad = Self;
    const PARAMS: usize = 4;
    fn visit(&self, at: Path<'_>, f: &mut Visitor<'_, f64>) {
        let shape = Shape::new([2]);
        f(at.field("weight"), Param::new(self.0.as_slice(), shape, Order::RowMajor, Kind::Weight));
        f(at.field("bias"), Param::new(self.1.as_slice(), shape, Order::RowMajor, Kind::Bias));
    }
    fn zip<const N: usize>(&mut self, mut with: [&mut Self; N], at: Path<'_>, f: &mut Zipper<'_, f64, N>) {
        let (weight, bias, shape) = (self.0.as_mut_slice(), self.1.as_mut_slice(), Shape::new([2]));
        let grads = with.each_mut().map(|g| g.0.as_mut_slice());
        f(at.field("weight"), ParamMut::new(weight, shape, Order::RowMajor, Kind::Weight), grads);
        let grads = with.map(|g| g.1.as_mut_slice());
        f(at.field("bias"), ParamMut::new(bias, shape, Order::RowMajor, Kind::Bias), grads);
    }
    fn init(&mut self, _: Rng) {}
}

impl<const F: usize> Layer<f64, Vals<2>, Vals<2>> for Cubes<F> {
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();
    const NEEDS_X: bool = F != READS_X_SECRETLY;
    const NEEDS_Y: bool = false;
    const SETS_GRAD: bool = F == NOT_SET;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<f64, 2, B>,
        y: &mut SMatrix<f64, 2, B>,
        tape: Option<&mut ()>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        for b in 0..B {
            for i in 0..2 {
                let value = self.0[i] * cube(x[(i, b)]) + self.1[i];
                y[(i, b)] = match F {
                    Y_ADDED => y[(i, b)] + value,
                    TAPE_MATTERS if tape.is_none() => value + 1e-15,
                    OVERFLOWS => value / 0.0,
                    _ => value,
                };
            }
        }
    }

    fn backward<'a, const B: usize>(
        &self,
        x: &SMatrix<f64, 2, B>,
        _: &SMatrix<f64, 2, B>,
        _: &(),
        dy: &SMatrix<f64, 2, B>,
        dx: Option<&mut SMatrix<f64, 2, B>>,
        grad: Option<&mut Self>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        let (dx_wanted, grad_wanted) = (dx.is_some(), grad.is_some());
        if let Some(dx) = dx {
            for (i, value) in dx.as_mut_slice().iter_mut().enumerate() {
                let here = 3.0 * self.0[i % 2] * x.as_slice()[i] * x.as_slice()[i] * dy.as_slice()[i];
                *value = match F {
                    DX_ADDED => *value + here,
                    SLIGHTLY_WRONG => here * (1.0 + 2e-7),
                    GRAD_MATTERS if !grad_wanted => 2.0 * here,
                    NO_DX => 0.0,
                    _ => here,
                };
            }
        }
        let Some(grad) = grad else { return };
        if F == GRAD_OVERWRITTEN {
            grad.1.fill(0.0);
        }
        for b in 0..B {
            for i in 0..2 {
                let factor = match F {
                    WRONG_SIGN => -1.0,
                    DX_MATTERS if !dx_wanted => 2.0,
                    NO_GRAD => 0.0,
                    _ => 1.0,
                };
                grad.0[i] += if F == NO_GRAD { 0.0 } else { cube(x[(i, b)]) * dy[(i, b)] };
                grad.1[i] += factor * dy[(i, b)];
            }
        }
    }
}

fn check<const F: usize>() -> Result<Report, Mismatch> {
    let mut layer: Cubes<F> = (vector![0.5, -1.5], vector![0.25, 2.0], PhantomData);
    let mut x = matrix![0.3, -1.2; 0.7, 1.1];
    let before = (layer, x);
    let result = super::layer(&mut layer, &mut x, Pass::infer());
    assert_eq!((layer, x), before, "the check puts back what it turns");
    result
}

fn error<const F: usize>() -> (Mismatch, String) {
    match check::<F>() {
        Ok(report) => panic!("flaw {F} went unseen: {report}"),
        Err(mismatch) => (mismatch, mismatch.to_string()),
    }
}

#[test]
fn a_right_layer_passes_far_below_the_limit() {
    let report = check::<RIGHT>().unwrap();
    assert_eq!(report.checked, 8);
    assert!(report.worst < 1e-10, "{report}");
}

#[test]
fn a_wrong_sign_is_caught_and_named() {
    let (mismatch, text) = error::<WRONG_SIGN>();
    assert!(matches!(mismatch, Mismatch::Gradient { error, .. } if error > 1.0));
    let Mismatch::Gradient { difference, backward, .. } = mismatch else { unreachable!() };
    assert!((difference + backward).abs() < 1e-9);
    assert_eq!(
        text,
        std::format!(
            "dbias[0]: finite difference {difference:.6}, backward {backward:.6}, relative error 2.0e0"
        )
    );
}

#[test]
fn an_error_of_twice_the_limit_is_caught() {
    let (mismatch, text) = error::<SLIGHTLY_WRONG>();
    assert!(matches!(mismatch, Mismatch::Gradient { error, .. } if error < 3e-7));
    assert!(text.starts_with("dx[0, 0]: "), "{text}");
}

#[test]
fn each_breach_of_the_contract_is_named() {
    let (mismatch, text) = error::<GRAD_OVERWRITTEN>();
    assert!(matches!(mismatch, Mismatch::NotAdded { .. }), "{text}");
    assert!(text.starts_with("dbias[0]: ") && text.ends_with("backward must add to grad"), "{text}");
    let (mismatch, text) = error::<DX_ADDED>();
    assert!(matches!(mismatch, Mismatch::NotOverwritten { .. }), "{text}");
    assert!(text.starts_with("dx[0, 0]: ") && text.ends_with("backward must overwrite dx"), "{text}");
    let (mismatch, text) = error::<Y_ADDED>();
    assert!(matches!(mismatch, Mismatch::NotRepeated { .. }), "{text}");
    let (mismatch, text) = error::<TAPE_MATTERS>();
    assert!(matches!(mismatch, Mismatch::WithoutTape { .. }), "{text}");
    let (mismatch, text) = error::<NOT_SET>();
    assert!(matches!(mismatch, Mismatch::NotSet { .. }), "{text}");
    assert!(text.ends_with("backward must overwrite a fresh grad, as SETS_GRAD says"), "{text}");
    let (mismatch, text) = error::<DX_MATTERS>();
    assert!(matches!(mismatch, Mismatch::WithoutDx { .. }), "{text}");
    let (mismatch, text) = error::<GRAD_MATTERS>();
    assert!(matches!(mismatch, Mismatch::WithoutGrad { .. }), "{text}");
    let (mismatch, text) = error::<READS_X_SECRETLY>();
    assert!(matches!(mismatch, Mismatch::NotFinite { .. }), "{text}");
    assert!(text.contains("does not read x and y"), "{text}");
    let (mismatch, text) = error::<OVERFLOWS>();
    assert!(matches!(mismatch, Mismatch::NotFinite { .. }), "{text}");
    assert_eq!(text, "y[0, 0] is inf");
}

#[test]
fn derivatives_that_are_all_zero_show_nothing() {
    assert_eq!(error::<NO_DX>().1, "dx is all zero");
    // the weight's is missing as well
    assert_eq!(error::<NO_GRAD>().1, "grad is all zero");
}

struct Product;

impl Layer<f64, (Vals<2>, Vals<2>), Vals<2>> for PhantomData<Product> {
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();
    fn forward<'a, const B: usize>(
        &self,
        (u, v): (&SMatrix<f64, 2, B>, &SMatrix<f64, 2, B>),
        y: &mut SMatrix<f64, 2, B>,
        _: Option<&mut ()>,
        _: &mut (),
        _: Pass<'a, B, (crate::Lens<'a, B>, crate::Lens<'a, B>)>,
    ) {
        y.copy_from(&u.component_mul(v));
    }
    fn backward<'a, const B: usize>(
        &self,
        (u, v): (&SMatrix<f64, 2, B>, &SMatrix<f64, 2, B>),
        _: &SMatrix<f64, 2, B>,
        _: &(),
        dy: &SMatrix<f64, 2, B>,
        (du, dv): (Option<&mut SMatrix<f64, 2, B>>, Option<&mut SMatrix<f64, 2, B>>),
        _: Option<&mut Self>,
        _: &mut (),
        _: Pass<'a, B, (crate::Lens<'a, B>, crate::Lens<'a, B>)>,
    ) {
        if let Some(du) = du {
            du.copy_from(&v.component_mul(dy));
        }
        if let Some(dv) = dv {
            dv.copy_from(&u.component_mul(dy));
            for (dv, v) in dv.iter_mut().zip(v) {
                *dv = if *v < 0.0 { -*dv } else { *dv };
            }
        }
    }
}

#[test]
fn both_parts_of_a_pair_are_checked() {
    let mut x = (vector![0.3, -0.7], vector![1.1, 0.9]);
    assert_eq!(super::layer(&mut PhantomData::<Product>, &mut x, Pass::infer()).unwrap().checked, 4);
    x.1[1] = -0.9;
    let error = super::layer(&mut PhantomData::<Product>, &mut x, Pass::infer()).unwrap_err();
    assert!(error.to_string().starts_with("dx.1[1]: finite difference "), "{error}");
}

/// `y` is the table's columns that the tokens name.
type Lookup = (SMatrix<f64, 2, 3>, PhantomData<[Product; 1]>);

impl Params<f64> for Lookup {
    type Grad = Self;
    const PARAMS: usize = 6;
    fn visit(&self, at: Path<'_>, f: &mut Visitor<'_, f64>) {
        let shape = Shape::new([2, 3]);
        f(at.field("weight"), Param::new(self.0.as_slice(), shape, Order::ColumnMajor, Kind::Weight));
    }
    fn zip<const N: usize>(&mut self, with: [&mut Self; N], at: Path<'_>, f: &mut Zipper<'_, f64, N>) {
        let (weight, shape) = (self.0.as_mut_slice(), Shape::new([2, 3]));
        let weight = ParamMut::new(weight, shape, Order::ColumnMajor, Kind::Weight);
        f(at.field("weight"), weight, with.map(|g| g.0.as_mut_slice()));
    }
    fn init(&mut self, _: Rng) {}
}

impl Layer<f64, Tokens<2>, Vals<4>> for Lookup {
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();
    fn forward<'a, const B: usize>(
        &self,
        x: &[[u16; 2]; B],
        y: &mut SMatrix<f64, 4, B>,
        _: Option<&mut ()>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        for (token, y) in x.as_flattened().iter().zip(y.as_mut_slice().chunks_exact_mut(2)) {
            y.copy_from_slice(self.0.column(*token as usize).as_slice());
        }
    }
    fn backward<'a, const B: usize>(
        &self,
        x: &[[u16; 2]; B],
        _: &SMatrix<f64, 4, B>,
        _: &(),
        dy: &SMatrix<f64, 4, B>,
        _: (),
        grad: Option<&mut Self>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        let Some(grad) = grad else { return };
        for (token, dy) in x.as_flattened().iter().zip(dy.as_slice().chunks_exact(2)) {
            // the flaw: the last token's second number is forgotten
            for (i, dy) in dy.iter().take(if *token == 2 { 1 } else { 2 }).enumerate() {
                grad.0[(i, *token as usize)] += dy;
            }
        }
    }
}

#[test]
fn a_layer_of_tokens_is_checked_in_its_parameters() {
    let mut lookup: Lookup = (matrix![0.1, 0.2, 0.3; 0.4, 0.5, 0.6], PhantomData);
    let report = super::layer(&mut lookup, &mut [[1, 0], [0, 0]], Pass::infer()).unwrap();
    assert_eq!(report.checked, 6);
    let error = super::layer(&mut lookup, &mut [[1, 0], [0, 2]], Pass::infer()).unwrap_err();
    assert!(error.to_string().starts_with("dweight[1, 2]: finite difference "), "{error}");
}

#[test]
fn dense_is_right_on_features_and_on_sequences() {
    let mut dense = Dense::<f64, 3, 2>::ZERO;
    Params::<f64>::init(&mut dense, Rng::new(5));
    let mut rng = Rng::new(6);
    let mut x = SMatrix::<f64, 3, 2>::from_fn(|_, _| rng.normal());
    super::layer::<_, Vals<3>, Vals<2>, 2>(&mut dense, &mut x, Pass::infer()).unwrap();
    let mut x = SMatrix::<f64, 6, 2>::from_fn(|_, _| rng.normal());
    super::layer::<_, Vals<6>, Vals<4>, 2>(&mut dense, &mut x, Pass::infer()).unwrap();
}

#[test]
fn samples_that_do_not_count_get_no_gradient() {
    let mut x = matrix![0.5, 0.5];
    let mut memory = Memory::<crate::layers::Tanh, Vals<1>, Vals<1>, 2>::ZERO;
    let pass = Pass::infer().chunk(0, 1);
    Gradcheck::default().layer_in(&mut memory, &mut crate::layers::Tanh, &mut x, pass).unwrap();
    assert_ne!(memory.dx[0][0], 0.0);
    assert_eq!(memory.dx[0][1], 0.0);
}
