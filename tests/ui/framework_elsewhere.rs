use dl::network;

#[network(input = [784], crate = ::nope)]
struct Net {
    fc: Dense<10>,
}

fn main() {}
