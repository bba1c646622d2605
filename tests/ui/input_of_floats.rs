use dl::network;

#[network(input = [f32; 64])]
struct Net {
    fc: Dense<10>,
}

fn main() {}
