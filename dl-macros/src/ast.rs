//! What was written: the struct and, for every field, the layer it names.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::ext::IdentExt;
use syn::{Attribute, Fields, Generics, Ident, Item, Token, Type, Visibility};

use crate::closure::{self, Forward};
use crate::report::{Report, did_you_mean};
use crate::spec;
pub(crate) use crate::spec::{Argument, BuiltIn, Chosen, Spec};

/// A struct under `#[network]`.
#[derive(Clone)]
pub(crate) struct Written {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) forward: Forward,
    pub(crate) fields: Vec<Field>,
}

/// One field.
#[derive(Clone)]
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

impl Field {
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }
}

/// What stands under `#[network]`.
pub(crate) enum Read {
    /// A struct, or what a struct of that name could be, with its mistakes reported.
    Struct(Written),
    /// Anything else: it is left as it is, beside the error.
    Other(TokenStream),
}

/// Reads the item.
pub(crate) fn parse(tokens: TokenStream, report: &mut Report) -> Read {
    let item = match report.take(syn::parse2::<Item>(tokens.clone())) {
        Some(item) => item,
        None => return Read::Other(TokenStream::new()),
    };
    let empty = |attrs, vis, ident, generics| {
        let forward = Forward::Chain;
        Written { attrs, vis, ident, generics, forward, fields: Vec::new() }
    };
    let message = |kind: &str, ident: &Ident| {
        format!(
            "a network is a struct, but `{ident}` is {kind}\n\
             help: write `struct {ident} {{ .. }}` with one field for each layer"
        )
    };
    let item = match item {
        Item::Struct(item) => item,
        Item::Enum(item) => {
            report.error(item.enum_token, message("an enum", &item.ident));
            return Read::Struct(empty(Vec::new(), item.vis, item.ident, item.generics));
        }
        Item::Union(item) => {
            report.error(item.union_token, message("a union", &item.ident));
            return Read::Struct(empty(Vec::new(), item.vis, item.ident, item.generics));
        }
        Item::Type(item) => {
            report.error(item.type_token, message("a type alias", &item.ident));
            return Read::Struct(empty(Vec::new(), item.vis, item.ident, item.generics));
        }
        other => {
            let what = keyword(&tokens);
            let message = format!(
                "a network is a struct, but this is {}\n\
                 help: put `#[network(..)]` on a struct with one field for each layer",
                what.as_ref().map_or_else(|| "something else".to_owned(), |word| format!("`{word}`"))
            );
            match what {
                Some(word) => report.error(word, message),
                None => report.error(&other, message),
            }
            return Read::Other(tokens);
        }
    };
    let (mut attrs, vis, ident, generics) = (item.attrs, item.vis, item.ident, item.generics);
    let forward = closure::take(&mut attrs, report);
    let no_layers = format!("`{ident}` has no layers\nhelp: give it fields, for example `fc1: Dense<10>`");
    let fields = match item.fields {
        Fields::Named(fields) => fields.named,
        Fields::Unnamed(fields) if !fields.unnamed.is_empty() => {
            report.error(
                &fields,
                format!(
                    "the layers of a network have names, which its saved weights carry\n\
                     help: write `struct {ident} {{ fc1: Dense<10>, .. }}`"
                ),
            );
            return Read::Struct(empty(attrs, vis, ident, generics));
        }
        Fields::Unnamed(_) | Fields::Unit => Default::default(),
    };
    if fields.is_empty() {
        report.error(&ident, no_layers);
    }
    let fields = fields.into_iter().filter_map(|field| parse_field(field, report)).collect();
    Read::Struct(Written { attrs, vis, ident, generics, forward, fields })
}

/// The word that says what an item is: the first after its attributes and visibility.
fn keyword(tokens: &TokenStream) -> Option<Ident> {
    tokens.clone().into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) if ident != "pub" => Some(ident),
        _ => None,
    })
}

fn parse_field(field: syn::Field, report: &mut Report) -> Option<Field> {
    let ident = field.ident?;
    let mut parsed = Field {
        attrs: Vec::new(),
        vis: field.vis,
        ident,
        spec: report.take(spec::parse(&field.ty)),
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
                    let message = format!(
                        "fields of a network have no attribute `{name}`{hint}\n\
                         help: they take `#[frozen]`, `#[init(..)]`, `#[group(..)]` and `#[tied(..)]`"
                    );
                    report.error(&attr, message);
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
