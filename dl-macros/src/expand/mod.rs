//! From a plan to Rust items. Nothing can fail here.
//!
//! What is written is meant to be read: straight-line calls with the user's names, first forwards, then backwards.
//! `docs/the-expansion.md` shows a whole expansion.

use proc_macro2::{Ident, Literal, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};

use crate::check::Layer;
use crate::flow::{self, Flow};
use crate::plan::Plan;
use crate::twin::Twin;

mod backward;
mod descend;
mod docs;
mod fold;
mod forward;
mod int8;
mod items;
mod lens;
mod network;
mod params;
mod passes;
mod prose;
mod stream;

pub(crate) use int8::int8;
pub(crate) use stream::stream;

/// All items of a network, whose twin is `twin`.
pub(crate) fn expand(plan: &Plan<'_>, twin: &Twin) -> TokenStream {
    let names = Names::new(plan);
    let (items, aliases) = (items::visible(plan, &names), items::aliases(plan, &names));
    let (blank, params) = (items::blanks(plan, &names), params::params(plan, &names));
    let (layer, network) = (passes::layer(plan, &names), network::network(plan, &names));
    let (checks, closure_names) = (network::checks(plan, &names), network::closure_names(plan, &names));
    let fold = fold::fold(plan, &names, twin);
    let no_steps = plan.net.args.stream.is_none().then(|| stream::no_steps(&names));
    let no_int8 = plan.net.args.int8.is_none().then(|| int8::none(&names));
    let descend = plan.net.args.fused_sgd.is_some().then(|| descend::descend(plan, &names));
    let mut block = quote!(#blank #params #fold #no_steps #no_int8 #layer #descend #network #closure_names);
    // A wrong path would be an error of its own in an import.
    if !plan.net.args.dl_is_said {
        block = prose::with_imports(block, &names.dl);
    }
    quote! {
        #items
        #aliases
        #checks
        const _: () = { #block };
    }
}

/// The names and types that several items speak of.
pub(crate) struct Names {
    /// The framework's path.
    pub(crate) dl: TokenStream,
    /// The network.
    pub(crate) net: Ident,
    pub(crate) grad: Ident,
    pub(crate) tape: Ident,
    pub(crate) work: Ident,
    pub(crate) trainer: Ident,
    /// `const D: usize, const H: usize,`
    pub(crate) decls: TokenStream,
    /// `D, H,`
    pub(crate) args: TokenStream,
    /// `Net<D, H, T>`
    pub(crate) net_ty: TokenStream,
    /// `NetGrad<D, H, T>`
    pub(crate) grad_ty: TokenStream,
    /// `NetTape<D, H, T, B>`, or `()` if nothing is kept.
    pub(crate) tape_ty: TokenStream,
    /// `NetWork<D, H, T, B>`, or `()` if there is none.
    pub(crate) work_ty: TokenStream,
    /// Each field's type by its public name, `NetFc1<T>`.
    pub(crate) types: Vec<TokenStream>,
    /// The signals that come in and go out.
    pub(crate) input: TokenStream,
    pub(crate) output: TokenStream,
}

impl Names {
    fn new(plan: &Plan<'_>) -> Names {
        let net = &plan.net;
        let ident = &net.written.ident;
        let dl = net.args.dl.clone();
        let (decls, consts) = (&net.const_decls, &net.const_names);
        let (grad, tape, work) =
            (format_ident!("{ident}Grad"), format_ident!("{ident}Tape"), format_ident!("{ident}Work"));
        let args = quote!(#(#consts,)*);
        let (tape_ty, work_ty) = (
            if plan.has_tape() { quote!(#tape<#args T, B>) } else { quote!(()) },
            if plan.has_work() { quote!(#work<#args T, B>) } else { quote!(()) },
        );
        Names {
            types: items::alias_names(plan).into_iter().map(|alias| alias.used).collect(),
            net_ty: quote!(#ident<#args T>),
            grad_ty: quote!(#grad<#args T>),
            input: flow::signal(&dl, &plan.inputs()),
            output: flow::signal(&dl, &plan.outputs()),
            trainer: format_ident!("{ident}Trainer"),
            decls: quote!(#(#decls,)*),
            net: ident.clone(),
            dl,
            grad,
            tape,
            work,
            args,
            tape_ty,
            work_ty,
        }
    }

    /// `dl::SMatrix<T, 32, B>`
    pub(crate) fn matrix(&self, len: &TokenStream) -> TokenStream {
        let dl = &self.dl;
        quote!(#dl::SMatrix<T, #len, B>)
    }

    /// A name for a generic parameter: `name` itself, unless the network or one of its const parameters has it.
    pub(crate) fn free(&self, name: &str) -> Ident {
        let is_taken = self.net == name || mentions(&self.args, name);
        if is_taken { format_ident!("{name}_") } else { format_ident!("{name}") }
    }

    /// `<Layer's type as dl::Layer<T, In, Out>>`
    pub(crate) fn as_layer(&self, layer: &Layer<'_>) -> TokenStream {
        let (dl, ty) = (&self.dl, &self.types[layer.index]);
        let (x, y) = (flow::signal(dl, &layer.inputs), flow::signal(dl, &layer.outputs));
        quote!(<#ty as #dl::Layer<T, #x, #y>>)
    }

    /// `<Layer's type as dl::Stream<T, In, Out>>`
    pub(crate) fn as_stream(&self, layer: &Layer<'_>) -> TokenStream {
        let (dl, ty) = (&self.dl, &self.types[layer.index]);
        let (x, y) = (flow::signal(dl, &layer.inputs), flow::signal(dl, &layer.outputs));
        quote!(<#ty as #dl::Stream<T, #x, #y>>)
    }
}

impl Plan<'_> {
    /// The inputs of the network.
    pub(crate) fn inputs(&self) -> Vec<Flow> {
        self.net.values[..self.net.inputs.len()].to_vec()
    }

    /// Its outputs.
    pub(crate) fn outputs(&self) -> Vec<Flow> {
        self.net.outputs.iter().map(|&v| self.net.values[v].clone()).collect()
    }
}

/// A name for a parameter of ours that none of the user's has: `name`, with an underscore for every one that has it.
pub(crate) fn fresh<'a>(name: &str, taken: impl IntoIterator<Item = &'a Ident> + Clone) -> Ident {
    let mut name = name.to_owned();
    while taken.clone().into_iter().any(|taken| *taken == name) {
        name.push('_');
    }
    format_ident!("{name}")
}

/// A whole number without a type.
pub(crate) fn number(n: usize) -> Literal {
    Literal::usize_unsuffixed(n)
}

/// Whether `tokens` contain the name `word`.
pub(crate) fn mentions(tokens: &impl ToTokens, word: &str) -> bool {
    tokens.to_token_stream().into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(&group.stream(), word),
        TokenTree::Ident(ident) => ident == word,
        _ => false,
    })
}

/// `name: ty` if `body` uses it, else `_: ty`.
pub(crate) fn argument(name: &str, ty: &TokenStream, body: &TokenStream) -> TokenStream {
    if mentions(body, name) {
        let name = format_ident!("{name}");
        quote!(#name: #ty)
    } else {
        quote!(_: #ty)
    }
}

/// [`argument`] for each part of a tuple.
pub(crate) fn arguments(names: &[Ident], types: &[TokenStream], body: &TokenStream) -> TokenStream {
    if let ([name], [ty]) = (names, types) {
        return argument(&name.to_string(), ty, body);
    }
    let patterns: Vec<_> = names
        .iter()
        .map(|name| if mentions(body, &name.to_string()) { name.to_token_stream() } else { quote!(_) })
        .collect();
    if patterns.iter().all(|pattern| pattern.to_string() == "_") {
        return quote!(_: (#(#types),*));
    }
    quote!((#(#patterns),*): (#(#types),*))
}
