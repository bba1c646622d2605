//! What layers expect of their inputs and sizes, checked while compiling, and the shapes that some make of theirs.

use super::{Message, Shape, stop};

/// Stops the build if a size is zero or beyond any memory.
#[track_caller]
pub const fn expect_size<const N: usize>(field: &str) {
    if N == 0 {
        stop(
            Message::new()
                .text("`")
                .text(field)
                .text("`: a size cannot be zero\nhelp: make the constant larger"),
        )
    }
    if N > u32::MAX as usize {
        stop(
            Message::new()
                .text("`")
                .text(field)
                .text("`: the size ")
                .number(N)
                .text(" is too large for memory\nhelp: make the constant smaller"),
        )
    }
}

/// Stops the build if a dense layer meets an image or tokens.
#[track_caller]
pub const fn expect_features(field: &str, input: Shape) {
    if input.rank() > 2 || input.is_tokens() {
        stop(
            Message::new()
                .text("`")
                .text(field)
                .text("` needs [features] or [steps, features], but receives ")
                .shape(input)
                .text(if input.is_tokens() {
                    "\nhelp: embed the tokens before it"
                } else {
                    "\nhelp: put a `Flatten` before it"
                }),
        )
    }
}

/// Stops the build if there are more tokens than a `u16` can tell apart.
#[track_caller]
pub const fn expect_vocabulary(field: &str, tokens: usize) {
    if tokens > 1 << 16 {
        stop(Message::new().text("`").text(field).text("` has ").number(tokens).text(
            " tokens, but a token is a `u16`, of which there are 65536\nhelp: make the constant smaller",
        ))
    }
}

/// Stops the build if a token is not in the vocabulary.
#[track_caller]
pub const fn expect_token(field: &str, token: usize, tokens: usize) {
    if token >= tokens {
        stop(
            Message::new()
                .text("`")
                .text(field)
                .text("` has ")
                .number(tokens)
                .text(" tokens, of which none is ")
                .number(token)
                .text("\nhelp: the padding is one of its tokens, counted from 0"),
        )
    }
}

/// Stops the build if a dense layer does not have the sizes `[vocab, dim]` of the embedding whose weight it has.
#[track_caller]
pub const fn expect_tied(field: &str, embed: &str, [out, features, vocab, dim]: [usize; 4]) {
    if out != vocab || features != dim {
        let weight = Message::new()
            .text("`")
            .text(embed)
            .text("` has ")
            .number(vocab)
            .text(" tokens of ")
            .number(dim)
            .text(" features, but `")
            .text(field);
        stop(if out == vocab {
            weight
                .text("` receives ")
                .number(features)
                .text(" features\nhelp: give it ")
                .number(dim)
                .text(", for example by a `Dense` before it")
        } else {
            weight
                .text("` has ")
                .number(out)
                .text(" outputs\nhelp: give it as many as the embedding has tokens")
        })
    }
}

/// Stops the build if learned slopes are neither one nor one a feature.
#[track_caller]
pub const fn expect_slopes(field: &str, slopes: usize, input: Shape) {
    if slopes != 1 && slopes != input.channels() && !input.is_unknown() {
        stop(
            Message::new()
                .text("`")
                .text(field)
                .text("` has ")
                .number(slopes)
                .text(" slopes, but receives ")
                .shape(input)
                .text(" with ")
                .number(input.channels())
                .text(if input.rank() > 2 {
                    " channels\nhelp: one slope for all, or one for each channel"
                } else {
                    " features\nhelp: one slope for all, or one for each feature"
                }),
        )
    }
}

/// Stops the build if a layer that normalizes the last dimension meets an image.
#[track_caller]
pub const fn expect_rows(field: &str, input: Shape) {
    if input.rank() > 2 {
        stop(
            Message::new()
                .text("`")
                .text(field)
                .text("` normalizes the last dimension of [features] or [steps, features], but receives the image ")
                .shape(input)
                .text("\nhelp: `GroupNorm<1>` normalizes a whole image"),
        )
    }
}

/// Stops the build if a layer that normalizes channels meets a sequence, or channels that its groups do not divide.
#[track_caller]
pub const fn expect_channel_groups(field: &str, groups: usize, input: Shape) {
    if input.rank() == 2 {
        stop(
            Message::new()
                .text("`")
                .text(field)
                .text("` needs [features] or an image [channels, height, width], but receives ")
                .shape(input)
                .text("\nhelp: `LayerNorm` normalizes every step"),
        )
    }
    if groups > 0 && !input.channels().is_multiple_of(groups) && !input.is_unknown() {
        stop(
            Message::new()
                .text("`")
                .text(field)
                .text("` has ")
                .number(groups)
                .text(" groups, but receives ")
                .shape(input)
                .text(" with ")
                .number(input.channels())
                .text(" channels\nhelp: the groups must divide the channels"),
        )
    }
}

/// Stops the build if heads do not divide the features that they share.
#[track_caller]
pub const fn expect_heads(field: &str, heads: usize, input: Shape) {
    if heads > 0 && !input.last().is_multiple_of(heads) && !input.is_unknown() {
        stop(
            Message::new()
                .text("`")
                .text(field)
                .text("` has ")
                .number(heads)
                .text(" heads, but receives ")
                .shape(input)
                .text(" with ")
                .number(input.last())
                .text(" features\nhelp: the heads must divide the features"),
        )
    }
}

