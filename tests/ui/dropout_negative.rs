use dl::network;

#[network(input = [784])]
struct Net {
    fc: Dense<10>,
    drop: Dropout<-0.1>,
}

fn main() {}
