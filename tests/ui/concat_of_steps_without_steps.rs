use dl::network;

#[network(input = [4])]
#[forward(|a| fc(concat(a, a, axis = steps)))]
struct Net {
    fc: Dense<4>,
}

fn main() {}
