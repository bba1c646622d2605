//! Settles every layer's type and shape, or says why it cannot.
//!
//! Rules, one function each:
//!
//! - [`check_attributes`]: no second `#[network]`, no `#[forward]` yet, no derive that copies a network
//! - [`check_generics`]: const parameters only; the scalar is added
//! - [`check_budgets`]: no budget where sizes are parameters
//! - [`check_names`]: no name that the expansion would capture
//! - [`check_size`]: no size computed from a const parameter, none too large for memory
//! - [`check_open`]: a layer of the user's own in a network without const parameters, and never the network itself
//! - [`check_repeat`]: a repeated layer gives back the shape it takes
//! - [`check_tied`]: a shared weight exists and fits
//! - [`check_init`]: an initializer is known and has weights to start
//!
//! A field that breaks a rule does not end the check: the fields behind it go on from a shape that fits everywhere, so
//! that every mistake shows in one run.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{PathArguments, Type};

use crate::args::Args;
use crate::ast::{Field, Spec, Written};
use crate::layers::{Context, Product, Resolved, Role};
use crate::report::Report;
use crate::shape::{Dim, Shape};

mod fields;
mod item;
mod sizes;

use fields::{check_init, check_open, check_repeat, check_tied};
use item::{check_attributes, check_budgets, check_generics};
pub(crate) use sizes::over;
use sizes::{TOO_LARGE, check_arguments, check_names, check_size, too_large};

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
            Role::Product(_) => true,
            Role::InPlace | Role::Rename => false,
        }
    }

    /// Whether it has a tape or scratch memory of its own.
    pub(crate) fn has_memory(&self) -> bool {
        matches!(self.role, Role::Layer { has_memory: true, .. })
    }

    /// Whether it may read valid lengths.
    pub(crate) fn reads_lens(&self) -> bool {
        self.has_memory()
            || matches!(self.role, Role::Layer { keeps_lens: false, .. } | Role::Product(Product::Steps))
    }
}

/// Constants that hang on a hidden struct beside the network.
pub(crate) struct Hidden {
    /// The hidden struct.
    pub(crate) owner: Ident,
    pub(crate) items: Vec<TokenStream>,
    /// Their names, none twice.
    names: Vec<String>,
}

