use dl::prelude::*;

#[network(input = [9], folded)]
struct Block {
    fc: Dense<9>,
    norm: BatchNorm,
}

#[network(input = [4], folded)]
struct Net {
    stem: Dense<8>,
    norm: BatchNorm,
    block: Block,
    head: Dense<2>,
}

fn main() {
    let mut folded = NetFolded::<f32>::boxed(0);
    Net::<f32>::boxed(0).fold_into(&mut folded);
}
