use dl::{Layer, Params, Pass, Real, SMatrix, Vals, network};

/// Scales every number.
#[derive(Debug, Params)]
struct Scale<const N: usize, T = f32> {
    weight: SMatrix<T, N, 1>,
}

impl<T: Real, const N: usize> Layer<T, Vals<N>, Vals<N>> for Scale<N, T> {
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

#[network(input = [4])]
struct Net {
    scale: Scale<4>,
    head: Dense<2>,
}

fn main() {}
