use dl::prelude::*;

#[network(input = [8])]
struct Block {
    fc: Dense<8>,
    norm: BatchNorm,
}

#[network(input = [4], folded)]
struct Net {
    stem: Dense<8>,
    norm: BatchNorm,
    blocks: [[Block; 2]; 3],
    head: Dense<2>,
}

fn main() {
    let mut folded = NetFolded::<f32>::boxed(0);
    Net::<f32>::boxed(0).fold_into(&mut folded);
}
