use dl::prelude::*;

#[network(input = [8, 4, 4])]
#[forward(|x| gate(pool(x)) * x)]
struct Net {
    pool: GlobalAvgPool,
    gate: Dense<8>,
}

fn main() {}
