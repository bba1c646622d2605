use dl::prelude::*;
use dl::Blank;
use dl::train::FusedMemory;

#[network(input = [4], fused_sgd)]
struct Net {
    fc: Dens<8>,
    head: Dense<2>,
}

static MEMORY: FusedMemory<Net, Mse> = Blank::ZERO;

fn main() {
    let mut sgd = FusedSgd::<Net, Mse>::boxed(Mse, 0.1, 0);
    sgd.step(&([[0.0; 4]], [[0.0; 2]]), 0).unwrap();
    println!("{:?} {MEMORY:?}", sgd.predict(&[0.0; 4]));
}
