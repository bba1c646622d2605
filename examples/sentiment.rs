//! Whether a sentence of a film review is good or bad: words, padded sentences of different lengths, and a prompt.
//!
//!     cargo run --release --example sentiment -- [FOLDER] [OPTIONS]
//!
//! `train.tsv` and `dev.tsv` are looked for in FOLDER, else in `data/sst2`. The network is the mean of the words' vectors,
//! with `--lstm` an LSTM's state after the last word. The vectors start with a deviation of 0.1, with `--wide` of 1 as
//! PyTorch's do. With `--ask` it then judges what is typed. With `--seeds N` it trains N times (the first seed is that of
//! `--seed S`), and fails if the mean accuracy is below that of `--at-least ACCURACY`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use dl::host::io::safetensors;
use dl::host::report::Progress;
use dl::host::text::{self, Sentences, Tokenizer, TooLong, Words};
use dl::prelude::*;
use dl::{Tokens, Vals};

/// Words in a sentence, and those that there are: the ones that the training sentences have twice, padding, unknown.
const STEPS: usize = 51;
const VOCAB: usize = 7206;

#[network(input = [u16; STEPS])]
pub struct Mean {
    pub embed: Embedding<VOCAB, 32, PaddingIdx<0>>,
    /// Over the words that a sentence has.
    mean: GlobalAvgPool,
    drop: Dropout<0.5>,
    pub head: Dense<2>,
}

#[network(input = [u16; STEPS])]
pub struct State {
    pub embed: Embedding<VOCAB, 32, PaddingIdx<0>>,
    /// Its state after the last word that a sentence has.
    pub lstm: Lstm<64, Last>,
    drop: Dropout<0.5>,
    pub head: Dense<2>,
}

const HELP: &str = "\
The files are at https://github.com/clairett/pytorch-sentiment-classification/tree/master/data/SST2:
    train.tsv  dev.tsv
Put them into `data/sst2`, or say where they are:
    cargo run --release --example sentiment -- FOLDER";

/// Sentences, and whether each is good.
type Labelled = (Sentences<STEPS>, Vec<u16>);

fn main() -> Result<()> {
    let options = Options::parse(std::env::args().skip(1))?;
    let (train, dev) = (options.folder.join("train.tsv"), options.folder.join("dev.tsv"));
    if !train.exists() || !dev.exists() {
        println!("There is no `train.tsv` or no `dev.tsv` in `{}`.\n{HELP}", options.folder.display());
        return Ok(());
    }
    let (sentences, classes) = text::read_labelled(train)?;
    let words = Words::of(&sentences, 2)?;
    ensure!(words.vocab() == VOCAB, "{} words, not {VOCAB}", words.vocab());
    let train = (pad(&words, &sentences)?, classes);
    let (sentences, classes) = text::read_labelled(dev)?;
    let dev = (pad(&words, &sentences)?, classes);
    words.save("target/sentiment.json")?;

    let scale = if options.wide { 1.0 } else { 0.1 };
    if options.lstm {
        println!("{}\n", State::summary());
        judge(&options, &words, &train, &dev, |net: &mut State| net.embed.weight *= scale)
    } else {
        println!("{}\n", Mean::summary());
        judge(&options, &words, &train, &dev, |net: &mut Mean| net.embed.weight *= scale)
    }
}

fn pad(words: &Words, sentences: &[String]) -> Result<Sentences<STEPS>> {
    let tokens = sentences.iter().map(|sentence| words.encode(sentence)).collect::<Result<Vec<_>, _>>()?;
    Ok(Sentences::pad(tokens, Words::PADDING, TooLong::Error)?)
}

