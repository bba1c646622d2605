//! What the tests of networks share.

use dl::gradcheck::{self, Numbers, Report};
use dl::{Blank, Network, Pass, Rng, Signal};

/// Checks every derivative of a network with random weights, on a chunk of random samples.
pub(crate) fn differences<'a, N, const B: usize>(
    seed: u64,
    pass: Pass<'a, B, <N::In as Signal>::Lens<'a, B>>,
) -> Report
where
    N: Network<Scalar = f64>,
    N::In: Numbers,
    N::Out: Numbers,
{
    let mut x = <N::In as Signal>::Buf::<f64, B>::ZERO;
    let (mut rng, mut i) = (Rng::new(seed), 0);
    while let Some(number) = <N::In as Numbers>::number::<B>(&mut x, i) {
        *number = rng.normal();
        i += 1;
    }
    let report = gradcheck::layer::<N, N::In, N::Out, B>(&mut N::boxed(seed), &mut x, pass);
    report.unwrap_or_else(|wrong| panic!("{}, seed {seed}: {wrong}", N::NAME))
}
