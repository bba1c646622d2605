//! candle on the CPU.

use std::hint::black_box;

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::{Linear, Module, Optimizer, SGD, VarBuilder, VarMap, linear, loss};
use peers::{arguments, numbers, serve, sizes};

struct Mlp(Vec<Linear>);

impl Mlp {
    fn new(sizes: &[usize], variables: &VarMap) -> Result<Self> {
        let builder = VarBuilder::from_varmap(variables, DType::F32, &Device::Cpu);
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

fn floats(rows: usize, columns: usize) -> Result<Tensor> {
    Tensor::from_vec(numbers(rows * columns), (rows, columns), &Device::Cpu)
}

fn run(mut call: impl FnMut() -> Result<()>) {
    serve("candle", "0.11.1", || call().expect("shapes fit"));
}

fn main() -> Result<()> {
    let (workload, batch) = arguments();
    let sizes = sizes(&workload);
    let variables = VarMap::new();
    let net = Mlp::new(sizes, &variables)?;
    let x = floats(batch, sizes[0])?;
    if workload.ends_with("_infer1") {
        run(|| net.forward(&x, Tensor::relu).map(|y| drop(black_box(y))));
        return Ok(());
    }
    let mut sgd = SGD::new(variables.all_vars(), 0.01)?;
    if workload == "mlp_train" {
        let classes: Vec<u32> = (0..batch).map(|n| n as u32 % 10).collect();
        let y = Tensor::from_vec(classes, batch, &Device::Cpu)?;
        run(|| sgd.backward_step(&loss::cross_entropy(&net.forward(&x, Tensor::relu)?, &y)?));
    } else {
        let y = floats(batch, 1)?;
        run(|| sgd.backward_step(&loss::mse(&net.forward(&x, Tensor::tanh)?, &y)?));
    }
    Ok(())
}
