use dl::train::{StreamMemory, StreamModel};
use dl::{Blank, network};

#[network(input = [20, 4], stream)]
struct Net {
    gru: Gruu<8>,
    head: Dense<2>,
}

static MEMORY: StreamMemory<Net> = Blank::ZERO;

fn main() {
    let mut model = StreamModel::<Net>::boxed(0);
    let [a, b] = *model.step(&[0.0; 4]);
    let state: NetState<f32, 1> = *model.state();
    let _ = state;
    println!("{a} {b} {MEMORY:?}");
}
