//! What flows between layers, as the macro knows it.

use proc_macro2::TokenStream;
use quote::quote;

use crate::shape::{Dim, Shape};

/// A value: its shape, and how many numbers it has, by one name.
#[derive(Clone)]
pub(crate) struct Flow {
    pub(crate) shape: Shape,
    pub(crate) len: Dim,
}

impl Flow {
    /// Its signal, `Vals<N>`.
    pub(crate) fn signal(&self, dl: &TokenStream) -> TokenStream {
        let len = self.len.arg();
        if self.shape.is_tokens() { quote!(#dl::Tokens<#len>) } else { quote!(#dl::Vals<#len>) }
    }

    /// A chunk of it, as a type behind `&` or `&mut`.
    pub(crate) fn chunk(&self, dl: &TokenStream) -> TokenStream {
        let len = self.len.arg();
        if self.shape.is_tokens() { quote!([[u16; #len]; B]) } else { quote!(#dl::SMatrix<T, #len, B>) }
    }
}

/// The signal of all of them: a tuple, if there are several.
pub(crate) fn signal(dl: &TokenStream, flows: &[Flow]) -> TokenStream {
    tuple(flows.iter().map(|flow| flow.signal(dl)))
}

/// Their edge, as a type that a shape rule can be asked about.
pub(crate) fn edge(dl: &TokenStream, flows: &[Flow]) -> TokenStream {
    tuple(flows.iter().map(|flow| flow.shape.edge(dl)))
}

/// Their shapes, as a user would write them.
pub(crate) fn text(flows: &[Flow]) -> String {
    match flows {
        [one] => one.shape.text(),
        several => {
            format!("({})", several.iter().map(|flow| flow.shape.text()).collect::<Vec<_>>().join(", "))
        }
    }
}

/// One of something as it is, several as a tuple.
pub(crate) fn tuple(parts: impl IntoIterator<Item = TokenStream>) -> TokenStream {
    let parts: Vec<_> = parts.into_iter().collect();
    match parts.as_slice() {
        [one] => one.clone(),
        several => quote!((#(#several),*)),
    }
}
