//! The parameters after each of 20 steps, on gradients that are the same for all; and what clipping leaves.

use dl::Optimizer;
use dl::layer::GradOf;
use dl::network;
use dl::optim::{Adagrad, Adam, AdamW, RmsProp, Sgd, SgdMomentum, Step, clip_factor, global_norm};
use dl::place::zeroed_box;

use crate::close::assert_close;
use crate::vectors::{Clipping, Optimizers, find, load};

/// One weight of five numbers: a bias would not be decayed.
#[network(input = [5])]
struct Net {
    layer: Dense<1, NoBias>,
}

fn check<O: Optimizer>(name: &str, optimizer: O) {
    let file: Optimizers = load("optimizers");
    let case = find(&file.cases, name);
    assert_eq!(case.steps.len(), 20);
    let mut net = zeroed_box::<Net<f64>>();
    let mut grad = zeroed_box::<GradOf<Net<f64>>>();
    let mut moments = zeroed_box::<O::Moments<GradOf<Net<f64>>>>();
    net.layer.weight.as_mut_slice().copy_from_slice(&file.start);
    for (number, (gradient, expected)) in (1..).zip(file.gradients.iter().zip(&case.steps)) {
        grad.layer.weight.as_mut_slice().copy_from_slice(gradient);
        optimizer.update(&mut *net, &mut grad, &mut moments, &Step::new(number));
        assert_close(&format!("{name} after step {number}"), net.layer.weight.as_slice(), expected);
    }
}

#[test]
fn sgd_is_pytorchs() {
    check("sgd", Sgd::new(0.1));
    check("sgd_weight_decay", Sgd { weight_decay: 0.05, ..Sgd::new(0.1) });
}

#[test]
fn sgd_with_momentum_is_pytorchs() {
    check("sgd_momentum", Sgd::new(0.1).momentum(0.9));
    check("sgd_momentum_weight_decay", Sgd { weight_decay: 0.05, ..Sgd::new(0.1) }.momentum(0.9));
    check("sgd_momentum_dampening", SgdMomentum { dampening: 0.3, ..SgdMomentum::new(0.1, 0.9) });
}

#[test]
fn sgd_with_nesterovs_momentum_is_pytorchs() {
    let nesterov = |momentum| SgdMomentum { nesterov: true, ..SgdMomentum::new(0.1, momentum) };
    check("sgd_nesterov", nesterov(0.9));
    check("sgd_nesterov_weight_decay", SgdMomentum { weight_decay: 0.05, ..nesterov(0.8) });
}

#[test]
fn rms_prop_is_pytorchs() {
    check("rmsprop", RmsProp::new(0.01));
    let settings = RmsProp { alpha: 0.9, eps: 1e-6, weight_decay: 0.05, ..RmsProp::new(0.01) };
    check("rmsprop_alpha_0.9_weight_decay", settings);
}

#[test]
fn adagrad_is_pytorchs() {
    check("adagrad", Adagrad::new(0.01));
    check("adagrad_weight_decay", Adagrad { weight_decay: 0.05, ..Adagrad::new(0.05) });
    check("adagrad_lr_decay", Adagrad { lr_decay: 0.1, ..Adagrad::new(0.05) });
}

#[test]
fn adam_is_pytorchs() {
    check("adam", Adam::new(0.01));
    check("adam_betas_0.8_0.95", Adam { betas: (0.8, 0.95), eps: 1e-4, ..Adam::new(0.01) });
    check("adam_weight_decay", Adam { weight_decay: 0.05, ..Adam::new(0.01) });
}

#[test]
fn adam_w_is_pytorchs() {
    check("adamw", AdamW::new(0.01));
    check("adamw_weight_decay_0.3", AdamW { weight_decay: 0.3, ..AdamW::new(0.01) });
}

/// A weight of six numbers and a bias, so that the norm is over more than one parameter.
#[network(input = [6])]
struct WithBias {
    layer: Dense<1>,
}

/// Clips, and reads what is left off one step of plain descent from zero.
fn check_clipping(name: &str, step: impl Fn(f64, f64) -> Step<'static>) {
    let file: Clipping = load("clipping");
    let case = find(&file.cases, name);
    let mut net = zeroed_box::<WithBias<f64>>();
    let mut grad = zeroed_box::<GradOf<WithBias<f64>>>();
    let (weight, bias) = file.gradients.split_at(6);
    grad.layer.weight.as_mut_slice().copy_from_slice(weight);
    grad.layer.bias.as_mut_slice().copy_from_slice(bias);
    let norm = global_norm(&mut *net, &mut grad);
    if let Some(expected) = case.norm {
        assert_close(&format!("{name}: norm"), &[norm], &[expected]);
    }
    Sgd::new(1.0).update(&mut *net, &mut grad, &mut (), &step(case.limit, norm));
    let left: Vec<f64> = net.layer.weight.iter().chain(net.layer.bias.iter()).map(|p| -p).collect();
    assert_close(name, &left, &case.clipped);
}

#[test]
fn clipping_by_norm_is_pytorchs() {
    let step = |limit, norm| Step { grad_scale: clip_factor(norm, limit), ..Step::new(1) };
    check_clipping("norm", step);
    check_clipping("norm_not_reached", step);
}

#[test]
fn clipping_by_value_is_pytorchs() {
    let step = |limit, _| Step { clip_value: Some(limit), ..Step::new(1) };
    check_clipping("value", step);
    check_clipping("value_not_reached", step);
}
