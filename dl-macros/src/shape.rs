//! Sizes and shapes as the macro knows them: numbers where it can fold, expressions where rustc must.

use proc_macro2::{Literal, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{BinOp, Expr, ExprLit, Lit, Stmt, UnOp};

/// One size.
#[derive(Clone)]
pub(crate) enum Dim {
    /// A number.
    Known(usize),
    /// An expression that rustc evaluates.
    Expr(TokenStream),
}

impl Dim {
    /// Folds literals and arithmetic on literals; keeps anything else as it is written.
    pub(crate) fn of(expr: &Expr) -> Dim {
        fold(expr).map_or_else(|| Dim::Expr(unwrapped(expr).to_token_stream()), Dim::Known)
    }

    pub(crate) fn known(&self) -> Option<usize> {
        match self {
            Dim::Known(n) => Some(*n),
            Dim::Expr(_) => None,
        }
    }

    /// As a user would write it.
    pub(crate) fn text(&self) -> String {
        match self {
            Dim::Known(n) => n.to_string(),
            Dim::Expr(expr) => tidy(expr),
        }
    }

    /// As an argument of a function.
    pub(crate) fn value(&self) -> TokenStream {
        match self {
            Dim::Known(n) => Literal::usize_unsuffixed(*n).to_token_stream(),
            Dim::Expr(expr) => expr.clone(),
        }
    }

    /// As an operand.
    fn operand(&self) -> TokenStream {
        match self {
            Dim::Expr(expr) if !is_name(expr) => quote!((#expr)),
            _ => self.value(),
        }
    }

    /// As a const generic argument.
    pub(crate) fn arg(&self) -> TokenStream {
        match self {
            Dim::Known(_) => self.value(),
            // In braces even a lone name: rustc would look for a type of that name first.
            Dim::Expr(expr) => quote!({ #expr }),
        }
    }

    pub(crate) fn plus(&self, other: &Dim) -> Dim {
        match (self, other) {
            (Dim::Known(0), d) | (d, Dim::Known(0)) => d.clone(),
            (Dim::Known(a), Dim::Known(b)) => Dim::Known(a.saturating_add(*b)),
            _ => {
                let (a, b) = (self.operand(), other.operand());
                Dim::Expr(quote!(#a + #b))
            }
        }
    }

    pub(crate) fn times(&self, other: &Dim) -> Dim {
        match (self, other) {
            (Dim::Known(1), d) | (d, Dim::Known(1)) => d.clone(),
            (Dim::Known(a), Dim::Known(b)) => Dim::Known(a.saturating_mul(*b)),
            _ => {
                let (a, b) = (self.operand(), other.operand());
                Dim::Expr(quote!(#a * #b))
            }
        }
    }
}

fn is_name(expr: &TokenStream) -> bool {
    syn::parse2::<syn::Path>(expr.clone()).is_ok()
}

/// The expression inside parentheses, groups and one-expression blocks.
fn unwrapped(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(inner) => unwrapped(&inner.expr),
        Expr::Group(inner) => unwrapped(&inner.expr),
        Expr::Block(block) => match block.block.stmts.as_slice() {
            [Stmt::Expr(inner, None)] => unwrapped(inner),
            _ => expr,
        },
        _ => expr,
    }
}

fn fold(expr: &Expr) -> Option<usize> {
    match unwrapped(expr) {
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => int.base10_parse().ok(),
        Expr::Binary(binary) => {
            let (a, b) = (fold(&binary.left)?, fold(&binary.right)?);
            match binary.op {
                BinOp::Add(_) => a.checked_add(b),
                BinOp::Sub(_) => a.checked_sub(b),
                BinOp::Mul(_) => a.checked_mul(b),
                BinOp::Div(_) => a.checked_div(b),
                BinOp::Rem(_) => a.checked_rem(b),
                BinOp::Shl(_) => a.checked_shl(b.try_into().ok()?),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether an expression is a number below zero, which no size can be.
pub(crate) fn is_negative(expr: &Expr) -> bool {
    matches!(unwrapped(expr), Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) && fold(&unary.expr).is_some())
}

/// Tokens as text, without the spaces that token printing adds.
pub(crate) fn tidy(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    let mut out = String::with_capacity(text.len());
    let chars: Vec<char> = text.chars().collect();
    for (i, &c) in chars.iter().enumerate() {
        let (before, after) = (out.chars().last(), chars.get(i + 1).copied());
        let glued = c == ' '
            && (matches!(before, Some('<' | '(' | '[' | ':' | '&' | '!'))
                || matches!(after, Some('<' | '>' | ',' | ')' | ']' | ';' | ':' | '(' | '.'))
                || before == Some('.')
                || is_sign(&out));
        if !glued {
            out.push(c);
        }
    }
    out
}

/// Whether `text` ends in a minus that belongs to the number behind it: no operand stands before it.
fn is_sign(text: &str) -> bool {
    text.strip_suffix('-').is_some_and(|before| {
        let before = before.trim_end();
        before.is_empty() || before.ends_with(['<', '(', '[', '{', '=', ',', '+', '-', '*', '/'])
    })
}

/// Whether a name after the tokens `before` is part of a path or of a field's or method's name: after `::` or `.`.
pub(crate) fn is_qualified(before: &[TokenTree]) -> bool {
    match before {
        [.., TokenTree::Punct(dot)] if dot.as_char() == '.' => true,
        [.., TokenTree::Punct(first), TokenTree::Punct(second)] => {
            first.as_char() == ':' && first.spacing() == Spacing::Joint && second.as_char() == ':'
        }
        _ => false,
    }
}

/// The shape of one value.
#[derive(Clone)]
pub(crate) enum Shape {
    /// `[u16; n]`
    Tokens(Dim),
    /// Dimensions, each known or an expression.
    Dims(Vec<Dim>),
    /// A constant of type `Shape`, whose rank only rustc knows.
    Const(TokenStream),
}

impl Shape {
    /// As a user would write it.
    pub(crate) fn text(&self) -> String {
        match self {
            Shape::Tokens(n) => format!("[u16; {}]", n.text()),
            Shape::Dims(dims) => format!("[{}]", dims.iter().map(Dim::text).collect::<Vec<_>>().join(", ")),
            Shape::Const(_) => "(known to the compiler)".to_owned(),
        }
    }

    /// How many numbers.
    pub(crate) fn len(&self) -> Dim {
        match self {
            Shape::Tokens(n) => n.clone(),
            Shape::Dims(dims) => dims.iter().fold(Dim::Known(1), |all, d| all.times(d)),
            Shape::Const(shape) => Dim::Expr(quote!(#shape.len())),
        }
    }

    /// The last dimension.
    pub(crate) fn last(&self) -> Dim {
        match self {
            Shape::Tokens(n) => n.clone(),
            Shape::Dims(dims) => dims.last().cloned().unwrap_or(Dim::Known(1)),
            Shape::Const(shape) => Dim::Expr(quote!(#shape.last())),
        }
    }

    /// How many channels an image has; of anything else the last dimension.
    pub(crate) fn channels(&self) -> Dim {
        match self {
            Shape::Dims(dims) if self.is_image() => dims[0].clone(),
            Shape::Const(shape) => Dim::Expr(quote!(#shape.channels())),
            _ => self.last(),
        }
    }

    /// How many numbers in a row belong to one channel: height × width of an image, else 1.
    pub(crate) fn area(&self) -> Dim {
        match self {
            Shape::Dims(dims) if self.is_image() => {
                dims[1..].iter().fold(Dim::Known(1), |all, d| all.times(d))
            }
            Shape::Const(shape) => Dim::Expr(quote!(#shape.area())),
            _ => Dim::Known(1),
        }
    }

    /// How many times the last dimension is there: the steps of a sequence.
    pub(crate) fn rows(&self) -> Dim {
        match self {
            Shape::Dims(dims) => {
                dims[..dims.len().saturating_sub(1)].iter().fold(Dim::Known(1), |all, d| all.times(d))
            }
            Shape::Const(shape) => Dim::Expr(quote!(#shape.rows())),
            Shape::Tokens(_) => Dim::Known(1),
        }
    }

    /// Whether it is known to have channels before what they are of.
    pub(crate) fn is_image(&self) -> bool {
        matches!(self, Shape::Dims(dims) if dims.len() > 2)
    }

    pub(crate) fn is_tokens(&self) -> bool {
        matches!(self, Shape::Tokens(_))
    }

    /// Whether it stands behind a mistake.
    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self, Shape::Const(shape) if shape.to_string() == "unknown")
    }

    /// Whether every dimension is a number.
    pub(crate) fn is_known(&self) -> bool {
        matches!(self, Shape::Dims(dims) if dims.iter().all(|dim| dim.known().is_some()))
    }

    /// As an expression of type `Shape`.
    pub(crate) fn value(&self, dl: &TokenStream) -> TokenStream {
        match self {
            Shape::Tokens(n) => {
                let n = n.value();
                quote!(#dl::Shape::tokens(#n))
            }
            Shape::Dims(dims) => {
                let dims = dims.iter().map(Dim::value);
                quote!(#dl::Shape::new([#(#dims),*]))
            }
            Shape::Const(shape) => shape.clone(),
        }
    }

    /// As a type that a shape rule can be asked about.
    pub(crate) fn edge(&self, dl: &TokenStream) -> TokenStream {
        match self {
            Shape::Tokens(n) => {
                let n = n.arg();
                quote!(#dl::shape::TokensAt<#n>)
            }
            Shape::Dims(dims) => {
                let rank = Literal::usize_unsuffixed(dims.len());
                let args = (0..4).map(|i| dims.get(i).map_or_else(|| quote!(1), Dim::arg));
                quote!(#dl::shape::At<#rank, #(#args),*>)
            }
            Shape::Const(shape) => quote!(
                #dl::shape::At<
                    { #shape.rank() }, { #shape.dim(0) }, { #shape.dim(1) }, { #shape.dim(2) }, { #shape.dim(3) }
                >
            ),
        }
    }

    /// Both written alike: equal for sure.
    pub(crate) fn is_same_text(&self, other: &Shape) -> bool {
        !matches!(self, Shape::Const(_)) && self.text() == other.text()
    }
}
