//! Embeddings and recurrences.

use dl::layer::{GradOf, TapeOf, WorkOf};
use dl::nalgebra::SMatrix;
use dl::place::zeroed_box;
use dl::{Network, Pass, Rng, Tokens, Vals, network};

use crate::close::assert_close;
use crate::layers::{chunk, networks};
use crate::tensors::{gradients, set_parameters};
use crate::vectors::{LayerCase, LayerRun, Layers, find, load};

networks! { in "sequences":
    rnn: [5, 3] { layer: Rnn<4> } "rnn";
    rnn_with_a_rectifier: [5, 3] { layer: Rnn<4, Relu> } "rnn_relu";
    rnn_last_state: [5, 3] { layer: Rnn<4, Last> } "rnn_last";
    rnn_of_one_state: [3, 1] { layer: Rnn<1> } "rnn_1";
    lstm: [5, 3] { layer: Lstm<4> } "lstm";
    lstm_of_many_states: [3, 2] { layer: Lstm<19> } "lstm_19";
    lstm_without_bias: [4, 2] { layer: Lstm<3, NoBias> } "lstm_no_bias";
    lstm_last_state: [5, 3] { layer: Lstm<4, Last> } "lstm_last";
    lstm_in_both_directions: [5, 3] { layer: Lstm<4, Bidirectional> } "lstm_bidirectional";
    lstm_last_states_of_both_directions: [5, 3] { layer: Lstm<4, Last, Bidirectional> } "lstm_bidirectional_last";
    two_lstms: [5, 3] { first: Lstm<4>, second: Lstm<2>, head: Dense<3> } "lstm_lstm_dense";
    gru: [5, 3] { layer: Gru<4> } "gru";
    gru_of_many_states: [3, 2] { layer: Gru<19> } "gru_19";
    gru_without_bias: [4, 2] { layer: Gru<3, NoBias> } "gru_no_bias";
    gru_of_one_step: [1, 3] { layer: Gru<4> } "gru_one_step";
    gru_last_state: [5, 3] { layer: Gru<4, Last> } "gru_last";
    gru_in_both_directions: [5, 3] { layer: Gru<4, Bidirectional> } "gru_bidirectional";
    self_attention: [5, 6] { layer: SelfAttention<2> } "self_attention";
    self_attention_that_looks_back: [5, 6] { layer: SelfAttention<3, Causal> } "self_attention_causal";
    self_attention_without_bias: [3, 4] { layer: SelfAttention<1, NoBias> } "self_attention_no_bias";
    self_attention_of_one_step: [1, 4] { layer: SelfAttention<4> } "self_attention_one_step";
    self_attention_of_many_steps: [19, 2] { layer: SelfAttention<1, Causal> } "self_attention_long";
    self_attention_that_turns: [5, 8] { layer: SelfAttention<2, Rotary, Causal> } "self_attention_rotary";
    gpt_block: [5, 4] { layer: self::GptBlock } "gpt_block";
    position: [5, 3] { layer: Position } "position";
    sinusoidal: [6, 8] { layer: Sinusoidal } "sinusoidal";
    sinusoidal_of_an_odd_number: [4, 5] { layer: Sinusoidal } "sinusoidal_odd";
    rnn_of_padded_sequences: [5, 3] { layer: Rnn<4> } "rnn_padded";
    lstm_of_padded_sequences: [5, 3] { layer: Lstm<4> } "lstm_padded";
    lstm_last_state_of_padded_sequences: [5, 3] { layer: Lstm<4, Last> } "lstm_padded_last";
    lstm_of_padded_sequences_in_both_directions: [5, 3] { layer: Lstm<4, Bidirectional> } "lstm_padded_bidirectional";
    gru_of_padded_sequences: [5, 3] { layer: Gru<4> } "gru_padded";
    gru_last_state_of_padded_sequences: [5, 3] { layer: Gru<4, Last> } "gru_padded_last";
    gru_last_states_of_padded_sequences_in_both_directions: [5, 3] { layer: Gru<4, Last, Bidirectional> }
        "gru_padded_bidirectional_last";
    self_attention_of_padded_sequences: [5, 6] { layer: SelfAttention<2> } "self_attention_padded";
    self_attention_of_padded_sequences_that_looks_back: [5, 6] { layer: SelfAttention<3, Causal> }
        "self_attention_causal_padded";
    rnn_in_both_directions: [5, 3] { layer: Rnn<4, Bidirectional, Relu, NoBias> } "rnn_bidirectional";
}

#[network(input = [5, 4])]
#[forward(|x| {
    let x = x + attn(norm1(x));
    x + down(gelu(up(norm2(x))))
})]
struct GptBlock {
    norm1: LayerNorm,
    attn: SelfAttention<2, Causal>,
    norm2: LayerNorm,
    up: Dense<6>,
    down: Dense<4>,
}

