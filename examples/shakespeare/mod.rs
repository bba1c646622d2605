//! What the models of tinyshakespeare share: training, validation, and a text drawn step by step.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use dl::host::io::safetensors;
use dl::host::report::Progress;
use dl::host::text::{self, Characters, Tokenizer};
use dl::prelude::*;
use dl::train::StreamModel;
use dl::{StreamNetwork, Tokens, Vals};

/// Characters in a window, and those that the plays have.
pub(crate) const STEPS: usize = 64;
pub(crate) const VOCAB: usize = 65;

const HELP: &str = "\
The text is at https://github.com/karpathy/char-rnn/tree/master/data/tinyshakespeare.
Put it into `data/tinyshakespeare`, or say where it is, behind `--`.";

/// How a model is trained, and called.
pub(crate) struct Settings {
    /// Its files are called so.
    pub(crate) name: &'static str,
    /// Learning rate of Adam.
    pub(crate) rate: f64,
    /// A mean loss above this fails where nothing else is said, in nats a character.
    pub(crate) at_most: f64,
}

/// Does what the command line says with a model that reads scores of the next character from a window of them.
pub(crate) fn run<N>(Settings { name, rate, at_most }: Settings) -> Result<()>
where
    N: StreamNetwork<
            Scalar = f32,
            In = Tokens<STEPS>,
            Out = Vals<{ STEPS * VOCAB }>,
            StepIn = Tokens<1>,
            StepOut = Vals<VOCAB>,
        >,
{
    let options = Options::parse(std::env::args().skip(1), at_most)?;
    let files = [format!("target/{name}.safetensors"), format!("target/{name}.json")];
    if !options.write {
        if !options.file.exists() {
            println!("There is no `{}`.\n{HELP}", options.file.display());
            return Ok(());
        }
        train::<N>(&options, rate, &files)?;
    }
    write::<N>(&options, &files)
}

/// Trains with each seed; the weights of the last are kept.
fn train<N>(options: &Options, rate: f64, [weights, vocabulary]: &[String; 2]) -> Result<()>
where
    N: Network<Scalar = f32, In = Tokens<STEPS>, Out = Vals<{ STEPS * VOCAB }>>,
{
    println!("{}\n", N::summary());
    let text = text::read(&options.file)?;
    let characters = Characters::of(&text)?;
    ensure!(characters.vocab() == VOCAB, "{} different characters, not {VOCAB}", characters.vocab());
    let tokens = characters.encode(&text)?;
    let (train, valid) = tokens.split_at(tokens.len() * 9 / 10);

    let mut losses = Vec::new();
    for seed in options.seed..options.seed + options.seeds {
        let (loss, adam) = (CrossEntropy::<STEPS>::DEFAULT, Adam::new(rate));
        let mut trainer = Trainer::<N, _, _, 16>::boxed_with(loss, adam, seed);
        let began = Instant::now();
        // four epochs of 500 steps, each of 16 windows that start anywhere
        let windows = Windows::random(train, 500 * 16);
        let progress = Progress::new().language_model(STEPS);
        let report = trainer.fit(&windows, &Windows::consecutive(valid), Fit::new(4, 16), progress)?;
        let loss = report.last.and_then(|epoch| epoch.valid_loss).context("an epoch was validated")?;
        println!("seed {seed}: {loss:.4} nats a character, {:.0} s\n", began.elapsed().as_secs_f64());
        losses.push(loss);
        safetensors::save(trainer.net(), weights)?;
    }
    characters.save(vocabulary)?;
    let mean = losses.iter().sum::<f64>() / losses.len() as f64;
    println!("validation: {losses:.4?} nats a character, mean {mean:.4}; wrote {weights} and {vocabulary}\n");
    ensure!(mean <= options.at_most, "the mean loss {mean:.4} is above {}", options.at_most);
    Ok(())
}

/// Draws a text: each character is what the network reads next.
fn write<N>(options: &Options, [weights, vocabulary]: &[String; 2]) -> Result<()>
where
    N: StreamNetwork<Scalar = f32, StepIn = Tokens<1>, StepOut = Vals<VOCAB>>,
{
    ensure!(Path::new(weights).exists(), "there is no {weights}: train first, without --write");
    let mut model = StreamModel::<N>::boxed(0);
    safetensors::load(model.net_mut(), weights)?;
    let characters = Characters::load(vocabulary)?;

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
    fn parse(mut args: impl Iterator<Item = String>, at_most: f64) -> Result<Self> {
        let mut options = Options {
            file: "data/tinyshakespeare/input.txt".into(),
            write: false,
            prompt: "ROMEO:\n".into(),
            length: 500,
            sampler: Sampler { temperature: 0.8, ..Sampler::DEFAULT },
            seed: 0,
            seeds: 1,
            at_most,
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
