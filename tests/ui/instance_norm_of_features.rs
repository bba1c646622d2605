use dl::network;

#[network(input = [12])]
struct Net {
    norm: InstanceNorm,
}

fn main() {}
