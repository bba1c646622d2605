//! Settles every layer's type and shape, or says why it cannot.
//!
//! Rules, one function each:
//!
//! - [`check_attributes`]: no second `#[network]`, no derive that copies a network
//! - [`check_generics`]: const parameters only; the scalar is added
//! - [`check_budgets`]: no budget where sizes are parameters
//! - [`check_names`]: no name that the expansion would capture
//! - [`check_size`]: no size computed from a const parameter, none too large for memory
//! - [`check_open`]: a layer of the user's own in a network without const parameters, and never the network itself
//! - [`check_repeat`]: a repeated layer gives back the shape it takes
//! - [`check_tied`](Net::check_tied): a shared weight exists and fits
//! - [`check_init`]: an initializer is known and has weights to start
//! - [`check_folded`]: where a twin without norms is asked for, there is something to fold
//! - [`check_int8`]: where a form in integers is asked for, there can be one
//! - [`check_stream`]: a network that is to run one step at a time has steps, and no layer that needs them all
//! - [`check_fused_sgd`]: where a step is to be taken while the gradient is computed, each layer that learns can
//! - [`calls`]: a field that is called again gets the shape that its first call settled
//!
//! The connections are a list of nodes, for a chain as for a graph; `graph` makes it from a closure.
//!
//! A field that breaks a rule does not end the check: the fields behind it go on from a shape that fits everywhere, so
//! that every mistake shows in one run.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{PathArguments, Type};

use crate::args::Args;
use crate::ast::{Field, Spec, Written};
use crate::closure::Forward;
use crate::flow::{self, Flow};
use crate::layers::{self, Context, Product, Resolved, Role, Steps};
use crate::report::Report;
use crate::shape::{Dim, Shape, tidy};

mod calls;
mod fields;
mod folded;
mod fused_sgd;
mod graph;
mod hidden;
mod int8;
mod item;
mod nodes;
mod operators;
mod sizes;
mod streamed;
mod tied;

use fields::{check_init, check_open, check_repeat};
use folded::check_folded;
use fused_sgd::check_fused_sgd;
pub(crate) use graph::callee;
pub(crate) use hidden::Hidden;
pub(crate) use int8::Form;
use int8::check_int8;
use item::{check_attributes, check_budgets, check_generics};
pub(crate) use nodes::{Node, Op, Part, ValueId};
pub(crate) use sizes::over;
use sizes::{TOO_LARGE, check_arguments, check_names, check_size, too_large};
use streamed::check_stream;

/// A network whose layers are settled.
pub(crate) struct Net<'a> {
    pub(crate) args: &'a Args,
    pub(crate) written: &'a Written,
    /// Const parameters of the struct, as declared and as names.
    pub(crate) const_decls: Vec<TokenStream>,
    pub(crate) const_names: Vec<Ident>,
    /// One for each field, in their order.
    pub(crate) layers: Vec<Layer<'a>>,
    /// All values: the inputs first, then what the nodes make.
    pub(crate) values: Vec<Flow>,
    /// The inputs, by the names that the closure gives them.
    pub(crate) inputs: Vec<Ident>,
    pub(crate) outputs: Vec<ValueId>,
    /// What is computed, in order.
    pub(crate) nodes: Vec<Node>,
    /// Statements that define and speak of the names in the closure, for editors.
    pub(crate) names: TokenStream,
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
    /// The embedding whose weight it shares.
    pub(crate) tied: Option<&'a Field>,
    pub(crate) name: String,
    /// Its type over the scalar `T`.
    pub(crate) ty: TokenStream,
    /// Written by the user, not built in.
    pub(crate) is_open: bool,
    pub(crate) inputs: Vec<Flow>,
    pub(crate) outputs: Vec<Flow>,
    pub(crate) role: Role,
    pub(crate) params: Option<usize>,
    /// Of one call.
    pub(crate) macs: Option<usize>,
    /// How often it is called.
    pub(crate) calls: usize,
    /// What it does with the steps of a sequence.
    pub(crate) steps: Steps,
    /// How many numbers come out of one of the user's own at one step: only rustc can say, and only if it runs so.
    pub(crate) step_len: Option<Dim>,
}

