//! Networks that run one step at a time, through the macro: each gives what it gives for the whole sequence.

use dl::prelude::*;
use dl::train::{Model, StreamModel};
use dl::{Blank, Rng, StreamNetwork, Tokens, Vals, ZeroValid};

#[network(input = [6, 2], stream)]
struct Stack {
    low: Lstm<5>,
    norm: LayerNorm,
    high: Gru<4>,
    act: Gelu,
    drop: Dropout<0.5>,
    head: Dense<3>,
}

#[network(input = [u16; 6], stream)]
struct Chars {
    embed: Embedding<9, 3>,
    lstm: Lstm<17>,
    hidden: Dense<8>,
    act: Relu,
    head: Dense<9>,
}

#[network(input = [u16; 6], stream)]
struct OneHots {
    gru: Gru<17, OneHot<9>, NoBias>,
    head: Dense<9>,
}

#[network(input = [6, 3], stream)]
#[forward(|x| {
    let h = rnn(x);
    let again = rnn(h + x);
    let both = concat(again, slice(h, 0..2));
    head(relu(both) * up(x))
})]
struct Graph {
    rnn: Rnn<3>,
    up: Dense<5>,
    head: Dense<2>,
}

#[network(input = [6, 4], stream)]
struct Block {
    gru: Gru<8, NoBias>,
    down: Dense<4>,
}

#[network(input = [6, 4], stream)]
struct Nested {
    first: Block,
    blocks: [Block; 2],
    lstms: [Lstm<4>; 3],
    dense: [Dense<4>; 2],
    head: Dense<1>,
}

#[network(input = [6, 2], stream)]
struct Ends {
    gru: Gru<40, Last>,
    norm: LayerNorm,
    head: Dense<3>,
}

#[network(input = [6, 8], stream)]
#[forward(|x| {
    let x = x + attn(norm1(x));
    x + down(gelu(up(norm2(x))))
})]
struct Transformer {
    norm1: LayerNorm,
    attn: SelfAttention<2, Causal>,
    norm2: RmsNorm,
    up: Dense<16>,
    down: Dense<8>,
}

#[network(input = [u16; 6], stream)]
struct Gpt {
    embed: Embedding<9, 8>,
    pos: Position,
    blocks: [Transformer; 2],
    norm: LayerNorm,
    head: Dense<9>,
}

#[network(input = [6, 8], stream)]
struct Turned {
    pos: Sinusoidal,
    attn: SelfAttention<2, Causal, Rotary, NoBias>,
    head: Dense<2>,
}

#[network(input = ([6, 2], [u16; 6]), stream)]
#[forward(|x, tokens| {
    let h = rnn(concat(x, embed(tokens)));
    (left(h), right(h))
})]
struct Several {
    embed: Embedding<5, 3>,
    rnn: Rnn<6, Relu>,
    left: Dense<2>,
    right: Dense<1>,
}

/// Windows that look back: next to each other, dilated, as wide as padding said in numbers makes them, of one step, and twice.
#[network(input = [6, 2], stream)]
struct Windows {
    next: Conv1d<5, 3, Pad<Causal>>,
    act1: Relu,
    apart: Conv1d<4, 3, Dilation<2>, Pad<Causal>, NoBias>,
    norm: LayerNorm,
    said: Conv1d<4, 2, Pad<1, 0>>,
    act2: Gelu,
    pointwise: Conv1d<4, 1>,
    twice: [Conv1d<4, 4, Pad<Causal>>; 2],
    head: Dense<3>,
}

/// A window as a const, and convolutions beside a path around them.
const WIDE: usize = 3;
#[network(input = [6, 4], stream)]
#[forward(|x| {
    let h = x + tanh(conv(x));
    head(h + tanh(conv(h)) * gru(x))
})]
struct Wave {
    conv: Conv1d<4, WIDE, Pad<Causal>, Dilation<{ WIDE - 1 }>>,
    gru: Gru<4>,
    head: Conv1d<2, 1>,
}

/// The outputs of all steps, one after the other.
fn streamed<N, const F: usize, const O: usize>(x: &[[f32; F]]) -> Vec<f32>
where
    N: StreamNetwork<Scalar = f32, StepIn = Vals<F>, StepOut = Vals<O>>,
{
    let mut model = StreamModel::<N>::boxed(3);
    x.iter().flat_map(|x| *model.step(x)).collect()
}

