//! Unique values (a username, an email, one store per owner) decided together with the append.
//!
//! An event says which values it takes and which it gives up; the writer applies that in the same
//! transaction as the event, and a value that somebody else holds rejects that one command. The table
//! `claims` keeps keyed digests only, so it holds no personal data.

/// What an event does to the unique values its stream holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimChange {
    /// Takes `value` for this stream; refused when another stream holds it.
    Take {
        /// What kind of value it is, for example `username`. Also the name by which a refusal is told.
        kind: &'static str,
        /// Within what the value is unique; empty for the whole system.
        scope: String,
        /// The normalised value. It leaves the process only as a keyed digest.
        value: String,
    },
    /// Gives up whatever values of this kind the stream holds. Comes before a `Take` of the same
    /// append, so that one event may release and take (a change of email).
    Release {
        /// The kind to give up.
        kind: &'static str,
    },
    /// Gives up every value the stream holds.
    ReleaseAll,
}

impl ClaimChange {
    /// A value that is unique in the whole system.
    pub fn take(kind: &'static str, value: impl Into<String>) -> Self {
        Self::Take { kind, scope: String::new(), value: value.into() }
    }
}
