//! Constants that only rustc can compute, by names that later sizes can speak of.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::shape::{Dim, Shape};

/// Constants that hang on a hidden struct beside the network.
pub(crate) struct Hidden {
    /// The hidden struct.
    pub(crate) owner: Ident,
    pub(crate) items: Vec<TokenStream>,
    /// Their names, none twice.
    names: Vec<String>,
}

impl Hidden {
    pub(super) fn new(owner: Ident) -> Hidden {
        Hidden { owner, items: Vec::new(), names: Vec::new() }
    }

    pub(super) fn constant(
        &mut self,
        tag: &str,
        ty: TokenStream,
        value: TokenStream,
        span: Span,
    ) -> TokenStream {
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
    pub(super) fn size(&mut self, dim: Dim, tag: &str, span: Span) -> Dim {
        match &dim {
            Dim::Expr(expr) if syn::parse2::<syn::Path>(expr.clone()).is_err() => {
                Dim::Expr(self.constant(tag, quote!(usize), expr.clone(), span))
            }
            _ => dim,
        }
    }

    pub(super) fn shape(&mut self, shape: Shape, tag: &str, dl: &TokenStream, span: Span) -> Shape {
        match &shape {
            Shape::Const(expr) if syn::parse2::<syn::Path>(expr.clone()).is_err() => {
                Shape::Const(self.constant(tag, quote!(#dl::Shape), expr.clone(), span))
            }
            _ => shape,
        }
    }
}
