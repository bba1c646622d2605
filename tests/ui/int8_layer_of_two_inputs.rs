use dl::network;

#[network(input = [5, 4], int8)]
#[forward(|x| attend(x, fc(x)))]
struct Net {
    fc: Dense<4>,
    attend: CrossAttention<2>,
}

fn main() {}
