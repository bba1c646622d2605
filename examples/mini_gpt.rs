//! A small GPT that writes like Shakespeare: causal attention in blocks, and a text drawn step by step with a window.
//!
//!     cargo run --release --example mini_gpt -- [FILE] [OPTIONS]
//!
//! The plays are looked for in FILE, else in `data/tinyshakespeare/input.txt`. Trains on 2,000 steps of 16 windows with
//! Adam, 1e-3, writes weights and vocabulary to `target/`, and then a text. Options: `--write` takes what was written
//! there before instead of training; `--prompt TEXT`, `--length N`, `--temperature T`, `--top-k K`, `--top-p P` say what
//! text is drawn; `--seed S` is the seed of both. With `--seeds N` it trains N times, and fails if the mean of the losses
//! is above that of `--at-most NATS`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use dl::host::io::safetensors;
use dl::host::report::Progress;
use dl::host::text::{self, Characters, Tokenizer};
use dl::prelude::*;
use dl::train::StreamModel;

/// Characters in a window, and those that the plays have.
const STEPS: usize = 64;
const VOCAB: usize = 65;

/// Features of a step.
const DIM: usize = 64;

/// Steps look at those before, then each goes through two products; both add to what comes in.
#[network(input = [STEPS, DIM], stream)]
#[forward(|x| {
    let x = x + attn(norm1(x));
    x + down(gelu(up(norm2(x))))
})]
pub struct Block {
    pub norm1: LayerNorm,
    pub attn: SelfAttention<4, Causal>,
    pub norm2: LayerNorm,
    pub up: Dense<{ 4 * DIM }>,
    pub down: Dense<DIM>,
}

#[network(input = [u16; STEPS], stream)]
pub struct MiniGpt {
    pub embed: Embedding<VOCAB, DIM>,
    pub pos: Position,
    pub blocks: [Block; 2],
    pub norm: LayerNorm,
    pub head: Dense<VOCAB>,
}

const WEIGHTS: &str = "target/mini_gpt.safetensors";
const VOCABULARY: &str = "target/mini_gpt.json";

const HELP: &str = "\
The text is at https://github.com/karpathy/char-rnn/tree/master/data/tinyshakespeare.
Put it into `data/tinyshakespeare`, or say where it is:
    cargo run --release --example mini_gpt -- FILE";

fn main() -> Result<()> {
    let options = Options::parse(std::env::args().skip(1))?;
    if !options.write {
        if !options.file.exists() {
            println!("There is no `{}`.\n{HELP}", options.file.display());
            return Ok(());
        }
        train(&options)?;
    }
    write(&options)
}

/// Trains with each seed; the weights of the last are kept.
fn train(options: &Options) -> Result<()> {
    println!("{}\n", MiniGpt::summary());
    let text = text::read(&options.file)?;
    let characters = Characters::of(&text)?;
    ensure!(characters.vocab() == VOCAB, "{} different characters, not {VOCAB}", characters.vocab());
    let tokens = characters.encode(&text)?;
    let (train, valid) = tokens.split_at(tokens.len() * 9 / 10);

    let mut losses = Vec::new();
    for seed in options.seed..options.seed + options.seeds {
        let (loss, adam) = (CrossEntropy::<STEPS>::DEFAULT, Adam::new(1e-3));
        let mut trainer = MiniGptTrainer::<_, _, 16>::boxed_with(loss, adam, seed);
        let began = Instant::now();
        // four epochs of 500 steps, each of 16 windows that start anywhere
        let windows = Windows::random(train, 500 * 16);
        let progress = Progress::new().language_model(STEPS);
        let report = trainer.fit(&windows, &Windows::consecutive(valid), Fit::new(4, 16), progress)?;
        let loss = report.last.and_then(|epoch| epoch.valid_loss).context("an epoch was validated")?;
        println!("seed {seed}: {loss:.4} nats a character, {:.0} s\n", began.elapsed().as_secs_f64());
        losses.push(loss);
        safetensors::save(trainer.net(), WEIGHTS)?;
    }
    characters.save(VOCABULARY)?;
    let mean = losses.iter().sum::<f64>() / losses.len() as f64;
    println!("validation: {losses:.4?} nats a character, mean {mean:.4}; wrote {WEIGHTS} and {VOCABULARY}\n");
    ensure!(mean <= options.at_most, "the mean loss {mean:.4} is above {}", options.at_most);
    Ok(())
}

/// Draws a text: each character is what the network reads next.
fn write(options: &Options) -> Result<()> {
    ensure!(Path::new(WEIGHTS).exists(), "there is no {WEIGHTS}: train first, without --write");
    let mut model = StreamModel::<MiniGpt>::boxed(0);
    safetensors::load(model.net_mut(), WEIGHTS)?;
    let characters = Characters::load(VOCABULARY)?;

    let mut logits = [0.0; VOCAB];
    for token in characters.encode(&options.prompt)? {
        logits = *model.step(&[token]);
    }
    print!("{}", options.prompt);
    let mut rng = Rng::new(options.seed);
    for _ in 0..options.length {
        let next = options.sampler.pick(&logits, &mut rng).context("a score is a number")? as u16;
        print!("{}", characters.decode(&[next]));
        std::io::stdout().flush()?;
        logits = *model.step(&[next]);
    }
    println!();
    Ok(())
}

/// What the command line says.
struct Options {
    file: PathBuf,
    write: bool,
    prompt: String,
    length: usize,
    sampler: Sampler,
    seed: u64,
    seeds: u64,
    at_most: f64,
}

impl Options {
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Options {
            file: "data/tinyshakespeare/input.txt".into(),
            write: false,
            prompt: "ROMEO:\n".into(),
            length: 500,
            sampler: Sampler { temperature: 0.8, ..Sampler::DEFAULT },
            seed: 0,
            seeds: 1,
            at_most: 2.1,
        };
        while let Some(arg) = args.next() {
            let mut value = || args.next().with_context(|| format!("`{arg}` needs a value"));
            match arg.as_str() {
                "--write" => options.write = true,
                "--prompt" => options.prompt = value()?,
                "--length" => options.length = number(&arg, &value()?)?,
                "--temperature" => options.sampler.temperature = number(&arg, &value()?)?,
                "--top-k" => options.sampler.top_k = Some(number(&arg, &value()?)?),
                "--top-p" => options.sampler.top_p = Some(number(&arg, &value()?)?),
                "--seed" => options.seed = number(&arg, &value()?)?,
                "--seeds" => options.seeds = number(&arg, &value()?)?,
                "--at-most" => options.at_most = number(&arg, &value()?)?,
                _ if arg.starts_with('-') => {
                    bail!("there is no option `{arg}`; the top of the example lists them")
                }
                _ => options.file = arg.into(),
            }
        }
        ensure!(options.seeds > 0, "`--seeds 0`: at least one");
        Ok(options)
    }
}

fn number<N: std::str::FromStr>(option: &str, text: &str) -> Result<N> {
    text.parse().ok().with_context(|| format!("`{option} {text}`: a number is expected"))
}
