//! The structs: the network itself, its gradient, tape and scratch memory, and a name for each field's type.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;

use super::passes::Passes;
use super::{Names, docs, mentions};
use crate::ast::{Field, Spec};
use crate::check::Layer;
use crate::layers::{Role, Steps};
use crate::plan::{Home, Plan, Run};
use crate::twin;

/// The network, and the hidden constants that its types need.
pub(super) fn visible(plan: &Plan<'_>, names: &Names) -> TokenStream {
    let net = &plan.net;
    let written = net.written;
    let (attrs, vis, ident) = (&written.attrs, &written.vis, &written.ident);
    let (dl, decls) = (&names.dl, &names.decls);
    let docs = docs::network(plan);
    let fields = plan.in_memory().map(|layer| {
        let (attrs, vis, ident, ty) = (&layer.field.attrs, &layer.field.vis, &layer.field.ident, &layer.ty);
        let docs = docs::field(layer);
        match layer.tied {
            // what it computes with is the other's
            Some(_) => quote!(#(#attrs)* #(#[doc = #docs])* #[allow(dead_code)] #vis #ident: ()),
            None => quote!(#(#attrs)* #(#[doc = #docs])* #vis #ident: #ty),
        }
    });
    let hidden = (!net.hidden.items.is_empty()).then(|| {
        let (owner, items) = (&net.hidden.owner, &net.hidden.items);
        quote! {
            #[doc(hidden)]
            #vis struct #owner;
            #[allow(missing_docs, dead_code)]
            impl #owner { #(#vis #items)* }
        }
    });
    // A scalar that no field mentions would be refused.
    let phantom = (!net.layers.iter().any(|layer| mentions(&layer.ty, "T"))).then(|| {
        let scalar = scalar(plan);
        quote!(#[doc(hidden)] #scalar: ::core::marker::PhantomData<T>,)
    });
    // A repeated layer's type is ours in full, but stands where the user wrote a short one.
    let is_repeated = |field: &Field| matches!(field.spec, Some(Spec::Repeat { .. }));
    let allow = written.fields.iter().any(is_repeated).then(|| quote!(#[allow(clippy::type_complexity)]));
    quote! {
        #(#attrs)*
        #(#[doc = #docs])*
        #allow
        #[repr(C)]
        #vis struct #ident<#decls T: #dl::Real = f32> { #(#fields,)* #phantom }
        #hidden
    }
}

/// The field that mentions the scalar where no layer does.
fn scalar(plan: &Plan<'_>) -> Ident {
    let mut name = "scalar".to_owned();
    while plan.net.layers.iter().any(|layer| layer.name == name) {
        name.push('_');
    }
    format_ident!("{name}")
}

/// A public name for the type of a field.
pub(super) struct Alias {
    name: Ident,
    /// `const D: usize, T = f32`
    generics: TokenStream,
    /// `NetFc1<D, T>`
    pub(super) used: TokenStream,
}

/// The names of all fields' types: none twice, none of a struct beside the network.
pub(super) fn alias_names(plan: &Plan<'_>) -> Vec<Alias> {
    let net = &plan.net.written.ident;
    let mut taken: Vec<String> = ["Grad", "Tape", "Work", "Trainer"].map(|s| format!("{net}{s}")).to_vec();
    if plan.net.args.stream.is_some() {
        taken.extend(["State", "StepWork"].map(|s| format!("{net}{s}")));
    }
    let twin = plan.net.args.folded.as_ref().map(|folded| twin::name(net, folded).to_string());
    taken.extend(twin);
    if let Some(int8) = &plan.net.args.int8 {
        let int8 = int8.name(net);
        taken.extend(["", "Work", "Values"].map(|suffix| format!("{int8}{suffix}")));
    }
    // A nested network may be called what its field would be: `Encoder { block: EncoderBlock }`.
    for field in &plan.net.written.fields {
        idents(field.ty.to_token_stream(), &mut taken);
    }
    let alias = |layer: &Layer<'_>| {
        let mut name = format!("{net}{}", camel(&layer.name));
        while taken.contains(&name) {
            name.push_str("Layer");
        }
        taken.push(name.clone());
        let name = Ident::new(&name, layer.field.ident.span());
        let consts = plan.net.const_names.iter().filter(|name| mentions(&layer.ty, &name.to_string()));
        let consts: Vec<_> = consts.collect();
        let scalar = mentions(&layer.ty, "T");
        let default = scalar.then(|| quote!(T = f32));
        let generics = quote!(#(const #consts: usize,)* #default);
        let scalar = scalar.then(|| quote!(T));
        let used = match (consts.as_slice(), &scalar) {
            ([], None) => quote!(#name),
            _ => quote!(#name<#(#consts,)* #scalar>),
        };
        Alias { name, generics, used }
    };
    plan.net.layers.iter().map(alias).collect()
}

/// All names in `tokens`.
fn idents(tokens: TokenStream, names: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => idents(group.stream(), names),
            TokenTree::Ident(ident) => names.push(ident.to_string()),
            _ => {}
        }
    }
}

/// `LeNetConv1<T>`: a public name for the type of each field, for those who write functions over one.
pub(super) fn aliases(plan: &Plan<'_>, names: &Names) -> TokenStream {
    let vis = &plan.net.written.vis;
    let aliases = alias_names(plan).into_iter().zip(&plan.net.layers).map(|(alias, layer)| {
        let (name, ty) = (&alias.name, &layer.ty);
        let generics = (!alias.generics.is_empty()).then(|| {
            let generics = &alias.generics;
            quote!(<#generics>)
        });
        let doc = match layer.tied {
            Some(other) => {
                format!(" `{}` as [`{}::{}`] uses it.", other.ident.unraw(), names.net, layer.name)
            }
            None => format!(" The type of [`{}::{}`].", names.net, layer.name),
        };
        quote! {
            #[doc = #doc]
            #[allow(dead_code)]
            #vis type #name #generics = #ty;
        }
    });
    quote!(#(#aliases)*)
}

/// `fc_one` as `FcOne`
fn camel(name: &str) -> String {
    name.split('_')
        .flat_map(|word| {
            let mut chars = word.chars();
            chars.next().into_iter().flat_map(char::to_uppercase).chain(chars)
        })
        .collect()
}

/// The gradient, tape and scratch memory, and the zeros of all.
pub(super) fn blanks(plan: &Plan<'_>, names: &Names) -> TokenStream {
    let (dl, decls) = (&names.dl, &names.decls);
    let ident = &names.net;
    let mut fields: Vec<TokenStream> =
        plan.net.layers.iter().map(|l| l.field.ident.to_token_stream()).collect();
    if !plan.net.layers.iter().any(|layer| mentions(&layer.ty, "T")) {
        fields.push(scalar(plan).into_token_stream());
    }
    let net_ty = &names.net_ty;
    let in_struct = |layer: &Layer<'_>| match layer.tied {
        Some(_) => quote!(()),
        None => names.types[layer.index].clone(),
    };
    let net_types: Vec<_> = plan.net.layers.iter().map(in_struct).collect();
    let net = zeros(dl, &quote!(#decls T: #dl::Real), net_ty, ident, &fields, atom(dl, &net_types));
    let (grad_fields, grad_types) = grad_fields(plan, names);
    let grad = zeros(
        dl,
        &quote!(#decls T: #dl::Real),
        &names.grad_ty,
        &names.grad,
        &grad_fields,
        atom(dl, &grad_types),
    );
    let with_chunk = quote!(#decls T: #dl::Real, const B: usize);
    let tape = plan
        .has_tape()
        .then(|| zeros(dl, &with_chunk, &names.tape_ty, &names.tape, &tape_fields(plan, names).0, quote!()));
    let work = plan.has_work().then(|| {
        let (fields, types) = work_fields(plan, names);
        zeros(dl, &with_chunk, &names.work_ty, &names.work, &fields, atom(dl, &types))
    });
    quote!(#net #grad #tape #work)
}

/// The public structs beside the network.
pub(super) fn companions(plan: &Plan<'_>, names: &Names) -> TokenStream {
    let (dl, decls) = (&names.dl, &names.decls);
    let struct_of = |name: &Ident, doc: String, generics: TokenStream, fields: (Vec<_>, Vec<_>)| {
        companion(plan, name, &doc, &generics, fields)
    };
    let net = &names.net;
    let doc = format!(" The gradient of [`{net}`]: its trained parameters, by the same names.");
    let grad = struct_of(&names.grad, doc, quote!(#decls T: #dl::Real), grad_fields(plan, names));
    let with_chunk = quote!(#decls T: #dl::Real, const B: usize);
    let tape = plan.has_tape().then(|| {
        let doc = format!(" What [`{net}`] keeps of a forward pass of `B` samples for the backward pass.");
        struct_of(&names.tape, doc, with_chunk.clone(), tape_fields(plan, names))
    });
    let work = plan.has_work().then(|| {
        let doc = format!(" Scratch memory of [`{net}`] for `B` samples: slots that values take turns in.");
        struct_of(&names.work, doc, with_chunk.clone(), work_fields(plan, names))
    });
    quote!(#grad #tape #work)
}

/// A public struct beside the network.
pub(super) fn companion(
    plan: &Plan<'_>,
    name: &Ident,
    doc: &str,
    generics: &TokenStream,
    (fields, types): (Vec<TokenStream>, Vec<TokenStream>),
) -> TokenStream {
    let vis = &plan.net.written.vis;
    quote! {
        #[doc = #doc]
        #[repr(C)]
        #[allow(missing_docs, dead_code)]
        #vis struct #name<#generics> { #(#vis #fields: #types,)* }
    }
}

/// One field a layer: its gradient, or `()` where it learns nothing.
fn grad_fields(plan: &Plan<'_>, names: &Names) -> (Vec<TokenStream>, Vec<TokenStream>) {
    let dl = &names.dl;
    let (mut fields, mut types): (Vec<_>, Vec<_>) = plan
        .in_memory()
        .map(|layer| {
            let (ident, ty) = (&layer.field.ident, &names.types[layer.index]);
            let grad = match (layer.is_trained(), layer.role) {
                _ if layer.tied.is_some() => quote!(()),
                (false, _) => quote!(()),
                (true, Role::Product(_)) if !layer.is_open => quote!(#ty),
                (true, _) => quote!(<#ty as #dl::Params<T>>::Grad),
            };
            (quote!(#ident), grad)
        })
        .unzip();
    if !types.iter().any(|ty| mentions(ty, "T")) {
        fields.push(scalar(plan).into_token_stream());
        types.push(quote!(::core::marker::PhantomData<T>));
    }
    (fields, types)
}

/// The values that a backward pass reads, and what layers keep.
fn tape_fields(plan: &Plan<'_>, names: &Names) -> (Vec<TokenStream>, Vec<TokenStream>) {
    let mut fields = (Vec::new(), Vec::new());
    let passes = Passes::new(plan, names, false);
    for step in &plan.steps {
        for &v in step.outputs.iter().filter(|v| plan.values[**v].train == Home::Tape) {
            fields.0.push(passes.tape_field(v).to_token_stream());
            fields.1.push(names.matrix(&plan.values[v].len.arg()));
        }
        let Run::Node(n) = step.run else { continue };
        if let (Some(tape), Some(layer)) = (&plan.tape_names[n], plan.net.layer_of(&plan.net.nodes[n])) {
            let layer = names.as_layer(layer);
            fields.0.push(format_ident!("{tape}").to_token_stream());
            fields.1.push(quote!(#layer::Tape<B>));
        }
    }
    fields
}

/// The shared slots, and one scratch memory that layers take turns in.
pub(super) fn work_fields(plan: &Plan<'_>, names: &Names) -> (Vec<TokenStream>, Vec<TokenStream>) {
    let mut fields = (Vec::new(), Vec::new());
    for (i, slot) in plan.slots.iter().enumerate() {
        fields.0.push(format_ident!("slot{i}").to_token_stream());
        fields.1.push(names.matrix(&slot.len(&names.dl)));
    }
    let dl = &names.dl;
    let shared = plan.layers_with_memory().rev().fold(None, |rest, i| {
        let layer = &plan.net.layers[i];
        let layer = if plan.steps_onward(layer) { names.as_stream(layer) } else { names.as_layer(layer) };
        let work = quote!(#layer::Work<B>);
        Some(match rest {
            None => work,
            Some(rest) => quote!(#dl::place::Overlap<#work, #rest>),
        })
    });
    if let Some(shared) = shared {
        fields.0.push(quote!(shared));
        fields.1.push(shared);
    }
    fields
}

/// `Blank` and `ZeroValid` of one struct; the latter is the only `unsafe` that a network emits.
pub(super) fn zeros(
    dl: &TokenStream,
    generics: &TokenStream,
    ty: &TokenStream,
    name: &Ident,
    fields: &[TokenStream],
    atom: TokenStream,
) -> TokenStream {
    quote! {
        impl<#generics> #dl::Blank for #ty {
            const ZERO: Self = #name { #(#fields: #dl::Blank::ZERO,)* };
        }
        // SAFETY: every field is a matrix, a layer, or a layer's tape, scratch memory or gradient, all of which the
        // traits require to be valid when zero.
        unsafe impl<#generics> #dl::ZeroValid for #ty { #atom }
    }
}

/// Whether a struct of such fields is made of numbers of one size: then it need not be cleared where others take turns with it.
pub(super) fn atom(dl: &TokenStream, types: &[TokenStream]) -> TokenStream {
    quote!(const ATOM: usize = #dl::place::atom::<Self>(&[#(#dl::place::field::<#types>()),*]);)
}

/// Numbers that fill a cache line, in `f32`.
const LINE: usize = 16;
/// Parameters of a layer whose place in the cache lines shows in the time it takes.
const LARGE: usize = 4096;

impl<'a> Plan<'a> {
    /// The layers in the order of memory: that of the declaration, unless a large layer follows one whose parameters do not
    /// fill whole cache lines. Then such layers come last, for vectors that straddle lines take twice the time.
    fn in_memory(&self) -> impl Iterator<Item = &Layer<'a>> {
        let layers = &self.net.layers;
        let fills_lines = |layer: &Layer<'_>| layer.params.is_some_and(|n| n.is_multiple_of(LINE));
        let matters = layers
            .iter()
            .skip_while(|layer| fills_lines(layer))
            .skip(1)
            .any(|layer| layer.params.is_some_and(|n| n >= LARGE));
        let first = layers.iter().filter(move |layer| !matters || fills_lines(layer));
        first.chain(layers.iter().filter(move |layer| matters && !fills_lines(layer)))
    }
}

impl Plan<'_> {
    /// The layers that have tapes and scratch memory of their own.
    pub(super) fn layers_with_memory(&self) -> impl DoubleEndedIterator<Item = usize> {
        (0..self.net.layers.len()).filter(|&i| self.net.layers[i].has_memory())
    }

    /// Whether a layer has a state here: it goes from one step to the next.
    pub(super) fn steps_onward(&self, layer: &Layer<'_>) -> bool {
        self.is_step && layer.steps == Steps::Onward
    }

    /// Whether anything is kept for the backward pass.
    pub(super) fn has_tape(&self) -> bool {
        self.layers_with_memory().next().is_some()
            || self.values.iter().any(|value| value.train == Home::Tape)
    }

    /// Whether there is scratch memory.
    pub(super) fn has_work(&self) -> bool {
        self.layers_with_memory().next().is_some() || !self.slots.is_empty()
    }
}
