use dl::prelude::*;
use dl::quant::Calibration;

#[network(input = [4])]
struct Net {
    fc: Dense<2>,
}

fn main() {
    let net = Net::<f32>::boxed(0);
    Calibration::boxed(&*net);
}
