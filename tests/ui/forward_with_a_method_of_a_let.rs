use dl::network;

#[network(input = [4])]
#[forward(|x| {
    let h = fc(x);
    h.relu()
})]
struct Net {
    fc: Dense<4>,
}

fn main() {}
