//! candle on the CPU.

use std::hint::black_box;

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::{AdamW, Conv2d, Linear, Module, Optimizer, ParamsAdamW, SGD, VarBuilder, VarMap, conv2d, linear, loss};
use peers::{LENET_HEAD, arguments, numbers, serve, sizes};

struct Mlp(Vec<Linear>);

impl Mlp {
    fn new(sizes: &[usize], builder: VarBuilder<'_>) -> Result<Self> {
        let layers = sizes.windows(2).enumerate();
        layers.map(|(n, w)| linear(w[0], w[1], builder.pp(n))).collect::<Result<_>>().map(Mlp)
    }

    fn forward(&self, x: &Tensor, activation: fn(&Tensor) -> Result<Tensor>) -> Result<Tensor> {
        let mut x = x.clone();
        for (n, layer) in self.0.iter().enumerate() {
            x = layer.forward(&x)?;
            if n + 1 < self.0.len() {
                x = activation(&x)?;
            }
        }
        Ok(x)
    }
}

struct LeNet(Conv2d, Conv2d, Mlp);

impl LeNet {
    fn new(builder: VarBuilder<'_>) -> Result<Self> {
        let conv1 = conv2d(1, 6, 5, Default::default(), builder.pp("conv1"))?;
        let conv2 = conv2d(6, 16, 5, Default::default(), builder.pp("conv2"))?;
        Ok(LeNet(conv1, conv2, Mlp::new(LENET_HEAD, builder)?))
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = self.0.forward(x)?.relu()?.max_pool2d(2)?;
        let x = self.1.forward(&x)?.relu()?.max_pool2d(2)?;
        self.2.forward(&x.flatten_from(1)?, Tensor::relu)
    }
}

fn floats(shape: &[usize]) -> Result<Tensor> {
    Tensor::from_vec(numbers(shape.iter().product()), shape, &Device::Cpu)
}

fn classes(batch: usize) -> Result<Tensor> {
    Tensor::from_vec((0..batch).map(|n| n as u32 % 10).collect(), batch, &Device::Cpu)
}

fn run(mut call: impl FnMut() -> Result<()>) {
    serve("candle", "0.11.1", || call().expect("shapes fit"));
}

fn main() -> Result<()> {
    let (workload, batch) = arguments();
    let variables = VarMap::new();
    let builder = VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu);
    match workload.as_str() {
        "mlp_train" => {
            let net = Mlp::new(sizes(&workload), builder)?;
            let (x, y) = (floats(&[batch, 784])?, classes(batch)?);
            let mut sgd = SGD::new(variables.all_vars(), 0.01)?;
            run(|| sgd.backward_step(&loss::cross_entropy(&net.forward(&x, Tensor::relu)?, &y)?));
        }
        "tiny_train" => {
            let net = Mlp::new(sizes(&workload), builder)?;
            let (x, y) = (floats(&[batch, 2])?, floats(&[batch, 1])?);
            let mut sgd = SGD::new(variables.all_vars(), 0.01)?;
            run(|| sgd.backward_step(&loss::mse(&net.forward(&x, Tensor::tanh)?, &y)?));
        }
        "lenet_train" => {
            let net = LeNet::new(builder)?;
            let (x, y) = (floats(&[batch, 1, 28, 28])?, classes(batch)?);
            // Without decay it is Adam, which candle does not have by itself.
            let settings = ParamsAdamW { lr: 3e-4, weight_decay: 0.0, ..Default::default() };
            let mut adam = AdamW::new(variables.all_vars(), settings)?;
            run(|| adam.backward_step(&loss::cross_entropy(&net.forward(&x)?, &y)?));
        }
        "lenet_infer1" => {
            let (net, x) = (LeNet::new(builder)?, floats(&[1, 1, 28, 28])?);
            run(|| net.forward(&x).map(|y| drop(black_box(y))));
        }
        _ => {
            let sizes = sizes(&workload);
            let (net, x) = (Mlp::new(sizes, builder)?, floats(&[1, sizes[0]])?);
            run(|| net.forward(&x, Tensor::relu).map(|y| drop(black_box(y))));
        }
    }
    Ok(())
}
