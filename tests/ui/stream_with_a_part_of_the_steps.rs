use dl::network;

#[network(input = [20, 4], stream)]
#[forward(|x| head(slice(gru(x), 5..20, axis = steps)))]
struct Net {
    gru: Gru<8>,
    head: Dense<2>,
}

fn main() {}
