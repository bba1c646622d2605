use dl::{Edge, Fit, Fitted, Message, Params, Real, SMatrix, network};

/// Scales every number.
#[derive(Debug, Params)]
struct Scale<const N: usize, T = f32> {
    weight: SMatrix<T, N, 1>,
}

impl<T: Real, E: Edge, const N: usize> Fit<E> for Scale<N, T> {
    const OUT: Fitted = if E::SHAPE.last() == N {
        Ok(E::SHAPE)
    } else {
        Err(Message::new().text("scales ").number(N).text(" values but receives ").shape(E::SHAPE))
    };
}

#[network(input = [4])]
struct Net {
    scale: Scale<4>,
    head: Dense<2>,
}

fn main() {}
