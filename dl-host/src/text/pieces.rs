//! A text cut into the pieces that byte pairs do not cross: words, numbers, signs, white space.

/// A longer piece is cut: what merging costs grows with the square of it.
const LONGEST: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letters,
    Digits,
    Signs,
    Space,
}

impl Kind {
    fn of(c: char) -> Self {
        match c {
            _ if c.is_whitespace() => Kind::Space,
            _ if c.is_alphabetic() => Kind::Letters,
            _ if c.is_numeric() => Kind::Digits,
            _ => Kind::Signs,
        }
    }
}

/// The pieces of a text, which make it up from end to end. A word has the space before it.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    let runs = std::iter::from_fn(move || {
        let (run, behind) = rest.split_at(first(rest)?);
        rest = behind;
        Some(run)
    });
    runs.flat_map(|run| run.as_bytes().chunks(LONGEST))
}

/// How many bytes the first piece has; `None` where there is nothing left.
fn first(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().map(|(at, c)| (at, c, Kind::of(c))).peekable();
    let (_, c, mut kind) = chars.next()?;
    if c == ' '
        && let Some(&(_, _, next)) = chars.peek()
    {
        kind = next; // the space belongs to what follows
    }
    let mut before = 0;
    for (at, _, next) in chars {
        if next != kind {
            // the last of several spaces belongs to what follows, too
            let split = kind == Kind::Space && before > 0 && text[before..at] == *" ";
            return Some(if split { before } else { at });
        }
        before = at;
    }
    Some(text.len())
}

#[cfg(test)]
mod tests {
    use proptest::{prop_assert, prop_assert_eq, proptest};

    use super::*;

    fn of(text: &str) -> Vec<String> {
        pieces(text).map(|piece| String::from_utf8_lossy(piece).into_owned()).collect()
    }

    #[test]
    fn words_have_the_space_before_them() {
        assert_eq!(of("the end, at 7:30!"), ["the", " end", ",", " at", " 7", ":", "30", "!"]);
        assert_eq!(of("a\n\nb   c  "), ["a", "\n\n", "b", "  ", " c", "  "]);
        assert_eq!(of(" é\n"), [" é", "\n"]);
        assert_eq!(of(&"x".repeat(65)), ["x".repeat(64), "x".into()]);
    }

    proptest! {
        #[test]
        fn pieces_make_up_the_text(text: String) {
            prop_assert_eq!(pieces(&text).collect::<Vec<_>>().concat(), text.as_bytes());
            prop_assert!(pieces(&text).all(|piece| !piece.is_empty() && piece.len() <= LONGEST));
        }
    }
}
