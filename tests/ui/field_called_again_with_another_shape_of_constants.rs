use dl::network;

const WIDTH: usize = 3;

#[network(input = [4])]
#[forward(|x| fc(fc(x)))]
struct Net {
    fc: Dense<WIDTH>,
}

fn main() {}
