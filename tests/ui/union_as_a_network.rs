use dl::network;

#[network(input = [784])]
union Net {
    fc: u32,
}

fn main() {}
