//! Whether a sentence of a film review is good or bad: words, padded sentences of different lengths, and a prompt.
//!
//!     cargo run --release --example sentiment -- [FOLDER] [OPTIONS]
//!
//! `train.tsv` and `dev.tsv` are looked for in FOLDER, else in `data/sst2`. The network is the mean of the words' vectors,
//! with `--lstm` an LSTM's state after the last word, with `--transformer` the mean of words that have looked at each other.
//! The vectors start with a deviation of 0.1, with `--wide` of 1 as PyTorch's do. With `--others FOLDER` it also judges the
//! sentences of other reviews in the files `*_labelled.txt` of that folder. With `--ask` it then judges what is typed. With
//! `--seeds N` it trains N times (the first seed is that of `--seed S`), and fails if the mean accuracy is below that of
//! `--at-least ACCURACY`.

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

/// Words look at all words, then each goes through two products; both add to what comes in.
#[network(input = [STEPS, 32])]
#[forward(|x| {
    let x = x + attn(norm1(x));
    x + down(gelu(up(norm2(x))))
})]
pub struct Block {
    pub norm1: LayerNorm,
    pub attn: SelfAttention<4>,
    pub norm2: LayerNorm,
    pub up: Dense<64>,
    pub down: Dense<32>,
}

#[network(input = [u16; STEPS])]
pub struct Transformer {
    pub embed: Embedding<VOCAB, 32, PaddingIdx<0>>,
    pub pos: Position,
    pub block: Block,
    /// Over the words that a sentence has.
    mean: GlobalAvgPool,
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
    let others = options.others.as_ref().map(|folder| other_reviews(folder, &words)).transpose()?;
    words.save("target/sentiment.json")?;

    let data = Data { words, train, dev, others };
    let scale = if options.wide { 1.0 } else { 0.1 };
    match options.network {
        Kind::Mean => judge(&options, &data, |net: &mut Mean| net.embed.weight *= scale),
        Kind::Lstm => judge(&options, &data, |net: &mut State| net.embed.weight *= scale),
        Kind::Transformer => judge(&options, &data, |net: &mut Transformer| {
            net.embed.weight *= scale;
            net.pos.weight *= 0.1;
        }),
    }
}

fn pad(words: &Words, sentences: &[String]) -> Result<Sentences<STEPS>> {
    let tokens = sentences.iter().map(|sentence| words.encode(sentence)).collect::<Result<Vec<_>, _>>()?;
    Ok(Sentences::pad(tokens, Words::PADDING, TooLong::Error)?)
}

/// The sentences of all files of a folder that are called so, cut where they are too long.
fn other_reviews(folder: &Path, words: &Words) -> Result<Labelled> {
    let (mut tokens, mut classes) = (Vec::new(), Vec::new());
    for name in ["amazon_cells", "imdb", "yelp"] {
        let (sentences, of_these) = text::read_labelled(folder.join(format!("{name}_labelled.txt")))?;
        for sentence in &sentences {
            tokens.push(words.encode(&as_the_data_have_it(sentence))?);
        }
        classes.extend(of_these);
    }
    Ok((Sentences::pad(tokens, Words::PADDING, TooLong::Cut)?, classes))
}

/// Small letters, signs on their own, no full stops.
fn as_the_data_have_it(sentence: &str) -> String {
    let mut sentence = sentence.to_lowercase().replace('.', " ");
    for sign in [",", "!", "?"] {
        sentence = sentence.replace(sign, &format!(" {sign} "));
    }
    sentence
}

/// Words and sentences.
struct Data {
    words: Words,
    train: Labelled,
    dev: Labelled,
    others: Option<Labelled>,
}

/// Trains with each seed, and asks the last network.
fn judge<N>(options: &Options, data: &Data, start: impl Fn(&mut N)) -> Result<()>
where
    N: Network<Scalar = f32, In = Tokens<STEPS>, Out = Vals<2>>,
{
    println!("{}\n", N::summary());
    let Data { words, train, dev, others } = data;
    let (mut accuracies, mut of_others) = (Vec::new(), Vec::new());
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
        if let Some((sentences, classes)) = others {
            accuracy.reset();
            trainer.evaluate(&sentences.with(classes), &mut accuracy)?;
            of_others.push(accuracy.value());
        }
        safetensors::save(trainer.net(), "target/sentiment.safetensors")?;
    }
    safetensors::load(model.net_mut(), "target/sentiment.safetensors")?;
    let mean = accuracies.iter().sum::<f64>() / accuracies.len() as f64;
    println!("accuracy: {accuracies:.4?}, mean {mean:.4}; wrote target/sentiment.safetensors and .json");
    if !of_others.is_empty() {
        let mean = of_others.iter().sum::<f64>() / of_others.len() as f64;
        println!("of other reviews: {of_others:.4?}, mean {mean:.4}");
    }
    ensure!(mean >= options.at_least, "the mean accuracy {mean:.4} is below {}", options.at_least);

    let mut say = |sentence: &str| -> Result<String> {
        let tokens = words.encode(&as_the_data_have_it(sentence))?;
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

/// The networks.
enum Kind {
    Mean,
    Lstm,
    Transformer,
}

/// What the command line says.
struct Options {
    folder: PathBuf,
    network: Kind,
    others: Option<PathBuf>,
    wide: bool,
    ask: bool,
    seed: u64,
    seeds: u64,
    at_least: f64,
}

impl Options {
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Self> {
        let folder = Path::new("data/sst2").to_owned();
        let mut options = Options {
            folder,
            network: Kind::Mean,
            others: None,
            wide: false,
            ask: false,
            seed: 0,
            seeds: 1,
            at_least: 0.65,
        };
        while let Some(arg) = args.next() {
            let mut value = || args.next().with_context(|| format!("`{arg}` needs a value"));
            match arg.as_str() {
                "--lstm" => options.network = Kind::Lstm,
                "--transformer" => options.network = Kind::Transformer,
                "--others" => options.others = Some(value()?.into()),
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
