use dl::network;

#[network(input = [4])]
#[forward(|x| {
    for _ in 0..3 {
        fc(x);
    }
    x
})]
struct Net {
    fc: Dense<4>,
}

fn main() {}
