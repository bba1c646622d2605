//! From English to Swedish: an encoder and a decoder, of recurrences or of attention; greedy and beam search, BLEU, a prompt.
//!
//!     cargo run --release --example translate -- [FILE] [OPTIONS]
//!
//! The pairs of sentences are looked for in FILE, else in `data/tatoeba_eng_swe/swe.txt`. The network has GRUs, whose decoder
//! starts where the encoder ends and looks back at its states; with `--transformer` it has blocks of attention. It learns from
//! 15,000 pairs in 5 epochs and translates 1,000 other sentences; weights and both vocabularies go to `target/`. With `--ask` it
//! then translates what is typed, with `--trained` what was written there before does so at once; `--beam WIDTH` is how wide it
//! searches. With `--seeds N` it trains N times (the first seed is that of `--seed S`), and fails if the mean accuracy of a
//! word is below that of `--at-least ACCURACY`, or the mean BLEU of greedy search below that of `--bleu BLEU`.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use dl::host::report::Progress;
use dl::host::text::{Tokenizer, Words, split_punctuation};
use dl::prelude::*;
use dl::{Tokens, Vals};
use pairs::{Pairs, pad};

mod pairs;
mod recurrent;
mod transformer;

/// Words of an English sentence at most, and of a Swedish one with its start or its end.
const SOURCE: usize = 10;
const TARGET: usize = 11;
/// Words that the training pairs have twice, and four marks.
const ENGLISH: usize = 2915;
const SWEDISH: usize = 3299;

/// Behind padding and unknown.
const MARKS: [&str; 2] = ["<start>", "<end>"];
const START: u16 = 2;
const END: u16 = 3;

const HELP: &str = "\
The file is `swe.txt` of the archive `swe-eng.zip` at https://www.manythings.org/anki/.
Put it into `data/tatoeba_eng_swe`, or say where it is:
    cargo run --release --example translate -- FILE";

/// A trained encoder and decoder, which search for a translation.
trait Translates: Sized {
    /// Its files are called so.
    const FILES: &'static str;
    /// The accuracy of a word and the BLEU that it reaches at least, where nothing else is said.
    const REACHES: [f64; 2];
    /// What is trained: from the English sentence and all Swedish words before, scores of each word of a translation.
    type Net: Network<Scalar = f32, In = (Tokens<SOURCE>, Tokens<TARGET>), Out = Vals<{ TARGET * SWEDISH }>>;

    fn save(net: &Self::Net, encoder: &str, decoder: &str) -> Result<()>;
    fn load(encoder: &str, decoder: &str) -> Result<Self>;

    /// The Swedish words for a padded sentence of `steps` English words.
    fn search(&mut self, beam: &BeamSearch, source: &[u16; SOURCE], steps: u16) -> Vec<u16>;
}

fn main() -> Result<()> {
    let options = Options::parse(std::env::args().skip(1))?;
    if !options.trained && !options.file.exists() {
        println!("There is no `{}`.\n{HELP}", options.file.display());
        return Ok(());
    }
    if options.transformer {
        run::<transformer::Whole>(&options)
    } else {
        run::<recurrent::Stepwise>(&options)
    }
}

fn run<M: Translates>(options: &Options) -> Result<()> {
    if !options.trained {
        let pairs = Pairs::read(&options.file)?;
        let [english, swedish] = pairs.sides();
        let (english, swedish) =
            (Words::with_marks(&MARKS, english, 2)?, Words::with_marks(&MARKS, swedish, 2)?);
        let sizes = [english.vocab(), swedish.vocab()];
        ensure!(sizes == [ENGLISH, SWEDISH], "{sizes:?} words, not {:?}", [ENGLISH, SWEDISH]);
        english.save(file::<M>("english.json"))?;
        swedish.save(file::<M>("swedish.json"))?;
        judge::<M>(options, &pairs, &english, &swedish)?;
    }
    if options.trained || options.ask {
        let mut translator = Translator::<M>::load()?;
        println!("Type an English sentence of at most {SOURCE} words and signs; an empty line ends.");
        for line in std::io::stdin().lines() {
            let line = split_punctuation(&line?.to_lowercase());
            if line.is_empty() {
                break;
            }
            match translator.translate(&line, options.beam) {
                Ok(swedish) => println!("{swedish}"),
                Err(error) => println!("{error}"),
            }
        }
    }
    Ok(())
}

/// Where a part of a network, or its vocabulary, is kept.
fn file<M: Translates>(part: &str) -> String {
    format!("target/{}_{part}", M::FILES)
}