/// Stops the build if a head has an odd number of features, where pairs of them turn.
#[track_caller]
pub const fn expect_pairs(field: &str, heads: usize, input: Shape) {
    if let Some(each) = input.last().checked_div(heads)
        && !each.is_multiple_of(2)
        && !input.is_unknown()
    {
        stop(
            Message::new()
                .text("`")
                .text(field)
                .text("` turns pairs of numbers, but each of its ")
                .number(heads)
                .text(" heads has ")
                .number(each)
                .text(" of the ")
                .number(input.last())
                .text(" features\nhelp: each head needs an even number of features"),
        )
    }
}

/// Stops the build if steps that are multiplied have not as many features.
#[track_caller]
pub const fn expect_same_features(field: &str, a: Shape, b: Shape) {
    if a.last() != b.last() && !a.is_unknown() && !b.is_unknown() {
        stop(
            Message::new()
                .text("`")
                .text(field)
                .text("` multiplies steps of ")
                .shape(a)
                .text(" and ")
                .shape(b)
                .text(", but these have ")
                .number(a.last())
                .text(" and ")
                .number(b.last())
                .text(" features\nhelp: `Attend<Additive<")
                .number(b.last())
                .text(">>` compares different ones"),
        )
    }
}

/// Stops the build if a recurrence of `hidden` states is given another state to start from.
#[track_caller]
pub const fn expect_state(field: &str, hidden: usize, state: Shape) {
    if state.is_unknown() || state.same(&Shape::new([hidden])) {
        return;
    }
    let message = Message::new()
        .text("`")
        .text(field)
        .text("` starts from a state [")
        .number(hidden)
        .text("], but is given ")
        .shape(state)
        .text("\nhelp: ");
    stop(if state.rank() == 2 {
        message.text("`last(..)` takes the last step of a sequence")
    } else {
        message.text("`Dense<").number(hidden).text(">` makes a state of features")
    })
}

/// How many rows the one matrix for queries, keys and values has: none if these come from different numbers of features.
pub const fn joint_rows(features: usize, seen: usize) -> usize {
    if features == seen { 3 * features } else { 0 }
}

/// How many rows each of three matrices has, where there is not one for all.
pub const fn rows_apart(features: usize, seen: usize) -> usize {
    if features == seen { 0 } else { features }
}

/// Stops the build if a layer that pools all of a value meets neither an image nor a sequence.
#[track_caller]
pub const fn expect_pooled(field: &str, input: Shape) {
    if input.rank() != 2 && input.rank() != 3 && !input.is_unknown() {
        stop(
            Message::new()
                .text("`")
                .text(field)
                .text("` needs an image [channels, height, width] or a sequence [steps, features], but receives ")
                .shape(input)
                .text("\nhelp: leave it out: there is nothing to pool"),
        )
    }
}

/// Stops the build if a repeated layer does not give back the shape it takes.
#[track_caller]
pub const fn expect_repeats(field: &str, input: Shape, output: Shape) {
    if !output.fits(&input) {
        stop(
            Message::new()
                .text("`")
                .text(field)
                .text("` is repeated, so it must give back the shape it takes, but maps ")
                .shape(input)
                .text(" to ")
                .shape(output)
                .text("\nhelp: make its output ")
                .shape(input),
        )
    }
}

/// `n`, `factor` times; once where the factor is zero, which [`expect_size`] reports.
pub const fn scaled(n: usize, factor: usize) -> usize {
    if factor == 0 { n } else { n.saturating_mul(factor) }
}

/// The shape `to`, where `input` has as many numbers; else any shape, which [`expect_reshaped`] reports.
pub const fn reshaped(input: Shape, to: Shape) -> Shape {
    if input.len() == to.len() { to } else { Shape::unknown(input.len()) }
}

/// Stops the build if a shape has not as many numbers as what comes in.
#[track_caller]
pub const fn expect_reshaped(field: &str, input: Shape, to: Shape) {
    if input.len() != to.len() && !input.is_unknown() {
        stop(
            Message::new()
                .text("`")
                .text(field)
                .text("` makes ")
                .shape(to)
                .text(", which is ")
                .number(to.len())
                .text(" numbers, but receives ")
                .shape(input)
                .text(", which is ")
                .number(input.len())
                .text("\nhelp: write sizes that make ")
                .number(input.len()),
        )
    }
}

/// The axes of a shape in another order; of any shape where there are not as many, which [`expect_axes`] reports.
pub const fn permuted<const R: usize>(input: Shape, axes: [usize; R]) -> Shape {
    if input.rank != R || input.tokens {
        return Shape::unknown(input.len());
    }
    let (mut dims, mut i) = ([0; R], 0);
    while i < R {
        dims[i] = input.dim(axes[i]);
        i += 1;
    }
    Shape::new(dims)
}

/// Stops the build if a value has not as many axes as are ordered.
#[track_caller]
pub const fn expect_axes(field: &str, axes: usize, input: Shape) {
    if (input.rank != axes || input.tokens) && !input.is_unknown() {
        stop(
            Message::new()
                .text("`")
                .text(field)
                .text("` orders ")
                .number(axes)
                .text(" axes, but receives ")
                .shape(input)
                .text(", which has ")
                .number(input.rank)
                .text("\nhelp: ")
                .text(match input.rank {
                    1 => "put a `Reshape` before it: features have one axis",
                    2 => "write `Transpose`: a sequence has the axes 0 and 1",
                    _ => "write `Permute<2, 0, 1>`, or another order: an image has the axes 0, 1 and 2",
                }),
        )
    }
}
