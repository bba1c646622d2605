use dl::network;

#[network(input = [u16; 4], int8)]
struct Net {
    embed: Embedding<10, 3>,
    flat: Flatten,
    fc: Dense<4>,
}

fn main() {}
