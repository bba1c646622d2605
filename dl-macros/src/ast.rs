//! What was written: the struct and, for every field, the layer it names.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{
    Attribute, Expr, Fields, GenericArgument, Generics, Ident, Item, PathArguments, PathSegment, Token, Type,
    TypePath, Visibility,
};

use crate::layers::{self, Definition};
use crate::report::{Report, did_you_mean, near};
use crate::shape::tidy;

/// A struct under `#[network]`.
pub(crate) struct Written {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) fields: Vec<Field>,
}

/// One field.
pub(crate) struct Field {
    /// Attributes that are not ours.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    /// `None` if the type is no layer; that is reported.
    pub(crate) spec: Option<Spec>,
    pub(crate) frozen: bool,
    pub(crate) init: Option<syn::Path>,
    pub(crate) group: Option<String>,
    pub(crate) tied: Option<Tied>,
}

/// `#[tied(field.weight)]`
#[derive(Clone)]
pub(crate) struct Tied {
    pub(crate) field: Ident,
    pub(crate) tokens: TokenStream,
}

/// The layer a type names.
pub(crate) enum Spec {
    /// One of the built-in layers.
    BuiltIn(BuiltIn),
    /// A network or a layer of the user's own.
    Open(Type),
    /// `[Layer; N]`
    Repeat(Box<Spec>, Expr),
}

/// A built-in layer and its arguments.
pub(crate) struct BuiltIn {
    pub(crate) definition: &'static Definition,
    pub(crate) name: Ident,
    /// The whole type as written.
    pub(crate) ty: Type,
    /// Unnamed arguments, in order.
    pub(crate) arguments: Vec<Argument>,
    /// Marker types, such as `NoBias`.
    pub(crate) options: Vec<Ident>,
}

/// An unnamed argument of a built-in layer.
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
                syn::Error::new_spanned(ty, format!("expected a size, but this is the type `{}`", tidy(ty)))
            }),
        }
    }
}

impl Field {
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }
}

/// Reads the item; `None` if it is no struct with named fields.
pub(crate) fn parse(item: TokenStream, report: &mut Report) -> Option<Written> {
    let item = report.take(syn::parse2::<Item>(item))?;
    let item = match item {
        Item::Struct(item) => item,
        Item::Enum(item) => {
            report.error(
                item.enum_token,
                format!(
                    "a network is a struct, but `{}` is an enum\n\
                     help: write `struct {}` and one field for each layer",
                    item.ident, item.ident
                ),
            );
            return None;
        }
        other => {
            let message = "`#[network]` stands on a struct with one field for each layer";
            report.error(first_token(&other), message);
            return None;
        }
    };
    let fields = match item.fields {
        Fields::Named(fields) => fields.named,
        Fields::Unnamed(fields) => {
            report.error(
                &fields,
                format!(
                    "the layers of a network have names, which its saved weights carry\n\
                     help: write `struct {} {{ fc1: Dense<10>, .. }}`",
                    item.ident
                ),
            );
            return None;
        }
        Fields::Unit => Default::default(),
    };
    if fields.is_empty() {
        report.error(
            &item.ident,
            format!("`{}` has no layers\nhelp: give it fields, for example `fc1: Dense<10>`", item.ident),
        );
        return None;
    }
    let fields = fields.into_iter().filter_map(|field| parse_field(field, report)).collect();
    Some(Written { attrs: item.attrs, vis: item.vis, ident: item.ident, generics: item.generics, fields })
}

