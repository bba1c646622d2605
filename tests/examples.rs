//! The examples do what they say: each checks its own result and fails if it is not reached.
//!
//! `cargo test` builds them before it runs this; where another command left them out, a test says so and passes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The program that Cargo made of `examples/{name}.rs`, in the profile of this test.
fn program(name: &str) -> Option<PathBuf> {
    let test = std::env::current_exe().expect("a program knows its own file");
    let profile = test.parent().and_then(Path::parent).expect("it lies in `target/debug/deps` or the like");
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    Some(profile.join("examples").join(file)).filter(|path| path.is_file())
}

/// Runs an example where there is no file but those it makes itself; `None` if it was not built.
fn run(name: &str, args: &[&str]) -> Option<Output> {
    let Some(program) = program(name) else {
        println!("skipped: the example `{name}` was not built; `cargo build --examples` does");
        return None;
    };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let output = Command::new(program).args(args).current_dir(folder.path()).output();
    Some(output.unwrap_or_else(|error| panic!("`{name}` does not start: {error}")))
}

/// It ends well, and prints this.
fn succeeds(name: &str, prints: &str) {
    let Some(output) = run(name, &[]) else { return };
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.contains(prints), "`{name}`, {}:\n{out}{err}", output.status);
}

#[test]
fn xor_is_learned() {
    succeeds("xor", "[0.0, 1.0] -> 1.0");
}

#[test]
fn flowers_are_classified_from_a_table_that_the_example_writes() {
    succeeds("iris", "of 30)");
}

#[test]
fn a_number_is_predicted_better_than_by_its_mean() {
    succeeds("regression", "R² 0.");
}

#[test]
fn both_parts_of_a_network_are_saved_for_firmware() {
    succeeds("finetune", "wrote ");
}

#[test]
fn a_layer_of_ones_own_is_right_and_learns() {
    succeeds("custom_layer", "accuracy on 300 new points: ");
}

#[test]
fn without_files_mnist_says_where_they_are_and_ends_well() {
    succeeds("mnist", "There is no `train-images-idx3-ubyte`");
}

#[test]
fn without_files_the_search_for_anomalies_says_where_they_are_and_ends_well() {
    succeeds("anomaly", "There is no `train-images-idx3-ubyte`");
}

#[test]
fn without_files_lenet_says_where_they_are_and_ends_well() {
    succeeds("lenet", "There is no `train-images-idx3-ubyte`");
}

#[test]
fn without_files_resnet8_says_where_they_are_and_ends_well() {
    succeeds("resnet8", "There is no `cifar10_train.bin`");
}

#[test]
fn without_files_detection_says_where_they_are_and_ends_well() {
    succeeds("detection", "There is no `train-images-idx3-ubyte`");
}

#[test]
fn without_a_file_the_text_of_char_lstm_is_asked_for_and_it_ends_well() {
    succeeds("char_lstm", "There is no `data/tinyshakespeare/input.txt`");
}

#[test]
fn without_a_file_the_text_of_mini_gpt_is_asked_for_and_it_ends_well() {
    succeeds("mini_gpt", "There is no `data/tinyshakespeare/input.txt`");
}

#[test]
fn without_files_activity_says_where_they_are_and_ends_well() {
    succeeds("activity", "There is no `bending1/dataset1.csv`");
}

#[test]
fn without_files_sentiment_says_where_they_are_and_ends_well() {
    succeeds("sentiment", "There is no `train.tsv`");
}

#[test]
fn without_a_file_the_pairs_of_translate_are_asked_for_and_it_ends_well() {
    succeeds("translate", "There is no `data/tatoeba_eng_swe/swe.txt`");
}

#[test]
fn a_table_that_is_not_there_is_named() {
    let Some(output) = run("iris", &["missing.csv"]) else { return };
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && err.contains("missing.csv: cannot read"), "{err}");
}

#[cfg(not(debug_assertions))] // a minute without optimization
#[test]
fn digits_are_read_and_weights_come_back_bit_for_bit() {
    succeeds("digits", "bit for bit");
}

/// What is streamed is as right as the whole sequences: the example compares them.
#[cfg(not(debug_assertions))]
#[test]
fn activity_is_named_step_by_step() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/arem");
    if !folder.is_dir() {
        println!("skipped: there is no {}", folder.display());
        return;
    }
    let folder = folder.canonicalize().expect("it is there");
    let Some(output) = run("activity", &[&folder.to_string_lossy(), "--at-least", "0.5"]) else { return };
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.contains("cycling: 0 s "), "{}:\n{out}{err}", output.status);
}

#[cfg(not(debug_assertions))]
#[test]
fn the_reference_recipe_reaches_its_pass_lines() {
    succeeds("reference_digits", "| shuffled | dl |");
}
