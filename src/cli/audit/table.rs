//! Tables on a terminal: columns as wide as what stands in them, and what comes from outside made harmless.

use std::fmt::Write;

use serde_json::Value;

use crate::cli::say;

/// The widest that a column but the last is made.
const WIDEST: usize = 40;

/// Prints rows below their headings. The last column may be as long as it is.
pub(super) fn print<const N: usize>(headings: [&str; N], rows: &[[String; N]]) {
    let mut widths = headings.map(width);
    for row in rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(width(cell)).min(WIDEST);
        }
    }
    say(format_args!("{}", line(headings, widths)));
    for row in rows {
        say(format_args!("{}", line(row.each_ref().map(String::as_str), widths)));
    }
}

fn line<const N: usize>(cells: [&str; N], widths: [usize; N]) -> String {
    let mut line = String::new();
    for (cell, widest) in cells.into_iter().zip(widths) {
        let gap = widest.saturating_sub(width(cell)) + 2;
        let _always = write!(line, "{cell}{:gap$}", "");
    }
    line.trim_end().to_owned()
}

/// How many places a text takes: those of Chinese script are two wide.
fn width(text: &str) -> usize {
    text.chars()
        .map(|char| if char >= '\u{1100}' && !('\u{2000}'..='\u{206f}').contains(&char) { 2 } else { 1 })
        .sum()
}

/// A value in one line. A terminal must not obey what somebody typed.
pub(super) fn brief(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    text.chars().map(|char| if char.is_control() { '\u{fffd}' } else { char }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn columns_stand_below_each_other_in_both_scripts() {
        assert_eq!(line(["甲", "b", "c"], [4, 3, 1]), "甲    b    c");
        assert_eq!(line(["ab", "b", "c"], [4, 3, 1]), "ab    b    c");
    }

    #[test]
    fn no_escape_reaches_the_terminal() {
        assert_eq!(brief(&json!("a\u{1b}[2Jb\n")), "a\u{fffd}[2Jb\u{fffd}");
        assert_eq!(brief(&json!({"a": "\u{1b}"})), "{\"a\":\"\\u001b\"}");
    }
}
