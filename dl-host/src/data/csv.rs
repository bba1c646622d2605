//! Tables of text: a record a line, with commas, tabs or what [`Format`] says between the fields.
//!
//! A [`Table`] keeps the text of all fields; its methods turn chosen columns into numbers or classes, and say line and
//! column of what does not fit.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::{Deref, Range};
use std::path::{Path, PathBuf};

use csv::{ErrorKind, Position, ReaderBuilder, StringRecord, Trim, WriterBuilder};
use dl_core::Real;

use crate::error::bytes;
use crate::io::whole;
use crate::{Error, Result};

/// How a table is written.
///
/// ```
/// use dl_host::data::csv::Format;
///
/// let tabs = Format { header: false, delimiter: b'\t', quotes: false, ..Format::default() };
/// let table = tabs.parse(b"so it \"goes\t1\n")?;
/// assert_eq!(table.text(0)?, ["so it \"goes"]);
/// # Ok::<(), dl_host::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// Whether the first line names the columns. Default: yes.
    ///
    /// A header with one name fewer than the rows have fields leaves out the first column, as R writes it.
    pub header: bool,
    /// What stands between two fields. Default: a comma.
    pub delimiter: u8,
    /// Lines that begin with this are left out. Default: none are.
    pub comment: Option<u8>,
    /// Whether a field in double quotes may hold the delimiter and line ends. Default: yes.
    pub quotes: bool,
}

impl Default for Format {
    fn default() -> Self {
        Format { header: true, delimiter: b',', comment: None, quotes: true }
    }
}

/// Reads a table with a header and commas. Other tables: [`Format::read`].
///
/// ```no_run
/// use dl_host::data::csv;
///
/// let table = csv::read("houses.csv")?;
/// let x = table.numbers::<f32, 3>(["rooms", "area", "age"])?;
/// let y = table.numbers::<f32, 1>(["price"])?;
/// # Ok::<(), dl_host::Error>(())
/// ```
///
/// # Errors
///
/// If the file cannot be read, is not UTF-8, or its rows have different numbers of fields.
pub fn read(path: impl AsRef<Path>) -> Result<Table> {
    Format::default().read(path)
}

impl Format {
    /// Reads a table from a file.
    ///
    /// ```
    /// use dl_host::data::csv::Format;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("tabs.tsv");
    /// std::fs::write(&path, "x\ty\n1\t2\n")?;
    /// let table = Format { delimiter: b'\t', ..Format::default() }.read(&path)?;
    /// assert_eq!(table.numbers::<f32, 2>(["x", "y"])?, [[1.0, 2.0]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`read`].
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Table> {
        let path = path.as_ref();
        let content = std::fs::read(path).map_err(|source| Error::io(path, "read", source))?;
        self.parse_from(&content, path)
    }

    /// Reads a table from memory.
    ///
    /// ```
    /// use dl_host::data::csv::Format;
    ///
    /// let table = Format::default().parse(b"x,y\n1,2\n")?;
    /// assert_eq!(table.len(), 1);
    /// let error = Format::default().parse(b"x,y\n1\n").unwrap_err();
    /// assert!(error.to_string().starts_with("(bytes): line 2"));
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`read`].
    pub fn parse(&self, content: &[u8]) -> Result<Table> {
        self.parse_from(content, bytes())
    }

    fn parse_from(&self, content: &[u8], file: &Path) -> Result<Table> {
        let mut reader = ReaderBuilder::new()
            .has_headers(false) // the header's own rule is below
            .flexible(true) // and so is that of the rows' lengths
            .delimiter(self.delimiter)
            .comment(self.comment)
            .quoting(self.quotes)
            .trim(Trim::All)
            .from_reader(content);
        let mut table = Table { file: file.to_owned(), names: None, rows: Vec::new() };
        let mut lines = Lines { content, comment: self.comment, at: 0, line: 1 };
        for record in reader.records() {
            let record = match record {
                Ok(record) => Row { line: lines.of(record.position()), record },
                Err(error) => return Err(table.unreadable(&error, &mut lines)),
            };
            if self.header && table.names.is_none() {
                table.names = Some(record.record.iter().map(str::to_owned).collect());
                continue;
            }
            table.check_length(&record)?;
            table.rows.push(record);
        }
        Ok(table)
    }
}

