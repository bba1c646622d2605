//! GRUs, and a decoder that looks back at the encoder's states by dot products.

use anyhow::Result;
use dl::host::io::safetensors;
use dl::prelude::*;

use crate::{ENGLISH, SOURCE, SWEDISH, TARGET, Translates};

/// Features of a word, and of a state.
const DIM: usize = 128;

/// The state behind each English word.
#[network(input = [u16; SOURCE])]
pub(crate) struct Encoder {
    embed: Embedding<ENGLISH, DIM, PaddingIdx<0>>,
    gru: Gru<DIM>,
}

/// Scores of the next Swedish word behind each.
#[network(input = ([u16; TARGET], [DIM], [SOURCE, DIM]))]
#[forward(|words, start, memory| {
    let h = gru(embed(words), start);
    head(tanh(mix(concat(attend(h, memory), h))))
})]
pub(crate) struct Decoder {
    embed: Embedding<SWEDISH, DIM, PaddingIdx<0>>,
    gru: Gru<DIM>,
    attend: Attend,
    mix: Dense<DIM>,
    head: Dense<SWEDISH>,
}

#[network(input = ([u16; SOURCE], [u16; TARGET]))]
#[forward(|source, target| {
    let memory = encoder(source);
    decoder(target, last(memory), memory)
})]
pub(crate) struct Recurrent {
    encoder: Encoder,
    decoder: Decoder,
}

/// The decoder at one word: parameters of the same names, and the state goes in and out.
#[network(input = ([u16; 1], [DIM], [SOURCE, DIM]))]
#[forward(|word, state, memory| {
    let h = gru(embed(word), state);
    (head(tanh(mix(concat(attend(h, memory), h)))), h)
})]
pub(crate) struct Step {
    embed: Embedding<SWEDISH, DIM, PaddingIdx<0>>,
    gru: Gru<DIM>,
    attend: Attend,
    mix: Dense<DIM>,
    head: Dense<SWEDISH>,
}

/// Goes on from a state, word by word.
pub(crate) struct Stepwise {
    encoder: Model<Encoder>,
    step: Model<Step>,
}

impl Translates for Stepwise {
    const FILES: &'static str = "translate";
    const REACHES: [f64; 2] = [0.6, 10.0];
    type Net = Recurrent;

    fn save(net: &Recurrent, encoder: &str, decoder: &str) -> Result<()> {
        safetensors::save(&net.encoder, encoder)?;
        Ok(safetensors::save(&net.decoder, decoder)?)
    }

    fn load(encoder: &str, decoder: &str) -> Result<Self> {
        let mut search = Stepwise { encoder: Model::boxed(0), step: Model::boxed(0) };
        safetensors::load(search.encoder.net_mut(), encoder)?;
        safetensors::load(search.step.net_mut(), decoder)?;
        Ok(search)
    }

    fn search(&mut self, beam: &BeamSearch, source: &[u16; SOURCE], steps: u16) -> Vec<u16> {
        let memory = self.encoder.predict_padded(source, steps);
        let states = memory.as_chunks::<DIM>().0;
        let start = states[usize::from(steps).saturating_sub(1)];
        let lens = (u16::MAX, u16::MAX, steps);
        let found = beam.search(crate::START, start, |state, words, scores| {
            let (of_next, state) = self.step.predict_padded((&[words[words.len() - 1]], state, memory), lens);
            scores.extend_from_slice(of_next);
            *state
        });
        found.into_iter().next().map_or_else(Vec::new, |best| best.tokens)
    }
}
