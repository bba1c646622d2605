use dl::network;

#[network(input = [784])]
struct Net;

fn main() {}
