use dl::network;

#[network(input = [4])]
#[forward(|x| {
    let (h, _) = (a(x), b(x));
    h
})]
struct Net {
    a: Dense<3>,
    b: Dense<2>,
}

fn main() {}
