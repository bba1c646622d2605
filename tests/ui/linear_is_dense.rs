use dl::network;

#[network(input = [784])]
struct Net {
    fc: Linear<10>,
}

fn main() {}
