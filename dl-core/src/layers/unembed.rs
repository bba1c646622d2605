//! An embedding's weight as the weight of a product: scores of all tokens. PyTorch: `head.weight = embed.weight`.

use nalgebra::SMatrix;

use super::Embedding;
use crate::params::{ParamLayout, Path, Visitor, Zipper};
use crate::{Blank, Layer, Params, Pass, Real, Rng, Vals, place};

/// An embedding whose weight is used a second time, for scores of all tokens.
///
/// Written `#[tied(embed.weight)] head: Dense<VOCAB, NoBias>` in a network with the field `embed: Embedding<VOCAB, DIM>`:
/// one parameter, one gradient, two uses. `[steps, DIM]` becomes `[steps, VOCAB]`.
///
/// | symbol | shape          | meaning                               |
/// |--------|----------------|---------------------------------------|
/// | `x`    | `DIM`          | input (each step of it)               |
/// | `W`    | `[VOCAB, DIM]` | the embedding's weight                |
/// | `y`    | `VOCAB`        | output: a score for each token        |
///
/// - forward:  `y = W x`
/// - backward: `dx = Wᵀ dy`, `dW += dy xᵀ`, the padding's row included, as in PyTorch
///
/// Press, Wolf: *Using the output embedding to improve language models* (2017).
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::{Blank, Layer, Pass, layers::Embedding};
///
/// let mut embed = Embedding::<f32, 3, 2>::ZERO;
/// embed.weight = matrix![1.0, 2.0, 3.0; 10.0, 20.0, 30.0]; // a column for each token
/// let mut y = vector![0.0, 0.0, 0.0];
/// embed.unembed().forward(&vector![1.0, 0.5], &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![6.0, 12.0, 18.0]);
/// ```
///
/// In a network:
///
/// ```
/// #[dl_macros::network(input = [u16; 20], crate = dl_core)]
/// struct Words {
///     embed: Embedding<100, 16>,
///     lstm: Lstm<16>,
///     #[tied(embed.weight)]
///     head: Dense<100, NoBias>,
/// }
/// assert_eq!(<Words>::PARAMS, 100 * 16 + 4 * 16 * (16 + 16 + 2));
/// ```
#[derive(Debug)]
#[repr(transparent)]
pub struct Unembed<E>(pub(crate) E);

impl<T: Real, const VOCAB: usize, const DIM: usize, const PADDING: usize> Embedding<T, VOCAB, DIM, PADDING> {
    /// This embedding as a product with its weight.
    ///
    /// ```
    /// use dl_core::{Blank, Params, layers::Embedding};
    ///
    /// let embed = Embedding::<f32, 3, 2>::ZERO;
    /// embed.unembed().visit(dl_core::params::Path::ROOT, &mut |_, weight| assert_eq!(weight.values.len(), 6));
    /// ```
    pub fn unembed(&self) -> &Unembed<Self> {
        place::unembed(self)
    }

    /// The same, to be changed: where the gradient of the product goes.
    ///
    /// ```
    /// use dl_core::{Blank, Params, Rng, layers::Embedding};
    ///
    /// let mut embed = Embedding::<f32, 3, 2>::ZERO;
    /// Params::<f32>::init(embed.unembed_mut(), Rng::new(0));
    /// assert!(embed.weight.iter().all(|w| *w != 0.0));
    /// ```
    pub fn unembed_mut(&mut self) -> &mut Unembed<Self> {
        place::unembed_mut(self)
    }
}

