//! Blocks of attention, whose norms come first.

use anyhow::Result;
use dl::host::io::safetensors;
use dl::prelude::*;

use crate::{ENGLISH, SOURCE, SWEDISH, TARGET, Translates};

/// Features of a word.
const DIM: usize = 96;

/// English words look at each other.
#[network(input = [SOURCE, DIM])]
#[forward(|x| {
    let x = x + attn(norm1(x));
    x + down(gelu(up(norm2(x))))
})]
pub(crate) struct Reads {
    norm1: LayerNorm,
    attn: SelfAttention<4>,
    norm2: LayerNorm,
    up: Dense<{ 4 * DIM }>,
    down: Dense<DIM>,
}

/// Swedish words look at those before, then at the English ones.
#[network(input = ([TARGET, DIM], [SOURCE, DIM]))]
#[forward(|x, memory| {
    let x = x + attn(norm1(x));
    let x = x + cross(norm2(x), memory);
    x + down(gelu(up(norm3(x))))
})]
pub(crate) struct Writes {
    norm1: LayerNorm,
    attn: SelfAttention<4, Causal>,
    norm2: LayerNorm,
    cross: CrossAttention<4>,
    norm3: LayerNorm,
    up: Dense<{ 4 * DIM }>,
    down: Dense<DIM>,
}

#[network(input = [u16; SOURCE])]
pub(crate) struct Encoder {
    embed: Embedding<ENGLISH, DIM, PaddingIdx<0>>,
    pos: Sinusoidal,
    blocks: [Reads; 2],
    norm: LayerNorm,
}

#[network(input = ([u16; TARGET], [SOURCE, DIM]))]
#[forward(|words, memory| {
    let x = pos(embed(words));
    head(norm(second(first(x, memory), memory)))
})]
pub(crate) struct Decoder {
    embed: Embedding<SWEDISH, DIM, PaddingIdx<0>>,
    pos: Sinusoidal,
    first: Writes,
    second: Writes,
    norm: LayerNorm,
    head: Dense<SWEDISH>,
}

#[network(input = ([u16; SOURCE], [u16; TARGET]))]
#[forward(|source, target| decoder(target, encoder(source)))]
pub(crate) struct Transformer {
    encoder: Encoder,
    decoder: Decoder,
}

/// Reads all words so far again for each new one, at most as many as there were in training.
pub(crate) struct Whole {
    encoder: Model<Encoder>,
    decoder: Model<Decoder>,
}

impl Translates for Whole {
    const FILES: &'static str = "translate_transformer";
    const REACHES: [f64; 2] = [0.7, 30.0];
    type Net = Transformer;

    fn save(net: &Transformer, encoder: &str, decoder: &str) -> Result<()> {
        safetensors::save(&net.encoder, encoder)?;
        Ok(safetensors::save(&net.decoder, decoder)?)
    }

    fn load(encoder: &str, decoder: &str) -> Result<Self> {
        let mut search = Whole { encoder: Model::boxed(0), decoder: Model::boxed(0) };
        safetensors::load(search.encoder.net_mut(), encoder)?;
        safetensors::load(search.decoder.net_mut(), decoder)?;
        Ok(search)
    }

    fn search(&mut self, beam: &BeamSearch, source: &[u16; SOURCE], steps: u16) -> Vec<u16> {
        let memory = self.encoder.predict_padded(source, steps);
        let beam = BeamSearch { max_len: beam.max_len.min(TARGET), ..*beam };
        let found = beam.search(crate::START, (), |(), words, scores| {
            let mut padded = [0; TARGET];
            padded[..words.len()].copy_from_slice(words);
            let of_all = self.decoder.predict_padded((&padded, memory), (words.len() as u16, steps));
            scores.extend_from_slice(&of_all.as_chunks::<SWEDISH>().0[words.len() - 1]);
        });
        found.into_iter().next().map_or_else(Vec::new, |best| best.tokens)
    }
}
