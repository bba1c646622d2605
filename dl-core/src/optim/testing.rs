//! What the tests of all optimizers check.

extern crate std;

use nalgebra::matrix;

use super::{Group, Optimizer, Step};
use crate::layers::Dense;
use crate::params::{Path, Visitor, Zipper};
use crate::{Blank, Params, Rng};

/// Three parameters: two weights and a bias.
pub(super) type Model = Dense<f64, 2, 1>;
/// Where every run starts.
pub(super) const START: [f64; 3] = [1.0, -2.0, 0.5];
const SLOPE: [f64; 3] = [3.0, 0.5, 1.0];
const OFFSET: [f64; 3] = [1.0, -2.0, 0.25];

pub(super) fn model([a, b, bias]: [f64; 3]) -> Model {
    Model { weight: matrix![a, b], bias: matrix![bias] }
}

pub(super) fn values(model: &Model) -> [f64; 3] {
    [model.weight[0], model.weight[1], model.bias[0]]
}

/// The gradient of `Σ (slope/2 p² − offset p)`.
fn gradient(model_: &Model) -> Model {
    let p = values(model_);
    model([0, 1, 2].map(|i| SLOPE[i] * p[i] - OFFSET[i]))
}

fn assert_near(found: [f64; 3], expected: [f64; 3], tolerance: f64) {
    for (i, (f, e)) in found.into_iter().zip(expected).enumerate() {
        assert!((f - e).abs() <= tolerance, "parameter {i}: {f}, expected {e}");
    }
}

/// One first step, to the last digits.
pub(super) fn check_step<O: Optimizer>(optimizer: O, params: [f64; 3], grad: [f64; 3], expected: [f64; 3]) {
    let (mut params, mut grad, mut moments) = (model(params), model(grad), O::Moments::<Model>::ZERO);
    optimizer.update(&mut params, &mut grad, &mut moments, &Step::new(1));
    assert_near(values(&params), expected, 1e-14);
}

/// 20 steps from `START`, all parameters decayed by `decay`, against values that PyTorch printed to 12 digits.
pub(super) fn check_twenty_steps<O: Optimizer>(optimizer: O, decay: f64, expected: [f64; 3]) {
    let groups = [Group { weight_decay: Some(decay), ..Group::REST }];
    let (mut params, mut moments) = (model(START), O::Moments::<Model>::ZERO);
    for number in 1..=20 {
        let mut grad = gradient(&params);
        optimizer.update(
            &mut params,
            &mut grad,
            &mut moments,
            &Step { groups: &groups, ..Step::new(number) },
        );
    }
    assert_near(values(&params), expected, 1e-11);
}

/// 500 steps end at the minimum.
pub(super) fn check_minimizes<O: Optimizer>(optimizer: O) {
    let (mut params, mut moments) = (model(START), O::Moments::<Model>::ZERO);
    for number in 1..=500 {
        let mut grad = gradient(&params);
        let lr_factor = 1.0 - number as f64 / 501.0;
        optimizer.update(&mut params, &mut grad, &mut moments, &Step { lr_factor, ..Step::new(number) });
    }
    assert_near(values(&params), [0, 1, 2].map(|i| OFFSET[i] / SLOPE[i]), 1e-3);
}

/// A trained layer, a frozen one, and one in the group `slow`.
pub(super) type Three = (Model, Model, Model);

impl Params<f64> for Three {
    type Grad = (Model, (), Model);
    const PARAMS: usize = 3 * Model::PARAMS;

    fn visit(&self, at: Path<'_>, f: &mut Visitor<'_, f64>) {
        self.0.visit(at.field("free"), f);
        self.1.visit(at.field("frozen").frozen(), f);
        self.2.visit(at.field("slow").in_group("slow"), f);
    }

    fn zip<const N: usize>(&mut self, with: [&mut Self::Grad; N], at: Path<'_>, f: &mut Zipper<'_, f64, N>) {
        let (mut free, mut slow) = (std::vec![], std::vec![]);
        for g in with {
            free.push(&mut g.0);
            slow.push(&mut g.2);
        }
        let free: Result<[_; N], _> = free.try_into();
        let slow: Result<[_; N], _> = slow.try_into();
        self.0.zip(free.unwrap(), at.field("free"), f);
        self.1.zip([], at.field("frozen").frozen(), &mut |path, param, []| {
            f(path, param, [(); N].map(|()| &mut [][..]))
        });
        self.2.zip(slow.unwrap(), at.field("slow").in_group("slow"), f);
    }

    fn init(&mut self, _: Rng) {}
}

/// A frozen layer keeps its bits; a group of half the rate moves half as far.
pub(super) fn check_frozen_and_groups<O: Optimizer>(optimizer: O) {
    let groups = [Group { lr_factor: 0.5, ..Group::new("slow") }];
    let mut params = (model(START), model(START), model(START));
    let mut grad = (gradient(&params.0), (), gradient(&params.0));
    let mut moments = O::Moments::<<Three as Params<f64>>::Grad>::ZERO;
    optimizer.update(&mut params, &mut grad, &mut moments, &Step { groups: &groups, ..Step::new(1) });
    assert_eq!(values(&params.1).map(f64::to_bits), START.map(f64::to_bits), "the frozen layer");
    let moved = |m: &Model| [0, 1, 2].map(|i| values(m)[i] - START[i]);
    assert!(moved(&params.0).iter().all(|d| d.abs() > 1e-6), "the free layer stands still");
    assert_near(moved(&params.2), moved(&params.0).map(|d| 0.5 * d), 1e-14);
}
