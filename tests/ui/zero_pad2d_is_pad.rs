use dl::network;

#[network(input = [8, 4, 4])]
struct Net {
    border: ZeroPad2d<1>,
}

fn main() {}
