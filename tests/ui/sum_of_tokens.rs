use dl::network;

#[network(input = ([u16; 4], [4]))]
#[forward(|a, b| fc(a + b))]
struct Net {
    fc: Dense<4>,
}

fn main() {}
