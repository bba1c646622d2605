//! Vocabularies as JSON: the kind, and a list of strings.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::check_vocab;
use crate::io::whole;
use crate::{Error, Result};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    kind: String,
    entries: Vec<String>,
}

/// Writes a vocabulary, an entry a line.
pub(super) fn write(path: &Path, kind: &str, entries: Vec<String>) -> Result<()> {
    let stored = Stored { kind: kind.to_owned(), entries };
    whole::write(path, |out| {
        serde_json::to_writer_pretty(&mut *out, &stored)?;
        writeln!(out)
    })
}

/// The entries of a vocabulary of this kind.
pub(super) fn read(path: &Path, kind: &str) -> Result<Vec<String>> {
    let text = super::read(path)?;
    let stored: Stored = serde_json::from_str(&text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        // the message ends with its place, which is said before
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message);
        let expected = format_args!("a vocabulary of {kind}").to_string();
        Error::content(
            path,
            format_args!("line {line}, column {column}"),
            format_args!("`{message}`"),
            expected,
        )
    })?;
    if stored.kind != kind {
        let (found, expected) = (format!("`{}`", stored.kind), format!("`{kind}`"));
        return Err(Error::content(path, "kind", found, expected));
    }
    check_vocab(stored.entries.len())?;
    Ok(stored.entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_vocabulary_is_an_error_that_says_where() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        for (text, message) in [
            (
                "{\n \"kind\": 3 }",
                "line 2, column 10: found `invalid type: integer `3`, expected a string`, expected a vocabulary of words",
            ),
            (
                "{ \"kind\": \"words\" }",
                "line 1, column 19: found `missing field `entries``, expected a vocabulary of words",
            ),
            (r#"{ "kind": "characters", "entries": [] }"#, "kind: found `characters`, expected `words`"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = read(&path, "words").unwrap_err().to_string();
            assert_eq!(error, format!("{}: {message}", path.display()));
        }
        assert!(read(&folder.path().join("none.json"), "words").is_err());
    }

    #[test]
    fn an_entry_has_a_line_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/a.json");
        write(&path, "words", vec!["<pad>".into(), "a\"b".into()]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            text,
            "{\n  \"kind\": \"words\",\n  \"entries\": [\n    \"<pad>\",\n    \"a\\\"b\"\n  ]\n}\n"
        );
        assert_eq!(read(&path, "words").unwrap(), ["<pad>", "a\"b"]);
    }
}
