//! 784-128-64-10 with ReLU: the network of handwritten digits that every framework has.

use dl::prelude::*;

use super::{Losses, Row, SEED, Workload, infer, labelled, steps};
use crate::measure::Step;
use crate::work::Products;

const PRODUCTS: Products = Products::NONE.dense(&[784, 128, 64, 10]);

#[network(input = [784])]
pub(crate) struct Mlp {
    fc1: Dense<128>,
    act1: Relu,
    fc2: Dense<64>,
    act2: Relu,
    fc3: Dense<10>,
}

pub(super) const INFER: Workload = Workload {
    name: "mlp_infer1",
    what: "784-128-64-10, ReLU: inference of one sample",
    rows: &[Row { batch: 1, work: PRODUCTS.infer(), start: infer::<Mlp, _>, share: None, losses: None }],
};

pub(super) const TRAIN: Workload = Workload {
    name: "mlp_train",
    what: "784-128-64-10, ReLU, softmax cross-entropy, SGD 0.01: one step",
    rows: &[
        Row {
            batch: 32,
            work: PRODUCTS.train(32),
            start: train::<32, 32>,
            share: None,
            losses: Some(losses::<32, 32>),
        },
        Row {
            batch: 256,
            work: PRODUCTS.train(256),
            start: train::<256, 64>,
            share: Some(share::<256, 64>),
            losses: Some(losses::<256, 64>),
        },
    ],
};

fn trainer<const CHUNK: usize>() -> Trainer<Mlp, CrossEntropy, Sgd, CHUNK> {
    Trainer::boxed_with(CrossEntropy::new(), Sgd::new(0.01), SEED)
}

fn train<const BATCH: usize, const CHUNK: usize>() -> Step {
    steps(trainer::<CHUNK>(), labelled::<784>(BATCH))
}

fn share<const BATCH: usize, const CHUNK: usize>(threads: usize) -> Step {
    let mut trainer = trainer::<CHUNK>();
    trainer.set_threads(threads);
    steps(trainer, labelled::<784>(BATCH))
}

fn losses<const BATCH: usize, const CHUNK: usize>() -> Result<Losses, String> {
    Losses::of(trainer::<CHUNK>(), &labelled::<784>(BATCH))
}

#[cfg(test)]
mod tests {
    use dl::params::{Path, Visitor};

    use super::*;

    /// A dense layer in double precision: `weight[out][in]` and `bias[out]`, or their gradients.
    struct Layer {
        weight: Vec<Vec<f64>>,
        bias: Vec<f64>,
    }

    /// The three layers of a network or of its gradient.
    fn layers(visit: impl FnOnce(&mut Visitor<'_, f32>)) -> Vec<Layer> {
        let mut layers = Vec::new();
        visit(&mut |_, param| {
            let values = param.values.iter().map(|&v| f64::from(v));
            match param.shape.dims() {
                // nalgebra's order: the outputs run fastest
                &[out, _] => {
                    let values: Vec<_> = values.collect();
                    let row = |o| values.iter().skip(o).step_by(out).copied().collect();
                    layers.push(Layer { weight: (0..out).map(row).collect(), bias: Vec::new() });
                }
                _ => layers.last_mut().expect("a weight comes first").bias = values.collect(),
            }
        });
        layers
    }

    /// The loss of one sample, adding its gradient divided by `n` to `grad`.
    fn add_sample(net: &[Layer], grad: &mut [Layer], x: &[f32], class: usize, n: f64) -> f64 {
        let mut values = vec![x.iter().map(|&x| f64::from(x)).collect::<Vec<_>>()];
        for (l, layer) in net.iter().enumerate() {
            let product = |(row, bias): (&Vec<f64>, &f64)| {
                let z = bias + row.iter().zip(&values[l]).map(|(w, x)| w * x).sum::<f64>();
                if l + 1 < net.len() { z.max(0.0) } else { z }
            };
            values.push(layer.weight.iter().zip(&layer.bias).map(product).collect());
        }
        let logits = &values[net.len()];
        let sum: f64 = logits.iter().map(|z| z.exp()).sum();
        let target = |k| if k == class { 1.0 } else { 0.0 };
        let mut d: Vec<_> = logits.iter().enumerate().map(|(k, z)| (z.exp() / sum - target(k)) / n).collect();
        for l in (0..net.len()).rev() {
            for (o, &d) in d.iter().enumerate() {
                grad[l].bias[o] += d;
                for (g, x) in grad[l].weight[o].iter_mut().zip(&values[l]) {
                    *g += d * x;
                }
            }
            let back = |i: usize| net[l].weight.iter().zip(&d).map(|(row, d)| row[i] * d).sum::<f64>();
            d = (0..values[l].len()).map(|i| if values[l][i] > 0.0 { back(i) } else { 0.0 }).collect();
        }
        sum.ln() - logits[class]
    }

    /// The largest difference, relative to the largest expected number.
    fn difference(ours: &Layer, expected: &Layer) -> f64 {
        let all =
            |layer: &Layer| layer.weight.iter().flatten().chain(&layer.bias).copied().collect::<Vec<_>>();
        let (ours, expected) = (all(ours), all(expected));
        let largest = expected.iter().fold(0.0, |max: f64, e| max.max(e.abs()));
        ours.iter().zip(&expected).fold(0.0, |max: f64, (o, e)| max.max((o - e).abs())) / largest
    }

    #[test]
    fn a_step_of_32_is_that_of_a_plain_calculation_in_double_precision() {
        let (mut trainer, (x, classes)) = (trainer::<32>(), labelled::<784>(32));
        let mut net = layers(|f| trainer.net().visit(Path::ROOT, f));
        let zero = |l: &Layer| Layer {
            weight: l.weight.iter().map(|row| vec![0.0; row.len()]).collect(),
            bias: vec![0.0; l.bias.len()],
        };
        let mut grad: Vec<_> = net.iter().map(zero).collect();
        let samples = x.iter().zip(&classes);
        let loss: f64 =
            samples.map(|(x, &k)| add_sample(&net, &mut grad, x, usize::from(k), 32.0) / 32.0).sum();
        for (layer, grad) in net.iter_mut().zip(&grad) {
            let values = layer.weight.iter_mut().flatten().chain(&mut layer.bias);
            for (value, g) in values.zip(grad.weight.iter().flatten().chain(&grad.bias)) {
                *value -= 0.01 * g;
            }
        }

        let report = trainer.step(&(x, classes)).expect("synthetic data train");
        assert!((report.loss / loss - 1.0).abs() < 1e-5, "loss {} and not {loss}", report.loss);
        let (fc1, fc2, fc3) = (&trainer.grad().fc1, &trainer.grad().fc2, &trainer.grad().fc3);
        let ours = layers(|f| {
            fc1.visit(Path::ROOT, f);
            fc2.visit(Path::ROOT, f);
            fc3.visit(Path::ROOT, f);
        });
        let after = layers(|f| trainer.net().visit(Path::ROOT, f));
        for l in 0..3 {
            let (of_grad, of_net) = (difference(&ours[l], &grad[l]), difference(&after[l], &net[l]));
            assert!(of_grad < 1e-4, "gradient of layer {l}: relative difference {of_grad:e}");
            assert!(of_net < 1e-6, "layer {l} after the step: relative difference {of_net:e}");
        }
    }
}
