use dl::network;

#[network(input = [4])]
#[forward(|x| x + down(relu(up(x))))]
struct Net {
    up: Dense<8>,
    down: Dense<3>,
}

fn main() {}
