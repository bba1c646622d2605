//! Which layer the type of a field names, and with what arguments.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, GenericArgument, Ident, PathArguments, PathSegment, Type, TypePath};

use crate::flow::Flow;
use crate::layers::{self, Definition, Marker, ParameterKind};
use crate::report::{any_of, did_you_mean, near};
use crate::shape::tidy;

/// The layer a type names.
#[derive(Clone)]
pub(crate) enum Spec {
    /// One of the built-in layers.
    BuiltIn(BuiltIn),
    /// A network or a layer of the user's own.
    Open(Type),
    /// The twin of a network or a layer of the user's own, and what the field gives: nobody can write it.
    Twin(Type, Vec<Flow>),
    /// `[Layer; N]`
    Repeat { inner: Box<Spec>, element: Type, len: Expr },
}

/// A built-in layer and its arguments.
#[derive(Clone)]
pub(crate) struct BuiltIn {
    pub(crate) definition: &'static Definition,
    pub(crate) name: Ident,
    /// The whole type as written.
    pub(crate) ty: Type,
    /// Unnamed arguments, in order.
    pub(crate) arguments: Vec<Argument>,
    pub(crate) options: Vec<Chosen>,
}

impl BuiltIn {
    /// The option `name`, if it is said.
    pub(crate) fn option(&self, name: &str) -> Option<&Chosen> {
        self.options.iter().find(|option| option.name == name)
    }
}

/// A marker type among the arguments, such as `NoBias` or `Pad<1>`.
#[derive(Clone)]
pub(crate) struct Chosen {
    pub(crate) name: Ident,
    /// As written.
    pub(crate) ty: Type,
    pub(crate) arguments: Vec<Argument>,
}

/// An unnamed argument of a built-in layer.
#[derive(Clone)]
pub(crate) enum Argument {
    Expr(Expr),
    Type(Type),
}

