//! In which answer somebody was shown what is personal.

use serde::{Deserialize, Serialize};

/// The answer that showed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// Events of the account.
    Events,
    /// The account as it was after one event.
    State,
    /// What is different between the account after one event and after another.
    Difference,
}
