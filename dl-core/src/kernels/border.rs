//! Images with a border around them.

use crate::Real;
use crate::options::Outside;

/// Which of the `n` numbers along an axis stands at place `o` of those with `before` ahead of them.
fn source(outside: Outside, o: usize, before: usize, n: usize) -> Option<usize> {
    let last = n - 1;
    match (outside, o.checked_sub(before)) {
        (_, Some(i)) if i <= last => Some(i),
        (Outside::Zeros, _) => None,
        (Outside::Mirrored, Some(i)) => Some(2 * last - i),
        (Outside::Mirrored, None) => Some(before - o),
        (Outside::Repeated, Some(_)) => Some(last),
        (Outside::Repeated, None) => Some(0),
    }
}

/// A border around the planes of some samples.
#[derive(Clone, Copy, Debug)]
pub struct Border {
    /// Height and width of a plane.
    pub size: [usize; 2],
    /// `[[top, bottom], [left, right]]`
    pub sides: [[usize; 2]; 2],
    pub outside: Outside,
}

/// What to do with it.
#[derive(Debug)]
pub enum Bordered<'a, T> {
    /// `y` is `x` and its border.
    Put { x: &'a [T], y: &'a mut [T] },
    /// `dx` of that.
    Back { dy: &'a [T], dx: &'a mut [T] },
}

/// [`Bordered`] of one scalar, compiled in this crate.
pub trait Borders: Sized {
    /// Does it.
    fn border(border: &Border, what: Bordered<'_, Self>);
}

impl Borders for f32 {
    fn border(border: &Border, what: Bordered<'_, f32>) {
        what.run(border);
    }
}

impl Borders for f64 {
    fn border(border: &Border, what: Bordered<'_, f64>) {
        what.run(border);
    }
}

impl<T: Real> Bordered<'_, T> {
    fn run(self, border: &Border) {
        let &Border { size: [height, width], sides: [[top, bottom], [left, right]], outside } = border;
        let (rows, columns) = (top + height + bottom, left + width + right);
        let row_of = |o| source(outside, o, top, height).map(|i| i * width..(i + 1) * width);
        let at_sides = || (0..left).chain(left + width..columns);
        match self {
            Bordered::Put { x, y } => {
                for (x, y) in x.chunks_exact(height * width).zip(y.chunks_exact_mut(rows * columns)) {
                    for (o, y) in y.chunks_exact_mut(columns).enumerate() {
                        let Some(row) = row_of(o) else {
                            y.fill(T::zero());
                            continue;
                        };
                        let x = &x[row];
                        y[left..left + width].copy_from_slice(x);
                        for p in at_sides() {
                            y[p] = source(outside, p, left, width).map_or(T::zero(), |j| x[j]);
                        }
                    }
                }
            }
            Bordered::Back { dy, dx } => {
                dx.fill(T::zero());
                for (dx, dy) in dx.chunks_exact_mut(height * width).zip(dy.chunks_exact(rows * columns)) {
                    for (o, dy) in dy.chunks_exact(columns).enumerate() {
                        let Some(row) = row_of(o) else { continue };
                        let dx = &mut dx[row];
                        for (dx, &dy) in dx.iter_mut().zip(&dy[left..]) {
                            *dx += dy;
                        }
                        for p in at_sides() {
                            if let Some(j) = source(outside, p, left, width) {
                                dx[j] += dy[p];
                            }
                        }
                    }
                }
            }
        }
    }
}
