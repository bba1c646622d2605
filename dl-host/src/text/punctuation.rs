//! Signs apart from words.

/// The text with one space between its words and signs, so that each is a token of [`Words`](super::Words).
///
/// A word is made of letters, digits and `_`, with `'` or `’` inside of it. Every other sign stands alone.
///
/// ```
/// use dl_host::text::split_punctuation;
///
/// let text = split_punctuation(&"Tom can't stay, it's 7:30!".to_lowercase());
/// assert_eq!(text, "tom can't stay , it's 7 : 30 !");
/// ```
#[doc(alias = "basic_english")]
pub fn split_punctuation(text: &str) -> String {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    let is_inside = |c: char| c == '\'' || c == '’';
    let mut split = String::with_capacity(text.len() + text.len() / 8);
    let mut before = None; // what the last word or sign ends with, if nothing is between
    let mut signs = text.chars().peekable();
    while let Some(c) = signs.next() {
        let goes_on = is_letter(c) && before.is_some_and(is_letter);
        let joins =
            is_inside(c) && before.is_some_and(is_letter) && signs.peek().is_some_and(|c| is_letter(*c));
        if c.is_whitespace() {
            before = None;
            continue;
        }
        if !goes_on && !joins && !split.is_empty() {
            split.push(' ');
        }
        split.push(c);
        before = Some(if joins { '_' } else { c });
    }
    split
}

#[cfg(test)]
mod tests {
    use super::split_punctuation;

    #[test]
    fn only_signs_inside_of_a_word_are_a_part_of_it() {
        for (text, split) in [
            ("", ""),
            ("  a\t b\u{a0}c ", "a b c"),
            ("'tis o'clock's end''s", "' tis o'clock's end ' ' s"),
            ("rock’n’roll’", "rock’n’roll ’"),
            ("what?!...", "what ? ! . . ."),
            ("å_ä 1,5", "å_ä 1 , 5"),
        ] {
            assert_eq!(split_punctuation(text), split);
            assert_eq!(split_punctuation(split), split, "once is enough");
        }
    }
}
