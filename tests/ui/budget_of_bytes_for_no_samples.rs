use dl::network;

#[network(input = [784], max_train_bytes(Adam, 0) = 65_536)]
struct Net {
    fc: Dense<10>,
}

fn main() {}
