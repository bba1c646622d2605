use dl::network;

const SEEN: usize = 48;

#[network(input = ([20, 32], [24, SEEN]))]
#[forward(|h, memory| attend(h, memory))]
struct Net {
    attend: Attend,
}

fn main() {}
