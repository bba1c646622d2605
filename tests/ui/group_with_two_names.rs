use dl::network;

#[network(input = [784])]
struct Net {
    #[group(head, body)]
    fc: Dense<10>,
}

fn main() {}
