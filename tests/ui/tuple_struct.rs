use dl::{Network, network};

#[network(input = [784])]
struct Net(Dense<64>, Relu, Dense<10>);

fn main() {
    println!("{}", <Net as Network>::summary());
}