impl Hidden {
    fn constant(&mut self, tag: &str, ty: TokenStream, value: TokenStream, span: Span) -> TokenStream {
        let mut name = tag.to_ascii_uppercase();
        while self.names.contains(&name) {
            name.push('_');
        }
        self.names.push(name.clone());
        let owner = Ident::new(&self.owner.to_string(), self.owner.span().located_at(span));
        let name = Ident::new(&name, span);
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

/// Runs all rules; `None` if one is broken.
pub(crate) fn check<'a>(args: &'a Args, written: &'a Written, report: &mut Report) -> Option<Net<'a>> {
    check_attributes(&written.attrs, report);
    let (const_decls, const_names) = check_generics(written, report);
    check_budgets(args, written, &const_names, report);
    check_names(written, &const_names, &args.input_tokens, report);
    let owner = format_ident!("__{}Shapes", written.ident, span = Span::call_site());
    let mut net = Net {
        args,
        written,
        const_decls,
        const_names,
        input: args.input.clone().unwrap_or_else(unknown),
        input_len: Dim::Known(1),
        layers: Vec::new(),
        hidden: Hidden { owner, items: Vec::new(), names: Vec::new() },
        checks: Vec::new(),
    };
    check_input(&mut net, report);
    let mut shape = net.input.clone();
    for field in &written.fields {
        shape = match check_field(field, shape, &mut net, report) {
            Some(output) => output,
            None => unknown(),
        };
    }
    for (i, layer) in net.layers.iter().enumerate() {
        check_init(layer, report);
        check_tied(layer, &net.layers[..i], report);
    }
    report.is_empty().then_some(net)
}

/// The shape behind a mistake: what follows is checked as far as it can be.
fn unknown() -> Shape {
    Shape::Const(quote!(unknown))
}

fn check_input(net: &mut Net<'_>, report: &mut Report) {
    let (dl, at) = (&net.args.dl, net.args.input_tokens.span());
    if let Shape::Dims(dims) = &net.input {
        for dim in dims.iter().filter(|dim| dim.known().is_none()) {
            let (n, at) = (dim.arg(), dim.value());
            net.checks.push(over(quote!(#dl::shape::expect_size::<#n>("input");), &at));
        }
    }
    let (consts, len) = (&net.const_names, net.input.len());
    if check_size(consts, &net.written.ident, &net.args.input_tokens, "the input", &len, report).is_none() {
        net.input = unknown();
    }
    net.input_len = net.hidden.size(net.input.len(), "INPUT_LEN", at);
}

/// Settles one field; gives its output.
fn check_field<'a>(field: &'a Field, input: Shape, net: &mut Net<'a>, report: &mut Report) -> Option<Shape> {
    let spec = field.spec.as_ref()?;
    let name = field.name();
    let Settled { resolved, is_open, len } = settle(spec, &name, &input, net, report)?;
    let span = field.ty.span();
    let output = net.hidden.shape(resolved.output, &format!("{name}_SHAPE"), &net.args.dl, span);
    let what = format!("`{name}`");
    check_size(&net.const_names, &net.written.ident, &field.ty, &what, &output.len(), report)?;
    if let Some(params) = resolved.params.filter(|params| *params > TOO_LARGE) {
        report.error(&field.ty, too_large(&what, "parameters", params));
        return None;
    }
    let output_len = if let Some(len) = len {
        len
    } else if output.is_same_text(&input) {
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
        input,
        output: output.clone(),
        output_len,
        role: resolved.role,
        params: resolved.params,
        macs: resolved.macs,
    });
    Some(output)
}

struct Settled {
    resolved: Resolved,
    is_open: bool,
    /// How many numbers come out, if that has a name of its own.
    len: Option<Dim>,
}

/// The type and output of one layer on an input of shape `input`.
fn settle(spec: &Spec, name: &str, input: &Shape, net: &mut Net<'_>, report: &mut Report) -> Option<Settled> {
    let dl = &net.args.dl;
    match spec {
        Spec::BuiltIn(layer) => {
            let cx = Context { field: name, input, dl };
            let mut resolved = report.take((layer.definition.rule)(layer, &cx))?;
            check_arguments(layer, name, net, &mut resolved, report)?;
            Some(Settled { resolved, is_open: false, len: None })
        }
        Spec::Open(ty) => {
            check_open(ty, net, report)?;
            Some(open(ty, ty.to_token_stream(), name, input, net))
        }
        Spec::Repeat { inner, element, len } => {
            let times = report.take(times(name, len))?;
            if let Some(base) = open_base(inner) {
                check_open(base, net, report)?;
                let ty = syn::parse_quote!([#element; #len]);
                return Some(open(&ty, quote!(#element #len), name, input, net));
            }
            let inner_span = net.written.ident.span();
            let mut one = settle(inner, name, input, net, report)?;
            check_repeat(name, element, input, &mut one, net, report)?;
            let (ty, n) = (&one.resolved.ty, times.arg());
            let ty = quote_spanned!(inner_span=> [#ty; #n]);
            let scaled = |count: Option<usize>| count.zip(times.known()).map(|(c, n)| c.saturating_mul(n));
            let (has_params, keeps_lens) = match one.resolved.role {
                Role::Layer { has_params, keeps_lens, .. } => (has_params, keeps_lens),
                Role::Product(over) => (true, over != Product::Steps),
                Role::InPlace | Role::Rename => (false, true),
            };
            let role = Role::Layer { needs_x: true, needs_y: true, has_params, has_memory: true, keeps_lens };
            let resolved = Resolved {
                ty,
                role,
                params: scaled(one.resolved.params),
                macs: scaled(one.resolved.macs),
                ..one.resolved
            };
            Some(Settled { resolved, is_open: true, len: None })
        }
    }
}

/// The type of the user's own that is repeated, if it is one.
fn open_base(spec: &Spec) -> Option<&Type> {
    match spec {
        Spec::BuiltIn(_) => None,
        Spec::Open(ty) => Some(ty),
        Spec::Repeat { inner, .. } => open_base(inner),
    }
}

/// A layer of the user's own: its rule is asked while compiling, and again whether it is the layer that the rule says.
/// What depends on the answers is silent where they are errors, which point at `at`.
fn open(ty: &Type, at: TokenStream, name: &str, input: &Shape, net: &mut Net<'_>) -> Settled {
    let dl = &net.args.dl;
    let (span, edge) = (at.span(), input.edge(dl));
    let value = over(quote!(#dl::shape::fitted::<#ty, #edge>(#name)), &at);
    let shape = net.hidden.constant(&format!("{name}_SHAPE"), quote!(#dl::Shape), value, span);
    let x_len = net.layers.last().map_or(&net.input_len, |before| &before.output_len).arg();
    let x = if input.is_tokens() { quote!(#dl::Tokens<#x_len>) } else { quote!(#dl::Vals<#x_len>) };
    let value = quote!(#dl::layer::output_len::<#ty, #x, { #shape.len() }>());
    let len = net.hidden.constant(&format!("{name}_LEN"), quote!(usize), over(value, &at), span);
    let role =
        Role::Layer { needs_x: true, needs_y: true, has_params: true, has_memory: true, keeps_lens: false };
    let output = Shape::Const(shape);
    let resolved = Resolved { ty: with_scalar(ty), output, role, params: None, macs: None, checks: quote!() };
    Settled { resolved, is_open: true, len: Some(Dim::Expr(len)) }
}

/// How often a layer is repeated.
fn times(name: &str, len: &syn::Expr) -> syn::Result<Dim> {
    if Dim::of(len).known() == Some(0) {
        let message =
            format!("`{name}` is repeated zero times\nhelp: remove the field, or write a number above zero");
        return Err(syn::Error::new_spanned(len, message));
    }
    crate::args::size(len)
}

/// Appends the scalar, by convention the last type parameter.
fn with_scalar(ty: &Type) -> TokenStream {
    if let Type::Array(array) = ty {
        let (element, len) = (with_scalar(&array.elem), &array.len);
        return quote!([#element; #len]);
    }
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
