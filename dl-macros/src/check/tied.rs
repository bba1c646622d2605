//! A weight that two fields share: that of an embedding, for the scores of all tokens.

use quote::{ToTokens, quote};

use super::{Net, over};
use crate::ast::{BuiltIn, Field, Spec, Tied};
use crate::flow::Flow;
use crate::layers::{Resolved, Role, SPARSE};
use crate::report::{Report, did_you_mean};
use crate::shape::{Dim, tidy};

impl<'a> Net<'a> {
    /// Field `i` has the weight of an embedding before it, and has its sizes: then it is that embedding, used anew.
    pub(super) fn check_tied(
        &mut self,
        i: usize,
        tied: &Tied,
        input: &Flow,
        resolved: &mut Resolved,
        report: &mut Report,
    ) -> Option<&'a Field> {
        let written = self.written;
        let field = &written.fields[i];
        let name = field.name();
        let (other, embedding) = find(&written.fields[..i], tied, &name, report)?;
        let embed = other.name();
        let dense = match &field.spec {
            Some(Spec::BuiltIn(dense)) if dense.definition.name == "Dense" => dense,
            _ => {
                let message = format!(
                    "only a `Dense` can have the weight of an embedding, and `{name}` is `{}`\n\
                     help: remove `#[tied({})]`",
                    tidy(&field.ty),
                    tidy(&tied.tokens)
                );
                report.error(&field.ty, message);
                return None;
            }
        };
        if dense.option("NoBias").is_none() {
            let out = dense.arguments[0].tokens();
            report.error(
                &field.ty,
                format!(
                    "`{name}` has the weight of `{embed}` and nothing of its own, so no bias\n\
                     help: write `Dense<{}, NoBias>`",
                    tidy(&out)
                ),
            );
            return None;
        }
        if let Some(sparse) = embedding.option(SPARSE.name) {
            let message = format!(
                "`{name}` has the weight of `{embed}` and gives every token's row a gradient, not only those that are met\n\
                 help: remove `Sparse`"
            );
            report.error(&sparse.ty, message);
            return None;
        }
        if field.frozen || field.group.is_some() {
            let attribute = if field.frozen { "frozen" } else { "group" };
            report.error(
                &field.ident,
                format!("the weight of `{name}` is that of `{embed}`\nhelp: put `#[{attribute}]` there"),
            );
            return None;
        }
        let Some(target) = self.layers.iter().find(|layer| layer.field.ident == other.ident) else {
            report.error(
                &tied.field,
                format!("`{embed}` is called after `{name}`, which has its weight\nhelp: call it before"),
            );
            return None;
        };
        let (dl, ty) = (&self.args.dl, &target.ty);
        resolved.ty = quote!(#dl::layers::Unembed<#ty>);
        resolved.role = Role::Layer {
            needs_x: true,
            needs_y: false,
            has_params: false,
            has_memory: false,
            keeps_lens: true,
        };
        resolved.params = Some(0);
        let [vocab, dim] = [0, 1].map(|k| size(embedding, k));
        let (out, features) = (size(dense, 0)?, input.shape.last());
        let (vocab, dim) = (vocab?, dim?);
        let known = [&out, &features, &vocab, &dim].map(Dim::known);
        if let [Some(out), Some(features), Some(vocab), Some(dim)] = known {
            if (out, features) != (vocab, dim) {
                report.error(&tied.tokens, unequal(&name, &embed, [out, features], [vocab, dim]));
                return None;
            }
        } else {
            let sizes = [&out, &features, &vocab, &dim].map(Dim::value);
            let check = quote!(#dl::shape::expect_tied(#name, #embed, [#(#sizes),*]););
            self.checks.push(over(check, &tied.tokens.to_token_stream()));
        }
        Some(other)
    }
}

/// The embedding that is named, among the fields before.
fn find<'a>(
    before: &'a [Field],
    tied: &Tied,
    name: &str,
    report: &mut Report,
) -> Option<(&'a Field, &'a BuiltIn)> {
    let Some(other) = before.iter().find(|other| other.ident == tied.field) else {
        let target = tied.field.to_string();
        let names: Vec<_> = before.iter().map(Field::name).collect();
        let hint = did_you_mean(&target, names.iter().map(String::as_str));
        let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        let help = match names.as_slice() {
            [] => "help: share the weight of a field that stands before this one".to_owned(),
            names => format!("help: the fields before it are {}", names.join(", ")),
        };
        report.error(&tied.field, format!("no field `{target}` stands before `{name}`{hint}\n{help}"));
        return None;
    };
    match &other.spec {
        Some(Spec::BuiltIn(layer)) if layer.definition.name == "Embedding" => Some((other, layer)),
        _ => {
            let target = other.name();
            let message = format!(
                "`{target}` is no `Embedding`, whose weight alone can be shared\n\
                 help: to use `{target}` twice, call it twice in `#[forward(|x| ..)]`"
            );
            report.error(&tied.field, message);
            None
        }
    }
}

fn size(layer: &BuiltIn, i: usize) -> Option<Dim> {
    crate::args::size(&layer.arguments[i].expr().ok()?).ok()
}

/// As `dl::shape::expect_tied` says it.
fn unequal(name: &str, embed: &str, [out, features]: [usize; 2], [vocab, dim]: [usize; 2]) -> String {
    let weight = format!("`{embed}` has {vocab} tokens of {dim} features, but `{name}`");
    match out == vocab {
        true => format!(
            "{weight} receives {features} features\n\
             help: give it {dim}, for example by a `Dense<{dim}>` before it"
        ),
        false => format!("{weight} has {out} outputs\nhelp: write `Dense<{vocab}, NoBias>`"),
    }
}