/// Trains with each seed, and translates what none has seen.
fn judge<M: Translates>(options: &Options, pairs: &Pairs, english: &Words, swedish: &Words) -> Result<()> {
    println!("{}\n", M::Net::summary());
    let train = pairs::tokens(&pairs.train, english, swedish)?;
    let test = pairs::tokens(&pairs.test_pairs(), english, swedish)?;
    let mut results = Vec::new();
    for seed in options.seed..options.seed + options.seeds {
        let loss = CrossEntropy::<TARGET> { ignore_index: Some(Words::PADDING), ..CrossEntropy::DEFAULT };
        let mut trainer = Trainer::<M::Net, _, _, 16>::boxed_with(loss, Adam::new(1e-3), seed);
        let mut accuracy = Accuracy::<TARGET> { ignore_index: Some(Words::PADDING), ..Accuracy::DEFAULT };
        let (train, test, began) = (train.data(), test.data(), Instant::now());
        let valid = Valid { data: &test, metric: &mut accuracy };
        trainer.fit(&train, valid, Fit::new(5, 32), Progress::new())?;
        M::save(trainer.net(), &file::<M>("encoder.safetensors"), &file::<M>("decoder.safetensors"))?;
        println!("seed {seed}: trained in {:.0} s", began.elapsed().as_secs_f64());

        let mut translator = Translator::<M>::load()?;
        let greedy = bleu(&mut translator, pairs, 1)?;
        let beam = bleu(&mut translator, pairs, options.beam)?;
        println!(
            "seed {seed}: accuracy of a word {:.4}, BLEU {greedy:.2}, with a beam of {} {beam:.2}\n",
            accuracy.value(),
            options.beam
        );
        results.push([accuracy.value(), greedy, beam]);
    }
    let mut translator = Translator::<M>::load()?;
    for (english, references) in pairs.test.iter().take(8) {
        let (greedy, beam) =
            (translator.translate(english, 1)?, translator.translate(english, options.beam)?);
        println!(
            "{english}\n    greedy: {greedy}\n    beam:   {beam}\n    people: {}",
            references.join(" | ")
        );
    }
    let mean = |i: usize| results.iter().map(|result| result[i]).sum::<f64>() / results.len() as f64;
    let [accuracy, greedy, beam] = [0, 1, 2].map(mean);
    println!("\naccuracy of a word, BLEU, BLEU with a beam: {results:.4?}");
    println!("mean {accuracy:.4}, {greedy:.2}, {beam:.2}; wrote {}", file::<M>("*"));
    let [least, of_bleu] = [0, 1].map(|i| options.at_least[i].unwrap_or(M::REACHES[i]));
    ensure!(accuracy >= least, "the mean accuracy {accuracy:.4} is below {least}");
    ensure!(greedy >= of_bleu, "the mean BLEU {greedy:.2} is below {of_bleu}");
    Ok(())
}

/// BLEU over the sentences that are not trained on, each with all its translations.
fn bleu<M: Translates>(translator: &mut Translator<M>, pairs: &Pairs, width: usize) -> Result<f64> {
    let mut bleu = Bleu::new();
    for (english, references) in &pairs.test {
        let swedish = translator.translate(english, width)?;
        let words = |text: &'_ str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let references: Vec<_> = references.iter().map(|reference| words(reference)).collect();
        bleu.update(&words(&swedish), &references);
    }
    Ok(bleu.value())
}

/// A trained network with its vocabularies.
struct Translator<M: Translates> {
    english: Words,
    swedish: Words,
    search: M,
}

impl<M: Translates> Translator<M> {
    fn load() -> Result<Self> {
        let [encoder, decoder] = ["encoder.safetensors", "decoder.safetensors"].map(file::<M>);
        let search = M::load(&encoder, &decoder).context("train first, without `--trained`")?;
        let [english, swedish] = ["english.json", "swedish.json"].map(file::<M>).map(Words::load);
        Ok(Translator { english: english?, swedish: swedish?, search })
    }

    /// The translation of a sentence whose words and signs have spaces between them.
    fn translate(&mut self, english: &str, width: usize) -> Result<String> {
        let source = pad::<SOURCE>(&[english.to_owned()], &self.english)?;
        let beam = BeamSearch { width, ..BeamSearch::new(END, 15) };
        let words = self.search.search(&beam, &source.tokens[0], source.steps[0]);
        Ok(self.swedish.decode(&words))
    }
}

/// What the command line says.
struct Options {
    file: PathBuf,
    transformer: bool,
    trained: bool,
    ask: bool,
    beam: usize,
    seed: u64,
    seeds: u64,
    at_least: [Option<f64>; 2],
}

impl Options {
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Options {
            file: "data/tatoeba_eng_swe/swe.txt".into(),
            transformer: false,
            trained: false,
            ask: false,
            beam: 5,
            seed: 0,
            seeds: 1,
            at_least: [None, None],
        };
        while let Some(arg) = args.next() {
            let mut value = || args.next().with_context(|| format!("`{arg}` needs a value"));
            match arg.as_str() {
                "--transformer" => options.transformer = true,
                "--trained" => options.trained = true,
                "--ask" => options.ask = true,
                "--beam" => options.beam = number(&arg, &value()?)?,
                "--seed" => options.seed = number(&arg, &value()?)?,
                "--seeds" => options.seeds = number(&arg, &value()?)?,
                "--at-least" => options.at_least[0] = Some(number(&arg, &value()?)?),
                "--bleu" => options.at_least[1] = Some(number(&arg, &value()?)?),
                _ if arg.starts_with('-') => {
                    bail!("there is no option `{arg}`; the top of the example lists them")
                }
                _ => options.file = arg.into(),
            }
        }
        ensure!(options.seeds > 0, "`--seeds 0`: at least one");
        ensure!(options.beam > 0, "`--beam 0`: at least one");
        Ok(options)
    }
}

fn number<N: std::str::FromStr>(option: &str, text: &str) -> Result<N> {
    text.parse().ok().with_context(|| format!("`{option} {text}`: a number is expected"))
}