/// The rows of a table, as text.
///
/// ```
/// use dl_host::data::csv::Format;
///
/// let table = Format::default().parse(b"length,width,kind\n5.1,3.5,setosa\n7.0,3.2,versicolor\n")?;
/// assert_eq!(table.numbers::<f32, 2>(["width", "length"])?[0], [3.5, 5.1]);
/// assert_eq!(table.numbers::<f64, 2>(0..2)?[1], [7.0, 3.2]);
///
/// let kinds = table.classes("kind")?;
/// assert_eq!(kinds.labels, [0, 1]);
/// assert_eq!(kinds.names, ["setosa", "versicolor"]);
/// # Ok::<(), dl_host::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Table {
    file: PathBuf,
    names: Option<Vec<String>>,
    rows: Vec<Row>,
}

#[derive(Clone, Debug)]
struct Row {
    line: usize,
    record: StringRecord,
}

impl Deref for Row {
    type Target = StringRecord;
    fn deref(&self) -> &StringRecord {
        &self.record
    }
}

/// A column read as classes.
///
/// ```
/// use dl_host::data::csv::Format;
///
/// let classes = Format::default().parse(b"pet\ndog\ncat\ndog\n")?.classes("pet")?;
/// assert_eq!(classes.names, ["cat", "dog"]);
/// assert_eq!(classes.labels, [1, 0, 1]);
/// # Ok::<(), dl_host::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classes {
    /// The class of each row: an index of `names`.
    pub labels: Vec<u16>,
    /// The names: in order of their numbers if all are whole numbers, else alphabetically.
    pub names: Vec<String>,
}

/// A column, by its name in the header or by its place, from 0.
///
/// ```
/// use dl_host::data::csv::Format;
///
/// let table = Format::default().parse(b"x,y\n1,2\n")?;
/// assert_eq!(table.text("y")?, table.text(1)?);
/// # Ok::<(), dl_host::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column<'a> {
    /// By name.
    Name(&'a str),
    /// By place.
    Index(usize),
}

impl<'a> From<&'a str> for Column<'a> {
    fn from(name: &'a str) -> Self {
        Column::Name(name)
    }
}

impl From<usize> for Column<'_> {
    fn from(index: usize) -> Self {
        Column::Index(index)
    }
}

/// Several columns: an array of names or places, or a range of places.
///
/// ```
/// use dl_host::data::csv::Format;
///
/// let table = Format::default().parse(b"x,y,z\n1,2,3\n")?;
/// assert_eq!(table.numbers::<f32, 2>(["z", "x"])?, [[3.0, 1.0]]);
/// assert_eq!(table.numbers::<f32, 2>([2, 0])?, [[3.0, 1.0]]);
/// assert_eq!(table.numbers::<f32, 2>(1..3)?, [[2.0, 3.0]]);
/// # Ok::<(), dl_host::Error>(())
/// ```
pub trait Columns<'a> {
    /// One after the other.
    fn columns(self) -> impl Iterator<Item = Column<'a>>;
}

impl<'a, C: Into<Column<'a>>, const N: usize> Columns<'a> for [C; N] {
    fn columns(self) -> impl Iterator<Item = Column<'a>> {
        self.into_iter().map(Into::into)
    }
}

impl<'a> Columns<'a> for Range<usize> {
    fn columns(self) -> impl Iterator<Item = Column<'a>> {
        self.map(Column::Index)
    }
}

impl Table {
    /// The number of rows, the header not counted.
    ///
    /// ```
    /// # use dl_host::data::csv::Format;
    /// assert_eq!(Format::default().parse(b"x\n1\n2\n")?.len(), 2);
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    ///
    /// ```
    /// # use dl_host::data::csv::Format;
    /// assert!(Format::default().parse(b"x\n")?.is_empty());
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The names in the header, if there is one.
    ///
    /// ```
    /// # use dl_host::data::csv::Format;
    /// let table = Format::default().parse(b"x,y\n1,2\n")?;
    /// assert_eq!(table.names().unwrap(), ["x", "y"]);
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    pub fn names(&self) -> Option<&[String]> {
        self.names.as_deref()
    }

