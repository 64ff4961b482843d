//! The passwords everybody tries first; see `common_passwords.LICENSES.md` for where they come from.
//!
//! The list lies in the binary as sorted text and is searched there, so that it costs nothing at
//! start-up and no memory of its own.

use std::cmp::Ordering;

/// One password a line, in lower case, sorted by bytes, each of at least eight characters.
const SORTED: &str = include_str!("../common_passwords.txt");

/// Whether a password, in lower case, is a common one.
pub(super) fn contains(lower_case: &str) -> bool {
    let mut rest = SORTED.as_bytes();
    while !rest.is_empty() {
        let (before, after) = rest.split_at(rest.len() / 2);
        let start = before.iter().rposition(|&b| b == b'\n').map_or(0, |newline| newline + 1);
        let end = before.len() + after.iter().position(|&b| b == b'\n').unwrap_or(after.len());
        let line = rest.get(start..end).unwrap_or_default();
        rest = match line.cmp(lower_case.as_bytes()) {
            Ordering::Equal => return true,
            Ordering::Less => rest.get(end + 1..).unwrap_or_default(),
            Ordering::Greater => rest.get(..start).unwrap_or_default(),
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_long_sorted_and_holds_only_what_length_alone_would_let_through() {
        let lines: Vec<&str> = SORTED.lines().collect();
        assert!(lines.len() >= 10_000);
        assert!(SORTED.len() < 300_000);
        assert!(lines.is_sorted_by(|a, b| a < b), "sorted and without doubles");
        assert!(lines.iter().all(|line| line.chars().count() >= 8 && *line == line.to_lowercase()));
    }

    #[test]
    fn every_listed_password_is_found_and_no_other() {
        for line in SORTED.lines() {
            assert!(contains(line), "{line}");
            assert!(!contains(&format!("{line}\u{1}")) && !contains(&format!("\u{1}{line}")), "{line}");
        }
        for other in ["", "\n", "password\n", "correct horse battery", "\u{10ffff}", "zzzzzzzzzzzzzzzzzzz"] {
            assert!(!contains(other), "{other}");
        }
        assert!(contains("password") && contains("12345678") && contains("iloveyou"));
    }
}
