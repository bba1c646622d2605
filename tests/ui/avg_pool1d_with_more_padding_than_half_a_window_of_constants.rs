use dl::network;

const BEFORE: usize = 2;

#[network(input = [8, 3])]
struct Net {
    pool: AvgPool1d<3, Pad<BEFORE, 1>>,
}

fn main() {}
