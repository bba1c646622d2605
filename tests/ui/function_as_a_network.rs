use dl::network;

#[network(input = [784])]
fn net() {}

fn main() {
    net();
}
