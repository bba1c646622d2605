//! The twin of a network without the batch norms that can be folded into the layers before them.
//!
//! It is a declaration like the user's, and goes the same way through check, plan and expand.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, GenericArgument, PathArguments, Type};

use crate::args::{Args, Folded, Int8};
use crate::ast::{Field, Spec, Written};
use crate::check::{self, Layer, Net};
use crate::closure::Forward;
use crate::flow::Flow;
use crate::report::Report;
use crate::spec;

/// What is left of a network when its norms are folded.
pub(crate) enum Twin {
    /// The network itself: it has nothing to fold.
    Itself,
    /// The network itself, for it does not ask for another: a network around it that needs one says so.
    Missing,
    /// Another network.
    Other(Box<Declared>),
}

/// The declaration of a twin, and what becomes of each field of the network.
pub(crate) struct Declared {
    args: Args,
    written: Written,
    /// The fields that take in a norm, each with that norm.
    pub(crate) folds: Vec<(Ident, Ident)>,
}

impl Declared {
    pub(crate) fn ident(&self) -> &Ident {
        &self.written.ident
    }
}

/// The name of the twin of `net`.
pub(crate) fn name(net: &Ident, folded: &Folded) -> Ident {
    folded.name.clone().unwrap_or_else(|| format_ident!("{net}Folded"))
}

/// The twin that is not asked for, but needed for a network of integers: where a norm can be folded, here or inside.
pub(crate) fn implied(net: &Net<'_>) -> Option<Folded> {
    let int8 = net.args.int8.as_ref().filter(|_| net.args.folded.is_none())?;
    let is_whole = net.folds().is_empty() && !net.layers.iter().any(Layer::is_own);
    (!is_whole).then(|| Folded { at: int8.at.clone(), name: None })
}

/// The twin of a network.
pub(crate) fn of(net: &Net<'_>) -> Twin {
    let folds = net.folds();
    let Some(folded) = &net.args.folded else {
        let is_whole = folds.is_empty() && !net.layers.iter().any(Layer::is_own);
        return if is_whole { Twin::Itself } else { Twin::Missing };
    };
    let ident = name(&net.written.ident, folded);
    let folds: Vec<_> =
        folds.iter().map(|(layer, norm)| (layer.field.ident.clone(), norm.field.ident.clone())).collect();
    let is_gone = |field: &&Field| !folds.iter().any(|(_, norm)| *norm == field.ident);
    let layers = net.layers.iter().filter(|layer| is_gone(&layer.field));
    let fields = layers.map(|layer| {
        let takes_norm = folds.iter().any(|(product, _)| *product == layer.field.ident);
        if takes_norm { biased(layer.field) } else { with_twin(layer) }
    });
    let mut forward = net.written.forward.clone();
    if let Forward::Graph(closure) = &mut forward {
        Without { folds: &folds }.visit_expr_mut(&mut closure.body);
    }
    let doc = format!(
        " [`{}`] without the batch norms that are folded into the layers before them: `Fold::fold_into` fills it.",
        net.written.ident
    );
    let mut attrs = vec![syn::parse_quote!(#[doc = #doc]), syn::parse_quote!(#[doc = ""])];
    attrs.extend(net.written.attrs.iter().cloned());
    let written = Written {
        attrs,
        vis: net.written.vis.clone(),
        ident,
        generics: net.written.generics.clone(),
        forward,
        fields: fields.collect(),
    };
    // The budget is the network's, which the twin keeps where the network does.
    // The network of integers is that of the twin, under the network's name.
    let int8 = net.args.int8.as_ref().map(|int8| {
        let name = Some(int8.name(&net.written.ident));
        Int8 { at: int8.at.clone(), name }
    });
    let args = Args {
        max_params: None,
        max_train_bytes: None,
        folded: None,
        int8,
        fused_sgd: None,
        ..net.args.clone()
    };
    Twin::Other(Box::new(Declared { args, written, folds }))
}

/// The items of a twin.
pub(crate) fn network(twin: &Declared, report: &mut Report) -> TokenStream {
    let Some(mut net) = check::check(&twin.args, &twin.written, report) else { return quote!() };
    // Shapes are the network's, and so are mistakes in them.
    net.checks.clear();
    crate::network_items(net, &Twin::Itself)
}

/// A product that takes in a norm: it has a bias.
fn biased(field: &Field) -> Field {
    let mut field = field.clone();
    if let Some(Spec::BuiltIn(layer)) = &mut field.spec {
        layer.options.retain(|option| option.name != "NoBias");
    }
    if let Type::Path(path) = &mut field.ty
        && let Some(last) = path.path.segments.last_mut()
        && let PathArguments::AngleBracketed(generic) = &mut last.arguments
    {
        let is_bias = |argument: &GenericArgument| matches!(argument, GenericArgument::Type(ty) if spec::names(ty, "NoBias"));
        generic.args = std::mem::take(&mut generic.args).into_iter().filter(|a| !is_bias(a)).collect();
    }
    field
}

/// A layer of the user's own by its twin, any other as it is.
fn with_twin(layer: &Layer<'_>) -> Field {
    fn replace(spec: &mut Spec, gives: &[Flow]) {
        match spec {
            Spec::Open(ty) => *spec = Spec::Twin(ty.clone(), gives.to_vec()),
            Spec::Repeat { inner, .. } => replace(inner, gives),
            Spec::BuiltIn(_) | Spec::Twin(..) => {}
        }
    }
    let mut field = layer.field.clone();
    if let Some(spec) = &mut field.spec {
        replace(spec, &layer.outputs);
    }
    field
}

/// Takes the calls of norms out of a closure: `norm(conv(x))` becomes `conv(x)`.
struct Without<'a> {
    folds: &'a [(Ident, Ident)],
}

impl VisitMut for Without<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::Call(call) = expr
            && let Some(name) = check::callee(call)
            && self.folds.iter().any(|(_, norm)| norm == name)
            && let Some(input) = call.args.pop()
        {
            *expr = input;
        }
    }
}
