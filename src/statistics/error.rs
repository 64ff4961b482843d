//! Every reason for which a day is not closed or revised.

use chrono::NaiveDate;

/// What the statistics say when they refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatisticsError {
    /// The day, or a later one, is closed.
    #[error("the day is closed already")]
    AlreadyClosed,
    /// A day before it is still open.
    #[error("the day to be closed next is {0}")]
    OutOfOrder(NaiveDate),
    /// The day is not over.
    #[error("the day is not over")]
    NotOver,
    /// Only a closed day can be revised.
    #[error("the day is not closed")]
    NotClosed,
    /// The day was closed so long ago that it stays as it is.
    #[error("the day was closed too long ago to be revised")]
    TooOld,
}
