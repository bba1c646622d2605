use dl::network;

#[network(input = [784])]
struct Net<const H: usize>
where
    [u8; H]: Sized,
{
    fc: Dense<H>,
}

fn main() {}
