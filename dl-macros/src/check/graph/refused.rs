//! What is no part of the dataflow, and what to write in its place.

use quote::ToTokens;
use syn::{Expr, UnOp};

use super::ident;
use crate::shape::tidy;

/// Why an expression cannot be part of the dataflow, and what to write.
pub(super) fn refused(expr: &Expr) -> String {
    let (what, help) = match expr {
        Expr::If(_) | Expr::Match(_) | Expr::Let(_) => {
            ("no branches", "decide in Rust which of two networks to run, or multiply by a gate")
        }
        Expr::While(_) | Expr::ForLoop(_) | Expr::Loop(_) => {
            ("no loops", "repeat a layer by an array, `blocks: [Block; 4]`, or call a field again")
        }
        Expr::Closure(_) => ("no closures", "call a field, or nest a network"),
        Expr::MethodCall(call) if ident(&call.receiver).is_some_and(|name| name == "self") => {
            ("no `self`", "call a field by its name alone: `fc1(x)`")
        }
        Expr::MethodCall(_) => ("no methods", "call a field or a function with the value: `fc1(x)`"),
        Expr::Field(_) => ("no field access", "call a field by its name alone: `fc1(x)`, without `self.`"),
        Expr::Lit(_) => ("no numbers", "scale by a layer of your own, or by `Map` of a `Pointwise` type"),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => ("no sign", "write `a - b`"),
        Expr::Index(_) => ("no indices", "write `slice(x, 0..2)`"),
        Expr::Tuple(_) => {
            ("no tuples in a value", "several values stand only at the end and behind `let (a, b) =`")
        }
        Expr::Array(_) | Expr::Repeat(_) => ("no arrays", "join values by `concat(a, b)`"),
        Expr::Macro(_) => ("no macros", "write what it stands for"),
        Expr::Return(_) => ("no `return`", "write the output as the last expression"),
        Expr::Assign(_) => ("no assignment", "name a value by `let`; it may shadow another of that name"),
        Expr::Reference(_) => ("no references", "write the value alone"),
        _ => ("nothing of this kind", "write calls of fields and functions, `+`, `-`, `*` and `let`"),
    };
    format!("the dataflow has {what}: `{}`\nhelp: {help}", short(expr))
}

/// The beginning of an expression.
fn short(expr: &impl ToTokens) -> String {
    let text = tidy(expr).replace("| ", "|").replace(" |", "|");
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{} ..", &text[..end]),
        None => text,
    }
}
