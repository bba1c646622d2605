//! `#[network]`: from a struct of layer names to a network.
//!
//! The macro is a small compiler. Each phase reads what the one before made, collects its errors and reports them
//! together; the last cannot fail:
//!
//! | phase | module | makes |
//! |---|---|---|
//! | parse | `ast`, `spec`, `args`, `closure` | what was written, field by field, and how the fields are connected |
//! | check | `check`, `layers`, `shape`, `flow` | every layer's type, every value's shape |
//! | plan | `plan` | which value lives where, what is computed in place |
//! | expand | `expand` | Rust items |
//!
//! On an error `fallback` still emits the struct and its traits, so that one mistake is one message.

use proc_macro::TokenStream;

mod args;
mod ast;
mod aware;
mod check;
mod closure;
mod derive;
mod expand;
mod fallback;
mod flow;
mod layers;
mod plan;
mod report;
mod shape;
mod spec;
mod twin;
mod weights;

/// Turns a struct whose fields are layers into a network.
///
/// ```text
/// #[network(input = [64])]
/// pub struct Digits { fc1: Dense<32>, act: Relu, head: Dense<10> }
/// ```
///
/// The fields, in their order, are a chain. The input's shape is said once, every other size is inferred. A type that
/// is no built-in layer is a network or a layer of your own, from this crate or another.
///
/// # Graphs
///
/// `#[forward(|x, ..| ..)]`, below `#[network]`, connects the fields in another way:
///
/// ```text
/// #[network(input = [16])]
/// #[forward(|x| {
///     let h = fc2(relu(fc1(x)));
///     relu(x + h)
/// })]
/// pub struct Residual { fc1: Dense<32>, fc2: Dense<16> }
/// ```
///
/// | in the closure | means |
/// |---|---|
/// | `fc1(x)` | the field `fc1`, with `x` as its input; called twice, it is one weight in two places |
/// | `a + b`, `a - b`, `a * b` | number by number, of two values of one shape |
/// | `image * s` | each channel times its number, if `s` is `[channels]` |
/// | `relu(x)`, `gelu(x)`, `softmax(x)`, .. | the layer of that name, if it needs no arguments; `flatten(x)` too |
/// | `concat(a, b, ..)` | side by side: channels of images, features otherwise; `axis = steps` for steps |
/// | `slice(x, 2..5)` | a part, of the same axes |
/// | `let (a, b) = split(x);` | both outputs of the field `split`; a `let` may shadow another |
/// | `\|a, b\| ..` | the inputs, if `input = (.., ..)` names two or three |
/// | `(y, z)` at the end | several outputs |
///
/// Every field, input and `let` must be used.
///
/// # Arguments
///
/// | argument | meaning |
/// |---|---|
/// | `input = [64]` | shape of the input: `[features]`, `[steps, features]`, `[channels, height, width]`; `[u16; 64]` for tokens; a tuple of two or three for several inputs |
/// | `max_params = 20_000` | a budget: more parameters do not compile |
/// | `max_train_bytes(Adam, 1) = 65_536` | a budget for training with this optimizer and chunk |
/// | `folded`, `folded = Name` | a second network, `NetFolded` or `Name`, without the batch norms: see `dl::Fold` |
/// | `int8`, `int8 = Name` | a network of integers, `NetInt8` or `Name`, with the same fields: see `dl::quant`; says `folded` too where a batch norm can be folded |
/// | `quantization_aware` | with `int8`: a `FakeQuantize` behind each value of a chain, `act_range` behind `act`, so that training sees the rounding; see `dl::quant` |
/// | `stream` | runs one step of a sequence at a time, too: see `dl::Stream` and `dl::train::StreamModel` |
/// | `fused_sgd` | can be trained by `dl::train::FusedSgd`, which keeps no gradient: one sample at a time, for devices |
/// | `crate = path::to::dl` | where the framework is, if not at `::dl` |
///
/// # Attributes of fields
///
/// | attribute | meaning |
/// |---|---|
/// | `#[frozen]` | not trained: no gradient, no moments |
/// | `#[init(kaiming_normal)]` | the weights' starting values: a function of `dl::init`, or a path to one of your own |
/// | `#[group(head)]` | parameters of this group may have a learning rate and a weight decay of their own |
/// | `#[tied(embed.weight)]` | a `Dense<VOCAB, NoBias>` whose weight is that of an earlier `Embedding<VOCAB, DIM>` |
#[proc_macro_attribute]
pub fn network(args: TokenStream, item: TokenStream) -> TokenStream {
    network_tokens(args.into(), item.into()).into()
}