    /// The text of a column.
    ///
    /// ```
    /// # use dl_host::data::csv::Format;
    /// let table = Format::default().parse(b"x,pet\n1,dog\n2,cat\n")?;
    /// assert_eq!(table.text("pet")?, ["dog", "cat"]);
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no such column.
    pub fn text<'a>(&self, column: impl Into<Column<'a>>) -> Result<Vec<&str>> {
        let at = self.find(column.into())?;
        Ok(self.rows.iter().map(|row| &row[at]).collect())
    }

    /// `N` columns as numbers, a row each.
    ///
    /// ```
    /// # use dl_host::data::csv::Format;
    /// let table = Format::default().parse(b"x,y\n1,2\n3,?\n")?;
    /// assert_eq!(table.numbers::<f32, 1>(["x"])?, [[1.0], [3.0]]);
    /// let error = table.numbers::<f32, 1>(["y"]).unwrap_err();
    /// assert!(error.to_string().contains("line 3"));
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no such column, there are not `N`, or a field is not a finite number.
    pub fn numbers<'a, T: Real, const N: usize>(&self, columns: impl Columns<'a>) -> Result<Vec<[T; N]>> {
        let columns = columns.columns().map(|column| self.find(column)).collect::<Result<Vec<_>>>()?;
        if columns.len() != N {
            return Err(Error::setting("number of columns", columns.len(), N));
        }
        let mut numbers = vec![[T::zero(); N]; self.rows.len()];
        for (row, numbers) in self.rows.iter().zip(&mut numbers) {
            for (&column, number) in columns.iter().zip(numbers) {
                let text = &row[column];
                // Through the decimal's nearest f64; the scalar's own nearest differs from it by a last bit at most.
                let value = text.parse::<f64>().ok().map(T::of).filter(|value| value.is_finite());
                *number = value.ok_or_else(|| self.bad_field(row, column, "a finite number"))?;
            }
        }
        Ok(numbers)
    }

    /// A column as classes: each different text is one.
    ///
    /// ```
    /// # use dl_host::data::csv::Format;
    /// let classes = Format::default().parse(b"digit\n10\n9\n10\n")?.classes("digit")?;
    /// assert_eq!(classes.names, ["9", "10"]); // as numbers
    /// assert_eq!(classes.labels, [1, 0, 1]);
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no such column, a field is empty, or there are more than 65,536 different ones.
    #[doc(alias = "LabelEncoder")]
    pub fn classes<'a>(&self, column: impl Into<Column<'a>>) -> Result<Classes> {
        let at = self.find(column.into())?;
        let names = self.rows.iter().map(|row| &row[at]).collect::<BTreeSet<_>>();
        let mut names = names.into_iter().map(str::to_owned).collect::<Vec<_>>();
        if names.iter().all(|name| name.parse::<i64>().is_ok()) {
            names.sort_by_key(|name| name.parse::<i64>().unwrap_or_default());
        }
        if names.len() > usize::from(u16::MAX) + 1 {
            let place = format_args!("column {}", self.name_of(at));
            let found = format_args!("{} different classes", names.len());
            return Err(Error::content(&self.file, place, found, "at most 65536"));
        }
        let labels = self.labels(at, &names)?;
        Ok(Classes { labels, names })
    }

    /// A column as classes whose names are known: the indices of its fields in `names`.
    ///
    /// ```
    /// use dl_host::data::csv::Format;
    ///
    /// let test = Format::default().parse(b"kind\nB\nB\n")?;
    /// assert_eq!(test.labels("kind", &["A", "B"])?, [1, 1]);
    /// assert!(test.labels("kind", &["A", "C"]).is_err());
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no such column, or a field is empty or not one of the first 65,536 `names`.
    pub fn labels<'a, S: AsRef<str>>(&self, column: impl Into<Column<'a>>, names: &[S]) -> Result<Vec<u16>> {
        let at = self.find(column.into())?;
        let mut index = std::collections::HashMap::new();
        for (i, name) in (0..=u16::MAX).zip(names) {
            index.entry(name.as_ref()).or_insert(i);
        }
        let label = |row: &Row| match index.get(&row[at]) {
            Some(&label) if !row[at].is_empty() => Ok(label),
            _ => Err(self.bad_field(row, at, format_args!("a class{}", listed(names)))),
        };
        self.rows.iter().map(label).collect()
    }

    /// The place of a column, which every row has.
    fn find(&self, column: Column<'_>) -> Result<usize> {
        let width = self.rows.first().map(|row| row.len());
        let width = width.or(self.names.as_ref().map(Vec::len)).unwrap_or(0);
        let (place, expected) = match (column, &self.names) {
            (Column::Index(at), _) if at < width => return Ok(at),
            (Column::Index(at), _) => (at.to_string(), format!("a table of {} columns or more", at + 1)),
            (Column::Name(name), None) => (name.to_owned(), "a header, to find a column by its name".into()),
            (Column::Name(name), Some(names)) => match names.iter().position(|n| n == name) {
                Some(at) => return Ok(at),
                None => (name.to_owned(), format!("it in the header{}", listed(names))),
            },
        };
        let found = match column {
            Column::Index(_) => format!("{width} columns"),
            Column::Name(_) => "no such column".into(),
        };
        Err(Error::content(&self.file, format_args!("column `{place}`"), found, expected))
    }

    /// Rows are as long as the header, or as the first row.
    fn check_length(&mut self, record: &Row) -> Result<()> {
        if let Some(names) = &mut self.names
            && self.rows.is_empty()
            && names.len() + 1 == record.len()
        {
            names.insert(0, String::new());
        }
        let expected = match (&self.names, self.rows.first()) {
            (Some(names), _) => (names.len(), "as the header"),
            (None, Some(first)) => (first.len(), "as the first row"),
            (None, None) => return Ok(()),
        };
        if record.len() == expected.0 {
            return Ok(());
        }
        let expected = format_args!("{}, {}", expected.0, expected.1);
        Err(Error::content(
            &self.file,
            format_args!("line {}", record.line),
            format_args!("{} fields", record.len()),
            expected,
        ))
    }

    fn unreadable(&self, error: &csv::Error, lines: &mut Lines<'_>) -> Error {
        match error.kind() {
            ErrorKind::Utf8 { pos, err } => {
                let place = format_args!("line {}, column {}", lines.of(pos.as_ref()), err.field());
                Error::content(&self.file, place, "bytes that are not text", "UTF-8")
            }
            _ => Error::content(&self.file, "table", error, "a table"),
        }
    }

    fn bad_field(&self, row: &Row, column: usize, expected: impl Display) -> Error {
        let text: String = row[column].chars().take(40).collect();
        let found = if text.is_empty() { "an empty field".into() } else { format!("`{text}`") };
        let place = format_args!("line {}, column {}", row.line, self.name_of(column));
        Error::content(&self.file, place, found, expected)
    }

    fn name_of(&self, column: usize) -> String {
        match self.names.as_ref().map(|names| names[column].as_str()) {
            Some(name) if !name.is_empty() => format!("{column} (`{name}`)"),
            _ => column.to_string(),
        }
    }
}

