//! Decimal literals, which const generics do not take: `0.01` becomes the two whole numbers `1, 100`.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::{Expr, Lit, UnOp};

use crate::ast::{Argument, BuiltIn};

/// A decimal number as a fraction of whole numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number {
    pub(super) numerator: u32,
    pub(super) denominator: u32,
}

impl Number {
    /// As two const generic arguments.
    pub(super) fn args(self) -> TokenStream {
        let [n, d] = [self.numerator, self.denominator].map(Literal::u32_unsuffixed);
        quote!(#n, #d)
    }
}

/// Argument 0 as a number, or `default` if it is not there.
pub(super) fn number(layer: &BuiltIn, default: Number) -> syn::Result<Number> {
    let Some(argument) = layer.arguments.first() else { return Ok(default) };
    let what = layer.definition.arguments[0].what;
    let error = |message: String| Err(syn::Error::new_spanned(argument.tokens(), message));
    let name = layer.definition.name;
    let negative =
        error(format!("the {what} of `{name}` cannot be negative\nhelp: for example `{name}<0.5>`"));
    let expr = match argument {
        Argument::Expr(expr) => expr,
        Argument::Type(_) => {
            return error(format!(
                "the {what} of `{name}` is written as a number: a constant cannot be read here\n\
                 help: for example `{name}<0.5>`"
            ));
        }
    };
    let digits = match expr {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Float(float) => float.base10_digits().to_owned(),
            Lit::Int(int) => int.base10_digits().to_owned(),
            _ => {
                return error(format!("the {what} of `{name}` is a number\nhelp: for example `{name}<0.5>`"));
            }
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            return negative;
        }
        _ => {
            return error(format!(
                "the {what} of `{name}` is written as a number\nhelp: for example `{name}<0.5>`"
            ));
        }
    };
    if digits.starts_with('-') {
        return negative;
    }
    match fraction(&digits) {
        Some(number) => Ok(number),
        None => error(format!(
            "the {what} of `{name}` has too many digits: `{digits}`\n\
             help: nine digits are kept exactly; round it"
        )),
    }
}

/// `"0.25"` is 25 / 100.
fn fraction(digits: &str) -> Option<Number> {
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (digits, 0),
    };
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let decimals = decimals.trim_end_matches('0');
    let numerator: u64 = format!("{whole}{decimals}").parse().ok()?;
    let shift = exponent.checked_sub(i32::try_from(decimals.len()).ok()?)?;
    let power = 10_u64.checked_pow(shift.unsigned_abs())?;
    let (numerator, denominator) =
        if shift < 0 { (numerator, power) } else { (numerator.checked_mul(power)?, 1) };
    Some(Number { numerator: u32::try_from(numerator).ok()?, denominator: u32::try_from(denominator).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_become_fractions() {
        let cases = [
            ("0.5", 5, 10),
            ("0.25", 25, 100),
            ("1.0", 1, 1),
            ("2", 2, 1),
            ("1e-2", 1, 100),
            ("1.5e1", 15, 1),
        ];
        for (digits, numerator, denominator) in cases {
            assert_eq!(fraction(digits), Some(Number { numerator, denominator }), "{digits}");
        }
        assert_eq!(fraction("0.12345678901"), None);
        assert_eq!(fraction("1.5e-2147483648"), None);
    }
}
