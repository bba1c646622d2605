//! XOR, the smallest whole program: a network, four samples, a training, a check.
//!
//!     cargo run --release --example xor

use dl::prelude::*;

#[network(input = [2])]
struct Xor {
    hidden: Dense<8>,
    act: Tanh,
    out: Dense<1>,
}

fn main() -> anyhow::Result<()> {
    let x = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let y = [0.0, 1.0, 1.0, 0.0];

    let mut trainer = XorTrainer::<Mse, Adam>::boxed_with(Mse, Adam::new(0.05), 0);
    trainer.fit(&(x, y), (), Fit::new(300, 4), ())?;

    for (x, y) in x.iter().zip(y) {
        let [predicted] = *trainer.predict(x);
        println!("{x:?} -> {predicted:.3}, should be {y}");
        anyhow::ensure!((predicted - y).abs() < 0.1, "XOR was not learned");
    }
    Ok(())
}
