use dl::network;

#[network(input = [4])]
struct Block {
    fc: Dense<4>,
}

#[network(input = [4], int8)]
struct Net {
    block: Block,
    head: Dense<2>,
}

fn main() {}
