//! The arguments of `#[network(...)]`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprArray, ExprRepeat, Lit, Token, parenthesized};

use crate::report::{Report, did_you_mean};
use crate::shape::{Dim, Shape, is_negative};

/// Where the framework is unless `crate = ..` says otherwise: the one place that knows its name.
pub(crate) const CRATE: &str = "::dl";

/// What `#[network(...)]` says.
#[derive(Clone)]
pub(crate) struct Args {
    /// The shapes of the inputs; none if they are missing or wrong.
    pub(crate) inputs: Vec<Shape>,
    /// The input as written.
    pub(crate) input_tokens: TokenStream,
    /// `max_params = ..`
    pub(crate) max_params: Option<Expr>,
    /// `max_train_bytes(Adam, 1) = ..`
    pub(crate) max_train_bytes: Option<TrainBudget>,
    /// `folded`, or `folded = Name`
    pub(crate) folded: Option<Folded>,
    /// `int8`, or `int8 = Name`
    pub(crate) int8: Option<Int8>,
    /// `quantization_aware`: the word itself.
    pub(crate) quantization_aware: Option<Ident>,
    /// `stream`: the word itself.
    pub(crate) stream: Option<Ident>,
    /// `fused_sgd`: the word itself.
    pub(crate) fused_sgd: Option<Ident>,
    /// The framework's path.
    pub(crate) dl: TokenStream,
    /// Whether `crate = ..` said so.
    pub(crate) dl_is_said: bool,
}

/// `max_train_bytes(optimizer, chunk) = limit`
#[derive(Clone)]
pub(crate) struct TrainBudget {
    pub(crate) optimizer: syn::Path,
    pub(crate) chunk: Expr,
    pub(crate) limit: Expr,
}

/// A twin without batch norms is asked for.
#[derive(Clone)]
pub(crate) struct Folded {
    /// The word itself.
    pub(crate) at: Ident,
    /// The name that the twin shall have, if that is said.
    pub(crate) name: Option<Ident>,
}

/// A network of integers is asked for.
#[derive(Clone)]
pub(crate) struct Int8 {
    /// The word itself.
    pub(crate) at: Ident,
    /// The name that it shall have, if that is said.
    pub(crate) name: Option<Ident>,
}

impl Int8 {
    /// The name of the network of integers of `net`.
    pub(crate) fn name(&self, net: &Ident) -> Ident {
        self.name.clone().unwrap_or_else(|| format_ident!("{net}Int8"))
    }
}

const FORM: &str = "`#[network(..)]` takes names and values\nhelp: for example `#[network(input = [784])]`";

const KEYS: [&str; 9] = [
    "input",
    "max_params",
    "max_train_bytes",
    "folded",
    "int8",
    "quantization_aware",
    "stream",
    "fused_sgd",
    "crate",
];

struct Arg {
    key: Ident,
    pair: Option<(syn::Path, Expr)>,
    value: Option<Value>,
}

enum Value {
    Expr(Expr),
    Crate(syn::Path),
}

impl Parse for Arg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error(FORM));
        }
        let key = input.call(Ident::parse_any)?;
        let mut pair = None;
        if key == "max_train_bytes" && input.peek(syn::token::Paren) {
            let inner;
            parenthesized!(inner in input);
            let optimizer = inner.parse()?;
            inner.parse::<Token![,]>()?;
            pair = Some((optimizer, inner.parse()?));
        }
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Some(if key == "crate" { Value::Crate(path(input)?) } else { Value::Expr(input.parse()?) })
        } else if input.is_empty() || input.peek(Token![,]) {
            None
        } else {
            return Err(input
                .error(format!("`=` should follow `{key}`\nhelp: for example `#[network(input = [784])]`")));
        };
        Ok(Arg { key, pair, value })
    }
}

/// A path, `crate` and `self` included, or a string that holds one.
fn path(input: ParseStream<'_>) -> syn::Result<syn::Path> {
    if input.peek(syn::LitStr) {
        input.parse::<syn::LitStr>()?.parse()
    } else {
        input.call(syn::Path::parse_mod_style)
    }
}

