use dl::prelude::*;

#[network(input = [1, 8, 8], folded)]
struct Net {
    conv: Conv2d<8, 3>,
    norm: BatchNorm,
    head: Dense<2>,
}

fn main() {
    let mut folded = NetFolded::<f32>::boxed(0);
    Net::<f32>::boxed(0).fold_into(&mut folded);
}
