//! What connects the values of a graph: whether their shapes go together.

use super::{Message, Shape, stop};

/// Stops the build if the two sides of an operator differ.
#[track_caller]
pub const fn expect_same(operator: &str, (left, a): (&str, Shape), (right, b): (&str, Shape)) {
    if !a.fits(&b) {
        stop(differ(operator, (left, a), (right, b)))
    }
}

/// Stops the build if the two sides of a product neither are of one shape nor an image and a number for each of its channels.
#[track_caller]
pub const fn expect_product(operator: &str, (left, a): (&str, Shape), (right, b): (&str, Shape)) {
    let is_by_channel = a.rank == 3 && b.rank == 1 && !b.tokens && a.dims[0] == b.dims[0];
    if !is_by_channel && !a.fits(&b) {
        let message = differ(operator, (left, a), (right, b));
        if a.rank == 3 && b.rank < 3 {
            let scales = Shape::new([a.dims[0]]);
            stop(message.text(", or the right one ").shape(scales).text(" to scale each channel"))
        }
        stop(message)
    }
}

const fn differ(operator: &str, (left, a): (&str, Shape), (right, b): (&str, Shape)) -> Message {
    Message::new()
        .text("`")
        .text(operator)
        .text("` needs two values of one shape: ")
        .text(left)
        .text(" is ")
        .shape(a)
        .text(" and ")
        .text(right)
        .text(" is ")
        .shape(b)
        .text("\nhelp: let both be ")
        .shape(a)
}

/// Stops the build if a layer that is called again gets another shape.
#[track_caller]
pub const fn expect_again(field: &str, first: Shape, again: Shape) {
    if !first.fits(&again) {
        stop(
            Message::new()
                .text("`")
                .text(field)
                .text("` has one weight for all its calls: the first gives it ")
                .shape(first)
                .text(" and this one ")
                .shape(again)
                .text("\nhelp: give it ")
                .shape(first)
                .text(" again, or add a field of its own"),
        )
    }
}

/// Stops the build if a value that is joined or cut along its steps has none.
#[track_caller]
const fn expect_steps(name: &str, shape: Shape) {
    if shape.rank != 2 && !shape.is_unknown() {
        stop(
            Message::new()
                .text("`axis = steps` needs a sequence [steps, features], but ")
                .text(name)
                .text(" is ")
                .shape(shape)
                .text("\nhelp: remove it"),
        )
    }
}

/// Stops the build if two values cannot lie side by side.
#[track_caller]
pub const fn expect_concat((first, a): (&str, Shape), (other, b): (&str, Shape), steps: bool) {
    if steps {
        expect_steps(first, a);
        expect_steps(other, b);
    }
    let axis = a.axis(steps);
    let (mut fits, mut i) = (a.rank == b.rank && !a.tokens && !b.tokens, 0);
    while i < 4 {
        fits = fits && (i == axis || a.dims[i] == b.dims[i]);
        i += 1;
    }
    if !fits && !a.is_unknown() && !b.is_unknown() {
        stop(
            Message::new()
                .text("`concat` needs values that differ in one dimension only: ")
                .text(first)
                .text(" is ")
                .shape(a)
                .text(" and ")
                .text(other)
                .text(" is ")
                .shape(b)
                .text("\nhelp: images are joined by channels, anything else by features, or `axis = steps`"),
        )
    }
}

/// Stops the build if a value has no such part.
#[track_caller]
pub const fn expect_slice((name, shape): (&str, Shape), from: usize, to: usize, steps: bool) {
    if steps {
        expect_steps(name, shape);
    }
    let len = shape.dims[shape.axis(steps)];
    if (from >= to || to > len || shape.tokens) && !shape.is_unknown() {
        stop(
            Message::new()
                .text("`slice` takes a part that lies inside: ")
                .text(name)
                .text(" is ")
                .shape(shape)
                .text(", and ")
                .number(from)
                .text("..")
                .number(to)
                .text(" is asked for\nhelp: write a range within 0..")
                .number(len),
        )
    }
}
