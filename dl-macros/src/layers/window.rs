//! Windows that slide over an image or a sequence: their options, and how many of them there are.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Ident;

use super::{Context, Marker};
use crate::ast::{Argument, BuiltIn, Chosen};
use crate::check::over;
use crate::shape::{Dim, Shape, tidy};
use crate::spec::{last_segment, marker_arguments};

pub(super) const PAD: Marker = Marker {
    name: "Pad",
    counts: &[1, 2, 4],
    words: &["Same"],
    forms: &["Pad<1>", "Pad<height, width>", "Pad<top, left, bottom, right>", "Pad<Same>"],
};
/// How the sides of an image are written.
pub(super) const IMAGE_SIDES: &[&str] = &["Pad<1>", "Pad<height, width>", "Pad<top, left, bottom, right>"];
pub(super) const STRIDE: Marker =
    Marker { name: "Stride", counts: &[1, 2], words: &[], forms: &["Stride<2>", "Stride<height, width>"] };
pub(super) const DILATION: Marker = Marker {
    name: "Dilation",
    counts: &[1, 2],
    words: &[],
    forms: &["Dilation<2>", "Dilation<height, width>"],
};
pub(super) const GROUPS: Marker = Marker { name: "Groups", counts: &[1], words: &[], forms: &["Groups<4>"] };

/// Of windows over steps.
pub(super) const PAD_STEPS: Marker = Marker {
    name: "Pad",
    counts: &[1, 2],
    words: &["Same"],
    forms: &["Pad<1>", "Pad<before, after>", "Pad<Same>"],
};
/// Of those of a convolution, which have no largest number to find: they may be of nothing but padding.
pub(super) const PAD_CONV_STEPS: Marker = Marker {
    name: "Pad",
    counts: &[1, 2],
    words: &["Same", "Causal"],
    forms: &["Pad<1>", "Pad<before, after>", "Pad<Same>", "Pad<Causal>"],
};
pub(super) const STRIDE_STEPS: Marker =
    Marker { name: "Stride", counts: &[1], words: &[], forms: &["Stride<2>"] };
pub(super) const DILATION_STEPS: Marker =
    Marker { name: "Dilation", counts: &[1], words: &[], forms: &["Dilation<2>"] };

const KERNELS: &[&str] = &["Kernel<3>", "Kernel<height, width>"];

/// Windows over the last `R` dimensions of a value: height and width, or steps.
pub(super) struct Windows<const R: usize> {
    pub(super) kernel: [Dim; R],
    pub(super) stride: [Dim; R],
    pub(super) dilation: [Dim; R],
    /// Before and after.
    pub(super) pad: [[Dim; 2]; R],
    /// What [`Self::pad`] is said to be in a word.
    word: Option<PadWord>,
    /// Statements for rustc, each spanned at what it is about.
    pub(super) checks: TokenStream,
}

/// A word in place of the numbers of `Pad`.
#[derive(Clone, Copy, PartialEq)]
enum PadWord {
    /// As much at both ends as keeps the size.
    Same,
    /// A window ends at the step that it is for.
    Causal,
}

impl<const R: usize> Windows<R> {
    /// Reads the window, argument `at` of the layer, and the options `Pad`, `Stride` and `Dilation`. Without a stride,
    /// windows move by one, or lie side by side.
    pub(super) fn read(
        layer: &BuiltIn,
        cx: &Context<'_>,
        at: usize,
        side_by_side: bool,
    ) -> syn::Result<Self> {
        let one = || [(); R].map(|()| Dim::Known(1));
        let mut checks = TokenStream::new();
        let kernel = kernel::<R>(&layer.arguments[at], cx, &mut checks)?;
        let mut numbers =
            |name: &str| layer.option(name).map(|option| positive::<R>(option, cx, &mut checks)).transpose();
        let stride = numbers("Stride")?;
        let dilation = numbers("Dilation")?.unwrap_or_else(one);
        let stride = stride.unwrap_or_else(|| if side_by_side { kernel.clone() } else { one() });
        let pad = layer.option("Pad");
        let word = pad.and_then(pad_word);
        let none = || [(); R].map(|()| [Dim::Known(0), Dim::Known(0)]);
        let pad = match pad {
            Some(pad) if word.is_none() => sides::<R>(&pad.arguments)?,
            _ => none(),
        };
        checks.extend(word.map(|(_, as_written)| mention_of(cx, as_written)));
        Ok(Windows { kernel, stride, dilation, pad, word: word.map(|(word, _)| word), checks })
    }

