use dl::network;

#[network(input = [784])]
struct Net {
    fc: Dense<10>,
    drop: Dropout<1.5>,
}

fn main() {}
