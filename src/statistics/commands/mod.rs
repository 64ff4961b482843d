//! What can be asked of the statistics: one file a command, with its decision and its tests.

mod close_day;
mod revise_day;

pub use close_day::CloseDay;
pub use revise_day::ReviseDay;

use super::error::StatisticsError;
use super::event::StatisticsEvent;
use super::state::Statistics;

commands! {
    /// Everything that can be asked of the statistics.
    pub enum StatisticsCommand {
        /// Count a day that is over.
        CloseDay,
        /// Count a closed day otherwise.
        ReviseDay,
    }
}

impl StatisticsCommand {
    /// What happens if this is asked of `state`.
    pub(super) fn decide(&self, state: &Statistics) -> Result<Vec<StatisticsEvent>, StatisticsError> {
        match self {
            Self::CloseDay(command) => command.decide(state),
            Self::ReviseDay(command) => command.decide(state),
        }
    }
}
