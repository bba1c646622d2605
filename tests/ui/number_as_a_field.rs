use dl::network;

#[network(input = [784])]
struct Net {
    fc: Dense<10>,
    rate: f32,
}

fn main() {}
