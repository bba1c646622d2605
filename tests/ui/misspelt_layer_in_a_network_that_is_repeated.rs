use dl::prelude::*;

#[network(input = [4, 8])]
struct Block {
    fc: Dense<6>,
    gru: Gruu<8>,
}

#[network(input = [4, 8])]
struct Net {
    blocks: [Block; 2],
    last: Last,
    head: Dense<3>,
}

fn main() {
    let mut model = Model::<Net>::boxed(0);
    let _: &[f32; 3] = model.predict(&[0.0; 32]);
}
