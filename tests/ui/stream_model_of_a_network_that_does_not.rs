use dl::network;
use dl::train::StreamModel;

#[network(input = [20, 4])]
struct Net {
    gru: Gru<8>,
}

fn main() {
    let mut model = StreamModel::<Net>::boxed(0);
    model.step(&[0.0; 4]);
}
