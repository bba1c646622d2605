//! burn on its `flex` backend.

use std::hint::black_box;

use burn::module::Module;
use burn::nn::loss::{CrossEntropyLossConfig, MseLoss, Reduction};
use burn::nn::{Linear, LinearConfig};
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::activation::{relu, tanh};
use burn::tensor::{Device, Int, Tensor, TensorData};
use peers::{arguments, numbers, serve, sizes};

#[derive(Module, Debug)]
struct Mlp {
    layers: Vec<Linear>,
}

impl Mlp {
    fn new(sizes: &[usize], device: &Device) -> Self {
        Mlp { layers: sizes.windows(2).map(|w| LinearConfig::new(w[0], w[1]).init(device)).collect() }
    }

    fn forward(&self, mut x: Tensor<2>, activation: fn(Tensor<2>) -> Tensor<2>) -> Tensor<2> {
        for (n, layer) in self.layers.iter().enumerate() {
            x = layer.forward(x);
            if n + 1 < self.layers.len() {
                x = activation(x);
            }
        }
        x
    }
}

fn floats(shape: [usize; 2], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(numbers(shape[0] * shape[1]), shape), device)
}

/// One step: forward, loss, backward, update.
fn train(net: Mlp, loss: impl Fn(&Mlp) -> Tensor<1>) {
    let (mut net, mut sgd) = (Some(net), SgdConfig::new().init());
    run(|| {
        let before = net.take().expect("there is always one");
        let gradient = GradientsParams::from_grads(loss(&before).backward(), &before);
        net = Some(sgd.step(0.01, before, gradient));
    });
}

fn run(call: impl FnMut()) {
    serve("burn-flex", "0.22.1", call);
}

fn main() {
    let (workload, batch) = arguments();
    let sizes = sizes(&workload);
    let (plain, device) = (Device::flex(), Device::flex().autodiff());
    match workload.as_str() {
        "mlp_train" => {
            let classes: Vec<i32> = (0..batch).map(|n| (n % 10) as i32).collect();
            let x = floats([batch, sizes[0]], &device);
            let y = Tensor::<1, Int>::from_data(TensorData::new(classes, [batch]), &device);
            let loss = CrossEntropyLossConfig::new().init(&device);
            train(Mlp::new(sizes, &device), |net| loss.forward(net.forward(x.clone(), relu), y.clone()));
        }
        "tiny_train" => {
            let (x, y) = (floats([batch, sizes[0]], &device), floats([batch, 1], &device));
            train(Mlp::new(sizes, &device), |net| {
                MseLoss::new().forward(net.forward(x.clone(), tanh), y.clone(), Reduction::Mean)
            });
        }
        _ => {
            let (net, x) = (Mlp::new(sizes, &plain), floats([1, sizes[0]], &plain));
            run(|| {
                black_box(net.forward(x.clone(), relu).into_data());
            });
        }
    }
}
