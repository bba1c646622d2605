//! What can go wrong with files: where, what was found, what was expected.

use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

/// A file could not be read, written or understood.
///
/// ```
/// use dl_host::{Error, data::idx};
///
/// let error = idx::parse(&[0, 0, 8, 2, 0, 0]).unwrap_err();
/// assert_eq!(error.to_string(), "(bytes): size of dimension 0: found the end of the file, expected 4 bytes");
/// assert!(matches!(error, Error::Content { expected, .. } if expected == "4 bytes"));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused.
    #[error("{}: cannot {action}: {reason}", file.display())]
    Io {
        /// The file or folder.
        file: PathBuf,
        /// What was tried: `open`, `read`, `write`, ...
        action: &'static str,
        /// What it says. It is part of the message, so it is no [`source`](std::error::Error::source), which reports of
        /// chained errors would print a second time.
        reason: io::Error,
    },
    /// A file's content is not what it should be.
    #[error("{}: {place}: found {found}, expected {expected}", file.display())]
    Content {
        /// The file; `(bytes)` for content that came from memory.
        file: PathBuf,
        /// Where in the file: a line and column, a header field, a tensor.
        place: String,
        /// What is there.
        found: String,
        /// What should be there.
        expected: String,
    },
    /// A setting or an argument makes no sense.
    #[error("{what}: found {found}, expected {expected}")]
    Setting {
        /// The setting.
        what: &'static str,
        /// Its value.
        found: String,
        /// What it may be.
        expected: String,
    },
}

/// A result with this crate's [`Error`].
///
/// ```
/// fn first_label(file: &[u8]) -> dl_host::Result<Option<u16>> {
///     Ok(dl_host::data::idx::parse(file)?.labels()?.first().copied())
/// }
/// assert_eq!(first_label(&[0, 0, 8, 1, 0, 0, 0, 2, 5, 0])?, Some(5));
/// # Ok::<(), dl_host::Error>(())
/// ```
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn io(file: &Path, action: &'static str, reason: io::Error) -> Self {
        Error::Io { file: file.to_owned(), action, reason }
    }

    pub(crate) fn content(
        file: &Path,
        place: impl Display,
        found: impl Display,
        expected: impl Display,
    ) -> Self {
        Error::Content {
            file: file.to_owned(),
            place: place.to_string(),
            found: found.to_string(),
            expected: expected.to_string(),
        }
    }

    pub(crate) fn setting(what: &'static str, found: impl Display, expected: impl Display) -> Self {
        Error::Setting { what, found: found.to_string(), expected: expected.to_string() }
    }
}

/// The file name of content that came from memory.
pub(crate) fn bytes() -> &'static Path {
    Path::new("(bytes)")
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn a_chain_of_errors_says_the_systems_reason_once() {
        let error = Error::io(Path::new("a.csv"), "read", io::Error::other("disk on fire"));
        assert_eq!(error.to_string(), "a.csv: cannot read: disk on fire");
        assert!(error.source().is_none());
    }
}
