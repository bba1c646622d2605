//! `[Block; N]`: a layer repeated `N` times in a row, with parameters of its own each time.

use nalgebra::SMatrix;

use crate::signal::{LenMap, Lens};
use crate::{Descend, Layer, Pass, Real, Stream, Vals};

impl<T, L, const M: usize, const N: usize> Layer<T, Vals<M>, Vals<M>> for [L; N]
where
    T: Real,
    L: Layer<T, Vals<M>, Vals<M>>,
{
    /// The tapes, and the output of every layer (the last one's is unused: it goes to `y`).
    type Tape<const B: usize> = ([L::Tape<B>; N], [SMatrix<T, M, B>; N]);
    /// The scratch memory of one layer, and two values that take turns.
    type Work<const B: usize> = (L::Work<B>, [SMatrix<T, M, B>; 2]);

    const MACS: usize = N * L::MACS;
    const NEEDS_X: bool = L::NEEDS_X;
    const NEEDS_Y: bool = L::NEEDS_Y;
    const SETS_GRAD: bool = L::SETS_GRAD;
    const MIXES: usize = L::MIXES;
    const TOGETHER: usize = L::TOGETHER;
    const LENS: LenMap = {
        let (mut map, mut i) = (LenMap::SAME, 0);
        while i < N {
            map = map.then(L::LENS);
            i += 1;
        }
        map
    };

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, M, B>,
        y: &mut SMatrix<T, M, B>,
        tape: Option<&mut Self::Tape<B>>,
        (work, turns): &mut Self::Work<B>,
        pass: Pass<'a, B>,
    ) {
        const { assert!(N > 0, "a layer is repeated at least once") }
        let mut pass = pass;
        match tape {
            Some((tapes, values)) => {
                for (i, layer) in self.iter().enumerate() {
                    let (before, here) = values.split_at_mut(i);
                    let x = before.last().unwrap_or(x);
                    let y = if i + 1 == N { &mut *y } else { &mut here[0] };
                    layer.forward(x, y, Some(&mut tapes[i]), work, pass.at(i as u64));
                    pass = pass.with_lens(L::lens(pass));
                }
            }
            None => {
                let [even, odd] = turns;
                for (i, layer) in self.iter().enumerate() {
                    let (from, to) = if i % 2 == 0 { (&*odd, &mut *even) } else { (&*even, &mut *odd) };
                    let x = if i == 0 { x } else { from };
                    let y = if i + 1 == N { &mut *y } else { to };
                    layer.forward(x, y, None, work, pass.at(i as u64));
                    pass = pass.with_lens(L::lens(pass));
                }
            }
        }
    }

    fn backward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, M, B>,
        y: &SMatrix<T, M, B>,
        (tapes, values): &Self::Tape<B>,
        dy: &SMatrix<T, M, B>,
        dx: Option<&mut SMatrix<T, M, B>>,
        mut grad: Option<&mut Self::Grad>,
        (work, turns): &mut Self::Work<B>,
        pass: Pass<'a, B>,
    ) {
        back_through(x, y, values, dy, dx, turns, |i, x, y, dy, dx| {
            let grad = grad.as_deref_mut().map(|g| &mut g[i]);
            let pass = before::<T, L, M, B>(pass, i).at(i as u64);
            self[i].backward(x, y, &tapes[i], dy, dx, grad, work, pass);
        });
    }

    fn settle<'a, const B: usize>(&mut self, (tapes, _): &Self::Tape<B>, pass: Pass<'a, B>) {
        for (i, (layer, tape)) in self.iter_mut().zip(tapes).enumerate() {
            layer.settle(tape, before::<T, L, M, B>(pass, i).at(i as u64));
        }
    }

    fn lens<'a, const B: usize>(pass: Pass<'a, B>) -> Lens<'a, B> {
        before::<T, L, M, B>(pass, N).lens()
    }
}

impl<T, L, const M: usize, const N: usize> Descend<T, Vals<M>, Vals<M>> for [L; N]
where
    T: Real,
    L: Descend<T, Vals<M>, Vals<M>>,
{
    fn descend<'a, const B: usize>(
        &mut self,
        x: &SMatrix<T, M, B>,
        y: &SMatrix<T, M, B>,
        (tapes, values): &Self::Tape<B>,
        dy: &SMatrix<T, M, B>,
        dx: Option<&mut SMatrix<T, M, B>>,
        (work, turns): &mut Self::Work<B>,
        pass: Pass<'a, B>,
    ) {
        back_through(x, y, values, dy, dx, turns, |i, x, y, dy, dx| {
            let pass = before::<T, L, M, B>(pass, i).at(i as u64);
            self[i].descend(x, y, &tapes[i], dy, dx, work, pass);
        });
    }
}

/// Calls `f(i, x, y, dy, dx)` for each of `N` layers, the last one first; their gradients take turns in two places.
fn back_through<T: Real, const M: usize, const N: usize, const B: usize>(
    x: &SMatrix<T, M, B>,
    y: &SMatrix<T, M, B>,
    values: &[SMatrix<T, M, B>; N],
    dy: &SMatrix<T, M, B>,
    mut dx: Option<&mut SMatrix<T, M, B>>,
    [even, odd]: &mut [SMatrix<T, M, B>; 2],
    mut f: impl FnMut(
        usize,
        &SMatrix<T, M, B>,
        &SMatrix<T, M, B>,
        &SMatrix<T, M, B>,
        Option<&mut SMatrix<T, M, B>>,
    ),
) {
    for i in (0..N).rev() {
        let (from, to) = if i % 2 == 0 { (&*odd, &mut *even) } else { (&*even, &mut *odd) };
        let x = if i == 0 { x } else { &values[i - 1] };
        let (y, dy) = if i + 1 == N { (y, dy) } else { (&values[i], from) };
        let dx = if i == 0 { dx.as_deref_mut() } else { Some(to) };
        f(i, x, y, dy, dx);
    }
}

impl<T, L, const M: usize, const N: usize> Stream<T, Vals<M>, Vals<M>> for [L; N]
where
    T: Real,
    L: Stream<T, Vals<M>, Vals<M>>,
{
    type State<const B: usize> = [L::State<B>; N];
    /// The scratch memory of one layer, and two values that take turns.
    type Work<const B: usize> = (L::Work<B>, [SMatrix<T, M, B>; 2]);

    const STEP_MACS: usize = N * L::STEP_MACS;

    fn step<'a, const B: usize>(
        &self,
        x: &SMatrix<T, M, B>,
        y: &mut SMatrix<T, M, B>,
        state: &mut Self::State<B>,
        (work, [even, odd]): &mut Self::Work<B>,
        pass: Pass<'a, B>,
    ) {
        const { assert!(N > 0, "a layer is repeated at least once") }
        for (i, (layer, state)) in self.iter().zip(state).enumerate() {
            let (from, to) = if i % 2 == 0 { (&*odd, &mut *even) } else { (&*even, &mut *odd) };
            let x = if i == 0 { x } else { from };
            let y = if i + 1 == N { &mut *y } else { to };
            layer.step(x, y, state, work, pass.at(i as u64));
        }
    }
}

/// The pass with the valid lengths of the input of layer `i`.
fn before<T: Real, L: Layer<T, Vals<M>, Vals<M>>, const M: usize, const B: usize>(
    pass: Pass<'_, B>,
    i: usize,
) -> Pass<'_, B> {
    (0..i).fold(pass, |pass, _| pass.with_lens(L::lens(pass)))
}
