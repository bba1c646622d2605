use dl::network;

#[network(input = [4])]
#[forward(|x| fc(fc(x)))]
struct Net {
    fc: Dense<3>,
}

fn main() {}
