//! Which inline projections hear which event, as the writer needs to know it.
//!
//! They are registered in the table `read_model_listeners`, those of every program that works on the database, so
//! that whoever appends feeds all of them. `log_head.generation` grows whenever they change.

use std::collections::HashMap;

use sqlx::{FromRow, PgConnection};

/// One statement of one inline read model, as a function in the read model's schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// The schema of the read model.
    pub schema: String,
    /// The function that holds the statement; it takes ids, payloads, times and positions as arrays.
    pub function: String,
}

/// The inline projections' statements by the event they hear.
#[derive(Clone, Debug, Default)]
pub struct Listeners {
    by_event: HashMap<String, Vec<Listener>>,
    /// Which registration this is: an append planned by an older one is not done.
    pub generation: i64,
}

/// A row of the registration; a single one without a listener when there is none.
#[derive(FromRow)]
struct Listed {
    generation: i64,
    event_type: Option<String>,
    schema_name: Option<String>,
    function_name: Option<String>,
}

impl Listeners {
    /// Those that are registered now.
    ///
    /// # Errors
    /// The database's error.
    pub async fn load(database: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let rows: Vec<Listed> = sqlx::query_as(
            "SELECT h.generation, l.event_type, l.schema_name, l.function_name \
             FROM log_head h LEFT JOIN read_model_listeners l ON true WHERE h.log = 0 ORDER BY l.schema_name",
        )
        .fetch_all(database)
        .await?;
        let mut listeners = Self::default();
        for row in rows {
            listeners.generation = row.generation;
            if let (Some(event), Some(schema), Some(function)) =
                (row.event_type, row.schema_name, row.function_name)
            {
                listeners.add(&event, Listener { schema, function });
            }
        }
        Ok(listeners)
    }

    /// Adds a statement that hears `event_type`.
    pub fn add(&mut self, event_type: &str, listener: Listener) {
        self.by_event.entry(event_type.to_owned()).or_default().push(listener);
    }

    /// Who hears `event_type`, in the order they were added.
    #[must_use]
    pub fn of(&self, event_type: &str) -> &[Listener] {
        self.by_event.get(event_type).map_or(&[], Vec::as_slice)
    }
}

/// One event as a projection's statement sees it.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The stream.
    pub aggregate_id: String,
    /// The open, upcast payload as JSON.
    pub payload: String,
    /// When it was recorded.
    pub recorded_at: chrono::DateTime<chrono::Utc>,
    /// Its place in the log.
    pub position: i64,
}

/// The calls that project some events: for each, a function and the events it gets.
///
/// Events are grouped in *waves* (a stream's first event among them, its second, …) and by type, so that
/// a statement sees each stream at most once and a stream's events arrive in order. Between streams no
/// order is promised; a statement touches rows of its own stream only.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    /// Schema of each call.
    pub schemas: Vec<String>,
    /// Function of each call.
    pub functions: Vec<String>,
    /// Where each call's events end in the columns below (they begin where the last call's ended).
    pub ends: Vec<i32>,
    /// The events' streams.
    pub ids: Vec<String>,
    /// The events' open payloads.
    pub payloads: Vec<String>,
    /// The events' times.
    pub times: Vec<chrono::DateTime<chrono::Utc>>,
    /// The events' positions.
    pub positions: Vec<i64>,
}

impl Steps {
    /// Plans the calls for `events`, given in log order with their types, for the listeners of `listeners`.
    pub fn plan<'a>(events: impl IntoIterator<Item = (&'a str, Incoming)>, listeners: &Listeners) -> Self {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut groups: Vec<((usize, &str), Vec<Incoming>)> = Vec::new();
        let mut places: HashMap<(usize, &str), usize> = HashMap::new();
        for (event_type, incoming) in events {
            if listeners.of(event_type).is_empty() {
                continue;
            }
            let wave = seen.entry(incoming.aggregate_id.clone()).or_default();
            let place = *places.entry((*wave, event_type)).or_insert_with(|| {
                groups.push(((*wave, event_type), Vec::new()));
                groups.len() - 1
            });
            *wave += 1;
            if let Some((_, group)) = groups.get_mut(place) {
                group.push(incoming);
            }
        }
        groups.sort_by_key(|((wave, _), _)| *wave);
        let mut steps = Self::default();
        for ((_, event_type), group) in groups {
            if let Some((last, others)) = listeners.of(event_type).split_last() {
                for listener in others {
                    steps.call(listener, group.iter().cloned());
                }
                // Mostly there is but one: it gets the events themselves.
                steps.call(last, group.into_iter());
            }
        }
        steps
    }

    fn call(&mut self, listener: &Listener, group: impl Iterator<Item = Incoming>) {
        for incoming in group {
            self.ids.push(incoming.aggregate_id);
            self.payloads.push(incoming.payload);
            self.times.push(incoming.recorded_at);
            self.positions.push(incoming.position);
        }
        self.schemas.push(listener.schema.clone());
        self.functions.push(listener.function.clone());
        self.ends.push(i32::try_from(self.ids.len()).unwrap_or(i32::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incoming(stream: &str, position: i64) -> Incoming {
        Incoming {
            aggregate_id: stream.to_owned(),
            payload: "{}".to_owned(),
            recorded_at: chrono::DateTime::UNIX_EPOCH,
            position,
        }
    }

    #[test]
    fn a_call_sees_each_stream_once_and_streams_in_order() {
        let mut listeners = Listeners::default();
        for event in ["in", "out"] {
            listeners.add(event, Listener { schema: "model".into(), function: format!("on_{event}") });
        }
        let events = [
            ("in", incoming("a", 1)),
            ("in", incoming("b", 2)),
            ("unheard", incoming("a", 3)),
            ("out", incoming("a", 4)),
            ("in", incoming("a", 5)),
            ("in", incoming("b", 6)),
        ];
        let steps = Steps::plan(events, &listeners);
        assert_eq!(steps.functions, ["on_in", "on_out", "on_in", "on_in"]);
        assert_eq!(steps.positions, [1, 2, 4, 6, 5]);
        assert_eq!(steps.ends, [2, 3, 4, 5]);
    }
}
