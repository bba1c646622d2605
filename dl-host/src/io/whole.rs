//! Writing a file whole or not at all.

use std::fs::Permissions;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::{Error, Result};

/// Writes to a temporary file in the same folder and renames it, so that nobody ever sees half a file.
///
/// Missing folders are made.
pub(crate) fn write(path: &Path, fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<()> {
    let error = |action| move |source| Error::io(path, action, source);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder).map_err(|source| Error::io(folder, "make the folder", source))?;
    let mut builder = tempfile::Builder::new();
    let permissions = permissions();
    if let Some(permissions) = permissions {
        builder.permissions(permissions);
    }
    let temporary = builder.tempfile_in(folder).map_err(error("make a file beside it"))?;
    let mut out = BufWriter::new(temporary);
    fill(&mut out).and_then(|()| out.flush()).map_err(error("write"))?;
    let temporary = out.into_inner().map_err(|e| Error::io(path, "write", e.into_error()))?;
    temporary.as_file().sync_all().map_err(error("write"))?;
    temporary.persist(path).map_err(|e| Error::io(path, "rename the finished file", e.error))?;
    Ok(())
}

/// What other programs' new files get (less the umask); temporary files are private otherwise.
#[cfg(unix)]
fn permissions() -> Option<Permissions> {
    Some(std::os::unix::fs::PermissionsExt::from_mode(0o666))
}

#[cfg(not(unix))]
fn permissions() -> Option<Permissions> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_litter() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write(&path, |out| out.write_all(b"old")).unwrap();
        let failed = write(&path, |out| {
            out.write_all(b"half")?;
            Err(std::io::Error::other("disk full"))
        });
        assert_eq!(failed.unwrap_err().to_string(), format!("{}: cannot write: disk full", path.display()));
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn missing_folders_are_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/c.txt");
        write(&path, |out| out.write_all(b"x")).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"x");
    }
}
