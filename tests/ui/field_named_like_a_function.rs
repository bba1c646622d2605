use dl::network;

#[network(input = [4])]
#[forward(|x| relu(x) + fc(x))]
struct Net {
    relu: Dense<3>,
    fc: Dense<4>,
}

fn main() {}