fn numbers<const F: usize>() -> [[f32; F]; 6] {
    let mut rng = Rng::new(7);
    std::array::from_fn(|_| std::array::from_fn(|_| rng.normal() as f32))
}

#[track_caller]
fn assert_near(stream: &[f32], whole: &[f32]) {
    assert_eq!(stream.len(), whole.len());
    for (i, (stream, whole)) in stream.iter().zip(whole).enumerate() {
        assert!((stream - whole).abs() < 2e-6, "number {i}: {stream} step by step, {whole} at once");
    }
    assert!(whole.iter().any(|y| y.abs() > 0.01));
}

#[test]
fn a_chain_gives_at_each_step_what_it_gives_for_the_whole_sequence() {
    let x = numbers::<2>();
    let whole = *Model::<Stack>::boxed(3).predict(x.as_flattened().try_into().unwrap());
    assert_near(&streamed::<Stack, 2, 3>(&x), &whole);
}

#[test]
fn a_graph_keeps_a_state_for_every_call() {
    let x = numbers::<3>();
    let whole = *Model::<Graph>::boxed(3).predict(x.as_flattened().try_into().unwrap());
    assert_near(&streamed::<Graph, 3, 2>(&x), &whole);
    assert_eq!(size_of::<GraphState<f32, 1>>(), 2 * 3 * 4);
}

#[test]
fn networks_inside_and_repeated_layers_have_states_of_their_own() {
    let x = numbers::<4>();
    let whole = *Model::<Nested>::boxed(3).predict(x.as_flattened().try_into().unwrap());
    assert_near(&streamed::<Nested, 4, 1>(&x), &whole);
    assert_eq!(size_of::<NestedState<f32, 1>>(), (3 * 8 + 3 * 2 * 4) * 4);
}

#[test]
fn convolutions_keep_the_steps_that_their_windows_see_in_a_ring() {
    let x = numbers::<2>();
    let whole = *Model::<Windows>::boxed(3).predict(x.as_flattened().try_into().unwrap());
    assert_near(&streamed::<Windows, 2, 3>(&x), &whole);
    let numbers = 2 * 2 + 4 * 5 + 4 + 2 * 3 * 4;
    assert_eq!(
        size_of::<WindowsState<f32, 1>>() - numbers * 4,
        6 * size_of::<usize>(),
        "and a place in each"
    );

    let x = crate::numbers::<4>();
    let whole = *Model::<Wave>::boxed(3).predict(x.as_flattened().try_into().unwrap());
    assert_near(&streamed::<Wave, 4, 2>(&x), &whole);
}

#[test]
fn a_ring_goes_round_more_than_once() {
    #[network(input = [40, 1], stream)]
    struct Long {
        conv: Conv1d<3, 3, Pad<Causal>>,
        apart: Conv1d<2, 2, Pad<Causal>, Dilation<5>>,
    }
    let mut rng = Rng::new(7);
    let x: [[f32; 1]; 40] = std::array::from_fn(|_| [rng.normal() as f32]);
    let whole = *Model::<Long>::boxed(3).predict(x.as_flattened().try_into().unwrap());
    assert_near(&streamed::<Long, 1, 2>(&x), &whole);
    let mut model = StreamModel::<Long>::boxed(3);
    for x in &x {
        model.step(x);
    }
    model.reset();
    assert_near(model.step(&x[0]), &whole[..2]);
}

#[test]
fn tokens_come_one_at_a_time() {
    let tokens = [8, 0, 3, 3, 1, 7];
    let whole = *Model::<Chars>::boxed(3).predict(&tokens);
    let mut model = StreamModel::<Chars>::boxed(3);
    let stream: Vec<_> = tokens.iter().flat_map(|token| *model.step(&[*token])).collect();
    assert_near(&stream, &whole);
    let whole = *Model::<OneHots>::boxed(3).predict(&tokens);
    let mut model = StreamModel::<OneHots>::boxed(3);
    let stream: Vec<_> = tokens.iter().flat_map(|token| *model.step(&[*token])).collect();
    assert_near(&stream, &whole);
}