impl Layer<'_> {
    /// Whether it is of the user's own, alone or repeated.
    pub(crate) fn is_own(&self) -> bool {
        self.field.spec.as_ref().is_some_and(|spec| open_base(spec).is_some())
    }

    /// How it is written, and whose weight it shares.
    pub(crate) fn text(&self) -> String {
        let written = tidy(&self.field.ty);
        match self.tied {
            Some(other) => format!("{written} = {}.weight", other.ident.unraw()),
            None => written,
        }
    }

    /// Whether it learns.
    pub(crate) fn is_trained(&self) -> bool {
        match self.tied {
            Some(other) => !other.frozen,
            None => !self.field.frozen && self.has_params(),
        }
    }

    /// Whether it has parameters of its own.
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

    /// Whether each number of its output is one of its input.
    pub(crate) fn is_maximum(&self) -> bool {
        matches!(&self.field.spec, Some(Spec::BuiltIn(layer)) if layer.definition.name == "MaxPool2d")
    }

    /// Whether it may read valid lengths.
    pub(crate) fn reads_lens(&self) -> bool {
        self.has_memory()
            || matches!(self.role, Role::Layer { keeps_lens: false, .. } | Role::Product(Product::Steps))
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
        layers: Vec::new(),
        values: Vec::new(),
        inputs: Vec::new(),
        outputs: Vec::new(),
        nodes: Vec::new(),
        names: TokenStream::new(),
        hidden: Hidden::new(owner),
        checks: Vec::new(),
    };
    check_inputs(&mut net, report);
    match &written.forward {
        Forward::Chain => check_chain(&mut net, report),
        Forward::Graph(closure) => graph::check_graph(closure, &mut net, report),
        Forward::Broken => {}
    }
    net.layers.sort_by_key(|layer| layer.index);
    for layer in &net.layers {
        check_init(layer, report);
    }
    if !report.is_empty() {
        return None;
    }
    check_folded(&mut net, report)?;
    check_stream(&mut net, report)?;
    check_int8(&mut net, report)?;
    check_fused_sgd(&net, report)?;
    Some(net)
}

/// The shape behind a mistake: what follows is checked as far as it can be.
fn unknown() -> Flow {
    Flow { shape: Shape::Const(quote!(unknown)), len: Dim::Known(1) }
}

