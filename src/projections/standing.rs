//! Where every read model is: for operators, gauges and readiness.

use metrics::gauge;
use sqlx::{FromRow, PgExecutor};

use super::engine::ReadModel;

/// Where one version of one read model is.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Standing {
    /// Its name.
    pub name: String,
    /// Its schema.
    pub schema_name: String,
    /// `inline` or `catch_up`.
    pub kind: String,
    /// Whether it is of this program's SQL.
    pub is_ours: bool,
    /// Whether it is built.
    pub is_built: bool,
    /// Every event up to here is in its rows.
    pub position: i64,
    /// Where the log ends.
    pub head: i64,
    /// The event that it has stopped at.
    pub stopped_at: Option<i64>,
    /// Why.
    pub stopped_why: Option<String>,
    /// How far a build of it is that is under way, or was interrupted.
    pub building: Option<i64>,
    /// Where the log ended when that build last looked.
    pub goal: Option<i64>,
    /// Up to where it was built from the log; what came after is projected as it comes.
    pub built_to: Option<i64>,
}

impl Standing {
    /// How many events of the log it does not show yet.
    #[must_use]
    pub fn lag(&self) -> i64 {
        (self.head - self.position).max(0)
    }

    /// In a word or a few.
    #[must_use]
    pub fn state(&self) -> String {
        match (self.stopped_at, self.building) {
            (Some(position), _) => format!("stopped at {position}"),
            (None, Some(position)) => format!("building, at {position}"),
            (None, None) if !self.is_built => "to be built".to_owned(),
            (None, None) if !self.is_ours => "of another program".to_owned(),
            (None, None) if self.lag() > 0 => "behind".to_owned(),
            (None, None) => "current".to_owned(),
        }
    }
}

/// Where each of `models` is, then every other version that the tables know of, by name.
///
/// # Errors
/// The database's error.
pub async fn list(database: impl PgExecutor<'_>, models: &[ReadModel]) -> Result<Vec<Standing>, sqlx::Error> {
    let names: Vec<&str> = models.iter().map(|model| model.name).collect();
    let schemas: Vec<String> = models.iter().map(ReadModel::schema).collect();
    let kinds: Vec<&str> = models.iter().map(|model| model.kind.as_str()).collect();
    let fingerprints: Vec<&[u8]> = models.iter().map(|model| model.fingerprint.as_slice()).collect();
    sqlx::query_as(
        "SELECT w.name, w.schema_name, w.kind, w.is_ours, r.schema_name IS NOT NULL AS is_built, \
                CASE WHEN r.kind = 'inline' THEN h.position ELSE coalesce(r.position, 0) END AS position, \
                h.position AS head, r.stopped_at, r.stopped_why, \
                b.position AS building, b.goal, r.built_to \
         FROM (SELECT *, true FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[]) \
               UNION ALL SELECT name, schema_name, kind, fingerprint, false FROM read_models \
                   WHERE schema_name <> ALL ($2)) \
              AS w (name, schema_name, kind, fingerprint, is_ours) \
         JOIN log_head h ON h.log = 0 \
         LEFT JOIN read_models r ON r.schema_name = w.schema_name AND r.fingerprint = w.fingerprint \
         LEFT JOIN read_model_builds b ON b.schema_name = w.schema_name \
         ORDER BY w.name, NOT w.is_ours, w.schema_name",
    )
    .bind(names)
    .bind(schemas)
    .bind(kinds)
    .bind(fingerprints)
    .fetch_all(database)
    .await
}

/// Sets the gauges of this program's read models.
///
/// # Errors
/// The database's error.
#[expect(clippy::cast_precision_loss, reason = "positions stay far below 2^52")]
pub async fn measure(database: impl PgExecutor<'_>, models: &[ReadModel]) -> Result<(), sqlx::Error> {
    for standing in list(database, models).await? {
        let Some(model) = models.iter().find(|model| standing.is_ours && model.name == standing.name) else {
            continue;
        };
        gauge!("log_position").set(standing.head as f64);
        gauge!("projection_position", "read_model" => model.name).set(standing.position as f64);
        gauge!("projection_lag_positions", "read_model" => model.name).set(standing.lag() as f64);
        // No event has position 0.
        let stopped_at = standing.stopped_at.unwrap_or(0) as f64;
        gauge!("projection_stopped_at", "read_model" => model.name).set(stopped_at);
        // A build of whichever process, or the last one, which came to its end.
        if let Some((position, goal)) =
            standing.building.zip(standing.goal).or(standing.built_to.zip(standing.built_to))
        {
            gauge!("projection_rebuild_position", "read_model" => model.name).set(position as f64);
            gauge!("projection_rebuild_goal", "read_model" => model.name).set(goal as f64);
        }
    }
    Ok(())
}
