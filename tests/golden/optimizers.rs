//! The parameters after each of 20 steps.

use dl_core::optim::Step;
use dl_core::place::zeroed_box;
use dl_core::{Optimizer, Params};

use crate::close::assert_close;
use crate::vectors::{Optimizers, find, load};

/// One weight of five numbers: a bias would not be decayed.
#[network(input = [5])]
struct Net<f64> {
    layer: Dense<1, NoBias>,
}

fn check<O: Optimizer>(name: &str, optimizer: O) {
    let file: Optimizers = load("optimizers");
    let case = find(&file.cases, name);
    let mut net = zeroed_box::<Net<f64>>();
    let mut grad = zeroed_box::<GradOf<Net<f64>>>();
    let mut moments = zeroed_box::<O::Moments<GradOf<Net<f64>>>>();
    net.layer.weight.as_mut_slice().copy_from_slice(&file.start);
    for (i, (gradient, expected)) in file.gradients.iter().zip(&case.steps).enumerate() {
        grad.layer.weight.as_mut_slice().copy_from_slice(gradient);
        let step =
            Step { number: i as u64 + 1, lr_factor: 1.0, grad_scale: 1.0, clip_value: None, groups: &[] };
        optimizer.update(&mut *net, &mut grad, &mut moments, &step);
        assert_close(&format!("{name} after step {}", i + 1), net.layer.weight.as_slice(), expected);
    }
}
