use dl::network;

const END: usize = 6;

#[network(input = [4])]
#[forward(|x| fc(slice(x, 2..END)))]
struct Net {
    fc: Dense<4>,
}

fn main() {}
