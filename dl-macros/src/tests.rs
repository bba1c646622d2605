//! The macro on tokens, without a compiler.

use proc_macro2::TokenStream;
use quote::quote;

use super::network_tokens;

/// An expansion as formatted source.
fn expansion(args: TokenStream, item: TokenStream) -> String {
    let file = syn::parse2(network_tokens(args, item)).expect("the expansion is Rust");
    prettyplease::unparse(&file)
}

#[test]
fn the_documented_expansion_is_the_real_one() {
    let real = expansion(
        quote!(input = [4]),
        quote! {
            /// Two classes from four numbers.
            pub struct Tiny { hidden: Dense<8>, act: Tanh, out: Dense<2> }
        },
    );
    let docs = include_str!("../../docs/the-expansion.md");
    if !docs.contains(&real) {
        panic!("docs/the-expansion.md should hold this expansion:\n\n{real}");
    }
}

#[test]
fn a_size_named_like_a_parameter_of_ours_is_one_error() {
    for name in ["T", "B"] {
        let name = quote::format_ident!("{name}");
        let text =
            network_tokens(quote!(input = [#name]), quote!(struct Net<const #name: usize> { a: Dense<2> }))
                .to_string();
        assert_eq!(text.matches("compile_error").count(), 1, "{text}");
        assert!(text.contains(&format!("`{name}` is ")) && text.contains("give this size another name"));
        assert!(
            !text.contains(&format!("const {name} : usize , T")),
            "the struct would collide again: {text}"
        );
    }
}
