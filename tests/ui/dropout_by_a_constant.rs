use dl::network;

const RATE: f32 = 0.5;

#[network(input = [784])]
struct Net {
    fc: Dense<10>,
    drop: Dropout<RATE>,
}

fn main() {}
