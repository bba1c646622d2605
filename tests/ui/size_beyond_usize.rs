use dl::network;

#[network(input = [784])]
struct Net {
    fc: Dense<99999999999999999999999>,
}

fn main() {}
