use dl::prelude::*;

#[network(input = [8])]
struct Inner {
    fc: Dense<6>,
    act: Relu,
    head: Dnse<4>,
}

#[network(input = [8])]
struct Outer {
    inner: Inner,
}

fn main() {
    let mut trainer = OuterTrainer::<Mse, Adam>::boxed(0);
    trainer.step(&(&[[0.0; 8]], &[[1.0; 4]])).unwrap();
    let _: &[f32; 4] = trainer.predict(&[0.0; 8]);
}