/// Counts lines on the way from record to record.
struct Lines<'a> {
    content: &'a [u8],
    comment: Option<u8>,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of the record at `position`, which the reader takes to begin at empty lines and comments before it.
    fn of(&mut self, position: Option<&Position>) -> usize {
        let start = position.map_or(self.at, |position| position.byte() as usize);
        while self.at < start {
            self.next();
        }
        let mut comment = false;
        while let Some(&byte) = self.content.get(self.at) {
            comment = byte != b'\n' && (comment || self.comment == Some(byte));
            if !comment && byte != b'\r' && byte != b'\n' {
                break;
            }
            self.next();
        }
        self.line
    }

    /// Passes a byte. A line ends with `\n`, `\r\n` or `\r`.
    fn next(&mut self) {
        let ends = match self.content.get(self.at) {
            Some(b'\n') => true,
            Some(b'\r') => self.content.get(self.at + 1) != Some(&b'\n'),
            _ => false,
        };
        self.line += usize::from(ends);
        self.at += 1;
    }
}

/// ` (a, b, c)`, of the first ten.
fn listed<S: AsRef<str>>(names: &[S]) -> String {
    let some = names.iter().take(10).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    let more = if names.len() > 10 { ", ..." } else { "" };
    format!(" ({some}{more})")
}

