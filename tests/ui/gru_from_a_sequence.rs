use dl::network;

#[network(input = ([15, 32], [20, 128]))]
#[forward(|x, memory| gru(x, memory))]
struct Net {
    gru: Gru<128>,
}

fn main() {}
