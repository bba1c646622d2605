use dl::network;

#[network(input = ([u16; 15], [32]))]
#[forward(|words, h| rnn(words, h))]
struct Net {
    rnn: Rnn<32, OneHot<9>>,
}

fn main() {}
