//! A recurrent network that filters a signal, one sample at a time, as in an audio effect.

use std::hint::black_box;

use dl::prelude::*;
use dl::train::StreamModel;
use dl::{StreamNetwork, Vals};

use super::{Row, SEED, Workload};
use crate::measure::{Step, step};
use crate::work::Products;

macro_rules! filters {
    ($($net:ident $workload:ident $name:literal $layer:ident $hidden:literal $gates:literal;)*) => {
        $(
            #[network(input = [64, 1], stream)]
            pub(crate) struct $net {
                rnn: $layer<$hidden>,
                head: Dense<1>,
            }

            pub(super) const $workload: Workload = Workload {
                name: $name,
                what: concat!("1-", stringify!($layer), " ", $hidden, "-1: one sample of a signal, with the state carried on"),
                rows: &[Row {
                    batch: 1,
                    work: Products::NONE
                        .conv($gates * $hidden, 1 + $hidden, 1)
                        .dense(&[$hidden, 1])
                        .infer(),
                    start: stream::<$net>,
                    share: None,
                    losses: None,
                }],
            };
        )*
    };
}
filters! {
    Lstm8 LSTM8 "lstm_stream_h8" Lstm 8 4;
    Lstm16 LSTM16 "lstm_stream_h16" Lstm 16 4;
    Lstm32 LSTM32 "lstm_stream_h32" Lstm 32 4;
    Lstm64 LSTM64 "lstm_stream_h64" Lstm 64 4;
    Gru8 GRU8 "gru_stream_h8" Gru 8 3;
    Gru16 GRU16 "gru_stream_h16" Gru 16 3;
    Gru32 GRU32 "gru_stream_h32" Gru 32 3;
    Gru64 GRU64 "gru_stream_h64" Gru 64 3;
}

fn stream<N>() -> Step
where
    N: StreamNetwork<Scalar = f32, StepIn = Vals<1>, StepOut = Vals<1>>,
{
    let mut model = StreamModel::<N>::boxed(SEED);
    let mut x = [0.3];
    step(move || {
        x[0] += 1e-7; // so that no call can be taken for the one before
        black_box(model.step(black_box(&x)));
    })
}
