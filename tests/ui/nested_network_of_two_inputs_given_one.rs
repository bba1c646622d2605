use dl::network;

#[network(input = ([4], [3]))]
#[forward(|a, b| head(concat(a, b)))]
struct Inner {
    head: Dense<2>,
}

#[network(input = [4])]
#[forward(|x| inner(x))]
struct Net {
    inner: self::Inner,
}

fn main() {}
