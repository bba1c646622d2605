use dl::network;

#[network(input = [4])]
#[forward(|x| fc(slice(x, 2..3, axis = steps)))]
struct Net {
    fc: Dense<4>,
}

fn main() {}
