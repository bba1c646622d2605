//! Settles every layer's type and shape, or says why it cannot.
//!
//! Rules, one function each:
//!
//! - [`check_attributes`]: no second `#[network]`, no `#[forward]` yet, no derive that copies a network
//! - [`check_generics`]: const parameters only; the scalar is added
//! - [`check_size`]: no size computed from a const parameter, none too large for memory
//! - [`check_open`]: a layer of the user's own in a network without const parameters
//! - [`check_repeat`]: a repeated layer gives back the shape it takes
//! - [`check_tied`]: a shared weight exists and fits
//! - [`check_init`]: an initializer has weights to start

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, GenericParam, PathArguments, Type};

use crate::args::Args;
use crate::ast::{BuiltIn, Field, Spec, Written};
use crate::layers::{Context, Resolved, Role};
use crate::report::Report;
use crate::shape::{Dim, Shape, tidy};

/// A network whose layers are settled.
pub(crate) struct Net<'a> {
    pub(crate) args: &'a Args,
    pub(crate) written: &'a Written,
    /// Const parameters of the struct, as declared and as names.
    pub(crate) const_decls: Vec<TokenStream>,
    pub(crate) const_names: Vec<Ident>,
    pub(crate) input: Shape,
    pub(crate) input_len: Dim,
    pub(crate) layers: Vec<Layer<'a>>,
    /// Constants of shapes and sizes that only rustc can compute.
    pub(crate) hidden: Hidden,
    /// Statements that rustc evaluates; each panics with a message if its rule is broken.
    pub(crate) checks: Vec<TokenStream>,
}

/// A settled layer.
pub(crate) struct Layer<'a> {
    /// Its place among the fields.
    pub(crate) index: usize,
    pub(crate) field: &'a Field,
    pub(crate) name: String,
    /// Its type over the scalar `T`.
    pub(crate) ty: TokenStream,
    /// Written by the user, not built in.
    pub(crate) is_open: bool,
    pub(crate) input: Shape,
    pub(crate) output: Shape,
    pub(crate) output_len: Dim,
    pub(crate) role: Role,
    pub(crate) params: Option<usize>,
    pub(crate) macs: Option<usize>,
}

impl Layer<'_> {
    /// Whether it learns.
    pub(crate) fn is_trained(&self) -> bool {
        !self.field.frozen && self.has_params()
    }

    pub(crate) fn has_params(&self) -> bool {
        match self.role {
            Role::Layer { has_params, .. } => has_params,
            Role::Product => true,
            Role::InPlace | Role::Rename => false,
        }
    }
}

/// Constants that hang on a hidden struct beside the network.
pub(crate) struct Hidden {
    /// The hidden struct.
    pub(crate) owner: Ident,
    pub(crate) items: Vec<TokenStream>,
}

