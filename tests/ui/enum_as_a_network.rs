use dl::network;

#[network(input = [784])]
pub enum Net {
    Fc(f32),
}

fn main() {
    println!("{}", Net::summary());
}
