//! Axes in another order.

/// Gathers numbers of one scalar, compiled in this crate.
pub trait Permutes: Sized {
    /// `y[i, j, k] = x[i, j, k]`, sample by sample, where an axis of `y` has `size[a]` places that lie `stride[a]` numbers
    /// apart in `x`.
    fn permute(size: [usize; 3], stride: [usize; 3], x: &[Self], y: &mut [Self]);
}

impl Permutes for f32 {
    fn permute(size: [usize; 3], stride: [usize; 3], x: &[f32], y: &mut [f32]) {
        permute(size, stride, x, y);
    }
}

impl Permutes for f64 {
    fn permute(size: [usize; 3], stride: [usize; 3], x: &[f64], y: &mut [f64]) {
        permute(size, stride, x, y);
    }
}

fn permute<T: Copy>([n, rows, columns]: [usize; 3], stride: [usize; 3], x: &[T], y: &mut [T]) {
    let sample = n * rows * columns;
    for (x, y) in x.chunks_exact(sample).zip(y.chunks_exact_mut(sample)) {
        for (place, y) in y.chunks_exact_mut(columns).enumerate() {
            let x = &x[place / rows * stride[0] + place % rows * stride[1]..];
            if stride[2] == 1 {
                y.copy_from_slice(&x[..columns]);
            } else {
                for (y, &x) in y.iter_mut().zip(x.iter().step_by(stride[2])) {
                    *y = x;
                }
            }
        }
    }
}
