//! Blocks of a closure: `let`, and the value at the end.
//!
//! - [`Walk::leave`]: every `let` is read
//! - [`Walk::expect_names`]: what a `let` takes apart goes somewhere

use quote::quote;
use syn::{Block, Expr, Pat, PatTuple, Stmt};

use super::{Binding, Walk};
use crate::check::count;
use crate::check::nodes::ValueId;

impl Walk<'_, '_> {
    /// Statements and a last expression; what they name ends with them.
    pub(super) fn block(&mut self, block: &Block, wanted: Option<usize>) -> Option<Vec<ValueId>> {
        let outer = self.bindings.len();
        let Some((last, stmts)) = block.stmts.split_last() else {
            self.report.error(block, "a network has an output\nhelp: write the value that it gives");
            return None;
        };
        let names = std::mem::take(&mut self.names);
        for stmt in stmts {
            self.statement(stmt);
        }
        let values = match last {
            Stmt::Expr(expr, None) => self.values(expr, wanted),
            Stmt::Expr(expr, Some(semi)) => {
                self.values(expr, wanted);
                self.report.error(
                    semi,
                    "the value before this `;` is dropped, and nothing is given back\nhelp: remove the `;`",
                );
                None
            }
            other => {
                self.statement(other);
                self.report
                    .error(other, "nothing is given back\nhelp: end with the value that the network gives");
                None
            }
        };
        let inner = std::mem::replace(&mut self.names, names);
        self.names.extend(quote!({ #inner }));
        self.leave(outer);
        if let (Some(values), Some(wanted)) = (&values, wanted)
            && values.len() != wanted
        {
            let message = format!(
                "{} given, but {wanted} taken\nhelp: name each of them: `let (a, b) = ..;`",
                count(values.len(), "value")
            );
            self.report.error(last, message);
            return None;
        }
        values
    }

    /// Ends the names since `outer`: each has been read.
    fn leave(&mut self, outer: usize) {
        let unread = self.bindings.drain(outer..).filter(|binding| !binding.is_read);
        self.unread.extend(unread.map(|binding| binding.name));
    }

    fn statement(&mut self, stmt: &Stmt) {
        let local = match stmt {
            Stmt::Local(local) => local,
            Stmt::Expr(expr, _) => {
                if self.values(expr, None).is_some() {
                    self.report.error(expr, "this value goes nowhere\nhelp: name it by `let`, and use it");
                }
                return;
            }
            other => {
                let message = "the dataflow has `let` and a last expression\nhelp: put anything else beside the network";
                self.report.error(other, message);
                return;
            }
        };
        let init = match &local.init {
            Some(init) if init.diverge.is_none() => &init.expr,
            _ => {
                self.report.error(local, "a `let` names a value\nhelp: write `let h = fc1(x);`");
                return;
            }
        };
        match &local.pat {
            Pat::Tuple(tuple) => {
                self.expect_names(tuple, init);
                let values = self
                    .values(init, Some(tuple.elems.len()))
                    .unwrap_or_else(|| tuple.elems.iter().map(|_| self.net.unknown_value()).collect());
                if values.len() != tuple.elems.len() {
                    let message = format!(
                        "{} named, but {} given\nhelp: name each of them",
                        count(tuple.elems.len(), "value"),
                        values.len()
                    );
                    self.report.error(tuple, message);
                }
                for (pat, value) in tuple.elems.iter().zip(values) {
                    if !matches!(pat, Pat::Wild(_)) {
                        self.bind(pat, value);
                    }
                }
            }
            pat => {
                let value = self.value(init);
                self.bind(pat, value);
            }
        }
    }

    /// Of the outputs of a field some may be left, but not all; and what is computed by itself is not left at all.
    fn expect_names(&mut self, names: &PatTuple, init: &Expr) {
        let is_left = |pat: &&Pat| matches!(pat, Pat::Wild(_));
        if !names.elems.is_empty() && names.elems.iter().all(|pat| is_left(&pat)) {
            let message = "these values go nowhere\nhelp: name one of them, and use it";
            self.report.error(names, message);
        } else if let (Expr::Tuple(_), Some(left)) = (init, names.elems.iter().find(is_left)) {
            self.report.error(left, "this value goes nowhere\nhelp: name it by `let`, and use it");
        }
    }

    fn bind(&mut self, pat: &Pat, value: ValueId) {
        match pat {
            Pat::Ident(pat) if pat.by_ref.is_none() && pat.mutability.is_none() && pat.subpat.is_none() => {
                self.define(&pat.ident, value);
                self.bindings.push(Binding { name: pat.ident.clone(), value, is_read: false });
            }
            other => {
                let message = "a `let` gives a value a name\nhelp: write `let h = fc1(x);`, or `let (a, b) = split(x);` for a field with two outputs";
                self.report.error(other, message);
                // Its uses are no mistakes.
                if let Pat::Type(typed) = other
                    && let Pat::Ident(pat) = &*typed.pat
                {
                    self.bindings.push(Binding { name: pat.ident.clone(), value, is_read: true });
                }
            }
        }
    }
}