fn first_token(item: &Item) -> TokenStream {
    quote!(#item).into_iter().take(1).collect()
}

fn parse_field(field: syn::Field, report: &mut Report) -> Option<Field> {
    let ident = field.ident?;
    let mut parsed = Field {
        attrs: Vec::new(),
        vis: field.vis,
        ident,
        spec: report.take(parse_spec(&field.ty)),
        ty: field.ty,
        frozen: false,
        init: None,
        group: None,
        tied: None,
    };
    let mut seen: Vec<String> = Vec::new();
    for attr in field.attrs {
        let name = attr.path().get_ident().map(Ident::to_string).unwrap_or_default();
        let ours = ["frozen", "init", "group", "tied"];
        if ours.contains(&name.as_str()) {
            if seen.contains(&name) {
                report.error(
                    &attr,
                    format!("`{name}` is said twice for `{}`\nhelp: keep one of them", parsed.ident),
                );
                continue;
            }
            seen.push(name.clone());
        }
        match name.as_str() {
            "frozen" => match attr.meta.require_path_only() {
                Ok(_) => parsed.frozen = true,
                Err(_) => report.error(&attr, "`frozen` takes no arguments\nhelp: write `#[frozen]`"),
            },
            "init" => match attr.parse_args::<syn::Path>() {
                Ok(path) => parsed.init = Some(path),
                Err(_) => report.error(
                    &attr,
                    "`init` takes the name of an initializer\nhelp: for example `#[init(kaiming_normal)]`",
                ),
            },
            "group" => match attr.parse_args::<Ident>() {
                Ok(group) => parsed.group = Some(group.to_string()),
                Err(_) => report.error(&attr, "`group` takes one name\nhelp: for example `#[group(head)]`"),
            },
            "tied" => match attr.parse_args_with(parse_tied) {
                Ok(tied) => parsed.tied = Some(tied),
                Err(_) => report.error(
                    &attr,
                    "`tied` takes the weight of an earlier field\nhelp: for example `#[tied(embed.weight)]`",
                ),
            },
            "cfg" | "cfg_attr" => report.error(
                &attr,
                format!(
                    "a layer cannot be left out by `#[{name}]`: the shapes after it depend on it\n\
                     help: put the attribute on the whole struct and write two structs"
                ),
            ),
            _ => {
                let hint = did_you_mean(&name, ours);
                if hint.is_empty() {
                    parsed.attrs.push(attr);
                } else {
                    report.error(&attr, format!("fields of a network have no attribute `{name}`{hint}"));
                }
            }
        }
    }
    Some(parsed)
}

fn parse_tied(input: syn::parse::ParseStream<'_>) -> syn::Result<Tied> {
    let field: Ident = input.call(Ident::parse_any)?;
    input.parse::<Token![.]>()?;
    let weight: Ident = input.parse()?;
    if weight != "weight" {
        return Err(syn::Error::new_spanned(weight, "only `weight` can be shared"));
    }
    Ok(Tied { tokens: quote!(#field.#weight), field })
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
        format!("`{}` is not a layer\nnote: the built-in layers are {}", tidy(ty), names.join(", ")),
    )
}

fn parse_spec(ty: &Type) -> syn::Result<Spec> {
    match ty {
        Type::Array(array) => Ok(Spec::Repeat(Box::new(parse_spec(&array.elem)?), array.len.clone())),
        Type::Group(group) => parse_spec(&group.elem),
        Type::Paren(paren) => parse_spec(&paren.elem),
        Type::Path(path) => parse_path(ty, path),
        ty => Err(not_a_layer(ty)),
    }
}

fn parse_path(ty: &Type, path: &TypePath) -> syn::Result<Spec> {
    let [segment] = path.path.segments.iter().collect::<Vec<_>>()[..] else {
        return Ok(Spec::Open(ty.clone()));
    };
    if path.qself.is_some() || path.path.leading_colon.is_some() {
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
    if let Some(later) = layers::LATER.iter().find(|later| **later == name) {
        return Err(unknown(&segment.ident, &format!("`{later}` is planned, but not there yet")));
    }
    if let Some(known) = near(&name, layers::names()) {
        return Err(unknown(&segment.ident, &format!("did you mean `{known}`?")));
    }
    Ok(Spec::Open(ty.clone()))
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
            other => return Err(syn::Error::new_spanned(other, "expected a size, such as `5`")),
        }
    }
    for (i, option) in built_in.options.iter().enumerate() {
        if built_in.options[..i].contains(option) {
            return Err(syn::Error::new_spanned(
                option,
                format!("`{option}` is said twice\nhelp: keep one of them"),
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

/// The option a type argument names, if it is one; a lone name that is no option may be a constant.
fn option(ty: &Type, definition: &Definition) -> syn::Result<Option<Ident>> {
    let Type::Path(path) = ty else { return Ok(None) };
    let Some(last) = path.path.segments.last() else { return Ok(None) };
    let name = last.ident.to_string();
    if definition.options.contains(&name.as_str()) {
        return Ok(Some(last.ident.clone()));
    }
    if definition.takes_type() {
        return Ok(None);
    }
    let has_arguments = !matches!(last.arguments, PathArguments::None);
    let is_known_option = layers::OPTIONS.contains(&name.as_str());
    let hint = did_you_mean(&name, definition.options.iter().copied());
    if has_arguments || is_known_option || (!hint.is_empty() && path.path.get_ident().is_some()) {
        let has = match definition.options {
            [] => format!("note: `{}` has no options", definition.name),
            options => {
                format!("note: the options of `{}` are {}", definition.name, crate::report::any_of(options))
            }
        };
        let message = format!("`{}` has no option `{name}`{hint}\n{has}", definition.name);
        return Err(syn::Error::new_spanned(last, message));
    }
    Ok(None)
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
