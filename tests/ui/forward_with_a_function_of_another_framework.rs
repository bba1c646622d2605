use dl::network;

#[network(input = [4])]
#[forward(|x| head(cat(x, x)))]
struct Net {
    head: Dense<2>,
}

fn main() {}
