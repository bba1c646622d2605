//! A file of bytes, plain or compressed with gzip, and what to say where it is not what it should be.

use std::fmt::Display;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::{Error, Result};

const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The content of a file, decompressed where it begins as gzip does.
pub(crate) struct Source<'a> {
    content: Box<dyn Read + 'a>,
    file: &'a Path,
    gzip: bool,
}

impl<'a> Source<'a> {
    pub(crate) fn open(file: &'a Path) -> Result<Self> {
        let content = File::open(file).map_err(|source| Error::io(file, "open", source))?;
        Source::new(BufReader::new(content), file)
    }

    /// `file` is what errors name.
    pub(super) fn new(mut content: impl BufRead + 'a, file: &'a Path) -> Result<Self> {
        let start = content.fill_buf().map_err(|source| Error::io(file, "read", source))?;
        let gzip = start.starts_with(&GZIP);
        let content: Box<dyn Read + 'a> =
            if gzip { Box::new(MultiGzDecoder::new(content)) } else { Box::new(content) };
        Ok(Source { content, file, gzip })
    }

    pub(super) fn file(&self) -> &'a Path {
        self.file
    }

    /// The next four bytes.
    pub(super) fn four(&mut self, place: &str) -> Result<[u8; 4]> {
        let mut four = [0; 4];
        self.content.read_exact(&mut four).map_err(|source| match source.kind() {
            ErrorKind::UnexpectedEof => self.error(place, "the end of the file", "4 bytes"),
            _ => self.broken(source, place),
        })?;
        Ok(four)
    }

    /// What is left, but at most `limit` bytes. The memory grows with what is really there.
    pub(crate) fn rest(&mut self, limit: u64, place: &str) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = (&mut self.content).take(limit).read_to_end(&mut bytes);
        read.map_err(|source| self.broken(source, place))?;
        Ok(bytes)
    }

    pub(super) fn error(&self, place: impl Display, found: impl Display, expected: impl Display) -> Error {
        Error::content(self.file, place, found, expected)
    }

    /// A decompressor reports damaged content as an input error.
    fn broken(&self, source: std::io::Error, place: &str) -> Error {
        match self.gzip {
            true => self.error(place, format_args!("damaged gzip data ({source})"), "whole gzip data"),
            false => Error::io(self.file, "read", source),
        }
    }
}

/// Samples of `N` numbers from 0 to 1: each byte divided by 255.
pub(super) fn unit<const N: usize>(bytes: &[u8]) -> Vec<[f32; N]> {
    // Sample by sample through the heap: arrays can be larger than the stack.
    let (mut samples, mut sample) = (Vec::with_capacity(bytes.len() / N), vec![0.0; N]);
    for bytes in bytes.chunks_exact(N) {
        for (number, &byte) in sample.iter_mut().zip(bytes) {
            *number = f32::from(byte) / 255.0;
        }
        samples.extend_from_slice(sample.as_chunks().0);
    }
    samples
}

/// What the tests of all readers need.
#[cfg(test)]
pub(super) fn gzip(content: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(content).unwrap();
    out.finish().unwrap()
}
