use dl::prelude::*;

#[network(input = [8, 4, 4])]
#[forward(|x| x * gate(pool(x)))]
struct Net {
    pool: GlobalAvgPool,
    gate: Dense<4>,
}

fn main() {}
