//! The tables a person reads, and the rounds behind them for a machine.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Fault;
use super::load::Sample;

/// What a bench found out.
pub(crate) struct Report {
    name: &'static str,
    text: String,
    raw: String,
}

impl Report {
    /// An empty one.
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, text: String::new(), raw: String::new() }
    }

    /// A line of text.
    pub(crate) fn say(&mut self, line: &str) -> Result<(), Fault> {
        println!("{line}");
        writeln!(self.text, "{line}")?;
        Ok(())
    }

    /// A table: the first row is its head.
    pub(crate) fn table(&mut self, title: &str, rows: &[Vec<String>]) -> Result<(), Fault> {
        self.say(&format!("\n## {title}\n"))?;
        for (nth, row) in rows.iter().enumerate() {
            self.say(&format!("| {} |", row.join(" | ")))?;
            if nth == 0 {
                self.say(&format!("|{}", " --- |".repeat(row.len())))?;
            }
        }
        Ok(())
    }

    /// One round.
    pub(crate) fn raw(
        &mut self,
        what: &str,
        system: &str,
        round: usize,
        sample: &Sample,
    ) -> Result<(), Fault> {
        let line = json!({
            "what": what, "system": system, "round": round, "answers": sample.answers, "rate": sample.rate,
            "p50_ms": sample.p50, "p99_ms": sample.p99, "postgres_us": sample.postgres, "program_us": sample.program,
        });
        self.fact(&line)
    }

    /// Anything else worth keeping.
    pub(crate) fn fact(&mut self, line: &Value) -> Result<(), Fault> {
        writeln!(self.raw, "{line}")?;
        Ok(())
    }

    /// Writes both files to `target/bench`.
    pub(crate) fn write(&self) -> Result<(), Fault> {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().ok_or("no target folder")?;
        let folder: PathBuf = target.join("bench");
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(format!("{}.md", self.name)), &self.text)?;
        std::fs::write(folder.join(format!("{}.jsonl", self.name)), &self.raw)?;
        println!("\nwritten to {}", folder.join(format!("{}.md", self.name)).display());
        Ok(())
    }
}

/// A number as it stands in a table: three digits that matter.
pub(crate) fn digits(number: f64) -> String {
    match number.abs() {
        0.0 => "0".to_owned(),
        ..0.1 => format!("{number:.4}"),
        ..1.0 => format!("{number:.3}"),
        ..10.0 => format!("{number:.2}"),
        ..100.0 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}
