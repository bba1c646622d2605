//! Windows that slide over images and sequences: sizes, and whether they fit.

use super::{Message, Shape, stop};

/// How many numbers apart the ends of a window lie, both counted: `d (k − 1) + 1`.
///
/// ```
/// assert_eq!(dl_core::shape::span(3, 2), 5); // x . x . x
/// ```
pub const fn span(kernel: usize, dilation: usize) -> usize {
    dilation.saturating_mul(kernel.saturating_sub(1)).saturating_add(1)
}

/// How many windows lie in `n` numbers with zeros around them: `⌊(n + before + after − d (k − 1) − 1) / s⌋ + 1`.
///
/// 1 where none fits, which [`expect_windows`] reports.
///
/// ```
/// use dl_core::shape::windows;
///
/// assert_eq!(windows(28, [0, 0], 5, 1, 1), 24);
/// assert_eq!(windows(49, [5, 5], 10, 2, 1), 25);
/// assert_eq!(windows(8, [1, 0], 3, 2, 2), 3);
/// ```
pub const fn windows(n: usize, pad: [usize; 2], kernel: usize, stride: usize, dilation: usize) -> usize {
    let padded = n.saturating_add(pad[0]).saturating_add(pad[1]);
    match padded.saturating_sub(span(kernel, dilation)).checked_div(stride) {
        Some(steps) => steps.saturating_add(1),
        None => 1,
    }
}

/// The zeros before and after `n` numbers that `Pad<Same>` stands for: as many as make `⌈n / s⌉` windows.
///
/// ```
/// use dl_core::shape::{same, windows};
///
/// assert_eq!(same(10, 3, 2, 1), [0, 1]);
/// assert_eq!(windows(10, same(10, 3, 2, 1), 3, 2, 1), 5);
/// ```
pub const fn same(n: usize, kernel: usize, stride: usize, dilation: usize) -> [usize; 2] {
    if stride == 0 {
        return [0, 0];
    }
    let last = (n.div_ceil(stride).saturating_sub(1)).saturating_mul(stride); // where the last window starts
    let all = last.saturating_add(span(kernel, dilation)).saturating_sub(n);
    [all / 2, all - all / 2]
}

/// The size behind a transposed convolution: that of which [`windows`] makes `n`, and `extra` more.
///
/// 1 where the padding leaves nothing.
///
/// ```
/// use dl_core::shape::unfolded;
///
/// assert_eq!(unfolded(5, [1, 1], 3, 2, 1, 1), 10); // (5 − 1) · 2 − 2 + 3 + 1
/// ```
pub const fn unfolded(
    n: usize,
    pad: [usize; 2],
    kernel: usize,
    stride: usize,
    dilation: usize,
    extra: usize,
) -> usize {
    let all = n.saturating_sub(1).saturating_mul(stride).saturating_add(span(kernel, dilation));
    let left = all.saturating_add(extra).saturating_sub(pad[0]).saturating_sub(pad[1]);
    if left == 0 { 1 } else { left }
}

/// Stops the build if a layer that slides over `rank - 1` dimensions meets another rank.
#[track_caller]
pub const fn expect_rank(field: &str, rank: usize, input: Shape) {
    if (input.rank() != rank || input.is_tokens()) && !input.is_unknown() {
        let message = Message::new().text("`").text(field).text("` needs ");
        let message = message.text(if rank == 3 {
            "an image [channels, height, width], but receives "
        } else {
            "a sequence [steps, features], but receives "
        });
        stop(message.shape(input).text(if rank == 3 {
            "\nhelp: an image has three dimensions, for example `input = [1, 28, 28]`"
        } else {
            "\nhelp: a sequence has two dimensions, for example `input = [16000, 1]`"
        }))
    }
}

/// Stops the build if a window is larger than what it slides over, the last `R` dimensions of `input`.
#[track_caller]
pub const fn expect_windows<const R: usize>(
    field: &str,
    input: Shape,
    kernel: [usize; R],
    dilation: [usize; R],
    pad: [[usize; 2]; R],
) {
    if input.is_unknown() {
        return;
    }
    let first = if R == 2 { 1 } else { 0 }; // of [channels, height, width] or [steps, features]
    let (mut sizes, mut spans, mut i) = ([0; R], [0; R], 0);
    let mut fits = true;
    while i < R {
        sizes[i] = input.dim(first + i).saturating_add(pad[i][0]).saturating_add(pad[i][1]);
        spans[i] = span(kernel[i], dilation[i]);
        fits = fits && spans[i] <= sizes[i];
        i += 1;
    }
    if fits {
        return;
    }
    let message = Message::new().text("`").text(field).text("`: a window of ");
    let message = by(message, &spans).text(" does not fit into ");
    let message = by(message, &sizes).text(", its input ").shape(input).text(" with the padding");
    stop(message.text("\nhelp: make the window smaller, or the padding larger"))
}

