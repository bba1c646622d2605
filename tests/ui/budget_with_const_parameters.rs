use dl::network;

#[network(input = [784], max_params = 50_000)]
struct Net<const H: usize> {
    fc: Dense<H>,
}

fn main() {}