impl Hidden {
    fn constant(&mut self, tag: &str, ty: TokenStream, value: TokenStream, span: Span) -> TokenStream {
        let (owner, name) = (&self.owner, Ident::new(&tag.to_uppercase(), span));
        self.items.push(quote_spanned!(span=> const #name: #ty = #value;));
        quote!(#owner::#name)
    }

    /// A computed size by a name, so that expressions never nest.
    fn size(&mut self, dim: Dim, tag: &str, span: Span) -> Dim {
        match &dim {
            Dim::Expr(expr) if syn::parse2::<syn::Path>(expr.clone()).is_err() => {
                Dim::Expr(self.constant(tag, quote!(usize), expr.clone(), span))
            }
            _ => dim,
        }
    }

    fn shape(&mut self, shape: Shape, tag: &str, dl: &TokenStream, span: Span) -> Shape {
        match &shape {
            Shape::Const(expr) if syn::parse2::<syn::Path>(expr.clone()).is_err() => {
                Shape::Const(self.constant(tag, quote!(#dl::Shape), expr.clone(), span))
            }
            _ => shape,
        }
    }
}

/// More numbers than this in one value or weight are a mistake: 16 GiB in `f32`.
const TOO_LARGE: usize = u32::MAX as usize;

/// Runs all rules; `None` if the shapes could not be followed to the end.
pub(crate) fn check<'a>(args: &'a Args, written: &'a Written, report: &mut Report) -> Option<Net<'a>> {
    check_attributes(&written.attrs, report);
    let (const_decls, const_names) = check_generics(written, report);
    let dl = &args.dl;
    let owner = format_ident!("__{}Shapes", written.ident);
    let mut net = Net {
        args,
        written,
        const_decls,
        const_names,
        input: args.input.clone()?,
        input_len: Dim::Known(1),
        layers: Vec::new(),
        hidden: Hidden { owner, items: Vec::new() },
        checks: Vec::new(),
    };
    let at = args.input_tokens.span();
    if let Shape::Dims(dims) = &net.input {
        for dim in dims.iter().filter(|dim| dim.known().is_none()) {
            let n = dim.value();
            net.checks.push(quote_spanned!(at=> #dl::shape::expect_size("input", #n);));
        }
    }
    check_size(&net.const_names, &written.ident, &args.input_tokens, "the input", &net.input.len(), report)?;
    net.input_len = net.hidden.size(net.input.len(), "INPUT", at);

    let mut shape = net.input.clone();
    for field in &written.fields {
        let spec = field.spec.as_ref()?;
        let name = field.name();
        let Settled { resolved, is_open } = settle(spec, &name, &shape, &mut net, report)?;
        let span = field.ty.span();
        let output = net.hidden.shape(resolved.output, &name, dl, span);
        check_size(&net.const_names, &written.ident, &field.ty, &format!("`{name}`"), &output.len(), report)?;
        if let Some(params) = resolved.params.filter(|params| *params > TOO_LARGE) {
            report.error(&field.ty, too_large(&format!("`{name}`"), "parameters", params));
            return None;
        }
        let output_len = if output.is_same_text(&shape) {
            net.layers.last().map_or(&net.input_len, |before| &before.output_len).clone()
        } else {
            net.hidden.size(output.len(), &format!("{name}_LEN"), span)
        };
        if !resolved.checks.is_empty() {
            net.checks.push(resolved.checks);
        }
        net.layers.push(Layer {
            index: net.layers.len(),
            field,
            name,
            ty: resolved.ty,
            is_open,
            input: shape,
            output: output.clone(),
            output_len,
            role: resolved.role,
            params: resolved.params,
            macs: resolved.macs,
        });
        shape = output;
    }
    for (i, layer) in net.layers.iter().enumerate() {
        check_init(layer, report);
        check_tied(layer, &net.layers[..i], report);
    }
    Some(net)
}

struct Settled {
    resolved: Resolved,
    is_open: bool,
}

/// The type and output of one layer on an input of shape `input`.
fn settle(spec: &Spec, name: &str, input: &Shape, net: &mut Net<'_>, report: &mut Report) -> Option<Settled> {
    let dl = &net.args.dl;
    match spec {
        Spec::BuiltIn(layer) => {
            let cx = Context { field: name, input, dl };
            let mut resolved = report.take((layer.definition.rule)(layer, &cx))?;
            check_arguments(layer, name, net, &mut resolved, report)?;
            Some(Settled { resolved, is_open: false })
        }
        Spec::Open(ty) => {
            check_open(ty, net, report)?;
            let (span, edge) = (ty.span(), input.edge(dl));
            let value = quote_spanned!(span=> #dl::shape::fitted(#name, <#ty as #dl::Fit<#edge>>::OUT));
            let output = Shape::Const(net.hidden.constant(name, quote!(#dl::Shape), value, span));
            let role = Role::Layer { needs_x: true, needs_y: true, has_params: true, keeps_lens: false };
            let ty = with_scalar(ty);
            let resolved = Resolved { ty, output, role, params: None, macs: None, checks: quote!() };
            Some(Settled { resolved, is_open: true })
        }
        Spec::Repeat(inner, len) => {
            let times = report.take(crate::args::size(len))?;
            let inner_span = net.written.ident.span();
            let one = settle(inner, name, input, net, report)?;
            check_repeat(name, len, input, &one, net, report)?;
            let (ty, n) = (&one.resolved.ty, times.arg());
            let ty = quote_spanned!(inner_span=> [#ty; #n]);
            let scaled = |count: Option<usize>| count.zip(times.known()).map(|(c, n)| c.saturating_mul(n));
            let has_params = match one.resolved.role {
                Role::Layer { has_params, .. } => has_params,
                Role::Product => true,
                Role::InPlace | Role::Rename => false,
            };
            let role = Role::Layer { needs_x: true, needs_y: true, has_params, keeps_lens: !one.is_open };
            let resolved = Resolved {
                ty,
                role,
                params: scaled(one.resolved.params),
                macs: scaled(one.resolved.macs),
                ..one.resolved
            };
            Some(Settled { resolved, is_open: true })
        }
    }
}

/// Appends the scalar, by convention the last type parameter.
fn with_scalar(ty: &Type) -> TokenStream {
    let mut ty = ty.clone();
    if let Type::Path(path) = &mut ty
        && let Some(last) = path.path.segments.last_mut()
    {
        let scalar = format_ident!("T", span = last.ident.span());
        match &mut last.arguments {
            PathArguments::AngleBracketed(arguments) => arguments.args.push(syn::parse_quote!(#scalar)),
            arguments => *arguments = PathArguments::AngleBracketed(syn::parse_quote!(<#scalar>)),
        }
    }
    ty.into_token_stream()
}

fn check_attributes(attrs: &[Attribute], report: &mut Report) {
    for attr in attrs {
        let name = attr.path().segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
        match name.as_str() {
            "network" => report.error(attr, "`#[network]` is said twice\nhelp: keep one of them"),
            "forward" => report.error(
                attr,
                "`#[forward(..)]` is not supported yet\n\
                 help: without it the fields form a chain, in their order",
            ),
            "derive" => {
                // A derive that does not parse is rustc's to report.
                let _ = attr.parse_nested_meta(|meta| {
                    let name = meta.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
                    match name.as_str() {
                        "Clone" | "Copy" | "Default" => report.error(
                            &meta.path,
                            format!(
                                "a network does not derive `{name}`, which would pass it through the stack\n\
                                 help: copy one into another with `dl::params::copy`, make one with `boxed`"
                            ),
                        ),
                        "Debug" => report.error(
                            &meta.path,
                            "`#[network]` writes `Debug` itself: it prints the summary\nhelp: remove it here",
                        ),
                        _ => {}
                    }
                    Ok(())
                });
            }
            _ => {}
        }
    }
}

fn check_generics(written: &Written, report: &mut Report) -> (Vec<TokenStream>, Vec<Ident>) {
    let (mut decls, mut names) = (Vec::new(), Vec::new());
    for param in &written.generics.params {
        match param {
            GenericParam::Const(param) if matches!(&param.ty, Type::Path(ty) if ty.path.is_ident("usize")) => {
                let name = &param.ident;
                if name == "T" || name == "B" {
                    let what = if name == "T" { "the scalar" } else { "the number of samples in a chunk" };
                    report.error(
                        name,
                        format!("`{name}` is {what} in what `#[network]` writes\nhelp: give this size another name"),
                    );
                }
                decls.push(quote!(const #name: usize));
                names.push(name.clone());
            }
            GenericParam::Const(param) => {
                report.error(&param.ty, "const parameters of a network are sizes\nhelp: write `usize`");
            }
            GenericParam::Type(param) => report.error(
                param,
                format!(
                    "the scalar is added by `#[network]`: `{}<f64>` works without saying so here\n\
                     help: remove `{}`",
                    written.ident, param.ident
                ),
            ),
            GenericParam::Lifetime(param) => {
                report.error(param, "a network owns its parameters, so it has no lifetimes\nhelp: remove it");
            }
        }
    }
    if let Some(clause) = &written.generics.where_clause {
        report.error(clause, "a network needs no `where` clause: its sizes are checked by the macro");
    }
    (decls, names)
}

/// Whether `tokens` contain the name `word`.
fn mentions(tokens: TokenStream, word: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(group.stream(), word),
        TokenTree::Ident(ident) => ident == *word,
        _ => false,
    })
}

fn check_size(
    consts: &[Ident],
    net: &Ident,
    at: &impl ToTokens,
    what: &str,
    size: &Dim,
    report: &mut Report,
) -> Option<()> {
    match size {
        Dim::Known(n) if *n > TOO_LARGE => {
            report.error(at, too_large(what, "numbers a sample", *n));
            None
        }
        Dim::Known(_) => Some(()),
        Dim::Expr(expr) => {
            if syn::parse2::<Ident>(expr.clone()).is_ok() {
                return Some(());
            }
            let Some(param) = consts.iter().find(|param| mentions(expr.clone(), param)) else {
                return Some(());
            };
            report.error(
                at,
                format!(
                    "{what} has a size computed from the const parameter `{param}`: `{}`, which stable Rust does \
                     not allow\n\
                     help: give `{net}` concrete sizes, or use `{param}` only by itself",
                    tidy(expr)
                ),
            );
            None
        }
    }
}

fn too_large(what: &str, unit: &str, n: usize) -> String {
    let size = if n == usize::MAX {
        "more than the address space".to_owned()
    } else {
        format!("{n} {unit}, {:.1} GB in `f32`", n as f64 * 4.0 / 1e9)
    };
    format!(
        "{what} is too large for memory: {size}\nnote: the limit is {TOO_LARGE} numbers in one value or weight"
    )
}

/// Sizes that only rustc knows must be above zero; each is checked at its own token.
fn check_arguments(
    layer: &BuiltIn,
    name: &str,
    net: &mut Net<'_>,
    resolved: &mut Resolved,
    report: &mut Report,
) -> Option<()> {
    let dl = &net.args.dl;
    for (argument, parameter) in layer.arguments.iter().zip(layer.definition.arguments) {
        if parameter.kind != crate::layers::ParameterKind::Size {
            continue;
        }
        let dim = Dim::of(&report.take(argument.expr())?);
        check_size(
            &net.const_names,
            &net.written.ident,
            &argument.tokens(),
            &format!("`{name}`"),
            &dim,
            report,
        )?;
        if dim.known().is_none() {
            let (n, span) = (dim.value(), argument.tokens().span());
            let before = &resolved.checks;
            resolved.checks = quote_spanned!(span=> #before #dl::shape::expect_size(#name, #n););
        }
    }
    if !resolved.checks.is_empty() {
        let (checks, span) = (respan(resolved.checks.clone(), layer.ty.span()), layer.ty.span());
        resolved.checks = quote_spanned!(span=> #checks);
    }
    Some(())
}

/// Gives tokens that are ours the span of the user's, so that rustc underlines those.
fn respan(tokens: TokenStream, span: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            if let TokenTree::Group(group) = &token {
                let mut inner = proc_macro2::Group::new(group.delimiter(), respan(group.stream(), span));
                inner.set_span(span);
                return TokenTree::Group(inner);
            }
            if matches!(&token, TokenTree::Punct(_) | TokenTree::Literal(_)) {
                token.set_span(span);
            }
            token
        })
        .collect()
}

fn check_open(ty: &Type, net: &Net<'_>, report: &mut Report) -> Option<()> {
    if net.const_names.is_empty() {
        return Some(());
    }
    report.error(
        ty,
        format!(
            "`{}` has const parameters, so stable Rust cannot compute the shape behind `{}`, which is no built-in \
             layer\n\
             help: give `{}` concrete sizes (literals or constants)",
            net.written.ident,
            tidy(ty),
            net.written.ident
        ),
    );
    None
}

fn check_repeat(
    name: &str,
    len: &syn::Expr,
    input: &Shape,
    one: &Settled,
    net: &mut Net<'_>,
    report: &mut Report,
) -> Option<()> {
    let output = &one.resolved.output;
    if input.is_same_text(output) {
        return Some(());
    }
    let known = |shape: &Shape| match shape {
        Shape::Dims(dims) => dims.iter().all(|dim| dim.known().is_some()),
        _ => false,
    };
    if known(input) && known(output) {
        report.error(
            len,
            format!(
                "`{name}` is repeated, so it must give back the shape it takes, but maps {} to {}\n\
                 help: make its output {}, or write the layers as fields of their own",
                input.text(),
                output.text(),
                input.text()
            ),
        );
        return None;
    }
    let (dl, span) = (&net.args.dl, len.span());
    let (input, output) = (input.value(dl), output.value(dl));
    net.checks.push(quote_spanned!(span=> #dl::shape::expect_repeats(#name, #input, #output);));
    Some(())
}

fn check_init(layer: &Layer<'_>, report: &mut Report) {
    if let Some(init) = &layer.field.init
        && !layer.has_params()
    {
        report.error(
            init,
            format!("`{}` has no weights to initialize\nhelp: remove `#[init({})]`", layer.name, tidy(init)),
        );
    }
}

fn check_tied(layer: &Layer<'_>, earlier: &[Layer<'_>], report: &mut Report) {
    let Some(tied) = &layer.field.tied else { return };
    let names: Vec<_> = earlier.iter().map(|layer| layer.name.as_str()).collect();
    let target = tied.field.to_string();
    if !names.contains(&target.as_str()) {
        let hint = crate::report::did_you_mean(&target, names);
        report.error(&tied.field, format!("`{target}` is no field before `{}`{hint}", layer.name));
        return;
    }
    report.error(
        &tied.tokens,
        "sharing a weight is not supported yet\n\
         help: remove `#[tied(..)]`; the two layers then learn weights of their own",
    );
}
