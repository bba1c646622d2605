//! Attention: a query gets the mean of all values, weighted by how its product with each key compares to those with the
//! other keys.
//!
//! Matrices are column-major: a step is a column, of which each head sees some rows. Queries are taken a few at a time, so
//! that their scores stay in the first cache between the products; where a query sees the steps up to its own, a block
//! leaves out the keys that none of its queries sees. The weights of a block lie without gaps.
//!
//! Sizes are checked as a part of the caller, where they are constants; what is computed is compiled once.

use core::ops::Range;

use super::Isa;
use super::checked::{fits, part, part_mut};
use crate::Real;

mod additive;
mod products;
mod rotary;
#[cfg(test)]
mod tests;
mod weights;

pub use additive::{Additive, AdditiveBack, Compare};
pub use products::{Columns, ColumnsMut, PartProducts};
pub use rotary::Rotate;
pub use weights::{Scores, Weigh};

/// Queries of a block.
pub(crate) const BLOCK: usize = 16;

/// How heads look at steps.
#[derive(Clone, Copy, Debug)]
pub struct Attention<T> {
    pub(crate) heads: usize,
    /// Numbers of a query, a key and a value, for one head.
    pub(crate) width: usize,
    /// What a product of query and key is multiplied by.
    pub(crate) scale: T,
    /// Whether a query sees the steps up to its own and no later ones.
    pub(crate) causal: bool,
}

/// What one sample's queries look at: columns of `heads · width` numbers, head by head.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a, T> {
    pub(crate) queries: Columns<'a, T>,
    pub(crate) keys: Columns<'a, T>,
    pub(crate) values: Columns<'a, T>,
    /// How many columns of queries, and of keys and values, there are.
    pub(crate) steps: [usize; 2],
}

/// Memory of one block: `BLOCK` numbers for each key, and a head's keys.
#[derive(Debug)]
pub struct Scratch<'a, T> {
    pub(crate) scores: &'a mut [T],
    pub(crate) panel: &'a mut [T],
}