    /// How many windows there are in each of `sizes`; or, where one does not fit, why.
    ///
    /// `Pad<Same>` and `Pad<Causal>` become numbers here.
    pub(super) fn over(
        &mut self,
        layer: &BuiltIn,
        cx: &Context<'_>,
        sizes: [&Dim; R],
    ) -> syn::Result<[Dim; R]> {
        let dl = cx.dl;
        let counts: Vec<_> = (0..R)
            .map(|i| {
                let (n, k, s, d) = (sizes[i], &self.kernel[i], &self.stride[i], &self.dilation[i]);
                let known = (n.known(), k.known(), s.known(), d.known());
                match (self.word, known) {
                    (Some(PadWord::Same), (Some(n), Some(k), Some(s), Some(d))) => {
                        self.pad[i] = same_pad(n, k, s, d).map(Dim::Known);
                    }
                    (Some(PadWord::Same), _) => {
                        let [n, k, s, d] = [n, k, s, d].map(Dim::value);
                        self.pad[i] = [quote!(0), quote!(1)]
                            .map(|side| Dim::Expr(quote!(#dl::shape::same(#n, #k, #s, #d)[#side])));
                    }
                    (Some(PadWord::Causal), (_, Some(k), _, Some(d))) => {
                        self.pad[i] = [span(k, d) - 1, 0].map(Dim::Known);
                    }
                    (Some(PadWord::Causal), _) => {
                        let [k, d] = [k, d].map(Dim::value);
                        self.pad[i] = [Dim::Expr(quote!(#dl::shape::span(#k, #d) - 1)), Dim::Known(0)];
                    }
                    (None, _) => {}
                }
                let [before, after] = &self.pad[i];
                match (known, before.known(), after.known()) {
                    ((Some(n), Some(k), Some(s), Some(d)), Some(before), Some(after)) => {
                        let free = padded(n, before, after).checked_sub(span(k, d));
                        Dim::Known(free.map_or(1, |free| free / s + 1))
                    }
                    _ => {
                        let [n, before, after, k, s, d] = [n, before, after, k, s, d].map(Dim::value);
                        Dim::Expr(quote!(#dl::shape::windows(#n, [#before, #after], #k, #s, #d)))
                    }
                }
            })
            .collect();
        self.expect_fit(layer, cx, sizes)?;
        Ok(std::array::from_fn(|i| counts[i].clone()))
    }

    /// Refuses a window that is larger than what it slides over, or has rustc refuse it.
    fn expect_fit(&mut self, layer: &BuiltIn, cx: &Context<'_>, sizes: [&Dim; R]) -> syn::Result<()> {
        let known = |i: usize| {
            let [before, after] = &self.pad[i];
            let padded = padded(sizes[i].known()?, before.known()?, after.known()?);
            Some((padded, span(self.kernel[i].known()?, self.dilation[i].known()?)))
        };
        let known: Option<Vec<_>> = (0..R).map(known).collect();
        let Some(known) = known else {
            let (dl, field, input) = (cx.dl, cx.field, cx.input.value(cx.dl));
            let windows = self.values();
            let check = quote!(#dl::shape::expect_windows(#field, #input, #windows););
            self.checks.extend(over(check, &layer.ty));
            return Ok(());
        };
        if known.iter().all(|(size, span)| span <= size) {
            return Ok(());
        }
        let by = |numbers: Vec<usize>| numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(" x ");
        let (sizes, spans) = known.iter().copied().unzip();
        let has_pad = self.pad.iter().flatten().any(|side| side.known() != Some(0));
        let is_dilated = self.dilation.iter().any(|d| d.known() != Some(1));
        // enough of it at both ends
        let more = |i: usize| {
            let sides: usize = self.pad[i].iter().filter_map(Dim::known).max().unwrap_or(0);
            let (size, span): (usize, usize) = known[i];
            sides + span.saturating_sub(size).div_ceil(2)
        };
        let pads: Vec<_> = (0..R).map(more).collect();
        let pad = match pads.as_slice() {
            [first, rest @ ..] if rest.iter().all(|pad| pad == first) => format!("Pad<{first}>"),
            pads => {
                let pads: Vec<_> = pads.iter().map(usize::to_string).collect();
                format!("Pad<{}>", pads.join(", "))
            }
        };
        let windows = if is_dilated {
            let kernel = self.kernel.iter().filter_map(Dim::known).collect();
            format!("a window of {}, which spans {} when dilated,", by(kernel), by(spans))
        } else {
            format!("a window of {}", by(spans))
        };
        let verb = if has_pad { "write" } else { "add" };
        Err(syn::Error::new_spanned(
            &layer.ty,
            format!(
                "`{}`: {windows} does not fit into {}, its input {}{}\n\
                 help: make the window smaller, or {verb} `{pad}`",
                cx.field,
                by(sizes),
                cx.input.text(),
                if has_pad { " with the padding" } else { "" },
            ),
        ))
    }

    /// Windows, dilation and padding as three arguments of a function.
    fn values(&self) -> TokenStream {
        let (kernel, dilation) = (self.kernel.iter().map(Dim::value), self.dilation.iter().map(Dim::value));
        let pad = self.pad.iter().map(|side| {
            let [before, after] = side.each_ref().map(Dim::value);
            quote!([#before, #after])
        });
        quote!([#(#kernel),*], [#(#dilation),*], [#(#pad),*])
    }

    /// Refuses padding of more than half a window, or has rustc refuse it: a window of nothing but padding has no largest
    /// number, so PyTorch's pools do not allow it either.
    pub(super) fn expect_little_padding(&mut self, layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<()> {
        let known = |i: usize| {
            let [before, after] = &self.pad[i];
            let most = before.known()?.max(after.known()?);
            Some((most, span(self.kernel[i].known()?, self.dilation[i].known()?)))
        };
        let known: Option<Vec<_>> = (0..R).map(known).collect();
        let Some(known) = known else {
            let (dl, field, windows) = (cx.dl, cx.field, self.values());
            let check = quote!(#dl::shape::expect_little_padding(#field, #windows););
            self.checks.extend(over(check, &layer.ty));
            return Ok(());
        };
        let Some((most, span)) = known.into_iter().find(|(most, span)| most.saturating_mul(2) > *span) else {
            return Ok(());
        };
        let remedy = match span / 2 {
            0 => "leave `Pad` out".to_owned(),
            half => format!("write `Pad<{half}>` at most"),
        };
        Err(syn::Error::new_spanned(
            &layer.ty,
            format!(
                "`{}`: a padding of {most} is more than half of a window of {span}\n\
                 help: {remedy}, or make the window larger",
                cx.field
            ),
        ))
    }
}

/// Why windows over steps are not one for each step, with nothing behind that step in it; and what to write.
pub(super) fn not_causal(layer: &BuiltIn) -> Option<(&'static str, &'static str)> {
    let known = |argument: &Argument| number("Pad", argument).ok()?.known();
    let option = |name: &str| match layer.option(name) {
        Some(option) => known(&option.arguments[0]),
        None => Some(1),
    };
    if option("Stride") != Some(1) {
        return Some(("does not give an output at every step", "remove `Stride`"));
    }
    let pad = layer.option("Pad");
    let is_causal = match pad.and_then(pad_word) {
        Some((word, _)) => word == PadWord::Causal,
        None => {
            let pad = pad.map_or(Some([0; 2]), |pad| {
                let [[before, after]] = sides::<1>(&pad.arguments).ok()?;
                Some([before.known()?, after.known()?])
            });
            let window = known(&layer.arguments[1]).zip(option("Dilation"));
            window.is_some_and(|(k, d)| pad == Some([span(k, d) - 1, 0]))
        }
    };
    (!is_causal).then_some(("looks at later steps, too", "write `Pad<Causal>`"))
}

impl Windows<2> {
    /// `Slide<Image<3, 32, 32>, Kernel<5, 5>, ..>`: all sizes in one type.
    pub(super) fn slide(
        &self,
        layer: &BuiltIn,
        cx: &Context<'_>,
        image: &[Dim; 3],
        groups: &Dim,
    ) -> TokenStream {
        let [[top, bottom], [left, right]] = &self.pad;
        let sides = [top, left, bottom, right];
        slide(
            layer,
            cx,
            image.each_ref(),
            [&self.kernel, &self.stride, &self.dilation].map(|p| p.each_ref()),
            sides,
            groups,
        )
    }
}

impl Windows<1> {
    /// The same of a sequence: an image one column wide, whose channels are the features.
    pub(super) fn slide(
        &self,
        layer: &BuiltIn,
        cx: &Context<'_>,
        steps: &Dim,
        features: &Dim,
    ) -> TokenStream {
        let (one, none) = (&Dim::Known(1), &Dim::Known(0));
        let [[before, after]] = &self.pad;
        let pairs = [&self.kernel, &self.stride, &self.dilation].map(|[along]| [along, one]);
        slide(layer, cx, [features, steps, one], pairs, [before, none, after, none], one)
    }
}

fn slide(
    layer: &BuiltIn,
    cx: &Context<'_>,
    image: [&Dim; 3],
    pairs: [[&Dim; 2]; 3],
    sides: [&Dim; 4],
    groups: &Dim,
) -> TokenStream {
    let dl = cx.dl;
    let (image, sides, groups) = (image.map(Dim::arg), sides.map(Dim::arg), groups.arg());
    let pairs = ["Kernel", "Stride", "Dilation"].iter().zip(pairs).map(|(name, pair)| {
        let (marker, pair) = (marker(layer, name), pair.map(Dim::arg));
        quote!(#dl::options::#marker<#(#pair),*>)
    });
    let (pad, with) = (marker(layer, "Pad"), marker(layer, "Groups"));
    quote! {
        #dl::options::Slide<
            #dl::options::Image<#(#image),*>,
            #(#pairs,)*
            #dl::options::#pad<#(#sides),*>,
            #dl::options::#with<#groups>
        >
    }
}

/// The name of an option as the user wrote it, so that editors find it there.
fn marker(layer: &BuiltIn, name: &str) -> Ident {
    if name == "Kernel" {
        let kernel = layer.arguments.iter().find_map(|argument| match argument {
            Argument::Type(ty) => last_segment(ty).filter(|last| last.ident == name),
            Argument::Expr(_) => None,
        });
        if let Some(kernel) = kernel {
            return kernel.ident.clone();
        }
    }
    layer.option(name).map_or_else(|| Ident::new(name, Span::call_site()), |option| option.name.clone())
}

/// A statement that speaks of an option which is in no type, so that editors find it.
pub(super) fn mention_of(cx: &Context<'_>, option: &impl ToTokens) -> TokenStream {
    let dl = cx.dl;
    quote!(let _ = #dl::options::#option;)
}

/// The dimensions of an image that windows slide over.
pub(super) fn image(layer: &BuiltIn, cx: &Context<'_>, checks: &mut TokenStream) -> syn::Result<[Dim; 3]> {
    image_or(layer, cx, "`Conv1d` and its like slide over [steps, features]", checks)
}

/// The dimensions of an image; where a sequence comes in, `instead` is the remedy.
pub(super) fn image_or(
    layer: &BuiltIn,
    cx: &Context<'_>,
    instead: &str,
    checks: &mut TokenStream,
) -> syn::Result<[Dim; 3]> {
    let hint = |rank: usize| match rank {
        2 => instead,
        _ => "an image has three dimensions, for example `input = [1, 28, 28]`",
    };
    dims(layer, cx, "an image [channels, height, width]", hint, checks)
}

/// The dimensions of a sequence.
pub(super) fn steps(layer: &BuiltIn, cx: &Context<'_>, checks: &mut TokenStream) -> syn::Result<[Dim; 2]> {
    let hint = |rank: usize| match rank {
        3 => "`Conv2d` and its like slide over images",
        _ => "a sequence has two dimensions, for example `input = [16000, 1]`",
    };
    dims(layer, cx, "a sequence [steps, features]", hint, checks)
}

pub(super) fn dims<'h, const N: usize>(
    layer: &BuiltIn,
    cx: &Context<'_>,
    what: &str,
    hint: impl Fn(usize) -> &'h str,
    checks: &mut TokenStream,
) -> syn::Result<[Dim; N]> {
    match cx.input {
        Shape::Dims(dims) => <[Dim; N]>::try_from(dims.clone()).map_err(|dims| {
            let message = format!(
                "`{}` needs {what}, but receives {}\nhelp: {}",
                cx.field,
                cx.input.text(),
                hint(dims.len())
            );
            syn::Error::new_spanned(&layer.ty, message)
        }),
        input => {
            let (dl, field, input) = (cx.dl, cx.field, input.value(cx.dl));
            checks.extend(over(quote!(#dl::shape::expect_rank(#field, #N, #input);), &layer.ty));
            Ok(std::array::from_fn(|i| Dim::Expr(quote!(#input.dim(#i)))))
        }
    }
}

/// A shape of numbers, or, if only rustc can compute them, a constant.
pub(super) fn shape<const N: usize>(cx: &Context<'_>, dims: [Dim; N]) -> Shape {
    if dims.iter().all(|dim| dim.known().is_some()) {
        return Shape::Dims(dims.into());
    }
    let (dl, dims) = (cx.dl, dims.each_ref().map(Dim::value));
    Shape::Const(quote!(#dl::Shape::new([#(#dims),*])))
}

fn kernel<const R: usize>(
    argument: &Argument,
    cx: &Context<'_>,
    checks: &mut TokenStream,
) -> syn::Result<[Dim; R]> {
    if let Argument::Type(ty) = argument
        && let Some(last) = last_segment(ty)
        && last.ident == "Kernel"
    {
        let arguments = marker_arguments(last, KERNELS)?;
        if arguments.is_empty() || arguments.len() > R {
            let forms = if R == 1 { "a number".to_owned() } else { crate::report::any_of(KERNELS) };
            let message = format!("`{}` is not written like that\nhelp: write {forms}", tidy(ty));
            return Err(syn::Error::new_spanned(ty, message));
        }
        return all(&arguments, |argument| above_zero("Kernel", argument, cx, checks));
    }
    let size = crate::args::size(&argument.expr()?)?;
    if size.known().is_none() {
        let (dl, field, n) = (cx.dl, cx.field, size.arg());
        checks.extend(over(quote!(#dl::shape::expect_size::<#n>(#field);), &argument.tokens()));
    }
    Ok([(); R].map(|()| size.clone()))
}

/// The numbers of an option, which are above zero.
pub(super) fn positive<const R: usize>(
    option: &Chosen,
    cx: &Context<'_>,
    checks: &mut TokenStream,
) -> syn::Result<[Dim; R]> {
    let name = option.name.to_string();
    all(&option.arguments, |argument| above_zero(&name, argument, cx, checks))
}

fn above_zero(
    option: &str,
    argument: &Argument,
    cx: &Context<'_>,
    checks: &mut TokenStream,
) -> syn::Result<Dim> {
    let dim = number(option, argument)?;
    match dim.known() {
        Some(0) => {
            let message = format!("`{option}` cannot be zero\nhelp: write `{option}<1>` or more");
            return Err(syn::Error::new_spanned(argument.tokens(), message));
        }
        Some(_) => {}
        None => {
            let (dl, field, n) = (cx.dl, cx.field, dim.arg());
            let check = quote!(#dl::shape::expect_above_zero::<#n>(#field, #option););
            checks.extend(over(check, &argument.tokens()));
        }
    }
    Ok(dim)
}

/// The numbers of an option, which may be zero.
pub(super) fn numbers<const R: usize>(option: &Chosen) -> syn::Result<[Dim; R]> {
    let name = option.name.to_string();
    all(&option.arguments, |argument| number(&name, argument))
}

/// A whole number; unlike a size it may be zero.
fn number(option: &str, argument: &Argument) -> syn::Result<Dim> {
    let expr = argument.expr()?;
    let found = tidy(&expr);
    // a minus is part of a literal that stands in a type
    if found.starts_with('-') {
        let message = format!("`{option}` takes whole numbers, but this is `{found}`");
        let least = usize::from(!["Pad", "OutputPad", "PaddingIdx"].contains(&option));
        let help = format!("help: write `{option}<{least}>` or more");
        return Err(syn::Error::new_spanned(&expr, format!("{message}\n{help}")));
    }
    match Dim::of(&expr) {
        Dim::Known(0) => Ok(Dim::Known(0)),
        _ => crate::args::size(&expr),
    }
}

/// One number for each dimension: as many as there are, or one for all.
fn all<const R: usize>(
    arguments: &[Argument],
    mut read: impl FnMut(&Argument) -> syn::Result<Dim>,
) -> syn::Result<[Dim; R]> {
    let dims = arguments.iter().map(&mut read).collect::<syn::Result<Vec<_>>>()?;
    Ok(std::array::from_fn(|i| dims.get(i).unwrap_or(&dims[0]).clone()))
}

/// `Pad<1>`, `Pad<height, width>`, `Pad<top, left, bottom, right>`; over steps `Pad<before, after>`.
pub(super) fn sides<const R: usize>(arguments: &[Argument]) -> syn::Result<[[Dim; 2]; R]> {
    let dims = arguments.iter().map(|argument| number("Pad", argument)).collect::<syn::Result<Vec<_>>>()?;
    let at = |i: usize| dims.get(i).unwrap_or(&dims[0]).clone();
    Ok(match dims.len() {
        4 => std::array::from_fn(|i| [at(i), at(i + R)]),
        2 if R == 1 => std::array::from_fn(|_| [at(0), at(1)]),
        _ => std::array::from_fn(|i| [at(i), at(i)]),
    })
}

/// The word in `Pad<Same>` or `Pad<Causal>`, and as it is written.
fn pad_word(pad: &Chosen) -> Option<(PadWord, &Ident)> {
    let [Argument::Type(ty)] = pad.arguments.as_slice() else { return None };
    let last = &last_segment(ty)?.ident;
    let word =
        [("Same", PadWord::Same), ("Causal", PadWord::Causal)].into_iter().find(|(name, _)| last == name);
    word.map(|(_, word)| (word, last))
}

/// What `dl::shape::span` is for numbers that are known.
pub(super) fn span(kernel: usize, dilation: usize) -> usize {
    dilation.saturating_mul(kernel.saturating_sub(1)).saturating_add(1)
}

fn padded(n: usize, before: usize, after: usize) -> usize {
    n.saturating_add(before).saturating_add(after)
}

/// What `dl::shape::same` is for numbers that are known.
fn same_pad(n: usize, kernel: usize, stride: usize, dilation: usize) -> [usize; 2] {
    let last = n.div_ceil(stride).saturating_sub(1).saturating_mul(stride);
    let all = last.saturating_add(span(kernel, dilation)).saturating_sub(n);
    [all / 2, all - all / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_makes_as_many_windows_as_strides_fit() {
        for n in 1..40 {
            for (k, s, d) in
                [(1, 1, 1), (3, 1, 1), (3, 2, 1), (5, 3, 1), (2, 2, 1), (3, 2, 2), (4, 1, 3), (1, 3, 1)]
            {
                let [before, after] = same_pad(n, k, s, d);
                let windows = (n + before + after - span(k, d)) / s + 1;
                assert_eq!(windows, n.div_ceil(s), "n {n}, kernel {k}, stride {s}, dilation {d}");
                assert!(before == after || before + 1 == after);
            }
        }
    }
}
