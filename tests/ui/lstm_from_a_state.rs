use dl::network;

#[network(input = ([15, 32], [32]))]
#[forward(|x, h| lstm(x, h))]
struct Net {
    lstm: Lstm<32>,
}

fn main() {}
