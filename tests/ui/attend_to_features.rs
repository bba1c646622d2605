use dl::network;

#[network(input = ([20, 32], [32]))]
#[forward(|h, memory| attend(h, memory))]
struct Net {
    attend: Attend<Additive<16>>,
}

fn main() {}