/// Trains with each seed, and asks the last network.
fn judge<N>(
    options: &Options,
    words: &Words,
    train: &Labelled,
    dev: &Labelled,
    start: impl Fn(&mut N),
) -> Result<()>
where
    N: Network<Scalar = f32, In = Tokens<STEPS>, Out = Vals<2>>,
{
    let mut accuracies = Vec::new();
    let mut model = Model::<N>::boxed(0);
    for seed in options.seed..options.seed + options.seeds {
        let (loss, adam) = (CrossEntropy::new(), Adam::new(1e-3));
        let mut trainer = Trainer::<N, _, _, 32>::boxed_with(loss, adam, seed);
        start(trainer.net_mut());
        let (began, mut accuracy) = (Instant::now(), Accuracy::new());
        let (train, dev) = (train.0.with(&train.1), dev.0.with(&dev.1));
        let valid = Valid { data: &dev, metric: &mut accuracy };
        trainer.fit(&train, valid, Fit::new(5, 32), Progress::new())?;
        let seconds = began.elapsed().as_secs_f64();
        println!("seed {seed}: accuracy {:.4}, {seconds:.1} s\n", accuracy.value());
        accuracies.push(accuracy.value());
        safetensors::save(trainer.net(), "target/sentiment.safetensors")?;
    }
    safetensors::load(model.net_mut(), "target/sentiment.safetensors")?;
    let mean = accuracies.iter().sum::<f64>() / accuracies.len() as f64;
    println!("accuracy: {accuracies:.4?}, mean {mean:.4}; wrote target/sentiment.safetensors and .json");
    ensure!(mean >= options.at_least, "the mean accuracy {mean:.4} is below {}", options.at_least);

    let mut say = |sentence: &str| -> Result<String> {
        // as the data have it: small letters, signs on their own, no full stops
        let mut sentence = sentence.to_lowercase().replace('.', " ");
        for sign in [",", "!", "?"] {
            sentence = sentence.replace(sign, &format!(" {sign} "));
        }
        let tokens = words.encode(&sentence)?;
        let padded = Sentences::pad([&tokens], Words::PADDING, TooLong::Cut)?;
        let [bad, good] = *model.predict_padded(&padded.tokens[0], padded.steps[0]);
        let good = 1.0 / (1.0 + (bad - good).exp());
        Ok(format!("{:3.0} % good: {}", 100.0 * good, words.decode(&tokens)))
    };
    for sentence in
        ["A warm, funny and moving film.", "It is a dull and pointless mess!", "The zorg is good."]
    {
        println!("{}", say(sentence)?);
    }
    if options.ask {
        println!("Type a sentence; an empty line ends.");
        for line in std::io::stdin().lines() {
            let line = line?;
            if line.trim().is_empty() {
                break;
            }
            println!("{}", say(&line)?);
        }
    }
    Ok(())
}

/// What the command line says.
struct Options {
    folder: PathBuf,
    lstm: bool,
    wide: bool,
    ask: bool,
    seed: u64,
    seeds: u64,
    at_least: f64,
}

impl Options {
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Self> {
        let folder = Path::new("data/sst2").to_owned();
        let mut options =
            Options { folder, lstm: false, wide: false, ask: false, seed: 0, seeds: 1, at_least: 0.65 };
        while let Some(arg) = args.next() {
            let mut value = || args.next().with_context(|| format!("`{arg}` needs a value"));
            match arg.as_str() {
                "--lstm" => options.lstm = true,
                "--wide" => options.wide = true,
                "--ask" => options.ask = true,
                "--seed" => options.seed = number(&arg, &value()?)?,
                "--seeds" => options.seeds = number(&arg, &value()?)?,
                "--at-least" => options.at_least = number(&arg, &value()?)?,
                _ if arg.starts_with('-') => {
                    bail!("there is no option `{arg}`; the top of the example lists them")
                }
                _ => options.folder = arg.into(),
            }
        }
        ensure!(options.seeds > 0, "`--seeds 0`: at least one");
        Ok(options)
    }
}

fn number<N: std::str::FromStr>(option: &str, text: &str) -> Result<N> {
    text.parse().ok().with_context(|| format!("`{option} {text}`: a number is expected"))
}
