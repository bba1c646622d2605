//! What is emitted beside an error: the struct, its companions and its traits, so that nothing else breaks.
//!
//! The passes do nothing and the sizes are guesses where the mistake hides them, so the layer accepts every size, and
//! a network around it sees a shape that fits everywhere.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{Expr, Stmt};

use crate::args::Args;
use crate::ast::Written;
use crate::check::check;
use crate::closure::Forward;
use crate::flow::tuple;
use crate::report::Report;
use crate::shape::{Dim, Shape};
use crate::spec::{self, Spec};
use crate::twin;

/// The errors, and a network of the same name whose passes do nothing.
pub(crate) fn fallback(args: &Args, written: &Written, report: Report) -> TokenStream {
    let errors = report.into_tokens();
    let (dl, vis, ident) = (&args.dl, &written.vis, &written.ident);
    let (grad, tape, work) =
        (format_ident!("{ident}Grad"), format_ident!("{ident}Tape"), format_ident!("{ident}Work"));
    let params: Vec<_> = written.generics.const_params().filter(|param| param.ident != *ident).collect();
    let consts: Vec<_> = params.iter().map(|param| &param.ident).collect();
    let sizes = Sizes::new(args, written, &consts);
    let types = params.iter().map(|param| &param.ty);
    let decls: TokenStream = quote!(#(const #consts: #types,)*);
    let used: TokenStream = quote!(#(#consts,)*);
    // The user's own may be called `T` or `B`: that is what the error is about.
    let (t, b) = (&format_ident!("__T"), &format_ident!("__B"));
    let is_single = decls.is_empty();

    let mut fields: Vec<(TokenStream, &Ident)> = Vec::new();
    for field in &written.fields {
        if !fields.iter().any(|(_, name)| **name == field.ident) {
            let (vis, name) = (&field.vis, &field.ident);
            fields.push((quote!(#vis #name: ()), name));
        }
    }
    let scalar_field = fresh("scalar", &fields);
    let (fields, names): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
    let net =
        Item { dl, vis, name: ident, decls: &decls, used: &used, t, extra: quote!(), extra_used: quote!() };
    let net = net.items(&fields, &names, &scalar_field, quote!(= f32));
    let none = (Vec::new(), Vec::new());
    let companion = |name: &Ident, extra: TokenStream, extra_used: TokenStream| {
        let item = Item { dl, vis, name, decls: &decls, used: &used, t, extra, extra_used };
        item.items(&none.0, &none.1, &format_ident!("scalar"), quote!())
    };
    let grad_items = companion(&grad, quote!(), quote!());
    let tape_items = companion(&tape, quote!(const #b: usize), quote!(#b));
    let work_items = companion(&work, quote!(const #b: usize), quote!(#b));
    let (tape_ty, work_ty) = (quote!(#tape<#used #t, #b>), quote!(#work<#used #t, #b>));

    // Imports that only this network uses are not unused.
    let own = written.fields.iter().filter_map(|field| open(field.spec.as_ref()?)).filter(|_| is_single);
    let own = own.enumerate().map(|(i, ty)| {
        let name = format_ident!("__Own{i}");
        quote!(#[allow(dead_code)] type #name = #ty;)
    });
    let signal = |is_tokens: bool| if is_tokens { quote!(#dl::Tokens) } else { quote!(#dl::Vals) };
    // Every size is accepted where the layer is run; where the network is asked, it says the likely one.
    let x_params: Vec<_> = (0..sizes.inputs.len()).map(|i| format_ident!("__X{i}")).collect();
    let y_params: Vec<_> = (0..sizes.outputs).map(|k| format_ident!("__Y{k}")).collect();
    let each = |sizes: &[(bool, TokenStream)]| {
        tuple(sizes.iter().map(|(is_tokens, size)| {
            let signal = signal(*is_tokens);
            quote!(#signal<#size>)
        }))
    };
    let any: Vec<_> =
        sizes.inputs.iter().zip(&x_params).map(|(input, param)| (input.0, quote!(#param))).collect();
    let (any_x, any_y) = (each(&any), tuple(y_params.iter().map(|param| quote!(#dl::Vals<#param>))));
    let (x, y) = (&sizes.inputs[0].1, &sizes.output);
    let all = |y: &TokenStream| tuple((0..sizes.outputs).map(|_| quote!(#dl::Vals<#y>)));
    let (x_signal, y_signal, step_out) = (each(&sizes.inputs), all(y), all(&sizes.step_output));
    let pass_ty = match sizes.inputs.len() {
        1 => quote!(#dl::Pass<'a, #b>),
        parts => {
            let lens = (0..parts).map(|_| quote!(#dl::Lens<'a, #b>));
            quote!(#dl::Pass<'a, #b, (#(#lens),*)>)
        }
    };
    let more = (1..sizes.outputs).map(|_| quote!(#dl::Shape::unknown(#y)));
    let more = (sizes.outputs > 1).then(|| quote!(const MORE: &'static [#dl::Shape] = &[#(#more),*];));
    let folded = args.folded.as_ref().map(|folded| {
        let twin = twin::name(ident, folded);
        let params = &params;
        quote!(#[allow(dead_code)] #vis type #twin<#(#params,)* #t = f32> = #ident<#used #t>;)
    });
    let int8 = args
        .int8
        .as_ref()
        .map(|int8| int8.name(ident))
        .filter(|int8| int8 != ident)
        .map(|int8| quote!(#[allow(dead_code)] #vis type #int8 = #dl::quant::SameInt8;));
    // nor is one of integers
    let int8 = quote!(#int8 #dl::keep_f32!([#decls] #ident<#used f32>, true););
    let (step_names, step_impls) = if args.stream.is_some() {
        let (state, step_work) = (format_ident!("{ident}State"), format_ident!("{ident}StepWork"));
        let step_in = each(&sizes.steps);
        let [state_items, work_items] =
            [&state, &step_work].map(|name| companion(name, quote!(const #b: usize), quote!(#b)));
        let names = quote!(#state_items #work_items);
        let (state_ty, work_ty) = (quote!(#state<#used #t, #b>), quote!(#step_work<#used #t, #b>));
        let impls = quote! {
            impl<#decls #t: #dl::Real, const #b: usize> ::core::clone::Clone for #state_ty {
                fn clone(&self) -> Self {
                    *self
                }
            }
            impl<#decls #t: #dl::Real, const #b: usize> ::core::marker::Copy for #state_ty {}
            impl<#decls #t: #dl::Real, #(const #x_params: usize,)* #(const #y_params: usize),*>
                #dl::Stream<#t, #any_x, #any_y> for #ident<#used #t>
            {
                type State<const #b: usize> = #state_ty;
                type Work<const #b: usize> = #work_ty;
                fn step<'a, const #b: usize>(
                    &self,
                    _: <#any_x as #dl::Signal>::Ref<'_, #t, #b>,
                    _: <#any_y as #dl::Signal>::Mut<'_, #t, #b>,
                    _: &mut #state_ty,
                    _: &mut #work_ty,
                    _: #pass_ty,
                ) {
                }
            }
            impl<#decls #t: #dl::Real> #dl::StreamNetwork for #ident<#used #t> {
                type StepIn = #step_in;
                type StepOut = #step_out;
            }
        };
        (names, impls)
    } else {
        // a network around it that runs step by step is not to be told of this one
        (TokenStream::new(), quote!(#dl::no_steps!([#decls #t: #dl::Real] #ident<#used #t>, #t, true);))
    };
    let name = ident.to_string();
    let trainer = format_ident!("{ident}Trainer");
    let trainer = is_single.then(|| {
        quote! {
            #[allow(dead_code)]
            #vis type #trainer<Loss, Optimizer, const CHUNK: usize = 1> =
                #dl::train::Trainer<#ident, Loss, Optimizer, CHUNK>;
        }
    });
    quote! {
        #errors
        #net
        #grad_items
        #tape_items
        #work_items
        #trainer
        #folded
        #int8
        #step_names
        const _: () = {
            #(#own)*
            impl<#decls #t: #dl::Real> #dl::Params<#t> for #ident<#used #t> {
                type Grad = #grad<#used #t>;
                const PARAMS: usize = 0;
                const LAYOUT: #dl::params::ParamLayout = #dl::params::ParamLayout::Any;
                fn visit(&self, _: #dl::params::Path<'_>, _: &mut #dl::params::Visitor<'_, #t>) {}
                fn zip<const __N: usize>(
                    &mut self,
                    _: [&mut Self::Grad; __N],
                    _: #dl::params::Path<'_>,
                    _: &mut #dl::params::Zipper<'_, #t, __N>,
                ) {
                }
                fn init(&mut self, _: #dl::Rng) {}
            }
            impl<#decls #t: #dl::Real, #(const #x_params: usize,)* #(const #y_params: usize),*>
                #dl::Layer<#t, #any_x, #any_y> for #ident<#used #t>
            {
                type Tape<const #b: usize> = #tape_ty;
                type Work<const #b: usize> = #work_ty;
                fn forward<'a, const #b: usize>(
                    &self,
                    _: <#any_x as #dl::Signal>::Ref<'_, #t, #b>,
                    _: <#any_y as #dl::Signal>::Mut<'_, #t, #b>,
                    _: ::core::option::Option<&mut #tape_ty>,
                    _: &mut #work_ty,
                    _: #pass_ty,
                ) {
                }
                fn backward<'a, const #b: usize>(
                    &self,
                    _: <#any_x as #dl::Signal>::Ref<'_, #t, #b>,
                    _: <#any_y as #dl::Signal>::Ref<'_, #t, #b>,
                    _: &#tape_ty,
                    _: <#any_y as #dl::Signal>::Ref<'_, #t, #b>,
                    _: <#any_x as #dl::Signal>::Grad<'_, #t, #b>,
                    _: ::core::option::Option<&mut Self::Grad>,
                    _: &mut #work_ty,
                    _: #pass_ty,
                ) {
                }
            }
            impl<#decls #t: #dl::Real, #(const #x_params: usize,)* #(const #y_params: usize),*>
                #dl::Descend<#t, #any_x, #any_y> for #ident<#used #t> {}
            impl<#decls #t: #dl::Real> #dl::Network for #ident<#used #t> {
                type Scalar = #t;
                type In = #x_signal;
                type Out = #y_signal;
                const NAME: &'static str = #name;
                const INPUT: #dl::Shape = #dl::Shape::new([#x]);
                const OUTPUT: #dl::Shape = #dl::Shape::new([#y]);
                const ROWS: &'static [#dl::summary::Row] = &[];
                fn first_non_finite<const #b: usize>(_: &#tape_ty) -> ::core::option::Option<&'static str> {
                    ::core::option::Option::None
                }
            }
            impl<#decls #t: #dl::Real> ::core::fmt::Debug for #ident<#used #t> {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    ::core::fmt::Formatter::write_str(f, #name)
                }
            }
            impl<#decls #t: #dl::Real> #dl::Shaped for #ident<#used #t> {
                const IN: #dl::Shape = #dl::Shape::new([#x]);
                const OUT: #dl::Shape = #dl::Shape::new([#y]);
            }
            impl<#decls #t: #dl::Real, __E: #dl::Edge> #dl::Fit<__E> for #ident<#used #t> {
                const OUT: #dl::Fitted = ::core::result::Result::Ok(#dl::Shape::unknown(#y));
                #more
            }
            impl<#decls #t: #dl::Real> #dl::Fold for #ident<#used #t> {
                type Folded = Self;
                fn fold_into(&self, _: &mut Self) {}
            }
            #step_impls
            #[allow(dead_code)]
            impl<#decls> #ident<#used> {
                #vis const PARAMS: usize = 0;
                #vis const PARAM_BYTES: usize = 0;
                #vis const MACS: usize = 0;
                #vis const CHUNK: usize = 1;
                #vis const fn infer_bytes<const __B: usize>() -> usize {
                    0
                }
                #vis const fn train_bytes<__O: #dl::Optimizer, const __B: usize>() -> usize {
                    0
                }
                #vis fn summary() -> #dl::summary::Summary {
                    <Self as #dl::Network>::summary()
                }
                #vis fn graph() -> #dl::graph::Graph {
                    <Self as #dl::Network>::graph()
                }
            }
        };
    }
}

/// A name that no field has.
fn fresh(name: &str, fields: &[(TokenStream, &Ident)]) -> Ident {
    let mut name = name.to_owned();
    while fields.iter().any(|(_, field)| **field == name) {
        name.push('_');
    }
    format_ident!("{name}")
}

/// A struct without content.
struct Item<'a> {
    dl: &'a TokenStream,
    vis: &'a syn::Visibility,
    name: &'a Ident,
    decls: &'a TokenStream,
    used: &'a TokenStream,
    t: &'a Ident,
    /// Further const parameters, as declared and as used.
    extra: TokenStream,
    extra_used: TokenStream,
}

impl Item<'_> {
    /// It and its zeros.
    fn items(
        &self,
        fields: &[TokenStream],
        names: &[&Ident],
        scalar: &Ident,
        default: TokenStream,
    ) -> TokenStream {
        let Item { dl, vis, name, decls, used, t, extra, extra_used } = self;
        quote! {
            #[allow(dead_code, missing_docs, missing_debug_implementations)]
            #vis struct #name<#decls #t: #dl::Real #default, #extra> {
                #(#fields,)*
                #scalar: ::core::marker::PhantomData<#t>,
            }
            const _: () = {
                impl<#decls #t: #dl::Real, #extra> #dl::Blank for #name<#used #t, #extra_used> {
                    const ZERO: Self = Self { #(#names: (),)* #scalar: ::core::marker::PhantomData };
                }
                // SAFETY: no bytes at all.
                unsafe impl<#decls #t: #dl::Real, #extra> #dl::ZeroValid for #name<#used #t, #extra_used> {}
            };
        }
    }
}

/// What comes in and goes out, as far as it can be seen.
struct Sizes {
    /// Of each input: whether it is tokens, and how many.
    inputs: Vec<(bool, TokenStream)>,
    /// The same of one step of each.
    steps: Vec<(bool, TokenStream)>,
    output: TokenStream,
    /// The same of one step, or all.
    step_output: TokenStream,
    /// How many outputs there are.
    outputs: usize,
}

impl Sizes {
    fn new(args: &Args, written: &Written, consts: &[&Ident]) -> Sizes {
        let arg = |dim: Dim| usable(&dim, consts).then(|| dim.arg());
        let input = |shape: &Shape| (shape.is_tokens(), arg(shape.len()).unwrap_or(quote!(1)));
        let mut inputs: Vec<_> = args.inputs.iter().map(input).collect();
        if inputs.is_empty() {
            inputs.push((false, quote!(1)));
        }
        let step = |shape: &Shape| match shape {
            Shape::Tokens(_) => (true, quote!(1)),
            shape => (false, arg(shape.last()).unwrap_or(quote!(1))),
        };
        let mut steps: Vec<_> = args.inputs.iter().map(step).collect();
        if steps.is_empty() {
            steps.push((false, quote!(1)));
        }
        let last = written.fields.iter().rev().find_map(outputs).and_then(arg);
        let step_output = last.unwrap_or_else(|| inputs[0].1.clone());
        let output = meant(args, written).and_then(arg);
        Sizes {
            output: output.unwrap_or_else(|| step_output.clone()),
            step_output,
            inputs,
            steps,
            outputs: match &written.forward {
                Forward::Graph(closure) => parts(&closure.body).clamp(1, 3),
                _ => 1,
            },
        }
    }
}

/// The output's length, where misspelt layers alone hide it.
fn meant(args: &Args, written: &Written) -> Option<Dim> {
    let mut meant = written.clone();
    for field in meant.fields.iter_mut().filter(|field| field.spec.is_none()) {
        field.spec = Some(spec::meant(&field.ty)?);
    }
    let net = check(args, &meant, &mut Report::default())?;
    net.values[*net.outputs.first()?].len.known().map(Dim::Known)
}

/// How many values an expression ends with.
fn parts(expr: &Expr) -> usize {
    match expr {
        Expr::Tuple(tuple) => tuple.elems.len(),
        Expr::Paren(inner) => parts(&inner.expr),
        Expr::Group(inner) => parts(&inner.expr),
        Expr::Block(block) => match block.block.stmts.last() {
            Some(Stmt::Expr(expr, _)) => parts(expr),
            _ => 1,
        },
        _ => 1,
    }
}

/// A size that can be written down without a further error: a moderate number or a lone name.
fn usable(dim: &Dim, consts: &[&Ident]) -> bool {
    match dim {
        Dim::Known(n) => *n > 0 && *n <= usize::from(u16::MAX),
        Dim::Expr(expr) => syn::parse2::<syn::Path>(expr.clone()).is_ok_and(|path| {
            path.get_ident().is_none_or(|name| consts.contains(&name) || (name != "T" && name != "B"))
        }),
    }
}

/// The type of the user's own that a field names, but not the network itself.
fn open(spec: &Spec) -> Option<&syn::Type> {
    match spec {
        Spec::BuiltIn(_) => None,
        Spec::Open(syn::Type::Path(path)) if path.path.is_ident("Self") => None,
        Spec::Open(ty) | Spec::Twin(ty, _) => Some(ty),
        Spec::Repeat { inner, .. } => open(inner),
    }
}

/// The outputs of a `Dense`.
fn outputs(field: &crate::ast::Field) -> Option<Dim> {
    match &field.spec {
        Some(Spec::BuiltIn(layer)) if layer.definition.name == "Dense" => {
            crate::args::size(&layer.arguments.first()?.expr().ok()?).ok()
        }
        _ => None,
    }
}
