use dl::network;

#[network(input = [784])]
#[repr(packed)]
struct Net {
    fc: Dense<10>,
}

fn main() {}
