use dl::prelude::*;

#[network(input = [8, 4, 4])]
struct Gate {
    pool: GlobalAvgPool,
    fc: Dense<4>,
}

#[network(input = [8, 4, 4])]
#[forward(|x| x * gate(x))]
struct Net {
    gate: Gate,
}

fn main() {}
