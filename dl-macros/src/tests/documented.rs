//! A document that holds an expansion in pieces, with prose between them.
//!
//! The pieces are its blocks that begin with [`OPEN`]; one after the other they are the expansion, line by line. After
//! a change of the expansion
//!
//! ```text
//! UPDATE_DOCS=1 cargo test -p dl-macros
//! ```
//!
//! writes them anew and leaves the prose, which is then to be read again. A new line joins the piece of the line before
//! it.

use std::path::Path;
use std::{env, fs};

/// The line that opens a piece.
const OPEN: &str = "```rust,ignore";
/// The line that closes one.
const CLOSE: &str = "```";

/// Holds the document `name` of the repository to `expansion`, or writes it, if `UPDATE_DOCS` is set.
pub(super) fn check(name: &str, expansion: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    let document = fs::read_to_string(&file).expect("the document");
    let updated = update(&document, expansion);
    if env::var_os("UPDATE_DOCS").is_some() {
        return fs::write(&file, updated).expect("the document can be written");
    }
    for (n, (is, should)) in document.lines().zip(updated.lines()).enumerate() {
        assert_eq!(is, should, "{name}, line {}; `UPDATE_DOCS=1 cargo test -p dl-macros` rewrites it", n + 1);
    }
    assert_eq!(document, updated, "{name} ends elsewhere");
}

/// Holds the document `name` to the last call in `expansion` that begins with the line `first_argument`, which it shows
/// without its indentation.
pub(super) fn check_call(name: &str, expansion: &str, first_argument: &str) {
    let lines: Vec<&str> = expansion.lines().collect();
    let at = lines.iter().rposition(|line| line.trim() == format!("{first_argument},")).expect("the call");
    let indent = lines[at - 1].len() - lines[at - 1].trim_start().len();
    let end = (at..lines.len()).find(|&i| lines[i].trim() == ");").expect("its end");
    shows(name, &lines[at - 1..=end], indent);
}

/// Holds the document `name` to the first function in `expansion` that begins with `start`, which it shows without its
/// indentation.
pub(super) fn check_function(name: &str, expansion: &str, start: &str) {
    let lines: Vec<&str> = expansion.lines().collect();
    let at = lines.iter().position(|line| line.trim_start().starts_with(start)).expect("the function");
    let indent = lines[at].len() - lines[at].trim_start().len();
    let end = format!("{}}}", " ".repeat(indent));
    let end = (at..lines.len()).find(|&i| lines[i] == end).expect("its end");
    shows(name, &lines[at..=end], indent);
}

fn shows(name: &str, lines: &[&str], indent: usize) {
    let text: String = lines.iter().flat_map(|line| [line.get(indent..).unwrap_or(""), "\n"]).collect();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    let document = fs::read_to_string(&file).expect("the document");
    assert!(document.contains(&text), "{name} should show\n\n{text}");
}

/// `document` with the lines of `expansion` in its pieces.
fn update(document: &str, expansion: &str) -> String {
    let (mut old, mut pieces, mut is_open) = (Vec::new(), 0, false);
    for line in document.lines() {
        match line {
            OPEN => (pieces, is_open) = (pieces + 1, true),
            CLOSE => is_open = false,
            _ if is_open => old.push((pieces - 1, line)),
            _ => {}
        }
    }
    assert!(pieces > 0, "the document has no block that begins with {OPEN}");
    let new: Vec<&str> = expansion.lines().collect();
    let mut lines: Vec<Vec<&str>> = vec![Vec::new(); pieces];
    let mut current = 0;
    for (line, kept) in new.iter().zip(kept(&old, &new)) {
        current = kept.unwrap_or(current);
        lines[current].push(line);
    }

    let (mut out, mut lines) = (String::new(), lines.into_iter());
    let mut push = |line: &str| out.extend([line, "\n"]);
    is_open = false;
    for line in document.lines() {
        is_open &= line != CLOSE;
        if !is_open {
            push(line);
        }
        if line == OPEN {
            is_open = true;
            lines.next().into_iter().flatten().for_each(&mut push);
        }
    }
    out
}

/// The piece of each new line that an old one has stayed, by a longest common subsequence.
fn kept(old: &[(usize, &str)], new: &[&str]) -> Vec<Option<usize>> {
    let mut longest = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i][j] = if old[i].1 == new[j] {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    let (mut i, mut kept) = (0, vec![None; new.len()]);
    for j in 0..new.len() {
        while i < old.len() && old[i].1 != new[j] && longest[i + 1][j] == longest[i][j] {
            i += 1;
        }
        if i < old.len() && old[i].1 == new[j] {
            kept[j] = Some(old[i].0);
            i += 1;
        }
    }
    kept
}

#[test]
fn new_lines_join_the_piece_of_the_line_before_and_prose_stays() {
    let document = "A\n```rust,ignore\nfn a() {\n    1\n```\nB\n```rust\nnot a piece\n```\n```rust,ignore\n}\nfn b() {}\n```\nC\n";
    assert_eq!(update(document, "fn a() {\n    1\n}\nfn b() {}\n"), document);
    assert_eq!(
        update(document, "fn a() {\n    2\n    3\n}\nfn c() {}\nfn b() {}\n"),
        "A\n```rust,ignore\nfn a() {\n    2\n    3\n```\nB\n```rust\nnot a piece\n```\n```rust,ignore\n}\nfn c() {}\nfn b() {}\n```\nC\n",
    );
}
