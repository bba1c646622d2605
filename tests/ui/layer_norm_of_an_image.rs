use dl::network;

#[network(input = [3, 8, 8])]
struct Net {
    norm: LayerNorm,
}

fn main() {}
