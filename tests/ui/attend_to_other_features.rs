use dl::network;

#[network(input = ([20, 32], [24, 48]))]
#[forward(|h, memory| attend(h, memory))]
struct Net {
    attend: Attend,
}

fn main() {}
