use dl::network;

#[network(input = [28, 28])]
struct Net {
    attend: CrossAtention<4>,
}

fn main() {}
