use dl::{Blank, Layer, Pass, SMatrix, network};

#[network(input = [4])]
struct Net {
    fc: Dense<2>,
}

fn main() {
    let (net, mut y) = (Net::<f32>::ZERO, SMatrix::<f32, 2, 1>::zeros());
    let x = SMatrix::<f32, 5, 1>::zeros();
    let mut work = Blank::ZERO;
    net.forward(&x, &mut y, None, &mut work, Pass::infer());
}
