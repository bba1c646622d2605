//! The built-in layers: their syntax and their shape rules, one file for each kind.

use proc_macro2::{Ident, TokenStream};

use crate::ast::BuiltIn;
use crate::report::near;
use crate::shape::{Dim, Shape};

mod activation;
mod attention;
mod bias;
mod conv1d;
mod conv2d;
mod conv_transpose2d;
mod dense;
mod dropout;
mod embedding;
mod fake_quantize;
mod flatten;
mod function;
mod integers;
mod last;
mod norm;
mod number;
mod pad;
mod permute;
mod pool;
mod position;
mod recurrent;
mod reshape;
mod softmax;
mod steps;
mod upsample;
mod window;

pub(crate) use attention::one_sequence;
pub(crate) use embedding::SPARSE;
pub(crate) use function::{FUNCTIONS, OTHER_FUNCTIONS, function};
pub(crate) use integers::{integer_form, layer_of};
pub(crate) use recurrent::two_states;
pub(crate) use steps::{Steps, from_state, steps};

/// A built-in layer.
pub(crate) struct Definition {
    pub(crate) name: &'static str,
    pub(crate) arguments: &'static [Parameter],
    /// Marker types that may follow the arguments.
    pub(crate) options: &'static [Marker],
    pub(crate) rule: fn(&BuiltIn, &Context<'_>) -> syn::Result<Resolved>,
}

/// An unnamed argument.
pub(crate) struct Parameter {
    /// In words: "number of outputs".
    pub(crate) what: &'static str,
    pub(crate) kind: ParameterKind,
    pub(crate) required: bool,
}

/// An option: a type of `dl::options`.
pub(crate) struct Marker {
    pub(crate) name: &'static str,
    /// How many numbers it may have.
    pub(crate) counts: &'static [usize],
    /// What may stand in place of numbers.
    pub(crate) words: &'static [&'static str],
    /// How it may be written, for messages.
    pub(crate) forms: &'static [&'static str],
}

#[derive(PartialEq)]
pub(crate) enum ParameterKind {
    /// A whole number.
    Size,
    /// A whole number that may be zero.
    Count,
    /// A window: a whole number, or `Kernel<3, 5>`.
    Kernel,
    /// A decimal literal.
    Number,
    /// A type.
    Type,
}

impl Definition {
    /// How it is written, with words in place of numbers.
    pub(crate) fn form(&self) -> String {
        let arguments: Vec<_> = self.arguments.iter().map(|a| a.what).collect();
        if arguments.is_empty() {
            self.name.to_owned()
        } else {
            format!("{}<{}>", self.name, arguments.join(", "))
        }
    }

    pub(crate) fn required(&self) -> usize {
        self.arguments.iter().filter(|argument| argument.required).count()
    }

    /// How many values it takes, at least and at most.
    pub(crate) fn inputs(&self) -> [usize; 2] {
        if OF_TWO.contains(&self.name) {
            [2, 2]
        } else if FROM_STATE.contains(&self.name) {
            [1, 2]
        } else {
            [1, 1]
        }
    }

    pub(crate) fn takes_type(&self) -> bool {
        self.arguments.iter().any(|argument| argument.kind == ParameterKind::Type)
    }
}

/// Where a layer stands.
pub(crate) struct Context<'a> {
    /// The field, as text.
    pub(crate) field: &'a str,
    /// The shape that comes in.
    pub(crate) input: &'a Shape,
    /// What a layer of two inputs looks at, or the state that it starts from.
    pub(crate) second: Option<&'a Shape>,
    /// The framework's path.
    pub(crate) dl: &'a TokenStream,
}

/// A built-in layer whose sizes are settled.
pub(crate) struct Resolved {
    /// Its type, over the scalar `T`.
    pub(crate) ty: TokenStream,
    pub(crate) output: Shape,
    pub(crate) role: Role,
    /// Parameters, for the documentation; `None` if only rustc knows.
    pub(crate) params: Option<usize>,
    /// Multiply-adds a sample, for the documentation.
    pub(crate) macs: Option<usize>,
    /// `const fn` calls for rustc to check, each a statement.
    pub(crate) checks: TokenStream,
}

/// What the plan may do with a layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Role {
    /// Runs by `Layer::forward`. Says whether its backward pass reads `x` and `y`, and whether it has a tape or scratch
    /// memory of its own.
    Layer { needs_x: bool, needs_y: bool, has_params: bool, has_memory: bool, keeps_lens: bool },
    /// A product that can apply an activation to its own output.
    Product(Product),
    /// A pointwise function whose derivative follows from its output: may run in place.
    InPlace,
    /// Only another name for the same numbers; where the shape is another, no valid lengths are left.
    Rename,
}

/// What a product is taken over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Product {
    /// Features: `dl::small` has calls for it.
    Features,
    /// Windows of an image.
    Image,
    /// Windows of a sequence, which shorten it: reads valid lengths, and changes them.
    Steps,
}

const DEFINITIONS: &[&[Definition]] = &[
    dense::LAYERS,
    embedding::LAYERS,
    conv1d::LAYERS,
    conv2d::LAYERS,
    conv_transpose2d::LAYERS,
    flatten::LAYERS,
    pad::LAYERS,
    permute::LAYERS,
    reshape::LAYERS,
    upsample::LAYERS,
    activation::LAYERS,
    dropout::LAYERS,
    softmax::LAYERS,
    norm::LAYERS,
    fake_quantize::LAYERS,
    pool::LAYERS,
    last::LAYERS,
    recurrent::LAYERS,
    attention::LAYERS,
    position::LAYERS,
];