/// Reads the arguments; what is wrong with them is reported, the rest is kept.
pub(crate) fn parse(tokens: TokenStream, report: &mut Report) -> Args {
    let dl: syn::Path = syn::parse_str(CRATE).expect("a path");
    let mut args = Args {
        inputs: Vec::new(),
        input_tokens: TokenStream::new(),
        max_params: None,
        max_train_bytes: None,
        folded: None,
        int8: None,
        quantization_aware: None,
        stream: None,
        fused_sgd: None,
        dl: quote!(#dl),
        dl_is_said: false,
    };
    let parsed = Punctuated::<Arg, Token![,]>::parse_terminated.parse2(tokens);
    let Some(parsed) = report.take(parsed) else { return args };
    let mut seen: Vec<String> = Vec::new();
    let mut input_said = false;
    for arg in parsed {
        let key = arg.key.to_string();
        if !KEYS.contains(&key.as_str()) {
            report.error(
                &arg.key,
                format!(
                    "`#[network]` has no argument `{key}`{}\n\
                     help: it takes `input`, `max_params`, `max_train_bytes`, `folded`, `int8`, `quantization_aware`, \
                     `stream`, `fused_sgd` and `crate`",
                    did_you_mean(&key, KEYS)
                ),
            );
            continue;
        }
        if seen.contains(&key) {
            report.error(&arg.key, format!("`{key}` is said twice\nhelp: keep one of them"));
            continue;
        }
        seen.push(key.clone());
        input_said |= key == "input";
        match (key.as_str(), arg.value) {
            ("crate", Some(Value::Crate(path))) => {
                args.dl = quote!(#path);
                args.dl_is_said = true;
            }
            ("input", Some(Value::Expr(expr))) => {
                args.input_tokens = quote!(#expr);
                args.inputs = report.take(shapes(&expr)).unwrap_or_default();
            }
            ("max_params", Some(Value::Expr(expr))) => args.max_params = report.take(limit(expr)),
            ("max_train_bytes", Some(Value::Expr(limited))) if arg.pair.is_some() => {
                let (chunk_of, limit) = (|(_, chunk): &(syn::Path, Expr)| size(chunk), limit(limited));
                let chunk = arg.pair.as_ref().map(chunk_of).and_then(|chunk| report.take(chunk));
                if let (Some((optimizer, chunk)), Some(limit), Some(_)) =
                    (arg.pair, report.take(limit), chunk)
                {
                    args.max_train_bytes = Some(TrainBudget { optimizer, chunk, limit });
                }
            }
            ("folded", None) => args.folded = Some(Folded { at: arg.key, name: None }),
            ("folded", Some(Value::Expr(Expr::Path(path)))) if path.path.get_ident().is_some() => {
                args.folded = Some(Folded { at: arg.key, name: path.path.get_ident().cloned() });
            }
            ("folded", _) => report.error(
                &arg.key,
                "`folded` takes nothing, or the name of the twin\nhelp: for example `folded = SmallNet`",
            ),
            ("int8", None) => args.int8 = Some(Int8 { at: arg.key, name: None }),
            ("int8", Some(Value::Expr(Expr::Path(path)))) if path.path.get_ident().is_some() => {
                args.int8 = Some(Int8 { at: arg.key, name: path.path.get_ident().cloned() });
            }
            ("int8", _) => report.error(
                &arg.key,
                "`int8` takes nothing, or the name of the network of integers\nhelp: for example `int8 = TinyNet`",
            ),
            ("quantization_aware", None) => args.quantization_aware = Some(arg.key),
            ("stream", None) => args.stream = Some(arg.key),
            ("fused_sgd", None) => args.fused_sgd = Some(arg.key),
            ("quantization_aware" | "stream" | "fused_sgd", _) => {
                report.error(&arg.key, format!("`{key}` takes nothing\nhelp: write `{key}` alone"));
            }
            ("max_train_bytes", _) => report.error(
                &arg.key,
                "`max_train_bytes` needs an optimizer and a chunk: training memory depends on both\n\
                 help: for example `max_train_bytes(Adam, 1) = 65_536`",
            ),
            ("crate", _) => report.error(&arg.key, "`crate` needs a path\nhelp: for example `crate = ::dl`"),
            ("max_params", _) => {
                report
                    .error(&arg.key, "`max_params` needs a number\nhelp: for example `max_params = 20_000`");
            }
            _ => report.error(&arg.key, "`input` needs a shape\nhelp: for example `input = [784]`"),
        }
    }
    if !input_said && report.is_empty() {
        report.push(syn::Error::new(
            Span::call_site(),
            "a network needs the shape of its input\n\
             help: for example `#[network(input = [784])]`",
        ));
    }
    args
}

fn limit(expr: Expr) -> syn::Result<Expr> {
    let wrong = match &expr {
        Expr::Lit(lit) => !matches!(&lit.lit, Lit::Int(int) if int.base10_parse::<usize>().is_ok()),
        expr => is_negative(expr),
    };
    if wrong {
        let found = crate::shape::tidy(&expr);
        let message =
            format!("a budget is a whole number, but this is `{found}`\nhelp: for example `20_000`");
        return Err(syn::Error::new_spanned(&expr, message));
    }
    Ok(expr)
}

/// One shape, or a tuple of two or three.
fn shapes(expr: &Expr) -> syn::Result<Vec<Shape>> {
    match expr {
        Expr::Tuple(tuple) if !(2..=3).contains(&tuple.elems.len()) => {
            let message = format!(
                "a network has one, two or three inputs, but this has {}\n\
                 help: for example `input = ([16], [u16; 20])`",
                tuple.elems.len()
            );
            Err(syn::Error::new_spanned(tuple, message))
        }
        Expr::Tuple(tuple) => tuple.elems.iter().map(shape).collect(),
        expr => Ok(vec![shape(expr)?]),
    }
}

/// `[n]`, `[steps, features]`, `[channels, height, width]` or `[u16; n]`.
fn shape(expr: &Expr) -> syn::Result<Shape> {
    const FORMS: &str = "help: write `[features]`, `[steps, features]`, `[channels, height, width]`, or `[u16; n]` for tokens";
    match expr {
        Expr::Array(ExprArray { elems, .. }) => {
            if elems.is_empty() || elems.len() > 3 {
                let message =
                    format!("a shape has one to three dimensions, but this has {}\n{FORMS}", elems.len());
                return Err(syn::Error::new_spanned(expr, message));
            }
            elems.iter().map(size).collect::<syn::Result<_>>().map(Shape::Dims)
        }
        Expr::Repeat(ExprRepeat { expr: kind, len, .. }) => {
            let is_u16 = matches!(&**kind, Expr::Path(path) if path.path.is_ident("u16"));
            if !is_u16 {
                let found = crate::shape::tidy(kind);
                let message = format!("tokens are `u16`, but this says `{found}`\n{FORMS}");
                return Err(syn::Error::new_spanned(kind, message));
            }
            size(len).map(Shape::Tokens)
        }
        expr => Err(syn::Error::new_spanned(expr, format!("a shape is written in brackets\n{FORMS}"))),
    }
}

/// A size: a whole number above zero, a constant, or an expression of constants.
pub(crate) fn size(expr: &Expr) -> syn::Result<Dim> {
    let error = |message: String| Err(syn::Error::new_spanned(expr, message));
    if let Expr::Lit(lit) = expr
        && let Lit::Int(int) = &lit.lit
        && int.base10_parse::<usize>().is_err()
        && !int.base10_digits().starts_with('-')
    {
        return error(format!("the size {int} is too large for memory\nhelp: make it smaller"));
    }
    let not_a_size = match expr {
        Expr::Lit(lit) => !matches!(&lit.lit, Lit::Int(int) if int.base10_parse::<usize>().is_ok()),
        Expr::Closure(_) | Expr::Array(_) | Expr::Tuple(_) | Expr::Assign(_) => true,
        Expr::Infer(_) | Expr::Range(_) | Expr::Repeat(_) | Expr::Reference(_) | Expr::Struct(_) => true,
        Expr::Path(path) => path.path.get_ident().is_some_and(|name| crate::spec::is_type(&name.to_string())),
        expr => is_negative(expr),
    };
    if not_a_size {
        let found = crate::shape::tidy(expr);
        return error(format!(
            "a size is a whole number above zero, but this is `{found}`\n\
             help: write a number, a constant, or an expression of constants in braces"
        ));
    }
    let dim = Dim::of(expr);
    if dim.known() == Some(0) {
        return error("a size cannot be zero\nhelp: write a whole number above zero".to_owned());
    }
    Ok(dim)
}
