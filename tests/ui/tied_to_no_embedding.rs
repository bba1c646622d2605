use dl::network;

#[network(input = [784])]
struct Net {
    fc1: Dense<784>,
    #[tied(fc1.weight)]
    fc2: Dense<784>,
}

fn main() {}
