use dl::network;

#[network(input = [4])]
#[forward(|x| {
    let (a, b) = fc(x);
    a + b
})]
struct Net {
    fc: Dense<2>,
}

fn main() {}
