use dl::network;

#[network(input = [4])]
#[forward(|x| {
    let h = fc(x);
    let y = relu(h);
})]
struct Net {
    fc: Dense<4>,
}

fn main() {}
