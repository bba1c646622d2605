//! The table of layers in the rustdoc of a network, and a line for each field.

use crate::check::Layer;
use crate::flow;
use crate::plan::Plan;

/// A whole number with a comma at every third digit.
fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number that may be known to the compiler only.
fn count(n: Option<usize>) -> String {
    n.map_or_else(|| "see `summary()`".to_owned(), grouped)
}

/// The multiply-adds of all calls.
fn all_macs(layer: &Layer<'_>) -> Option<usize> {
    layer.macs.map(|macs| macs.saturating_mul(layer.calls))
}

/// The table.
pub(super) fn network(plan: &Plan<'_>) -> Vec<String> {
    let net = &plan.net;
    let mut table = format!(
        "\n# Network\n\nInput `{}`.\n\n| field | layer | output | parameters | multiply-adds |\n|---|---|---|---:|---:|\n",
        flow::text(&plan.inputs())
    );
    for layer in &net.layers {
        let frozen = if layer.field.frozen { " (frozen)" } else { "" };
        table += &format!(
            "| `{}`{frozen} | `{}` | `{}` | {} | {} |\n",
            layer.name,
            layer.text(),
            flow::text(&layer.outputs),
            count(layer.params),
            count(all_macs(layer))
        );
    }
    let sum = |part: fn(&Layer<'_>) -> Option<usize>| {
        net.layers.iter().map(part).try_fold(0_usize, |all, n| Some(all.saturating_add(n?)))
    };
    let params = sum(|layer| layer.params);
    table += &format!(
        "| | | | {} ({} bytes in `f32`) | {} |\n",
        count(params),
        count(params.map(|n| n.saturating_mul(4))),
        count(sum(all_macs))
    );
    lines(&table)
}

/// The line of a field.
pub(super) fn field(layer: &Layer<'_>) -> Vec<String> {
    let is_documented = layer.field.attrs.iter().any(|attr| attr.path().is_ident("doc"));
    let paragraph = if is_documented { "\n" } else { "" };
    let mut line = format!(
        "{paragraph}`{}`: `{}` to `{}`",
        layer.text(),
        flow::text(&layer.inputs),
        flow::text(&layer.outputs)
    );
    if let Some(params) = layer.params.filter(|n| *n > 0) {
        line += &format!(", {} parameters", grouped(params));
    }
    lines(&line)
}

/// One doc attribute a line, as `///` makes them.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") }).collect()
}
