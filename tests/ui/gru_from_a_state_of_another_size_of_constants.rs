use dl::network;

const SEEN: usize = 96;

#[network(input = ([15, 32], [20, SEEN]))]
#[forward(|x, memory| gru(x, last(memory)))]
struct Net {
    gru: Gru<128>,
}

fn main() {}
