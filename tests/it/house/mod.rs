//! The house rules: where things lie, what may know what, and that nothing was forgotten in a list.

mod lists;
mod rooms;

use std::fs;
use std::path::Path;

/// A file of the checkout: its path from there and its text.
struct File {
    path: String,
    text: String,
}

impl File {
    /// Its lines that are neither comment nor empty, up to its tests.
    fn code(&self) -> impl Iterator<Item = &str> {
        let lines = self.text.lines().take_while(|line| *line != "#[cfg(test)]");
        lines.filter(|line| !line.trim_start().starts_with("//") && !line.trim().is_empty())
    }
}

/// The files below `folder` with this ending, in order.
fn files(folder: &str, ending: &str) -> Vec<File> {
    let mut found = Vec::new();
    collect(Path::new(env!("CARGO_MANIFEST_DIR")), folder, ending, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "{folder} holds no {ending}");
    found
}

fn collect(checkout: &Path, folder: &str, ending: &str, found: &mut Vec<File>) {
    for entry in fs::read_dir(checkout.join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().into_string().unwrap());
        if entry.file_type().unwrap().is_dir() {
            if !path.contains("node_modules") {
                collect(checkout, &path, ending, found);
            }
        } else if path.ends_with(ending) {
            found.push(File { text: fs::read_to_string(checkout.join(&path)).unwrap(), path });
        }
    }
}
