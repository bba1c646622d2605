//! Texts that are built while compiling.

use core::fmt;

use super::Shape;

/// A text built while compiling: what a shape rule answers when a shape does not fit.
///
/// ```
/// use dl_core::{Message, Shape};
///
/// const M: Message = Message::new().text("scales ").number(5).text(" values but receives ").shape(Shape::new([4]));
/// assert_eq!(M.as_str(), "scales 5 values but receives [4]");
/// ```
#[derive(Clone, Copy)]
pub struct Message {
    bytes: [u8; 320],
    len: usize,
}

impl Message {
    /// The empty text.
    ///
    /// ```
    /// assert_eq!(dl_core::Message::new().as_str(), "");
    /// ```
    pub const fn new() -> Self {
        Message { bytes: [0; 320], len: 0 }
    }

    /// Adds text; what is past 320 bytes is cut.
    ///
    /// ```
    /// assert_eq!(dl_core::Message::new().text("needs ").text("steps").as_str(), "needs steps");
    /// ```
    pub const fn text(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut i = 0;
        while i < text.len() && self.len < self.bytes.len() {
            self.bytes[self.len] = text[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    /// Adds a whole number.
    ///
    /// ```
    /// assert_eq!(dl_core::Message::new().number(1024).as_str(), "1024");
    /// ```
    pub const fn number(self, mut n: usize) -> Self {
        let mut digits = [0_u8; 20];
        let mut at = digits.len();
        loop {
            at -= 1;
            digits[at] = b'0' + (n % 10) as u8;
            n /= 10;
            if n == 0 {
                break;
            }
        }
        match core::str::from_utf8(digits.split_at(at).1) {
            Ok(digits) => self.text(digits),
            Err(_) => self,
        }
    }

    /// Adds a shape.
    ///
    /// ```
    /// use dl_core::{Message, Shape};
    ///
    /// assert_eq!(Message::new().shape(Shape::new([10, 4])).as_str(), "[10, 4]");
    /// ```
    pub const fn shape(self, shape: Shape) -> Self {
        if shape.tokens {
            return self.text("[u16; ").number(shape.dims[0]).text("]");
        }
        self.dims(shape.dims())
    }

    /// Adds the shape of a tensor, of any rank.
    pub(crate) const fn dims(self, dims: &[usize]) -> Self {
        let (mut text, mut i) = (self.text("["), 0);
        while i < dims.len() {
            if i > 0 {
                text = text.text(", ");
            }
            text = text.number(dims[i]);
            i += 1;
        }
        text.text("]")
    }

    /// Adds a hash, `0x01234567`.
    pub(crate) const fn hex(self, hash: u32) -> Self {
        let (mut text, mut shift) = (self.text("0x"), 32);
        while shift > 0 {
            shift -= 4;
            let digit = (hash >> shift & 15) as usize;
            text = text.text("0123456789abcdef".split_at(digit).1.split_at(1).0);
        }
        text
    }

    /// Adds a shape, or several in parentheses.
    pub(super) const fn shapes(self, shapes: &[Shape]) -> Self {
        if shapes.len() == 1 {
            return self.shape(shapes[0]);
        }
        let (mut text, mut i) = (self.text("("), 0);
        while i < shapes.len() {
            if i > 0 {
                text = text.text(", ");
            }
            text = text.shape(shapes[i]);
            i += 1;
        }
        text.text(")")
    }

    /// The text.
    ///
    /// ```
    /// assert_eq!(dl_core::Message::new().text("odd").as_str(), "odd");
    /// ```
    pub const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "(a message cut inside a character)",
        }
    }
}

impl Default for Message {
    fn default() -> Self {
        Message::new()
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
