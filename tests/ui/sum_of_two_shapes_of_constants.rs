use dl::network;

const WIDTH: usize = 8;

#[network(input = [4])]
#[forward(|x| down(relu(up(x)) + x))]
struct Net {
    up: Dense<WIDTH>,
    down: Dense<3>,
}

fn main() {}
