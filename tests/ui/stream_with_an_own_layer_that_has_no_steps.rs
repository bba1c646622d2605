use dl::{Edge, Fit, Fitted, Layer, Params, Pass, Real, SMatrix, Vals, network};

/// Scales every number.
#[derive(Debug, Params)]
struct Scale<T = f32> {
    weight: SMatrix<T, 1, 1>,
}

impl<E: Edge, T> Fit<E> for Scale<T> {
    const OUT: Fitted = Ok(E::SHAPE);
}

impl<T: Real, const N: usize> Layer<T, Vals<N>, Vals<N>> for Scale<T> {
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, N, B>,
        y: &mut SMatrix<T, N, B>,
        _: Option<&mut ()>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        y.copy_from(x);
    }

    fn backward<'a, const B: usize>(
        &self,
        _: &SMatrix<T, N, B>,
        _: &SMatrix<T, N, B>,
        _: &(),
        dy: &SMatrix<T, N, B>,
        dx: Option<&mut SMatrix<T, N, B>>,
        _: Option<&mut Self>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        if let Some(dx) = dx {
            dx.copy_from(dy);
        }
    }
}

#[network(input = [20, 4], stream)]
struct Net {
    gru: Gru<8>,
    scale: Scale,
    head: Dense<2>,
}

fn main() {}