/// Where derivatives by queries, keys and values go.
#[derive(Debug)]
pub enum Derivatives<'a, T> {
    /// To the same columns, one behind the other in each.
    Together(ColumnsMut<'a, T>),
    /// To columns of their own.
    Apart([ColumnsMut<'a, T>; 3]),
    /// Keys are values: the derivatives by them add up.
    Shared([ColumnsMut<'a, T>; 2]),
}

impl<T> Derivatives<'_, T> {
    /// Whether there are columns of `n` numbers for all queries and keys.
    #[inline(always)]
    fn hold(&self, n: usize, [queries, keys]: [usize; 2]) -> bool {
        match self {
            Derivatives::Together(all) => all.hold([3 * n, queries]) && all.hold([3 * n, keys]),
            Derivatives::Apart([q, k, v]) => q.hold([n, queries]) && k.hold([n, keys]) && v.hold([n, keys]),
            Derivatives::Shared([q, kv]) => q.hold([n, queries]) && kv.hold([n, keys]),
        }
    }

    /// Part 0, 1 or 2, of `n` numbers a column, from some row and column on.
    fn part(&mut self, part: usize, n: usize, [row, column]: [usize; 2]) -> ColumnsMut<'_, T> {
        match self {
            Derivatives::Together(all) => all.at(part * n + row, column),
            Derivatives::Apart([q, k, v]) => [q, k, v][part.min(2)].at(row, column),
            Derivatives::Shared([q, kv]) => [q, kv][part.min(1)].at(row, column),
        }
    }
}

/// Attention of one scalar, compiled in this crate. Sizes are not checked: see `Attention::run`.
pub trait Attends: Compare + PartProducts + Rotate + Weigh {
    /// What the queries of a sample get, to columns of `y`. The weights of each head go to an equal part of `weights`.
    fn attend(
        isa: Isa,
        how: Attention<Self>,
        seen: Seen<'_, Self>,
        weights: Option<&mut [Self]>,
        y: ColumnsMut<'_, Self>,
        scratch: Scratch<'_, Self>,
    );
    /// The way back from `dy`.
    fn attend_back(
        isa: Isa,
        how: Attention<Self>,
        seen: Seen<'_, Self>,
        weights: &[Self],
        dy: Columns<'_, Self>,
        to: Derivatives<'_, Self>,
        scratch: Scratch<'_, Self>,
    );
}

macro_rules! attends {
    ($($t:ty),*) => { $(
        impl Attends for $t {
            fn attend(
                isa: Isa,
                how: Attention<$t>,
                seen: Seen<'_, $t>,
                weights: Option<&mut [$t]>,
                y: ColumnsMut<'_, $t>,
                scratch: Scratch<'_, $t>,
            ) {
                how.forward(isa, seen, weights, y, scratch);
            }
            fn attend_back(
                isa: Isa,
                how: Attention<$t>,
                seen: Seen<'_, $t>,
                weights: &[$t],
                dy: Columns<'_, $t>,
                to: Derivatives<'_, $t>,
                scratch: Scratch<'_, $t>,
            ) {
                how.backward(isa, seen, weights, dy, to, scratch);
            }
        }
    )* };
}
attends!(f32, f64);

/// Some queries of one head.
struct Block {
    queries: Range<usize>,
    /// How many keys one of them sees.
    keys: usize,
}

impl Block {
    /// The numbers of its weights among those of its head, in which every query has room for `room` keys.
    fn weights(&self, room: usize) -> Range<usize> {
        let start = self.queries.start * room;
        start..start + self.queries.len() * self.keys
    }
}

impl<T: Real> Attention<T> {
    /// [`Attends::attend`], after a check of all sizes.
    #[inline(always)]
    pub(crate) fn run(
        self,
        isa: Isa,
        seen: Seen<'_, T>,
        weights: Option<&mut [T]>,
        y: ColumnsMut<'_, T>,
        scratch: Scratch<'_, T>,
    ) {
        self.check(&seen, &scratch, weights.as_deref());
        assert!(y.hold([self.heads * self.width, seen.steps[0]]));
        T::attend(isa, self, seen, weights, y, scratch);
    }

    /// [`Attends::attend_back`], after a check of all sizes.
    #[inline(always)]
    pub(crate) fn run_back(
        self,
        isa: Isa,
        seen: Seen<'_, T>,
        weights: &[T],
        dy: Columns<'_, T>,
        to: Derivatives<'_, T>,
        scratch: Scratch<'_, T>,
    ) {
        let all = self.heads * self.width;
        self.check(&seen, &scratch, Some(weights));
        assert!(dy.hold([all, seen.steps[0]]) && to.hold(all, seen.steps));
        T::attend_back(isa, self, seen, weights, dy, to, scratch);
    }

    /// What both have in common.
    #[inline(always)]
    fn check(&self, seen: &Seen<'_, T>, scratch: &Scratch<'_, T>, weights: Option<&[T]>) {
        let (all, [queries, keys]) = (self.heads * self.width, seen.steps);
        assert!(!self.causal || queries == keys, "{queries} queries look back at {keys} keys");
        assert!(seen.queries.hold([all, queries]) && seen.keys.hold([all, keys]));
        assert!(seen.values.hold([all, keys]));
        let room = scratch.scores.len() / BLOCK;
        assert!(keys <= room && keys * self.width <= scratch.panel.len());
        assert!(weights.is_none_or(|weights| queries * room <= weights.len() / self.heads));
    }

    fn blocks(&self, [queries, keys]: [usize; 2]) -> impl DoubleEndedIterator<Item = Block> {
        let causal = self.causal;
        (0..queries.div_ceil(BLOCK)).map(move |i| {
            let queries = i * BLOCK..queries.min((i + 1) * BLOCK);
            let keys = if causal { keys.min(queries.end) } else { keys };
            Block { queries, keys }
        })
    }

    fn scores(&self, block: &Block) -> Scores<T> {
        let visible = self.causal.then_some(block.queries.start + 1);
        Scores { seen: block.keys, visible, scale: self.scale }
    }

    fn forward(
        &self,
        isa: Isa,
        seen: Seen<'_, T>,
        mut weights: Option<&mut [T]>,
        mut y: ColumnsMut<'_, T>,
        scratch: Scratch<'_, T>,
    ) {
        let (w, [queries, keys]) = (self.width, seen.steps);
        if keys == 0 {
            return y.clear([self.heads * w, queries]);
        }
        let Scratch { scores: tile, panel } = scratch;
        let room = tile.len() / BLOCK;
        for head in 0..self.heads {
            let (row, size) =
                (head * w, weights.as_ref().map_or(0, |weights| weights.len() / self.heads.max(1)));
            fits(T::turn(w, keys, seen.keys.at(row, 0), panel));
            for block in self.blocks(seen.steps) {
                let (first, n, m) = (block.queries.start, block.queries.len(), block.keys);
                let p = match &mut weights {
                    Some(weights) => {
                        part_mut(part_mut(weights, head * size..(head + 1) * size), block.weights(room))
                    }
                    None => part_mut(tile, 0..n * m),
                };
                let k = Columns { numbers: panel, pitch: keys };
                let q = seen.queries.at(row, first);
                fits(T::part_product(isa, [m, n, w], k, q, of_block_mut(p, m)));
                T::weigh(isa, self.scores(&block), p);
                let v = seen.values.at(row, 0);
                fits(T::part_product(isa, [w, n, m], v, of_block(p, m), y.at(row, first)));
            }
        }
    }

    fn backward(
        &self,
        isa: Isa,
        seen: Seen<'_, T>,
        weights: &[T],
        dy: Columns<'_, T>,
        mut to: Derivatives<'_, T>,
        scratch: Scratch<'_, T>,
    ) {
        let (w, all, [queries, keys]) = (self.width, self.heads * self.width, seen.steps);
        let Scratch { scores: tile, panel } = scratch;
        let (room, size) = (tile.len() / BLOCK, weights.len() / self.heads.max(1));
        if queries == 0 || keys == 0 {
            for (part, steps) in [queries, keys, keys].into_iter().enumerate() {
                to.part(part, all, [0, 0]).clear([all, steps]);
            }
            return;
        }
        let add_up = matches!(to, Derivatives::Shared(_));
        for head in 0..self.heads {
            let row = head * w;
            fits(T::turn(w, keys, seen.values.at(row, 0), panel));
            // the last block sees all keys
            for (i, block) in self.blocks(seen.steps).rev().enumerate() {
                let (first, n, m) = (block.queries.start, block.queries.len(), block.keys);
                let p = part(part(weights, head * size..(head + 1) * size), block.weights(room));
                let d = part_mut(tile, 0..n * m);
                let (q, dy) = (seen.queries.at(row, first), dy.at(row, first));
                let v = Columns { numbers: panel, pitch: keys };
                fits(T::part_product(isa, [m, n, w], v, dy, of_block_mut(d, m))); //                dp = vᵀ dy
                T::weigh_back(isa, self.scores(&block), p, d);
                let k = seen.keys.at(row, 0);
                let dq = to.part(0, all, [row, first]);
                fits(T::part_product(isa, [w, n, m], k, of_block(d, m), dq)); //                    dq = k ds
                let dk = to.part(1, all, [row, 0]);
                fits(T::part_product_nt(isa, [w, m, n], q, of_block(d, m), dk, i == 0)); //         dk += q dsᵀ
                let (dv, fresh) = (to.part(2, all, [row, 0]), i == 0 && !add_up);
                fits(T::part_product_nt(isa, [w, m, n], dy, of_block(p, m), dv, fresh)); //         dv += dy pᵀ
            }
        }
    }
}

/// The weights of a block as columns.
fn of_block<T>(numbers: &[T], pitch: usize) -> Columns<'_, T> {
    Columns { numbers, pitch }
}

fn of_block_mut<T>(numbers: &mut [T], pitch: usize) -> ColumnsMut<'_, T> {
    ColumnsMut { numbers, pitch }
}