#[test]
fn attention_keeps_the_keys_and_values_of_the_steps_before() {
    let tokens = [8, 0, 3, 3, 1, 7];
    let whole = *Model::<Gpt>::boxed(3).predict(&tokens);
    let mut model = StreamModel::<Gpt>::boxed(3);
    let stream: Vec<_> = tokens.iter().flat_map(|token| *model.step(&[*token])).collect();
    assert_near(&stream, &whole);
    assert!(model.step(&[0]).iter().all(|y| y.is_nan()), "there is no seventh position");

    let x = numbers::<8>();
    let whole = *Model::<Turned>::boxed(3).predict(x.as_flattened().try_into().unwrap());
    assert_near(&streamed::<Turned, 8, 2>(&x), &whole);
}

#[test]
fn attention_forgets_what_is_longer_ago_than_its_sequence() {
    #[network(input = [3, 2], stream)]
    struct Three {
        attn: SelfAttention<1, Causal>,
    }
    let x = numbers::<2>();
    let last = Model::<Three>::boxed(3).predict(x[3..].as_flattened().try_into().unwrap())[4..].to_vec();
    assert_near(&streamed::<Three, 2, 2>(&x)[10..], &last);
}

#[test]
fn the_last_state_is_that_of_the_last_step_so_far() {
    let x = numbers::<2>();
    let whole = *Model::<Ends>::boxed(3).predict(x.as_flattened().try_into().unwrap());
    let stream = streamed::<Ends, 2, 3>(&x);
    assert_near(&stream[5 * 3..], &whole);
}

#[test]
fn several_inputs_come_together() {
    let (x, tokens) = (numbers::<2>(), [4, 0, 1, 2, 2, 3]);
    let mut whole = Model::<Several>::boxed(3);
    let (left, right) = whole.predict((x.as_flattened().try_into().unwrap(), &tokens));
    let mut model = StreamModel::<Several>::boxed(3);
    for t in 0..6 {
        let (l, r) = model.step((&x[t], &[tokens[t]]));
        assert_near(&[l.as_slice(), r].concat(), &[&left[2 * t..][..2], &right[t..][..1]].concat());
    }
}

#[test]
fn a_state_can_be_kept_and_come_back_to() {
    let x = numbers::<2>();
    let mut model = StreamModel::<Stack>::boxed(3);
    model.step(&x[0]);
    let kept = *model.state();
    let second = *model.step(&x[1]);
    model.step(&x[2]);
    *model.state_mut() = kept;
    assert_eq!(*model.step(&x[1]), second);
    model.reset();
    assert_eq!(*model.step(&x[0]), *StreamModel::<Stack>::boxed(3).step(&x[0]));
}

#[test]
fn several_samples_step_together_each_with_its_own_state() {
    let x = numbers::<2>();
    let mut net = Box::new(Stack::<f32>::ZERO);
    net.init(Rng::new(1));
    let (mut state, mut work) = (StackState::<f32, 2>::ZERO, StackStepWork::<f32, 2>::ZERO);
    let (mut alone, mut work_alone) = (StackState::<f32, 1>::ZERO, StackStepWork::<f32, 1>::ZERO);
    for t in 0..6 {
        let now = dl::SMatrix::<f32, 2, 2>::from_columns(&[x[t].into(), x[5 - t].into()]);
        let (mut y, mut y_alone) = (dl::SMatrix::<f32, 3, 2>::zeros(), dl::SMatrix::<f32, 3, 1>::zeros());
        dl::Stream::step(&*net, &now, &mut y, &mut state, &mut work, dl::Pass::infer());
        let now = now.column(1).into_owned();
        dl::Stream::step(&*net, &now, &mut y_alone, &mut alone, &mut work_alone, dl::Pass::infer());
        assert_near(y.column(1).as_slice(), y_alone.as_slice());
    }
}

#[test]
fn a_network_says_what_flows_at_a_step() {
    fn of<N: StreamNetwork<StepIn = Tokens<1>, StepOut = Vals<9>>>() -> usize {
        N::STEP_MACS
    }
    assert_eq!(of::<Chars>(), 4 * 17 * (3 + 17) + 17 * 8 + 8 * 9);
}

#[test]
fn scratch_memory_that_layers_take_turns_in_is_not_cleared() {
    // numbers of one size alone: then any bytes are a valid value
    let atoms = [
        <TransformerStepWork<f32, 1> as ZeroValid>::ATOM,
        <NestedStepWork<f32, 1> as ZeroValid>::ATOM,
        <StackStepWork<f64, 2> as ZeroValid>::ATOM,
    ];
    assert_eq!(atoms, [4, 4, 8]);
}