/// All options of all layers.
pub(crate) const OPTIONS: [&str; 21] = [
    "NoBias",
    "Causal",
    "Rotary",
    "Additive",
    "Last",
    "Bidirectional",
    "OneHot",
    "PaddingIdx",
    "Sparse",
    "Pad",
    "Same",
    "Stride",
    "Dilation",
    "Groups",
    "OutputPad",
    "Kernel",
    "Nearest",
    "Bilinear",
    "Zeros",
    "Reflect",
    "Replicate",
];

/// What other frameworks call our layers, where the names are too different to guess.
pub(crate) const OTHER_NAMES: [(&str, &str); 25] = [
    ("BahdanauAttention", "Attend<Additive<64>>"),
    ("AdditiveAttention", "Attend<Additive<64>>"),
    ("LuongAttention", "Attend"),
    ("PositionalEncoding", "Sinusoidal"),
    ("MultiheadAttention", "SelfAttention"),
    ("MultiHeadAttention", "SelfAttention"),
    ("SimpleRNN", "Rnn"),
    ("DepthwiseConv2d", "Depthwise2d"),
    ("DepthwiseConv2D", "Depthwise2d"),
    ("Conv2dTranspose", "ConvTranspose2d"),
    ("Deconv2d", "ConvTranspose2d"),
    ("Linear", "Dense"),
    ("FullyConnected", "Dense"),
    ("Identity", "Flatten"),
    ("Swish", "Silu"),
    ("Unflatten", "Reshape"),
    ("View", "Reshape"),
    ("ZeroPad2d", "Pad"),
    ("ZeroPadding2D", "Pad"),
    ("ReflectionPad2d", "Pad<1, Reflect>"),
    ("ReplicationPad2d", "Pad<1, Replicate>"),
    ("UpSampling2D", "Upsample"),
    ("UpsamplingNearest2d", "Upsample"),
    ("LogisticSigmoid", "Sigmoid"),
    ("Activation", "Map"),
];

/// Layers whose steps look at those of a second value.
const OF_TWO: [&str; 2] = ["CrossAttention", "Attend"];

/// Layers that may be given the state that they start from.
const FROM_STATE: [&str; 2] = ["Rnn", "Gru"];

/// The initializers of `dl::init`.
pub(crate) const INITIALIZERS: [&str; 10] = [
    "zeros",
    "ones",
    "xavier_uniform",
    "xavier_normal",
    "kaiming_uniform",
    "kaiming_normal",
    "lecun_uniform",
    "lecun_normal",
    "trunc_normal",
    "orthogonal",
];

/// What other frameworks call them.
const OTHER_INITIALIZERS: [(&str, &str); 5] = [
    ("he_normal", "kaiming_normal"),
    ("he_uniform", "kaiming_uniform"),
    ("glorot_normal", "xavier_normal"),
    ("glorot_uniform", "xavier_uniform"),
    ("truncated_normal", "trunc_normal"),
];

/// Whether `name` is an initializer; if not, what to say.
pub(crate) fn initializer(name: &str) -> Result<(), String> {
    if INITIALIZERS.contains(&name) {
        return Ok(());
    }
    let others = OTHER_INITIALIZERS.iter().map(|(other, _)| *other);
    let hint = match near(name, INITIALIZERS.into_iter().chain(others)) {
        Some(known) => match OTHER_INITIALIZERS.iter().find(|(other, _)| *other == known) {
            Some((other, ours)) if *other == name => format!("; it is called `{ours}` here"),
            Some((other, ours)) => format!("; did you mean `{other}`? It is called `{ours}` here"),
            None => format!("; did you mean `{known}`?"),
        },
        None => String::new(),
    };
    Err(format!(
        "no initializer is called `{name}`{hint}\n\
         help: if `{name}` is a function of your own, write `self::{name}`\n\
         note: the initializers are {}",
        INITIALIZERS.join(", ")
    ))
}

pub(crate) fn find(name: &str) -> Option<&'static Definition> {
    DEFINITIONS.iter().flat_map(|group| group.iter()).find(|definition| definition.name == name)
}

/// A layer of the same kind that has the option `name`.
pub(crate) fn with_option(like: &Definition, name: &str) -> Option<&'static str> {
    let first = |definition: &Definition| definition.arguments.first().map(|argument| argument.what);
    let has = |other: &&Definition| {
        first(other) == first(like) && other.options.iter().any(|option| option.name == name)
    };
    DEFINITIONS.iter().flat_map(|group| group.iter()).find(has).map(|definition| definition.name)
}

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    DEFINITIONS.iter().flat_map(|group| group.iter()).map(|definition| definition.name)
}

/// Refuses tokens, which only an embedding reads.
fn numbers_only(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<()> {
    if cx.input.is_tokens() {
        return Err(syn::Error::new_spanned(
            &layer.ty,
            format!(
                "`{}` computes with numbers, but receives the tokens {}\n\
                 help: put an `Embedding` before it",
                cx.field,
                cx.input.text()
            ),
        ));
    }
    Ok(())
}

/// Which of its options a layer has, all of which exclude each other; without one it is `default`.
fn one_way<'a>(layer: &'a BuiltIn, cx: &Context<'_>, default: &str) -> syn::Result<Option<&'a Ident>> {
    match layer.options.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(&one.name)),
        [first, second, ..] => {
            let message = format!(
                "`{}` is said to be both `{}` and `{}`\nhelp: keep one of them; without either it is `{default}`",
                cx.field, first.name, second.name
            );
            Err(syn::Error::new_spanned(&second.ty, message))
        }
    }
}

/// Argument `i`, as a size.
fn size(layer: &BuiltIn, i: usize) -> syn::Result<Dim> {
    crate::args::size(&layer.arguments[i].expr()?)
}
