use dl::network;

#[network(input = [4])]
#[forward(|hidden| head(hiden))]
struct Net {
    head: Dense<2>,
}

fn main() {}