/// Layers of two values, cut out of one: by their steps, and by their features where these are not the same.
macro_rules! of_two {
    ($($test:ident: [$($input:tt)*] |$x:ident| ($first:expr, $second:expr) $layer:ty, $case:literal;)*) => { $(
        #[test]
        fn $test() {
            #[network(input = [$($input)*])]
            #[forward(|$x| layer($first, $second))]
            struct Net {
                layer: $layer,
            }

            crate::layers::check::<Net<f64>, _, _>("sequences", $case);
        }
    )* };
}

of_two! {
    gru_from_a_state: [6, 4] |x| (slice(slice(x, 0..5, axis = steps), 0..3), last(x)) Gru<4>, "gru_from_state";
    gru_from_a_state_to_the_last: [4, 19] |x| (slice(slice(x, 0..3, axis = steps), 0..2), last(x))
        Gru<19, NoBias, Last>, "gru_from_state_last";
    rnn_from_a_state: [6, 4] |x| (slice(slice(x, 0..5, axis = steps), 0..3), last(x)) Rnn<4>, "rnn_from_state";
    cross_attention: [7, 6] |x| (slice(x, 0..3, axis = steps), slice(x, 3..7, axis = steps))
        CrossAttention<2>, "cross_attention";
    cross_attention_of_other_features: [7, 9] |x|
        (slice(slice(x, 0..3, axis = steps), 0..4), slice(slice(x, 3..7, axis = steps), 4..9))
        CrossAttention<2>, "cross_attention_apart";
    cross_attention_without_bias: [3, 5] |x|
        (slice(slice(x, 0..2, axis = steps), 0..4), slice(slice(x, 2..3, axis = steps), 4..5))
        CrossAttention<4, NoBias>, "cross_attention_no_bias";
    attend: [7, 4] |x| (slice(x, 0..3, axis = steps), slice(x, 3..7, axis = steps)) Attend, "attend";
    attend_by_sums: [7, 6] |x|
        (slice(slice(x, 0..3, axis = steps), 0..4), slice(slice(x, 3..7, axis = steps), 4..6))
        Attend<Additive<5>>, "attend_additive";
}

#[test]
fn embedding() {
    #[network(input = [u16; 5])]
    struct Net {
        layer: Embedding<7, 3>,
    }
    check::<Net<f64>, 5, 15>("embedding");
}

#[test]
fn embedding_with_padding() {
    #[network(input = [u16; 5])]
    struct Net {
        layer: Embedding<7, 3, PaddingIdx<2>>,
    }
    check::<Net<f64>, 5, 15>("embedding_padding");
}

#[test]
fn embedding_tied_to_a_product() {
    #[network(input = [u16; 5])]
    struct Tied {
        embed: Embedding<7, 3, PaddingIdx<2>>,
        between: Dense<3>,
        #[tied(embed.weight)]
        head: Dense<7, NoBias>,
    }
    #[network(input = [u16; 5])]
    struct Net {
        layer: Tied,
    }
    check::<Net<f64>, 5, 35>("embedding_tied");
}

/// Runs a network that takes tokens on the vectors `name`, for chunks of 1 and of 3 samples.
fn check<N, const I: usize, const O: usize>(name: &str)
where
    N: Network<Scalar = f64, In = Tokens<I>, Out = Vals<O>>,
{
    let file: Layers = load("sequences");
    let case = find(&file.cases, name);
    let [one, three] = &case.runs[..] else { panic!("{name} has {} runs", case.runs.len()) };
    check_run::<N, I, O, 1>(case, one);
    check_run::<N, I, O, 3>(case, three);
}

fn check_run<N, const I: usize, const O: usize, const B: usize>(case: &LayerCase, run: &LayerRun)
where
    N: Network<Scalar = f64, In = Tokens<I>, Out = Vals<O>>,
{
    let mut net = zeroed_box::<N>();
    set_parameters(&mut *net, &case.parameters);
    let (x, dy) =
        (core::array::from_fn(|b| core::array::from_fn(|t| run.x[b][t] as u16)), chunk::<O, B>(&run.dy));
    let mut y = SMatrix::zeros();
    let (mut tape, mut work, mut grad) =
        (zeroed_box::<TapeOf<N, B>>(), zeroed_box::<WorkOf<N, B>>(), zeroed_box::<GradOf<N>>());
    let pass = Pass::train(Rng::new(0));
    net.forward(&x, &mut y, Some(&mut tape), &mut work, pass);
    assert_close(&format!("{} y, batch of {B}", case.name), y.as_slice(), &run.y.concat());
    net.backward(&x, &y, &tape, &dy, (), Some(&mut grad), &mut work, pass);
    for (name, tensor) in gradients(&mut *net, &mut grad) {
        let what = format!("{} d{name}, batch of {B}", case.name);
        assert_eq!(tensor.shape, run.gradients[&name].shape, "{what}");
        assert_close(&what, &tensor.values, &run.gradients[&name].values);
    }
}
