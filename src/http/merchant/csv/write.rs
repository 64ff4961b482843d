//! Rows as spreadsheets read them, none of their cells a formula.

use super::is_guarded;

/// A row as it is written, with the end of its line.
pub(crate) fn row<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<_> = cells.into_iter().map(cell).collect();
    cells.join(",") + "\r\n"
}

fn cell(text: &str) -> String {
    let guard = if is_guarded(text) { "'" } else { "" };
    if guard.is_empty() && !text.contains([',', '"', '\n', '\r']) {
        return text.to_owned();
    }
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(row(["=1+1", "a,b", "say \"x\"", "ok"]), "\"'=1+1\",\"a,b\",\"say \"\"x\"\"\",ok\r\n");
        for wide in ["＝1", "＋1", "－1", "＠a", "\n=1", "'=1"] {
            assert_eq!(row([wide]), format!("\"'{wide}\"\r\n"));
        }
        assert_eq!(row(["'a", "1-1"]), "'a,1-1\r\n");
    }
}
