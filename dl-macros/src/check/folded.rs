//! Which batch norms can be folded into the layers before them.

use quote::quote;

use super::{Layer, Net, Op, over};
use crate::ast::Spec;
use crate::layers::Role;
use crate::report::Report;

impl Net<'_> {
    /// Each layer with the batch norm that can be folded into it: a product whose output nothing but the norm reads, once.
    pub(crate) fn folds(&self) -> Vec<(&Layer<'_>, &Layer<'_>)> {
        let norms = self.layers.iter().filter(|layer| is_norm(layer));
        norms.filter_map(|norm| Some((self.product_before(norm).ok()?, norm))).collect()
    }

    /// The product that takes in `norm`, or what stands in the way.
    fn product_before<'s>(&'s self, norm: &Layer<'_>) -> Result<&'s Layer<'s>, String> {
        let name = &norm.name;
        let node = self.nodes.iter().find(|node| matches!(node.op, Op::Layer(i) if i == norm.index));
        let Some(value) = node.map(|node| node.inputs[0]) else { return Err(String::new()) };
        let maker = self.nodes.iter().find(|node| node.outputs.contains(&value));
        let Some(maker) = maker else {
            return Err(format!("`{name}` follows the input"));
        };
        let product = self.layer_of(maker).filter(|layer| matches!(layer.role, Role::Product(_)));
        let Some(product) = product.filter(|layer| !layer.is_open) else {
            return Err(format!("`{name}` follows `{}`", maker.name));
        };
        for layer in [norm, product] {
            if layer.calls > 1 {
                return Err(format!("`{}` is called more than once", layer.name));
            }
        }
        let readers = self.nodes.iter().flat_map(|node| &node.inputs).chain(&self.outputs);
        if readers.filter(|v| **v == value).count() > 1 {
            return Err(format!("not only `{name}` reads the output of `{}`", product.name));
        }
        Ok(product)
    }
}

fn is_norm(layer: &Layer<'_>) -> bool {
    matches!(&layer.field.spec, Some(Spec::BuiltIn(layer)) if layer.definition.name == "BatchNorm")
}

/// Where a twin without norms is asked for, one can be folded, here or in a network inside, which has a twin too.
pub(super) fn check_folded(net: &mut Net<'_>, report: &mut Report) -> Option<()> {
    let Some(folded) = &net.args.folded else { return Some(()) };
    let own: Vec<_> = net.layers.iter().filter(|layer| layer.is_own()).collect();
    if !net.folds().is_empty() || !own.is_empty() {
        let dl = &net.args.dl;
        let checks = own.iter().map(|layer| {
            let (name, ty) = (&layer.name, &layer.field.ty);
            over(quote!(#dl::fold::expect_twin::<#ty>(#name);), ty)
        });
        let checks: Vec<_> = checks.collect();
        // integers have a message of their own
        if net.args.int8.is_none() {
            net.checks.extend(checks);
        }
        return Some(());
    }
    let ident = &net.written.ident;
    let in_the_way = net.layers.iter().filter(|layer| is_norm(layer));
    let in_the_way = in_the_way.filter_map(|norm| net.product_before(norm).err()).next();
    let message = match in_the_way {
        None => format!("`{ident}` has no `BatchNorm` that its twin could be without\nhelp: remove `folded`"),
        Some(reason) => format!(
            "no `BatchNorm` of `{ident}` can be folded into the layer before it: {reason}\n\
             help: remove `folded`\n\
             note: a norm can be folded where it alone reads the output of a `Dense`, a convolution, or a transposed one"
        ),
    };
    report.error(&folded.at, message);
    None
}
