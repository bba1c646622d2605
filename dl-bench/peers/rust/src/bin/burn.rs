//! burn on its `flex` backend.

use std::hint::black_box;

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::loss::{CrossEntropyLossConfig, MseLoss, Reduction};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::activation::{relu, tanh};
use burn::tensor::{Device, Int, Tensor, TensorData};
use peers::{LENET_HEAD, arguments, numbers, serve, sizes};

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

#[derive(Module, Debug)]
struct LeNet {
    conv1: Conv2d,
    conv2: Conv2d,
    pool: MaxPool2d,
    head: Mlp,
}

impl LeNet {
    fn new(device: &Device) -> Self {
        LeNet {
            conv1: Conv2dConfig::new([1, 6], [5, 5]).init(device),
            conv2: Conv2dConfig::new([6, 16], [5, 5]).init(device),
            pool: MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
            head: Mlp::new(LENET_HEAD, device),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let x = self.pool.forward(relu(self.conv1.forward(x)));
        let x = self.pool.forward(relu(self.conv2.forward(x)));
        self.head.forward(x.flatten(1, 3), relu)
    }
}

fn floats<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(numbers(shape.iter().product()), shape), device)
}

fn classes(batch: usize, device: &Device) -> Tensor<1, Int> {
    let classes: Vec<i32> = (0..batch).map(|n| (n % 10) as i32).collect();
    Tensor::from_data(TensorData::new(classes, [batch]), device)
}

/// One step: forward, loss, backward, update.
fn train<M: Module>(net: M, mut optimizer: ModuleOptimizer, rate: f64, loss: impl Fn(&M) -> Tensor<1>) {
    let mut net = Some(net);
    run(|| {
        let before = net.take().expect("there is always one");
        let gradient = GradientsParams::from_grads(loss(&before).backward(), &before);
        net = Some(optimizer.step(rate, before, gradient));
    });
}

fn run(call: impl FnMut()) {
    serve("burn-flex", "0.22.1", call);
}

fn main() {
    let (workload, batch) = arguments();
    let (plain, device) = (Device::flex(), Device::flex().autodiff());
    let cross_entropy = CrossEntropyLossConfig::new().init(&device);
    match workload.as_str() {
        "mlp_train" => {
            let (x, y) = (floats([batch, 784], &device), classes(batch, &device));
            train(Mlp::new(sizes(&workload), &device), SgdConfig::new().init(), 0.01, |net| {
                cross_entropy.forward(net.forward(x.clone(), relu), y.clone())
            });
        }
        "tiny_train" => {
            let (x, y) = (floats([batch, 2], &device), floats([batch, 1], &device));
            train(Mlp::new(sizes(&workload), &device), SgdConfig::new().init(), 0.01, |net| {
                MseLoss::new().forward(net.forward(x.clone(), tanh), y.clone(), Reduction::Mean)
            });
        }
        "lenet_train" => {
            let (x, y) = (floats([batch, 1, 28, 28], &device), classes(batch, &device));
            train(LeNet::new(&device), AdamConfig::new().init(), 3e-4, |net| {
                cross_entropy.forward(net.forward(x.clone()), y.clone())
            });
        }
        "lenet_infer1" => {
            let (net, x) = (LeNet::new(&plain), floats([1, 1, 28, 28], &plain));
            run(|| {
                black_box(net.forward(x.clone()).into_data());
            });
        }
        _ => {
            let sizes = sizes(&workload);
            let (net, x) = (Mlp::new(sizes, &plain), floats([1, sizes[0]], &plain));
            run(|| {
                black_box(net.forward(x.clone(), relu).into_data());
            });
        }
    }
}
