use dl::loss::Mse;
use dl::optim::Sgd;
use dl::{Blank, Layer, Network, Params, Pass, SMatrix, network};

#[network(input = [4])]
pub struct Net {
    fc1: Dens<8>,
    act: Relu,
    fc2: Dense<2>,
}

#[network(input = [4])]
struct Outer {
    inner: Net,
    more: [Inner; 2],
    head: Dense<3>,
}

#[network(input = [2])]
struct Inner {
    fc: Dense<2>,
}

fn of_a_network<N: Network>(net: &N) -> usize {
    let _ = net;
    N::PARAMS
}

fn of_this(net: &Net<f64>, grad: &NetGrad<f64>, tape: &NetTape<f64, 1>) -> usize {
    let _ = (grad, tape);
    of_a_network(net)
}

fn main() {
    println!("{} {} {}", Net::summary(), <Net as Network>::summary(), Net::PARAMS);
    let net = Net::<f64>::boxed(0);
    println!("{net:?} {} {}", of_this(&net, &Blank::ZERO, &Blank::ZERO), Net::train_bytes::<Sgd, 1>());
    let (x, mut y) = (SMatrix::<f64, 4, 1>::zeros(), SMatrix::<f64, 2, 1>::zeros());
    let mut work = Blank::ZERO;
    net.forward(&x, &mut y, None, &mut work, Pass::infer());
    let trainer = NetTrainer::<Mse, Sgd>::boxed(0);
    println!("{} {}", trainer.net().param_count(), Outer::summary());
}

trait ParamCount {
    fn param_count(&self) -> usize;
}

impl<P: Params<f32>> ParamCount for P {
    fn param_count(&self) -> usize {
        P::PARAMS
    }
}