/// Stops the build if padding is more than half of a window.
#[track_caller]
pub const fn expect_little_padding<const R: usize>(
    field: &str,
    kernel: [usize; R],
    dilation: [usize; R],
    pad: [[usize; 2]; R],
) {
    let mut i = 0;
    while i < R {
        let most = if pad[i][0] > pad[i][1] { pad[i][0] } else { pad[i][1] };
        let span = span(kernel[i], dilation[i]);
        if kernel[i] > 0 && most.saturating_mul(2) > span {
            let message = Message::new().text("`").text(field).text("`: a padding of ").number(most);
            let message = message.text(" is more than half of a window of ").number(span).text("\nhelp: ");
            let message = match span / 2 {
                0 => message.text("leave `Pad` out"),
                half => message.text("write `Pad<").number(half).text(">` at most"),
            };
            stop(message.text(", or make the window larger"))
        }
        i += 1;
    }
}

/// `5 x 3`
const fn by(mut message: Message, sizes: &[usize]) -> Message {
    let mut i = 0;
    while i < sizes.len() {
        if i > 0 {
            message = message.text(" x ");
        }
        message = message.number(sizes[i]);
        i += 1;
    }
    message
}

/// The channels of one of `groups`; all of them where there is none.
pub const fn per_group(channels: usize, groups: usize) -> usize {
    match channels.checked_div(groups) {
        Some(channels) => channels,
        None => channels,
    }
}

/// Stops the build if channels cannot be shared out among groups.
#[track_caller]
pub const fn expect_groups(field: &str, groups: usize, channels: usize, outputs: usize) {
    if groups > 0 && channels.is_multiple_of(groups) && outputs.is_multiple_of(groups) {
        return;
    }
    stop(
        Message::new()
            .text("`")
            .text(field)
            .text("` has ")
            .number(groups)
            .text(" groups, but ")
            .number(channels)
            .text(" channels come in and ")
            .number(outputs)
            .text(" go out\nhelp: the number of groups divides both"),
    )
}

/// Stops the build if the padding of a transposed convolution leaves nothing; the arguments are those of [`unfolded`].
#[track_caller]
pub const fn expect_unfolded(
    field: &str,
    n: usize,
    pad: [usize; 2],
    kernel: usize,
    stride: usize,
    dilation: usize,
    extra: usize,
) {
    let all = unfolded(n, [0, 0], kernel, stride, dilation, extra);
    if all <= pad[0].saturating_add(pad[1]) {
        let message = Message::new().text("`").text(field).text("`: the padding ").number(pad[0]);
        let message = message.text(" + ").number(pad[1]).text(" leaves nothing of ").number(all);
        stop(message.text("\nhelp: make the padding smaller"))
    }
}

/// Stops the build if the output pad of a transposed convolution is not below its stride.
#[track_caller]
pub const fn expect_output_pad(field: &str, extra: usize, stride: usize) {
    if extra >= stride {
        let message = Message::new().text("`").text(field).text("`: the output pad ").number(extra);
        let message = message.text(" is not below the stride ").number(stride);
        stop(message.text("\nhelp: make it smaller, or the stride larger"))
    }
}

/// Stops the build if an image is to be reflected by as much as it has.
#[track_caller]
pub const fn expect_reflected(field: &str, what: &str, n: usize, sides: [usize; 2]) {
    let most = if sides[0] > sides[1] { sides[0] } else { sides[1] };
    if most >= n && n > 0 {
        let message = Message::new().text("`").text(field).text("` reflects ").number(most).text(" ");
        let message = message.text(what).text(", but its input has ").number(n).text(", of which ");
        let message = message.number(n - 1).text(" lie behind the edge\nhelp: reflect ").number(n - 1);
        stop(message.text(" at most, or write `Replicate`"))
    }
}

/// Stops the build if a number of an option is zero.
#[track_caller]
pub const fn expect_above_zero<const N: usize>(field: &str, option: &str) {
    if N == 0 {
        stop(
            Message::new()
                .text("`")
                .text(field)
                .text("`: `")
                .text(option)
                .text("` cannot be zero\nhelp: make the constant 1 or more"),
        )
    }
}
