//! Scratch memory that values take turns in.

use proc_macro2::TokenStream;
use quote::quote;

use super::Plan;
use crate::shape::Dim;

/// A piece of scratch memory.
pub(crate) struct Slot {
    /// The sizes that use it at one time or another; it is as large as the largest.
    pub(crate) lens: Vec<Dim>,
}

/// Something that needs a slot from its first to its last moment.
pub(super) struct Life {
    pub(super) len: Dim,
    pub(super) from: usize,
    pub(super) to: usize,
}

impl Slot {
    /// By how much it grows for a value of `len` numbers, and how much of it would lie idle.
    fn misfit(&self, len: &Dim) -> (usize, usize) {
        let known: Option<Vec<usize>> = self.lens.iter().map(Dim::known).collect();
        match (known.and_then(|lens| lens.into_iter().max()), len.known()) {
            (Some(size), Some(len)) => (len.saturating_sub(size), size.saturating_sub(len)),
            _ if self.lens.iter().any(|other| other.text() == len.text()) => (0, 0),
            _ => (usize::MAX, 0),
        }
    }

    /// Its size, as a const generic argument.
    pub(crate) fn len(&self, dl: &TokenStream) -> TokenStream {
        let known: Option<Vec<usize>> = self.lens.iter().map(Dim::known).collect();
        if let Some(largest) = known.and_then(|lens| lens.into_iter().max()) {
            return Dim::Known(largest).arg();
        }
        match self.lens.as_slice() {
            [one] => one.arg(),
            [first, rest @ ..] if rest.iter().all(|len| len.text() == first.text()) => first.arg(),
            lens => {
                let lens = lens.iter().map(Dim::value);
                quote!({ #dl::shape::largest(&[#(#lens),*]) })
            }
        }
    }
}

impl Plan<'_> {
    /// Gives each a slot that is free from its first to its last moment, and of these the one that fits best. They come
    /// in the order of their first moments.
    pub(super) fn share(&mut self, lives: &[Life]) -> Vec<usize> {
        let may_share = self.net.const_names.is_empty();
        let mut busy_until: Vec<Option<usize>> = vec![None; self.slots.len()];
        let mut given = Vec::new();
        for Life { len, from, to } in lives {
            let fits = |slot: &Slot| may_share || slot.lens.iter().all(|other| other.text() == len.text());
            let free = (0..self.slots.len())
                .filter(|&s| busy_until[s].is_none_or(|until| until < *from) && fits(&self.slots[s]))
                .min_by_key(|&s| self.slots[s].misfit(len));
            let slot = free.unwrap_or_else(|| {
                self.slots.push(Slot { lens: Vec::new() });
                busy_until.push(None);
                self.slots.len() - 1
            });
            if !self.slots[slot].lens.iter().any(|other| other.text() == len.text()) {
                self.slots[slot].lens.push(len.clone());
            }
            busy_until[slot] = Some(*to);
            given.push(slot);
        }
        given
    }
}
