use dl::network;

#[network(input = [6, 2])]
struct Net {
    conv: Conv1d<8, 4, Dilation<2>>,
}

fn main() {}
