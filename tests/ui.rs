//! Mistakes and what is said about them: one mistake, one message, on the token to change, with the remedy.
//!
//! Each file of `tests/ui` holds one mistake and is named after it; beside it is the message. The messages are compared
//! word for word with the compiler they were written with; another words its own part differently, so there each file
//! only has to fail. After a change that is meant, write them anew:
//!
//! ```text
//! TRYBUILD=overwrite cargo test --test ui
//! ```
#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The release whose words are in `tests/ui/*.stderr`.
const WRITTEN_WITH: &str = "rustc 1.95.";

/// Mistakes that more than one error is said about, how many, and why.
const MORE_THAN_ONE: [(&str, usize, &str); 6] = [
    (
        "int8_calibration_of_a_network_without",
        2,
        "rustc says the bound of the type again at that of its constructor",
    ),
    ("named_argument", 2, "rustc refuses `name = 10` in a type by itself, whatever the macro makes of it"),
    (
        "own_type_that_is_no_layer",
        2,
        "the scalar is added to a type that takes none before anyone sees it is no layer",
    ),
    ("size_by_an_unknown_constant", 2, "rustc adds a suggestion of its own where it is used among generics"),
    (
        "stream_model_of_a_network_that_does_not",
        2,
        "rustc says the bound again where the constructor is looked up",
    ),
    ("two_mistakes_in_two_fields", 3, "a third is hidden behind them, and said too"),
];

/// The files in `dir` that end in `extension`, by name.
fn files(dir: &str, extension: &str) -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join(dir);
    let entries = fs::read_dir(dir).expect("the directory of the tests");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|found| found == extension));
    files.sort();
    files
}

fn name(file: &Path) -> String {
    file.file_stem().expect("a name").to_string_lossy().into_owned()
}

#[test]
fn every_mistake_is_said_word_for_word() {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().expect("rustc runs");
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    if version.starts_with(WRITTEN_WITH) {
        cases.compile_fail("tests/ui/*.rs");
        return;
    }
    println!("{}: only that each mistake is refused; the words are those of {WRITTEN_WITH}x", version.trim());
    // With `overwrite`, trybuild accepts any message, and writes it beside the copy.
    let copies = copies();
    fs::create_dir_all(&copies).expect("a directory for the copies");
    for file in files("tests/ui", "rs") {
        fs::copy(&file, copies.join(file.file_name().expect("a name"))).expect("a copy");
    }
    let this = env::current_exe().expect("this program");
    let refused = Command::new(this)
        .args(["--exact", "copies_are_refused", "--ignored", "--nocapture"])
        .env("TRYBUILD", "overwrite")
        .status();
    assert!(refused.expect("this program runs").success(), "a mistake compiles");
}

fn copies() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("ui")
}

#[test]
#[ignore = "run by the test above, where the compiler is another"]
fn copies_are_refused() {
    trybuild::TestCases::new().compile_fail(copies().join("*.rs"));
}

#[test]
fn one_mistake_is_one_error_with_a_remedy() {
    let messages = files("tests/ui", "stderr");
    let mistakes: Vec<_> = files("tests/ui", "rs").iter().map(|file| name(file)).collect();
    assert_eq!(messages.iter().map(|file| name(file)).collect::<Vec<_>>(), mistakes);
    for file in messages {
        let text = fs::read_to_string(&file).expect("a message");
        let errors = text.lines().filter(|line| line.starts_with("error")).count();
        let known = MORE_THAN_ONE.iter().find(|(known, ..)| *known == name(&file));
        assert_eq!(errors, known.map_or(1, |(_, errors, _)| *errors), "{}:\n{text}", name(&file));
        // What rustc says in its own words, it says with a note or a label.
        let is_ours = text.starts_with("error: ") || text.contains("evaluation panicked");
        let is_of_a_users_rule = name(&file) == "rule_of_an_own_layer_fails";
        assert!(!is_ours || is_of_a_users_rule || text.contains("help: "), "{} has no remedy", name(&file));
        assert!(!text.contains("warning"), "{} warns as well:\n{text}", name(&file));
    }
}
