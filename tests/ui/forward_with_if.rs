use dl::network;

#[network(input = [4])]
#[forward(|x| if x { fc(x) } else { x })]
struct Net {
    fc: Dense<4>,
}

fn main() {}