impl Argument {
    pub(crate) fn tokens(&self) -> TokenStream {
        match self {
            Argument::Expr(expr) => quote!(#expr),
            Argument::Type(ty) => quote!(#ty),
        }
    }

    /// As an expression: a lone name parses as a type, but may be a constant.
    pub(crate) fn expr(&self) -> syn::Result<Expr> {
        match self {
            Argument::Expr(expr) => Ok(expr.clone()),
            Argument::Type(ty) => syn::parse2(quote!(#ty)).map_err(|_| {
                syn::Error::new_spanned(
                    ty,
                    format!(
                        "a size is a whole number above zero, but `{}` is a type\nhelp: for example `10`",
                        tidy(ty)
                    ),
                )
            }),
        }
    }
}

/// The types of the standard library that are met most often where a layer should be.
const NOT_LAYERS: [&str; 26] = [
    "String",
    "Vec",
    "Option",
    "Box",
    "Rc",
    "Arc",
    "Result",
    "HashMap",
    "bool",
    "char",
    "str",
    "usize",
    "isize",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "f32",
    "f64",
    "PhantomData",
];

fn not_a_layer(ty: &Type) -> syn::Error {
    let names: Vec<_> = layers::names().collect();
    syn::Error::new_spanned(
        ty,
        format!(
            "`{}` is not a layer\n\
             help: every field of a network is a layer, such as `Dense<10>`; keep other data beside the network\n\
             note: the built-in layers are {}",
            tidy(ty),
            names.join(", ")
        ),
    )
}

pub(crate) fn parse(ty: &Type) -> syn::Result<Spec> {
    match ty {
        Type::Array(array) => Ok(Spec::Repeat {
            inner: Box::new(parse(&array.elem)?),
            element: (*array.elem).clone(),
            len: array.len.clone(),
        }),
        Type::Group(group) => parse(&group.elem),
        Type::Paren(paren) => parse(&paren.elem),
        Type::Path(path) => parse_path(ty, path),
        ty => Err(not_a_layer(ty)),
    }
}

fn parse_path(ty: &Type, path: &TypePath) -> syn::Result<Spec> {
    let [segment] = path.path.segments.iter().collect::<Vec<_>>()[..] else {
        return Ok(Spec::Open(ty.clone()));
    };
    if path.qself.is_some() || path.path.leading_colon.is_some() || segment.ident == "Self" {
        return Ok(Spec::Open(ty.clone()));
    }
    let name = segment.ident.to_string();
    if let Some(definition) = layers::find(&name) {
        return parse_built_in(ty, segment, definition).map(Spec::BuiltIn);
    }
    if NOT_LAYERS.contains(&name.as_str()) {
        return Err(not_a_layer(ty));
    }
    if let Some((_, known)) = layers::OTHER_NAMES.iter().find(|(other, _)| *other == name) {
        return Err(unknown(&segment.ident, &format!("it is called `{known}` here")));
    }
    if let Some(known) = near(&name, layers::names()) {
        return Err(unknown(&segment.ident, &format!("did you mean `{known}`?")));
    }
    Ok(Spec::Open(ty.clone()))
}

/// What a type whose name is nearly that of a built-in layer was meant to be.
pub(crate) fn meant(ty: &Type) -> Option<Spec> {
    let Type::Path(path) = ty else { return None };
    let name = path.path.segments.last()?.ident.to_string();
    let other = layers::OTHER_NAMES.iter().find(|(other, _)| *other == name).map(|(_, known)| *known);
    let known = other.or_else(|| near(&name, layers::names()))?;
    let mut path = path.clone();
    let last = path.path.segments.last_mut()?;
    last.ident = Ident::new(layers::find(known)?.name, last.ident.span());
    parse(&Type::Path(path)).ok()
}

fn unknown(name: &Ident, hint: &str) -> syn::Error {
    syn::Error::new_spanned(
        name,
        format!(
            "no built-in layer is called `{name}`; {hint}\n\
             help: if `{name}` is a layer of your own, write `self::{name}`"
        ),
    )
}

fn parse_built_in(ty: &Type, segment: &PathSegment, definition: &'static Definition) -> syn::Result<BuiltIn> {
    let mut built_in = BuiltIn {
        definition,
        name: segment.ident.clone(),
        ty: ty.clone(),
        arguments: Vec::new(),
        options: Vec::new(),
    };
    let generic = match &segment.arguments {
        PathArguments::AngleBracketed(generic) => generic.args.iter().collect(),
        PathArguments::None => Vec::new(),
        PathArguments::Parenthesized(parens) => {
            return Err(syn::Error::new_spanned(
                parens,
                format!("arguments of a layer stand in angle brackets\nhelp: write `{}`", definition.form()),
            ));
        }
    };
    for argument in generic {
        match argument {
            GenericArgument::Const(expr) => built_in.arguments.push(Argument::Expr(expr.clone())),
            GenericArgument::Type(ty) if is_kernel(ty, definition) => {
                built_in.arguments.push(Argument::Type(ty.clone()));
            }
            GenericArgument::Type(ty) => match option(ty, definition)? {
                Some(option) => built_in.options.push(option),
                None => built_in.arguments.push(Argument::Type(ty.clone())),
            },
            GenericArgument::AssocConst(assigned) => {
                let value = &assigned.value;
                return Err(assignment(&assigned.ident, quote!(#value), definition));
            }
            GenericArgument::AssocType(assigned) => {
                let value = &assigned.ty;
                return Err(assignment(&assigned.ident, quote!(#value), definition));
            }
            other => {
                let message = format!("`{}` is no size\nhelp: write `{}`", tidy(other), definition.form());
                return Err(syn::Error::new_spanned(other, message));
            }
        }
    }
    for (i, Chosen { name, ty, .. }) in built_in.options.iter().enumerate() {
        if built_in.options[..i].iter().any(|earlier| earlier.name == *name) {
            return Err(syn::Error::new_spanned(
                ty,
                format!("`{name}` is said twice\nhelp: keep one of them"),
            ));
        }
    }
    let (given, needed) = (built_in.arguments.len(), definition.arguments);
    if given < definition.required() {
        let next = &needed[given];
        return Err(syn::Error::new_spanned(
            ty,
            format!("`{}` needs its {}\nhelp: write `{}`", definition.name, next.what, definition.form()),
        ));
    }
    if let Some(surplus) = built_in.arguments.get(needed.len()) {
        if let Argument::Type(ty) = surplus
            && let Some(name) = last_segment(ty).map(|last| last.ident.to_string())
            && layers::find(&name).is_some()
        {
            let form = definition.form();
            let help = match layers::with_option(definition, &name) {
                Some(other) => format!("write `{form}`; only `{other}` has it"),
                None => format!("write `{form}`; `{name}` is a layer, which is a field of its own"),
            };
            let message = format!("`{}` has no option `{name}`\nhelp: {help}", definition.name);
            return Err(syn::Error::new_spanned(ty, message));
        }
        let takes = match needed.len() {
            0 => "takes no arguments".to_owned(),
            1 => "takes one argument".to_owned(),
            n => format!("takes {n} arguments"),
        };
        return Err(syn::Error::new_spanned(
            surplus.tokens(),
            format!(
                "`{}` {takes}; its input size is inferred\nhelp: write `{}`",
                definition.name,
                definition.form()
            ),
        ));
    }
    Ok(built_in)
}

/// Whether a type argument is `Kernel<3, 5>`, where a layer takes a window.
fn is_kernel(ty: &Type, definition: &Definition) -> bool {
    let takes_one = definition.arguments.iter().any(|argument| argument.kind == ParameterKind::Kernel);
    takes_one && last_segment(ty).is_some_and(|last| last.ident == "Kernel")
}

/// The last name of a path, which is what a marker type goes by.
pub(crate) fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

/// The option a type argument names, if it is one; a lone name that is no option may be a constant.
fn option(ty: &Type, definition: &Definition) -> syn::Result<Option<Chosen>> {
    let Some(last) = last_segment(ty) else { return Ok(None) };
    let name = last.ident.to_string();
    if let Some(marker) = definition.options.iter().find(|marker| marker.name == name) {
        return chosen(ty, last, marker).map(Some);
    }
    if definition.takes_type() {
        return Ok(None);
    }
    let has_arguments = !matches!(last.arguments, PathArguments::None);
    let is_known_option = layers::OPTIONS.contains(&name.as_str());
    let names: Vec<_> = definition.options.iter().map(|marker| marker.name).collect();
    let hint = did_you_mean(&name, names.iter().copied());
    let is_lone = matches!(ty, Type::Path(path) if path.path.get_ident().is_some());
    let is_constant = !name.contains(char::is_lowercase); // `SIDE` is near to `Stride`, but written as no type is
    if has_arguments || is_known_option || (!hint.is_empty() && is_lone && !is_constant) {
        let has = match names.as_slice() {
            [] => format!("help: write `{}`; it has no options", definition.form()),
            [one] => format!("help: write `{}`; its only option is `{one}`", definition.form()),
            names => format!("help: write `{}`; its options are {}", definition.form(), any_of(names)),
        };
        let message = format!("`{}` has no option `{name}`{hint}\n{has}", definition.name);
        return Err(syn::Error::new_spanned(last, message));
    }
    Ok(None)
}

/// An option with its arguments: as many numbers as it may have, or one of its words.
fn chosen(ty: &Type, last: &PathSegment, marker: &Marker) -> syn::Result<Chosen> {
    let arguments = marker_arguments(last, marker.forms)?;
    let is_one_of = |argument: &Argument, words: &[&str]| match argument {
        Argument::Type(ty) => words.iter().any(|word| names(ty, word)),
        Argument::Expr(_) => false,
    };
    let is_right = match arguments.as_slice() {
        [one] if is_one_of(one, marker.words) => true,
        all => {
            let is_option = |argument| is_one_of(argument, &layers::OPTIONS);
            marker.counts.contains(&all.len()) && !all.iter().any(is_option)
        }
    };
    if !is_right {
        return Err(syn::Error::new_spanned(
            ty,
            format!("`{}` is not written like that\nhelp: write {}", tidy(ty), any_of(marker.forms)),
        ));
    }
    Ok(Chosen { name: last.ident.clone(), ty: ty.clone(), arguments })
}

/// Whether `ty` is a path that ends in `word`.
pub(crate) fn names(ty: &Type, word: &str) -> bool {
    last_segment(ty).is_some_and(|last| last.ident == word)
}

/// The arguments of a marker type, which is written in one of `forms`.
pub(crate) fn marker_arguments(last: &PathSegment, forms: &[&str]) -> syn::Result<Vec<Argument>> {
    let wrong = |at: &dyn quote::ToTokens| {
        let message = format!("`{}` takes numbers\nhelp: write {}", last.ident, any_of(forms));
        syn::Error::new_spanned(at.to_token_stream(), message)
    };
    match &last.arguments {
        PathArguments::None => Ok(Vec::new()),
        PathArguments::Parenthesized(parens) => Err(wrong(parens)),
        PathArguments::AngleBracketed(generic) => generic
            .args
            .iter()
            .map(|argument| match argument {
                GenericArgument::Const(expr) => Ok(Argument::Expr(expr.clone())),
                GenericArgument::Type(ty) => Ok(Argument::Type(ty.clone())),
                other => Err(wrong(other)),
            })
            .collect(),
    }
}

/// `kernel = 5`: rustc refuses it before or after us.
fn assignment(name: &Ident, value: TokenStream, definition: &Definition) -> syn::Error {
    let value = tidy(&value);
    syn::Error::new_spanned(
        name,
        format!(
            "arguments of a layer have no names: stable Rust does not accept `{name} = {value}` in a type\n\
             help: write `{}`",
            definition.form()
        ),
    )
}

/// Whether `name` is a type that is met in networks, so no constant.
pub(crate) fn is_type(name: &str) -> bool {
    NOT_LAYERS.contains(&name) || layers::find(name).is_some() || layers::OPTIONS.contains(&name)
}
