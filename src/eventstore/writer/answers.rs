//! Every waiting command gets an answer of its own.

use std::collections::HashMap;

use metrics::counter;

use super::batch::Answer;
use super::{AppendError, Waiting};

/// The batch is in the log, up to position `head`.
pub(super) fn acknowledge(batch: Vec<Waiting>, head: i64) {
    let events: usize = batch.iter().map(|item| item.append.events.len()).sum();
    let mut position = head - i64::try_from(events).unwrap_or(0);
    for item in batch {
        position += i64::try_from(item.append.events.len()).unwrap_or(0);
        // Whoever asked may have gone; the event stands all the same.
        let _gone = item.answer.send(Ok(position));
    }
}

/// None of the batch was recorded, or it is not known.
pub(super) fn refuse(batch: Vec<Waiting>, error: &AppendError) {
    for item in batch {
        let _gone = item.answer.send(Err(error.clone()));
    }
}

/// Answers the commands that are stale or whose claims are taken, and gives back the others.
pub(super) fn reject(batch: Vec<Waiting>, answer: Answer) -> Vec<Waiting> {
    let stale = answer.stale.unwrap_or_default();
    let mut taken: HashMap<i32, Vec<String>> = HashMap::new();
    for (command, kind) in answer.taken.into_iter().flatten().zip(answer.taken_kinds.into_iter().flatten()) {
        taken.entry(command).or_default().push(kind);
    }
    let mut rest = Vec::with_capacity(batch.len());
    for (nth, item) in batch.into_iter().enumerate() {
        let command = i32::try_from(nth).unwrap_or(i32::MAX);
        let error = if stale.contains(&command) {
            AppendError::Stale
        } else if let Some(kinds) = taken.remove(&command) {
            AppendError::Taken(kinds)
        } else {
            rest.push(item);
            continue;
        };
        counter!("append_rejections_total").increment(1);
        let _gone = item.answer.send(Err(error));
    }
    rest
}