impl<T: Real, const VOCAB: usize, const DIM: usize, const PADDING: usize, const X: usize, const Y: usize>
    Layer<T, Vals<X>, Vals<Y>> for Unembed<Embedding<T, VOCAB, DIM, PADDING>>
{
    type Tape<const B: usize> = (); // x is lent by the network
    type Work<const B: usize> = ();

    const MACS: usize = X * VOCAB;
    const NEEDS_Y: bool = false;
    const SETS_GRAD: bool = true;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, Y, B>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        const { assert!(DIM > 0 && X.is_multiple_of(DIM) && Y == X / DIM * VOCAB) }
        let (w, x) = (self.0.weight.as_slice(), pass.live_part(x.as_slice()));
        // W lies as the weight of a product from tokens to features would: its transpose is taken
        T::gemm_tn(pass.isa(), [DIM, x.len() / DIM, VOCAB], w, x, pass.live_part_of(y.as_mut_slice()));
        pass.copy_first(y.as_mut_slice());
    }

    fn backward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        _: &SMatrix<T, Y, B>,
        _: &(),
        dy: &SMatrix<T, Y, B>,
        dx: Option<&mut SMatrix<T, X, B>>,
        grad: Option<&mut Self>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        let (isa, x, dy) = (pass.isa(), pass.live_part(x.as_slice()), pass.live_part(dy.as_slice()));
        let size = [DIM, x.len() / DIM, VOCAB];
        if let Some(grad) = grad {
            T::gemm_nt(isa, size, x, dy, grad.0.weight.as_mut_slice(), pass.is_fresh()); // dW += dy xᵀ
        }
        if let Some(dx) = dx {
            let dx = pass.live_part_mut(dx.as_mut_slice());
            T::gemm_bias(isa, size, self.0.weight.as_slice(), dy, &[], dx, false); //       dx = Wᵀ dy
        }
    }
}

impl<T: Real, E: Params<T, Grad = E>> Params<T> for Unembed<E> {
    type Grad = Self;
    const PARAMS: usize = E::PARAMS;
    const FLAT: bool = E::FLAT;
    const LAYOUT: ParamLayout = E::LAYOUT;

    fn visit(&self, at: Path<'_>, f: &mut Visitor<'_, T>) {
        self.0.visit(at, f);
    }
    fn zip<const N: usize>(&mut self, with: [&mut Self; N], at: Path<'_>, f: &mut Zipper<'_, T, N>) {
        self.0.zip(with.map(|with| &mut with.0), at, f);
    }
    fn init(&mut self, rng: Rng) {
        self.0.init(rng);
    }
}

impl<E: Blank> Blank for Unembed<E> {
    const ZERO: Self = Unembed(E::ZERO);
}

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::gradcheck;

    #[test]
    fn forward_and_backward_by_hand() {
        let mut embed = Embedding::<f64, 3, 2, 0>::ZERO;
        embed.weight = matrix![1.0, 2.0, 3.0; 4.0, 5.0, 6.0];
        let (x, mut y) = (vector![1.0, 2.0], vector![0.0, 0.0, 0.0]);
        embed.unembed().forward(&x, &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, vector![9.0, 12.0, 15.0]);
        let (dy, mut dx, mut grad) =
            (vector![1.0, 0.0, -1.0], vector![0.0, 0.0], Embedding::<f64, 3, 2, 0>::ZERO);
        let to = Some(grad.unembed_mut());
        embed.unembed().backward(&x, &y, &(), &dy, Some(&mut dx), to, &mut (), Pass::<1>::infer());
        assert_eq!((dx, grad.weight), (vector![-2.0, -2.0], matrix![1.0, 0.0, -1.0; 2.0, 0.0, -2.0]));
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut embed = Embedding::<f64, 5, 3>::ZERO;
        Params::<f64>::init(&mut embed, Rng::new(1));
        let mut rng = Rng::new(2);
        let mut x = SMatrix::<f64, 6, 3>::from_fn(|_, _| rng.normal());
        let layer = embed.unembed_mut();
        let whole = gradcheck::layer::<_, Vals<6>, Vals<10>, 3>(layer, &mut x, Pass::infer()).unwrap();
        assert_eq!(whole.checked, 18 + 15);
        let pass = Pass::train(Rng::new(0)).chunk(0, 2);
        gradcheck::layer::<_, Vals<6>, Vals<10>, 3>(layer, &mut x, pass).unwrap();
    }

    #[test]
    fn single_precision_agrees_with_double() {
        let (mut single, mut double) = (Embedding::<f32, 37, 19>::ZERO, Embedding::<f64, 37, 19>::ZERO);
        Params::<f32>::init(&mut single, Rng::new(1));
        double.weight = single.weight.cast();
        let x = SMatrix::<f32, 38, 5>::from_fn(|i, b| ((7 * i + 3 * b) % 11) as f32 / 5.0 - 1.0);
        let (mut y, mut expected) = (SMatrix::<f32, 74, 5>::zeros(), SMatrix::<f64, 74, 5>::zeros());
        single.unembed().forward(&x, &mut y, None, &mut (), Pass::infer());
        double.unembed().forward(&x.cast(), &mut expected, None, &mut (), Pass::infer());
        assert!((y.cast::<f64>() - expected).amax() < 1e-4);
    }
}
