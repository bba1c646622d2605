use dl::network;

#[network(input = [1, 28, 28])]
struct Net {
    conv: Conv1d<6, 5>,
}

fn main() {}
