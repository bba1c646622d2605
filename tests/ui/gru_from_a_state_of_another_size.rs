use dl::network;

#[network(input = ([15, 32], [20, 96]))]
#[forward(|x, memory| gru(x, last(memory)))]
struct Net {
    gru: Gru<128>,
}

fn main() {}
