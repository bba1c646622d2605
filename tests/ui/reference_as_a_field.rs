use dl::network;

#[network(input = [784])]
struct Net {
    fc: &'static Dense<10>,
}

fn main() {}
