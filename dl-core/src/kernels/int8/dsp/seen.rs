//! What a window sees, side by side.

use crate::kernels::conv::Window;
use crate::kernels::int8::{Conv, conv::pixel};

/// So many numbers may be gathered.
pub(super) const ROOM: usize = 1280;

/// Whether all slices have the sizes of the window.
pub(super) fn fits(layer: &Conv<'_>, x: &[i8], y: &[i8]) -> bool {
    let Window { input, output, kernel, groups, .. } = *layer.window;
    let product = |sizes: &[usize]| sizes.iter().try_fold(1_usize, |all, size| all.checked_mul(*size));
    let channels = input[0].checked_div(groups).unwrap_or(0);
    let outputs = output[0];
    input[0] > 0
        && outputs > 0
        && kernel.iter().all(|size| *size > 0)
        && channels * groups == input[0]
        && outputs.is_multiple_of(groups.max(1))
        && product(&input) == Some(x.len())
        && product(&output) == Some(y.len())
        && product(&[outputs, channels, kernel[0], kernel[1]]) == Some(layer.weight.len())
        && [layer.bias.len(), layer.numerator.len(), layer.shift.len()] == [outputs; 3]
}

/// Copies what the window at a place sees of some channels: `[KH, KW, count]`. What lies outside is `zero`.
///
/// Returns `None` if a size is wrong.
pub(super) fn gather(
    window: &Window,
    zero: i8,
    at: [usize; 2],
    [first, count]: [usize; 2],
    x: &[i8],
    to: &mut [i8],
) -> Option<()> {
    let [channels, rows, columns] = window.input;
    let width = window.kernel[1] * count;
    let top = at[0] * window.stride[0];
    let left = at[1] * window.stride[1];
    // the columns of the window that are inside, if they lie side by side
    let inside = (window.dilation[1] == 1 && count == channels).then(|| {
        let before = window.pad[1].saturating_sub(left).min(window.kernel[1]);
        let end = (columns + window.pad[1]).saturating_sub(left).clamp(before, window.kernel[1]);
        [before, end]
    });
    for (k, to) in to.chunks_exact_mut(width.max(1)).enumerate() {
        let row = (top + k * window.dilation[0]).checked_sub(window.pad[0]).filter(|row| *row < rows);
        if row.is_none() || inside.is_some_and(|[before, end]| before == end) {
            to.fill(zero);
        } else if let (Some(row), Some([before, end])) = (row, inside) {
            let from = (row * columns + (left + before).saturating_sub(window.pad[1])) * channels;
            let (pad, rest) = to.split_at_mut_checked(before * count)?;
            let (seen, after) = rest.split_at_mut_checked((end - before) * count)?;
            copy(x.get(from..from + seen.len())?, seen);
            pad.fill(zero);
            after.fill(zero);
        } else {
            for (column, to) in to.chunks_exact_mut(count.max(1)).enumerate() {
                match pixel(window, at, [k, column], x) {
                    Some(seen) => copy(seen.get(first..first + count)?, to),
                    None => to.fill(zero),
                }
            }
        }
    }
    Some(())
}

/// Slices of one size.
#[inline(always)]
fn copy(from: &[i8], to: &mut [i8]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}