/// Writes a table with a header and commas; the file appears when it is complete.
///
/// ```
/// use dl_host::data::csv;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("squares.csv");
/// csv::write(&path, &["x", "x, squared"], [[1, 1], [2, 4]])?;
/// assert_eq!(std::fs::read_to_string(&path)?, "x,\"x, squared\"\n1,1\n2,4\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If a row has not as many fields as the header, or the file cannot be written.
pub fn write<R: IntoIterator<Item: Display>>(
    path: impl AsRef<Path>,
    header: &[&str],
    rows: impl IntoIterator<Item = R>,
) -> Result<()> {
    let path = path.as_ref();
    let mut bad = None;
    let written = whole::write(path, |out| {
        let mut out = WriterBuilder::new().from_writer(out);
        out.write_record(header)?;
        for (i, row) in rows.into_iter().enumerate() {
            let row = row.into_iter().map(|field| field.to_string()).collect::<Vec<_>>();
            if row.len() != header.len() {
                bad = Some((i, row.len()));
                return Err(std::io::ErrorKind::InvalidInput.into());
            }
            out.write_record(row)?;
        }
        out.flush()
    });
    match bad {
        Some((i, found)) => {
            let expected = format_args!("{}, as the header", header.len());
            Err(Error::content(path, format_args!("row {i}"), format_args!("{found} fields"), expected))
        }
        None => written,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLAIN: Format = Format { header: false, delimiter: b',', comment: None, quotes: true };

    fn table(text: &str) -> Table {
        Format::default().parse(text.as_bytes()).unwrap()
    }

    fn message<A>(result: Result<A>) -> String {
        result.err().expect("this should be refused").to_string()
    }

    #[test]
    fn columns_are_chosen_by_name_or_place_in_any_order() {
        let table = table("a,b,c\n1,2,3\n4, 5 ,6e0\n");
        assert_eq!(table.numbers::<f32, 2>(["c", "a"]).unwrap(), [[3.0, 1.0], [6.0, 4.0]]);
        assert_eq!(table.numbers::<f64, 1>([1]).unwrap(), [[2.0], [5.0]]);
        assert_eq!(table.numbers::<f64, 2>(1..3).unwrap(), [[2.0, 3.0], [5.0, 6.0]]);
        assert_eq!(table.names().unwrap(), ["a", "b", "c"]);
    }

    #[test]
    fn what_is_not_a_number_is_named_with_line_and_column() {
        for end in ["\n", "\r\n", "\r"] {
            let text = table(&["a,b", "\"1\",2", "", "3,x", ""].join(end));
            let error = message(text.numbers::<f32, 2>(["a", "b"]));
            assert_eq!(error, "(bytes): line 4, column 1 (`b`): found `x`, expected a finite number");
        }
        let remarks = Format { comment: Some(b'#'), ..PLAIN };
        let text = remarks.parse(b"# one\n\n#\n\"2\n\",\"3\"\n# four\n7,x").unwrap();
        let error = message(text.numbers::<f32, 2>(0..2));
        assert_eq!(error, "(bytes): line 7, column 1: found `x`, expected a finite number");
        for bad in ["", "?", "NaN", "inf", "1e999", "1,5"] {
            let table = PLAIN.parse(format!("\"{bad}\"\n").as_bytes());
            let Ok(table) = table else { panic!("{bad} was refused early") };
            let refused = table.is_empty() || table.numbers::<f64, 1>([0]).is_err();
            assert!(refused, "{bad} was read as a number");
        }
        assert!(message(PLAIN.parse(b"1e39\n").unwrap().numbers::<f32, 1>([0])).contains("`1e39`"));
    }

    #[test]
    fn rows_of_another_length_are_refused() {
        assert_eq!(
            message(Format::default().parse(b"a,b\n1,2\n1\n")),
            "(bytes): line 3: found 1 fields, expected 2, as the header"
        );
        assert_eq!(
            message(PLAIN.parse(b"1,2\n1,2,3\n")),
            "(bytes): line 2: found 3 fields, expected 2, as the first row"
        );
    }

    #[test]
    fn a_header_without_the_row_names_counts_from_the_second_column() {
        let table = table("\"x\",\"y\"\n\"1\",7,8\n\"2\",9,10\n");
        assert_eq!(table.numbers::<f32, 2>(["x", "y"]).unwrap(), [[7.0, 8.0], [9.0, 10.0]]);
        assert!(Format::default().parse(b"x\n1,7\n7\n").is_err());
    }

    #[test]
    fn missing_columns_are_named_with_what_there_is() {
        let text = table("a,b\n1,2\n");
        assert_eq!(
            message(text.numbers::<f32, 1>(["c"])),
            "(bytes): column `c`: found no such column, expected it in the header (a, b)"
        );
        assert_eq!(
            message(text.text(2)),
            "(bytes): column `2`: found 2 columns, expected a table of 3 columns or more"
        );
        assert!(message(PLAIN.parse(b"1\n").unwrap().text("a")).contains("expected a header"));
        assert!(message(text.numbers::<f32, 3>(0..2)).contains("number of columns: found 2, expected 3"));
        assert!(table("").text(0).is_err() && table("a\n").text(0).unwrap().is_empty());
    }

    #[test]
    fn classes_are_numbered_in_the_order_of_their_names() {
        let text = table("k,n\nb,10\na,9\nb,-1\n");
        let letters = text.classes("k").unwrap();
        assert_eq!(
            (&letters.labels[..], &letters.names[..]),
            (&[1, 0, 1][..], &["a".into(), "b".into()][..])
        );
        let numbers = text.classes("n").unwrap();
        assert_eq!(numbers.names, ["-1", "9", "10"]);
        assert_eq!(numbers.labels, [2, 1, 0]);
        assert_eq!(
            message(text.labels("k", &["b", "c"])),
            "(bytes): line 3, column 0 (`k`): found `a`, expected a class (b, c)"
        );
        assert!(message(table("k,n\n,1\n").classes("k")).contains("found an empty field"));
    }

    #[test]
    fn comments_and_other_delimiters_are_told() {
        let format = Format { comment: Some(b'#'), delimiter: b';', ..PLAIN };
        let table = format.parse(b"# a remark\r\n1;2\r\n#\r\n3;4\r\n").unwrap();
        assert_eq!(table.numbers::<f32, 2>(0..2).unwrap(), [[1.0, 2.0], [3.0, 4.0]]);
    }

    #[test]
    fn bytes_that_are_not_text_are_named_with_their_place() {
        assert_eq!(
            message(PLAIN.parse(b"1,2\n3,\xff\n")),
            "(bytes): line 2, column 1: found bytes that are not text, expected UTF-8"
        );
    }

    #[test]
    fn a_written_table_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        write(&path, &["a \"quoted\"", "b"], [[0.1, 1e-300], [-2.0, 1.0 / 3.0]]).unwrap();
        let table = read(&path).unwrap();
        assert_eq!(
            table.numbers::<f64, 2>(["a \"quoted\"", "b"]).unwrap(),
            [[0.1, 1e-300], [-2.0, 1.0 / 3.0]]
        );
        let error = message(write(&path, &["a", "b"], [vec![1, 2], vec![3]]));
        assert!(error.ends_with("t.csv: row 1: found 1 fields, expected 2, as the header"), "{error}");
        assert_eq!(read(&path).unwrap().len(), 2);
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_table_or_an_error(
            content in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(&b",\"\n\r1a#"[..])], 0..80),
            header: bool, quotes: bool,
        ) {
            let format = Format { header, quotes, comment: Some(b'#'), ..PLAIN };
            if let Ok(table) = format.parse(&content) {
                let _ = (table.numbers::<f32, 2>(0..2), table.classes(0), table.text("a"));
            }
        }

        #[test]
        fn a_changed_table_gives_a_table_or_an_error(at in 0..24_usize, byte: u8, cut in 0..24_usize) {
            let mut content = b"a,b\n1,\"2\"\n3,4\n5,6\n7,8\n9,0".to_vec();
            content[at] = byte;
            content.truncate(26 - cut);
            if let Ok(table) = Format::default().parse(&content) {
                let _ = (table.numbers::<f32, 2>(["a", "b"]), table.classes("a"));
            }
        }
    }
}
