use dl::network;

#[network(input = [784])]
struct Net {
    fc: Dense<32>,
    inner: blocks::Inner,
    head: Dense<10>,
}

mod blocks {
    use dl::network;

    pub const WIDTH: usize = 64;

    #[network(input = [WIDTH])]
    pub struct Inner {
        pub fc: Dense<10>,
    }
}

fn main() {}
