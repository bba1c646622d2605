use dl::network;

#[network(input = [4, 2])]
#[forward(|a| fc(concat(a, a, axis = channels)))]
struct Net {
    fc: Dense<4>,
}

fn main() {}
