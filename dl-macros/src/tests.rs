//! The macro on tokens, without a compiler.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::quote;

use super::network_tokens;

mod documented;

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
    documented::check("docs/the-expansion.md", &real);
}

#[test]
fn the_documented_stand_in_is_the_real_one() {
    let real = expansion(
        quote!(input = [4]),
        quote!(
            pub struct Noisy {
                hidden: Dense<8>,
                drop: Dropout<0.5>,
                out: Dense<2>,
            }
        ),
    );
    documented::check_call("docs/the-expansion.md", &real, "&self.drop");
}

#[test]
fn the_documented_residual_block_is_the_real_one() {
    let real = expansion(
        quote!(input = [64]),
        quote! {
            #[forward(|x| relu(x + fc2(relu(fc1(x)))))]
            pub struct Block { fc1: Dense<64>, fc2: Dense<64> }
        },
    );
    documented::check_function("docs/the-expansion.md", &real, "fn forward<");
    documented::check_function("docs/the-expansion.md", &real, "fn backward<");
}

#[test]
fn a_maximum_takes_over_the_activation_that_it_alone_reads() {
    let of = |item| expansion(quote!(input = [1, 6, 6]), item).replace(char::is_whitespace, "");
    let chain = of(quote! {
        struct Net { conv: Conv2d<2, 3>, act: Tanh, pool: MaxPool2d<2>, flat: Flatten, head: Dense<2> }
    });
    assert!(chain.contains("&tape.pool,d_pool") && !chain.contains("&tape.conv,d_conv"), "{chain}");
    let shared = of(quote! {
        #[forward(|x| { let a = tanh(conv(x)); concat(pool(a), other(a)) })]
        struct Net { conv: Conv2d<2, 3>, pool: MaxPool2d<2>, other: AvgPool2d<2> }
    });
    assert!(shared.contains("&tape.conv,d_conv"), "{shared}");
}

