//! A vector of `D` features for each of `V` tokens; a token past `V` has none: zeros.

use dl::{Edge, Fit, Fitted, Layer, Message, Params, Pass, Real, SMatrix, Shape, Tokens, Vals};

#[derive(Params)]
pub(crate) struct Embed<const V: usize, const D: usize, T = f32> {
    #[param(init = xavier_normal)]
    pub(crate) weight: SMatrix<T, D, V>,
}

impl<E: Edge, const V: usize, const D: usize, T> Fit<E> for Embed<V, D, T> {
    const OUT: Fitted = if E::SHAPE.is_tokens() {
        Ok(Shape::new([E::SHAPE.len(), D]))
    } else {
        Err(Message::new().text("embeds tokens but receives ").shape(E::SHAPE))
    };
}

impl<T: Real, const V: usize, const D: usize, const S: usize, const Y: usize> Layer<T, Tokens<S>, Vals<Y>>
    for Embed<V, D, T>
{
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();

    const NEEDS_Y: bool = false;

    fn forward<'a, const B: usize>(
        &self,
        x: &[[u16; S]; B],
        y: &mut SMatrix<T, Y, B>,
        _: Option<&mut ()>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        const { assert!(Y == S * D) }
        for (x, y) in x.as_flattened().iter().zip(y.as_mut_slice().chunks_exact_mut(D)) {
            match usize::from(*x) {
                token if token < V => y.copy_from_slice(self.weight.column(token).as_slice()),
                _ => y.fill(T::zero()),
            }
        }
    }

    fn backward<'a, const B: usize>(
        &self,
        x: &[[u16; S]; B],
        _: &SMatrix<T, Y, B>,
        _: &(),
        dy: &SMatrix<T, Y, B>,
        (): (),
        grad: Option<&mut Self>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        let Some(grad) = grad else { return };
        for (x, dy) in x.as_flattened().iter().zip(dy.as_slice().chunks_exact(D)) {
            if usize::from(*x) < V {
                for (dw, &dy) in grad.weight.column_mut(usize::from(*x)).iter_mut().zip(dy) {
                    *dw += dy;
                }
            }
        }
    }
}
