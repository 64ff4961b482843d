//! How far a rebuild is, for whoever sits before it: a bar on a terminal, now and then a line elsewhere.

use std::io::{IsTerminal, Write, stderr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::projections::rebuild::{Progress, Watcher};

/// How long the bar is.
const WIDTH: u8 = 30;
/// How often it is drawn, and how often a line is written where nobody watches.
const DRAWN_EVERY: Duration = Duration::from_millis(100);
const TOLD_EVERY: Duration = Duration::from_secs(5);

/// Tells on standard error.
#[derive(Debug, Default)]
pub(super) struct Bar {
    told: Mutex<Option<Instant>>,
}

impl Watcher for Bar {
    fn tell(&self, progress: &Progress) {
        let is_watched = stderr().is_terminal();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let every = if is_watched { DRAWN_EVERY } else { TOLD_EVERY };
        if told.is_some_and(|told| told.elapsed() < every && progress.position < progress.goal) {
            return;
        }
        *told = Some(Instant::now());
        let (begin, end) = if is_watched { ("\r", "\x1b[K") } else { ("", "\n") };
        // Whoever watched may have gone; the work goes on.
        let _gone = write!(stderr(), "{begin}{}{end}", line(progress));
    }

    fn ended(&self, _: &'static str) {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if stderr().is_terminal() {
            let _gone = writeln!(stderr());
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "parts of a short bar")]
fn line(progress: &Progress) -> String {
    let filled = (progress.part() * f64::from(WIDTH)) as u8;
    let bar: String = (0..WIDTH).map(|place| if place < filled { '█' } else { '░' }).collect();
    let Progress { name, position, goal, .. } = progress;
    format!(
        "{name} {bar} {:>3.0} %  {position} of {goal}  {:.0} events/s",
        progress.part() * 100.0,
        progress.rate()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_it_is_and_how_fast() {
        let progress =
            Progress { name: "user_lookup", position: 500, goal: 1000, elapsed: Duration::from_secs(2) };
        let bar = "█".repeat(15) + &"░".repeat(15);
        assert_eq!(line(&progress), format!("user_lookup {bar}  50 %  500 of 1000  250 events/s"));
        assert!(line(&Progress { goal: 0, ..progress }).contains("100 %"));
    }
}