/// What is said about a mistake: the messages, in order.
fn messages(args: TokenStream, item: TokenStream) -> Vec<String> {
    fn collect(tokens: TokenStream, messages: &mut Vec<String>) {
        let mut is_message = false;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => is_message = ident == "compile_error",
                TokenTree::Group(group) if is_message => {
                    let text = syn::parse2::<syn::LitStr>(group.stream()).expect("a message");
                    messages.push(text.value());
                    is_message = false;
                }
                TokenTree::Group(group) => collect(group.stream(), messages),
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    collect(network_tokens(args, item), &mut found);
    found
}

/// The messages about one field of a network with five inputs.
fn about(field: &str) -> Vec<String> {
    let field: TokenStream = field.parse().expect("tokens");
    messages(quote!(input = [5]), quote!(struct Net { fc: Dense<5>, #field }))
}

#[test]
fn every_field_with_a_mistake_has_its_message() {
    let cases = [
        ("a: Dense<2.5>", "a size is a whole number above zero, but this is `2.5`"),
        ("a: Dense<'x'>", "a size is a whole number above zero, but this is `'x'`"),
        ("a: Dense<{ -3 }>", "a size is a whole number above zero, but this is `{ -3 }`"),
        ("a: Dense<{ 4 - 4 }>", "a size cannot be zero"),
        ("a: Dense<Relu>", "a size is a whole number above zero, but this is `Relu`"),
        ("a: Dense<[u8; 2]>", "a size is a whole number above zero, but this is `[u8; 2]`"),
        ("a: Dense<'a>", "`'a` is no size"),
        (
            "a: Dense<4_294_967_296>",
            "`a` is too large for memory: 4294967296 numbers a sample, 17.2 GB in `f32`",
        ),
        ("a: Dropout<\"half\">", "the share to drop of `Dropout` is a number"),
        ("a: Dropout<{ 0.5 }>", "the share to drop of `Dropout` is written as a number"),
        ("a: LeakyRelu<-1>", "the slope below zero of `LeakyRelu` cannot be negative"),
        ("a: Elu<1e-20>", "the alpha of `Elu` has too many digits: `1e-20`"),
        ("a: Option<Dense<5>>", "`Option<Dense<5>>` is not a layer"),
        ("a: fn(f32) -> f32", "`fn(f32) -> f32` is not a layer"),
        ("a: !", "`!` is not a layer"),
        ("a: [Dense<5>]", "`[Dense<5>]` is not a layer"),
        ("a: Self", "`Net` cannot contain itself: it would be endless"),
        ("a: Attend", "`a` looks from one sequence at another, but is given one value"),
        ("a: Swish", "no built-in layer is called `Swish`; it is called `Silu` here"),
        ("a: [Dens<5>; 2]", "no built-in layer is called `Dens`; did you mean `Dense`?"),
        ("a: [Relu; 0]", "`a` is repeated zero times"),
        ("a: [Relu; -1]", "a size is a whole number above zero, but this is `-1`"),
        ("a: Map<Vec<T>>", "`T` is the scalar in the generated code, so it would not mean yours here"),
        ("#[tied(b.weight)] a: Dense<5>", "no field `b` stands before `a`"),
        ("#[tied] a: Dense<5>", "`tied` takes the weight of an earlier field"),
        ("#[group] a: Dense<5>", "`group` takes one name"),
        ("#[init = zeros] a: Dense<5>", "`init` takes the name of an initializer"),
        ("#[cfg_attr(all(), frozen)] a: Relu", "a layer cannot be left out by `#[cfg_attr]`"),
    ];
    for (field, expected) in cases {
        let found = about(field);
        assert_eq!(found.len(), 1, "{field}: {found:#?}");
        assert!(found[0].starts_with(expected), "{field}: {}", found[0]);
        assert!(found[0].contains("\nhelp: "), "{field} has no remedy: {}", found[0]);
    }
}

#[test]
fn a_path_is_never_taken_for_a_name_of_the_expansion() {
    for field in ["a: Dense<{ self::B }>", "a: Dense<{ sizes::T }>", "a: blocks::B", "a: Dense<{ X.B }>"] {
        assert_eq!(about(field), [""; 0], "{field}");
    }
}

#[test]
fn several_mistakes_are_said_together() {
    let found = messages(
        quote!(input = 5, max_params = "few", oops = 1),
        quote! {
            #[derive(Clone, Debug)]
            struct Net<'a, T> { #[frozn] a: Dens<3>, b: Dropout<2>, #[init(magic)] c: Dense<5>, d: f32 }
        },
    );
    assert_eq!(found.len(), 12, "{found:#?}");
}

#[test]
fn the_known_initializers_are_those_of_the_framework() {
    let source = include_str!("../../dl-core/src/init.rs");
    let takes_a_parameter =
        |rest: &&str| rest.split_once(')').is_some_and(|(args, _)| args.contains("ParamMut<"));
    let mut written: Vec<_> = source
        .split("\npub fn ")
        .skip(1)
        .filter(takes_a_parameter)
        .filter_map(|rest| rest.split_once('<').map(|(name, _)| name))
        .filter(|name| *name != "weights")
        .collect();
    let mut known = crate::layers::INITIALIZERS.to_vec();
    written.sort_unstable();
    known.sort_unstable();
    assert_eq!(known, written);
}

/// A step of a small generator of random numbers.
fn random(state: &mut u64, below: usize) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).expect("31 bits") % below
}

/// Deletes, doubles or swaps a token somewhere, or puts one of `others` in its place.
fn mutated(tokens: TokenStream, others: &[TokenTree], state: &mut u64) -> TokenStream {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    if tokens.is_empty() {
        return others.get(random(state, others.len())).cloned().into_iter().collect();
    }
    let at = random(state, tokens.len());
    if let TokenTree::Group(group) = &tokens[at]
        && random(state, 4) > 0
    {
        let inner = mutated(group.stream(), others, state);
        tokens[at] = TokenTree::Group(Group::new(group.delimiter(), inner));
        return tokens.into_iter().collect();
    }
    match random(state, 4) {
        0 => drop(tokens.remove(at)),
        1 => tokens.insert(at, tokens[at].clone()),
        2 => {
            let other = random(state, tokens.len());
            tokens.swap(at, other);
        }
        _ => tokens[at] = others[random(state, others.len())].clone(),
    }
    tokens.into_iter().collect()
}

#[test]
fn no_tokens_make_the_macro_panic() {
    let args = quote!(input = [u16; 3, 28, SIDE], max_params = 20_000, max_train_bytes(Adam, 1) = 65_536, crate = ::dl);
    let item = quote! {
        /// A network.
        #[derive(PartialEq)]
        #[must_use]
        pub(crate) struct Net<const H: usize> where H: Copy {
            #[frozen] pub flat: Flatten,
            #[init(kaiming_normal)] #[group(head)] fc1: Dense<{ 4 * H }, NoBias>,
            act: LeakyRelu<0.25>,
            drop: Dropout<-1.5e3>,
            p: PRelu<7>,
            more: [[Dense<128>; 2]; N],
            #[tied(fc1.weight)] own: blocks::Tail<3>,
            map: Map<self::Cube>,
            r#type: Softmax,
        }
    };
    let others: Vec<TokenTree> = quote!(
        T B 0 1 "text" 'c' 1.5 1e-2147483648 99999999999999999999999 -1 u16 Self self crate r#fn _ & ! ; , = : :: < > . #
        (1, 2) [3] {} [u16; 4] struct enum fn pub 'a usize Dense Relu Dens forward input network
    )
    .into_iter()
    .collect();
    let mut state = 1;
    for round in 0..4000 {
        let (mut args, mut item) = (args.clone(), item.clone());
        if round % 2 == 0 {
            args = quote!(input = [6]);
        }
        for _ in 0..=random(&mut state, 4) {
            if random(&mut state, 3) == 0 {
                args = mutated(args, &others, &mut state);
            } else {
                item = mutated(item, &others, &mut state);
            }
        }
        let text = format!("#[network({args})] {item}");
        let out = std::panic::catch_unwind(|| network_tokens(args, item));
        match out {
            Ok(out) => assert!(!out.is_empty(), "nothing came of {text}"),
            Err(_) => panic!("the macro panicked on {text}"),
        }
    }
}

#[test]
fn no_closure_makes_the_macro_panic() {
    let args = quote!(input = ([4], [3, 4]));
    let item = quote! {
        #[forward(|a, b| {
            let h = relu(fc(a) + fc(a)) * a;
            let (y, _) = two(h, { let b = tanh(down(b)); concat(b, slice(b, 1..2, axis = steps), axis = steps) });
            (head(concat(y, flatten(b - b))), h, own(h))
        })]
        struct Net { fc: Dense<4>, two: self::Two, down: Dense<2>, #[frozen] head: Dense<3>, own: self::Own }
    };
    let others: Vec<TokenTree> = quote!(
        a b h y fc two down head own relu concat slice flatten softmax axis steps if let move self 0 1 7 1.5 "text" .. ..= ; , = + - * / | _ . &
        (a, b) [a] {} (a) {a} |x| x :: B T N Dense Relu
    )
    .into_iter()
    .collect();
    assert_eq!(messages(args.clone(), item.clone()), [""; 0]);
    let (mut state, mut fine) = (1, 0);
    for _ in 0..500 {
        let mut item = item.clone();
        for _ in 0..=random(&mut state, 3) {
            item = mutated(item, &others, &mut state);
        }
        let text = item.to_string();
        let out = std::panic::catch_unwind(|| network_tokens(args.clone(), item));
        match out {
            Ok(out) => fine += usize::from(!out.to_string().contains("compile_error")),
            Err(_) => panic!("the macro panicked on {text}"),
        }
    }
    assert!(fine > 5, "only {fine} were networks");
}

#[test]
fn what_is_no_item_at_all_is_refused() {
    for item in
        [quote!(), quote!(42), quote!(struct), quote!(struct Net { a }), quote!(struct Net { a: Dense<, >})]
    {
        let found = messages(quote!(input = [4]), item.clone());
        assert_eq!(found.len(), 1, "{item}: {found:?}");
    }
}
