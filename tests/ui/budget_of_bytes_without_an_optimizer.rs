use dl::network;

#[network(input = [784], max_train_bytes = 65_536)]
struct Net {
    fc: Dense<10>,
}

fn main() {}
