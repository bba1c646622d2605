use dl::network;

#[network(input = [D])]
#[forward(|x| concat(x, fc(x)))]
struct Net<const D: usize> {
    fc: Dense<D>,
}

fn main() {}