fn check_inputs(net: &mut Net<'_>, report: &mut Report) {
    let (dl, at) = (&net.args.dl, net.args.input_tokens.span());
    if net.args.inputs.is_empty() {
        net.values.push(unknown());
    }
    for (i, shape) in net.args.inputs.iter().enumerate() {
        if let Shape::Dims(dims) = shape {
            for dim in dims.iter().filter(|dim| dim.known().is_none()) {
                let (n, at) = (dim.arg(), dim.value());
                net.checks.push(over(quote!(#dl::shape::expect_size::<#n>("input");), &at));
            }
        }
        let (consts, len, tokens) = (&net.const_names, shape.len(), &net.args.input_tokens);
        let fits = check_size(consts, &net.written.ident, tokens, "the input", &len, report).is_some();
        let tag = if i == 0 { "INPUT_LEN".to_owned() } else { format!("INPUT_{i}_LEN") };
        let len = net.hidden.size(len, &tag, at);
        net.values.push(if fits { Flow { shape: shape.clone(), len } } else { unknown() });
    }
}

/// The fields, one after the other.
fn check_chain(net: &mut Net<'_>, report: &mut Report) {
    if net.values.len() > 1 {
        report.error(
            &net.args.input_tokens,
            "several inputs need a closure that says where each of them goes\n\
             help: put `#[forward(|a, b| ..)]` below `#[network(..)]`",
        );
        return;
    }
    net.inputs.push(format_ident!("x"));
    let mut value = 0;
    for i in 0..net.written.fields.len() {
        let called = net.call(i, None, &[value], 1, report);
        value = called.map_or_else(|| net.unknown_value(), |outputs| outputs[0]);
    }
    net.outputs.push(value);
}

impl<'a> Net<'a> {
    /// A value behind a mistake.
    fn unknown_value(&mut self) -> ValueId {
        self.values.push(unknown());
        self.values.len() - 1
    }

    fn flows(&self, values: &[ValueId]) -> Vec<Flow> {
        values.iter().map(|&v| self.values[v].clone()).collect()
    }

    /// The field whose parameters field `i` uses: itself, or the one it is tied to.
    pub(crate) fn owner(&self, i: usize) -> usize {
        let tied = self.layers[i].tied;
        let owner = tied.and_then(|other| self.layers.iter().find(|layer| layer.field.ident == other.ident));
        owner.map_or(i, |owner| owner.index)
    }

    /// The layer of field `i`, if it has been called.
    fn layer_mut(&mut self, i: usize) -> Option<&mut Layer<'a>> {
        self.layers.iter_mut().find(|layer| layer.index == i)
    }

    /// Settles field `i` by its first inputs.
    fn settle_field(
        &mut self,
        i: usize,
        at: Option<&Ident>,
        inputs: &[ValueId],
        outputs: usize,
        report: &mut Report,
    ) -> Option<()> {
        let field = &self.written.fields[i];
        let spec = field.spec.as_ref()?;
        let name = field.name();
        let takes = match spec {
            Spec::BuiltIn(layer) => layer.definition.inputs(),
            _ => [1, 1],
        };
        if takes == [2, 2] && inputs.len() == 1 && at.is_some() {
            report.error(at, layers::one_sequence(&name));
            return None;
        }
        if matches!(spec, Spec::BuiltIn(layer) if layer.definition.name == "Lstm") && inputs.len() == 2 {
            report.error(at, layers::two_states(&name));
            return None;
        }
        if !matches!(spec, Spec::Open(_) | Spec::Twin(..)) && (inputs.len() > takes[1] || outputs > 1) {
            let takes = match takes {
                [_, 1] => "one input",
                [1, _] => "an input, and may take a state,",
                _ => "two inputs",
            };
            report.error(
                at,
                format!(
                    "`{name}` takes {takes} and gives one output, but is called with {} and {}\n\
                     help: only a network or a layer of your own has several",
                    count(inputs.len(), "input"),
                    count(outputs, "output")
                ),
            );
            return None;
        }
        let inputs = self.flows(inputs);
        let steps = match spec {
            Spec::BuiltIn(layer) if takes == [1, 2] && inputs.len() == 2 => layers::from_state(layer),
            _ => steps(spec),
        };
        let Settled { mut resolved, is_open, outputs } = settle(spec, field, &inputs, outputs, self, report)?;
        let tied = match &field.tied {
            Some(tied) => Some(self.check_tied(i, tied, &inputs[0], &mut resolved, report)?),
            None => None,
        };
        let outputs = match outputs {
            Some(outputs) => outputs,
            None => vec![self.flow(resolved.output, &inputs[0], &name, &field.ty, report)?],
        };
        if let Some(params) = resolved.params.filter(|params| *params > TOO_LARGE) {
            report.error(&field.ty, too_large(&format!("`{name}`"), "parameters", params));
            return None;
        }
        if !resolved.checks.is_empty() {
            self.checks.push(resolved.checks);
        }
        self.layers.push(Layer {
            index: i,
            field,
            tied,
            name,
            ty: resolved.ty,
            is_open,
            inputs,
            outputs,
            role: resolved.role,
            params: resolved.params,
            macs: resolved.macs,
            calls: 0,
            steps,
            step_len: None,
        });
        Some(())
    }

    /// An output of shape `shape`, by names that later sizes can speak of; `like` may have the same.
    fn flow(
        &mut self,
        shape: Shape,
        like: &Flow,
        name: &str,
        at: &impl ToTokens,
        report: &mut Report,
    ) -> Option<Flow> {
        let span = at.span();
        let shape = self.hidden.shape(shape, &format!("{name}_SHAPE"), &self.args.dl, span);
        let what = format!("`{name}`");
        check_size(&self.const_names, &self.written.ident, at, &what, &shape.len(), report)?;
        let len = if shape.is_same_text(&like.shape) {
            like.len.clone()
        } else {
            self.hidden.size(shape.len(), &format!("{name}_LEN"), span)
        };
        Some(Flow { shape, len })
    }
}

/// "1 input", "2 inputs"
fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

struct Settled {
    resolved: Resolved,
    is_open: bool,
    /// What comes out, if that has names already.
    outputs: Option<Vec<Flow>>,
}

/// The type and outputs of one layer on these inputs.
fn settle(
    spec: &Spec,
    field: &Field,
    inputs: &[Flow],
    outputs: usize,
    net: &mut Net<'_>,
    report: &mut Report,
) -> Option<Settled> {
    let (dl, name) = (&net.args.dl, &field.name());
    let input = &inputs[0].shape;
    match spec {
        Spec::BuiltIn(layer) => {
            let second = inputs.get(1).map(|flow| &flow.shape);
            let cx = Context { field: name, input, second, dl };
            let mut resolved = report.take((layer.definition.rule)(layer, &cx))?;
            check_arguments(layer, name, net, &mut resolved, report)?;
            Some(Settled { resolved, is_open: false, outputs: None })
        }
        Spec::Open(ty) => {
            check_open(ty, net, report)?;
            Some(open(ty, ty.to_token_stream(), name, inputs, outputs, net))
        }
        Spec::Twin(ty, flows) => Some(twin(ty, flows, dl)),
        Spec::Repeat { inner, element, len } => {
            let times = report.take(times(name, len))?;
            if let Some(base) = open_base(inner) {
                let ty = syn::parse_quote!([#element; #len]);
                match base {
                    Spec::Twin(_, flows) => return Some(twin(&ty, flows, dl)),
                    Spec::Open(base) => check_open(base, net, report)?,
                    _ => {}
                }
                return Some(open(&ty, quote!(#element #len), name, inputs, 1, net));
            }
            let inner_span = net.written.ident.span();
            let mut one = settle(inner, field, inputs, 1, net, report)?;
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
            Some(Settled { resolved, is_open: true, outputs: None })
        }
    }
}

/// What a layer does with the steps of a sequence; one of the user's own says it by a trait.
fn steps(spec: &Spec) -> Steps {
    match spec {
        Spec::BuiltIn(layer) => layers::steps(layer),
        Spec::Open(_) | Spec::Twin(..) => Steps::Onward,
        Spec::Repeat { inner, .. } => steps(inner),
    }
}

/// What a field of the user's own type has or repeats, if it is one.
fn open_base(spec: &Spec) -> Option<&Spec> {
    match spec {
        Spec::BuiltIn(_) => None,
        Spec::Open(_) | Spec::Twin(..) => Some(spec),
        Spec::Repeat { inner, .. } => open_base(inner),
    }
}

/// A layer of the user's own: its rule is asked while compiling, and again whether it is the layer that the rule says.
/// What depends on the answers is silent where they are errors, which point at `at`.
fn open(
    ty: &Type,
    at: TokenStream,
    name: &str,
    inputs: &[Flow],
    outputs: usize,
    net: &mut Net<'_>,
) -> Settled {
    let dl = &net.args.dl;
    let (span, edge, x) = (at.span(), flow::edge(dl, inputs), flow::signal(dl, inputs));
    let count = Literal::usize_unsuffixed(outputs);
    let mut flows = Vec::new();
    for i in 0..outputs {
        let n = Literal::usize_unsuffixed(i);
        let (tag, value) = match i {
            0 => (name.to_owned(), quote!(#dl::shape::fitted::<#ty, #edge>(#name, #count))),
            _ => (format!("{name}_{i}"), quote!(#dl::shape::output::<#ty, #edge>(#n))),
        };
        let shape = net.hidden.constant(&format!("{tag}_SHAPE"), quote!(#dl::Shape), over(value, &at), span);
        flows.push(Flow { len: Dim::Expr(quote!(#shape.len())), shape: Shape::Const(shape) });
    }
    let first = flows[0].len.arg();
    let asked = match flows.as_slice() {
        [_] => quote!(#dl::layer::output_len::<#ty, #x, #first>()),
        several => {
            let y = flow::signal(dl, several);
            quote!(#dl::layer::first_output_len::<#ty, #x, #y, #first>())
        }
    };
    for (i, flow) in flows.iter_mut().enumerate() {
        let (tag, value) = match i {
            0 => (name.to_owned(), over(asked.clone(), &at)),
            _ => (format!("{name}_{i}"), flow.len.value()),
        };
        flow.len = Dim::Expr(net.hidden.constant(&format!("{tag}_LEN"), quote!(usize), value, span));
    }
    own(with_scalar(ty), flows)
}

/// The twin of a layer of the user's own: it gives what that gives, which has been asked and checked.
fn twin(ty: &Type, flows: &[Flow], dl: &TokenStream) -> Settled {
    let ty = with_scalar(ty);
    own(quote!(<#ty as #dl::Fold>::Folded), flows.to_vec())
}

/// A layer that the macro knows nothing about but what it gives.
fn own(ty: TokenStream, flows: Vec<Flow>) -> Settled {
    let role =
        Role::Layer { needs_x: true, needs_y: true, has_params: true, has_memory: true, keeps_lens: false };
    let output = flows[0].shape.clone();
    let resolved = Resolved { ty, output, role, params: None, macs: None, checks: quote!() };
    Settled { resolved, is_open: true, outputs: Some(flows) }
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
