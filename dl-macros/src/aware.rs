//! `quantization_aware`: behind each value that will be integers of its own stands a `FakeQuantize`.

use proc_macro2::Ident;
use quote::format_ident;
use syn::ext::IdentExt;

use crate::args::Args;
use crate::ast::{Field, Spec, Written};
use crate::closure::Forward;
use crate::report::Report;
use crate::spec;

/// What is put behind a value.
const LAYER: &str = "FakeQuantize";
/// Layers whose integers stand for what those of their input do, or for what suits their function.
const KEEPS: [&str; 15] = [
    LAYER,
    "Flatten",
    "Dropout",
    "Dropout2d",
    "MaxPool1d",
    "MaxPool2d",
    "AvgPool1d",
    "AvgPool2d",
    "GlobalAvgPool",
    "GlobalMaxPool",
    "Softmax",
    "Sigmoid",
    "HardSigmoid",
    "Tanh",
    "HardTanh",
];
/// Products that take in a norm, and are bounded by a rectifier.
const PRODUCTS: [&str; 4] = ["Dense", "Conv1d", "Conv2d", "Depthwise2d"];

/// Puts them into a chain, if that is asked for: `act: Relu` is followed by `act_range: FakeQuantize`.
pub(crate) fn insert(args: &Args, written: &mut Written, report: &mut Report) {
    let Some(at) = &args.quantization_aware else { return };
    let net = &written.ident;
    if args.int8.is_none() {
        let what =
            format!("`quantization_aware` prepares `{net}` for a form in integers that it does not have");
        return report.error(at, format!("{what}\nhelp: add `int8`"));
    }
    if !matches!(written.forward, Forward::Chain) {
        let what = format!("`quantization_aware` puts layers into a chain, but `{net}` is a graph");
        let help = "help: remove it, and round values where you say: `range(relu(conv(x)))`, with a field \
                    `range: FakeQuantize`";
        return report.error(at, format!("{what}\n{help}"));
    }
    let mut fields = Vec::new();
    let mut rest = std::mem::take(&mut written.fields).into_iter().peekable();
    while let Some(field) = rest.next() {
        let range = is_last_of_its_integers(&field, rest.peek()).then(|| behind(&field, at));
        fields.push(field);
        fields.extend(range);
    }
    written.fields = fields;
}

/// Whether a layer makes integers of its own, which the next one does not change.
fn is_last_of_its_integers(field: &Field, next: Option<&Field>) -> bool {
    let Some(name) = built_in(field) else { return false };
    let is_product = PRODUCTS.contains(&name);
    let goes_on = match next.and_then(built_in) {
        Some("BatchNorm") => is_product,
        Some("Relu") => is_product || name == "BatchNorm",
        Some(next) => next == LAYER,
        None => false,
    };
    !goes_on && !KEEPS.contains(&name)
}

fn built_in(field: &Field) -> Option<&'static str> {
    match &field.spec {
        Some(Spec::BuiltIn(layer)) => Some(layer.definition.name),
        _ => None,
    }
}

/// The field behind `field`.
fn behind(field: &Field, at: &Ident) -> Field {
    let name = format_ident!("{}_range", field.ident.unraw(), span = field.ident.span());
    let layer = Ident::new(LAYER, at.span());
    let ty = syn::parse_quote!(#layer);
    Field {
        attrs: Vec::new(),
        vis: field.vis.clone(),
        ident: name,
        spec: spec::parse(&ty).ok(),
        ty,
        frozen: false,
        init: None,
        group: None,
        tied: None,
    }
}
