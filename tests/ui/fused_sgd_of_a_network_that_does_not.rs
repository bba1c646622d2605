// A trainer that keeps no gradient needs a network that says so.
use dl::prelude::*;

#[network(input = [8])]
struct Net {
    head: Dense<2>,
}

fn main() {
    let _ = FusedSgd::<Net, Mse>::boxed(Mse, 0.1, 0);
}