/// Reports that `#[forward(..)]` stands where it cannot be read.
#[proc_macro_attribute]
pub fn forward(_: TokenStream, item: TokenStream) -> TokenStream {
    let error = syn::Error::new(
        proc_macro2::Span::call_site(),
        "`#[forward(..)]` is read by `#[network(..)]`, so it must stand below it\n\
         help: put `#[network(..)]` first and `#[forward(..)]` after it",
    );
    let (error, item) = (error.into_compile_error(), proc_macro2::TokenStream::from(item));
    quote::quote!(#error #item).into()
}

/// Implements `Params` for a layer of your own: every field is a parameter, or holds parameters.
///
/// The scalar is, by convention, the last type parameter: `struct Scale<const N: usize, T = f32>`. A field may say
/// `#[param(init = ones)]` (a function of `dl::init`, or a path; default: zeros) and `#[param(bias)]` or
/// `#[param(norm)]` (neither is decayed; default: a weight).
#[proc_macro_derive(Params, attributes(param))]
pub fn derive_params(item: TokenStream) -> TokenStream {
    derive::params(syn::parse_macro_input!(item as syn::DeriveInput)).into()
}

/// Implements `Blank` and `ZeroValid` for a struct whose fields have them: tapes, scratch memory, states.
#[proc_macro_derive(Blank)]
pub fn derive_blank(item: TokenStream) -> TokenStream {
    derive::blank(syn::parse_macro_input!(item as syn::DeriveInput)).into()
}

/// A network with the weights of a safetensors file, made while compiling: a `static` of it needs no RAM.
///
/// ```text
/// #[network(input = [64])]
/// struct Digits { fc1: Dense<32>, act: Relu, head: Dense<10> }
///
/// static DIGITS: Digits = weights!("digits.safetensors");
/// ```
///
/// The file is one that `dl::host::io::safetensors::save` writes, or PyTorch's `safetensors.torch.save_file`, and lies
/// relative to the source file, as for `include_bytes!`. When it changes, the crate is
/// compiled again.
///
/// What the program would find out when it loads the file is an error while compiling: a parameter that is missing,
/// surplus (but PyTorch's `num_batches_tracked`), of another shape or another type of numbers. `save` leaves a hash of the
/// layers in the file; it must be that of the network.
///
/// The compiler copies a million numbers in about three seconds.
#[proc_macro]
pub fn weights(args: TokenStream) -> TokenStream {
    weights::weights(args.into()).into()
}

/// The macro over `proc_macro2`, so that tests can call it.
fn network_tokens(
    args: proc_macro2::TokenStream,
    item: proc_macro2::TokenStream,
) -> proc_macro2::TokenStream {
    let mut report = report::Report::default();
    let args = args::parse(args, &mut report);
    let mut written = match ast::parse(item, &mut report) {
        ast::Read::Struct(written) => written,
        ast::Read::Other(item) => {
            let errors = report.into_tokens();
            return quote::quote!(#errors #item);
        }
    };
    aware::insert(&args, &mut written, &mut report);
    let checked = check::check(&args, &written, &mut report);
    let folds = checked.as_ref().and_then(twin::implied);
    // Integers are made of a network without the norms that can be folded.
    let with_twin = args::Args { folded: folds.or(args.folded.clone()), ..args.clone() };
    let checked = if checked.is_some() { check::check(&with_twin, &written, &mut report) } else { None };
    let Some(net) = checked else { return fallback::fallback(&args, &written, report) };
    let twin = twin::of(&net);
    let network = network_items(net, &twin);
    let twin::Twin::Other(declared) = twin else { return network };
    let twin = twin::network(&declared, &mut report);
    let errors = report.into_tokens();
    quote::quote!(#network #twin #errors)
}

/// All items of a checked network, whose twin is `twin`.
fn network_items(net: check::Net<'_>, twin: &twin::Twin) -> proc_macro2::TokenStream {
    let mut plan = plan::plan(net);
    let network = expand::expand(&plan, twin);
    let int8 = plan.net.args.int8.clone().filter(|_| !matches!(twin, twin::Twin::Other(_)));
    let int8 = int8.map(|asked| expand::int8(&mut plan, &asked));
    let step = plan.net.args.stream.is_some().then(|| expand::stream(&plan::step(plan.net)));
    quote::quote!(#network #int8 #step)
}

#[cfg(test)]
mod tests;
