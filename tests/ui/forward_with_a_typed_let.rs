use dl::network;

#[network(input = [4])]
#[forward(|x| {
    let h: f32 = fc(x);
    h
})]
struct Net {
    fc: Dense<4>,
}

fn main() {}
