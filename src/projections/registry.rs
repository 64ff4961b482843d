//! Which versions of which read models are built, who hears what, and which nobody uses any more.
//!
//! One row of `read_models` for each schema. A program looks for the row of its own SQL; the others are those of
//! other programs, which an append feeds all the same. Every instance says now and then that it uses its versions
//! ([`still_used`]); one that nobody has used for [`GRACE`] is dropped ([`drop_unused`]). Until then a program that is
//! put back in its place finds its read models as current as the log.

use std::time::Duration;

use sqlx::{Connection, Executor, PgConnection, PgExecutor};

use super::engine::{Kind, ReadModel, function};

/// How long a version stays that no instance says it uses.
pub const GRACE: Duration = Duration::from_hours(1);
/// How often an instance says so.
pub const SAY_EVERY: Duration = Duration::from_mins(1);
/// How long after it was last said a version counts as one that an instance moves on.
pub const IN_USE: Duration = Duration::from_mins(3);

/// Whether this version of the read model is built.
///
/// # Errors
/// The database's error.
pub async fn is_current(database: impl PgExecutor<'_>, model: &ReadModel) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM read_models WHERE schema_name = $1 AND fingerprint = $2)")
        .bind(model.schema())
        .bind(&model.fingerprint)
        .fetch_one(database)
        .await
}

/// Says that an instance uses these versions. Gives the schemas among them that are not there any more.
///
/// # Errors
/// The database's error.
pub async fn still_used(
    database: impl PgExecutor<'_>,
    models: &[ReadModel],
) -> Result<Vec<String>, sqlx::Error> {
    let schemas: Vec<String> = models.iter().map(ReadModel::schema).collect();
    sqlx::query_scalar(
        "WITH used AS (UPDATE read_models SET used_at = now() WHERE schema_name = ANY($1) RETURNING schema_name) \
         SELECT wanted FROM unnest($1::text[]) AS wanted EXCEPT SELECT schema_name FROM used",
    )
    .bind(schemas)
    .fetch_all(database)
    .await
}

/// Registers that `model` is built in its schema up to `position`, and lets appends call it if it is inline. The caller
/// holds the lock of `log_head` for an inline one.
///
/// # Errors
/// The database's error.
pub(super) async fn register(
    database: &mut PgConnection,
    model: &ReadModel,
    position: i64,
) -> Result<(), sqlx::Error> {
    let schema = model.schema();
    sqlx::query(
        "INSERT INTO read_models (name, schema_name, fingerprint, kind, built_to, built_at, position, used_at) \
         VALUES ($1, $2, $3, $4, $5, now(), $5, now()) \
         ON CONFLICT (schema_name) DO UPDATE SET fingerprint = $3, kind = $4, built_to = $5, built_at = now(), \
             position = $5, stopped_at = NULL, stopped_why = NULL, owner = NULL, lease_until = NULL, used_at = now()",
    )
    .bind(model.name)
    .bind(&schema)
    .bind(&model.fingerprint)
    .bind(model.kind.as_str())
    .bind(position)
    .execute(&mut *database)
    .await?;
    if model.kind == Kind::Inline {
        let (events, functions): (Vec<&str>, Vec<String>) =
            model.hears().map(|event| (event, function(event))).unzip();
        let added = sqlx::query(
            "INSERT INTO read_model_listeners (schema_name, event_type, function_name) \
             SELECT $1, * FROM unnest($2::text[], $3::text[]) ON CONFLICT DO NOTHING",
        )
        .bind(&schema)
        .bind(events)
        .bind(functions)
        .execute(&mut *database)
        .await?;
        if added.rows_affected() > 0 {
            next_generation(database).await?;
        }
    }
    Ok(())
}

/// Makes every append that is planned already plan again.
async fn next_generation(database: &mut PgConnection) -> Result<(), sqlx::Error> {
    database.execute("UPDATE log_head SET generation = generation + 1 WHERE log = 0").await.map(drop)
}

/// Runs `published.sql` of a read model that is built, unless it was this version's that ran last and its views are there.
///
/// # Errors
/// The database's error; where a long statement of somebody's is in the way, soon.
pub async fn publish(database: &mut PgConnection, model: &ReadModel) -> Result<(), sqlx::Error> {
    if model.sql.published.is_empty() {
        return Ok(());
    }
    let views: Vec<&str> = model.views().collect();
    let is_published: Option<bool> = sqlx::query_scalar(
        "SELECT published AND NOT EXISTS (SELECT FROM unnest($2::text[]) AS v WHERE to_regclass(v) IS NULL) \
         FROM read_models WHERE schema_name = $1",
    )
    .bind(model.schema())
    .bind(views)
    .fetch_optional(&mut *database)
    .await?;
    if is_published != Some(false) {
        return Ok(());
    }
    let mut transaction = database.begin().await?;
    transaction.execute("SET LOCAL lock_timeout = '2s'").await?;
    publish_within(&mut transaction, model).await?;
    transaction.commit().await
}

/// The same, unless others are shown a version that some instance still moves on: of two that run beside each other
/// none takes the views from the other, and what a withdrawn one has left is taken over.
///
/// # Errors
/// The database's error, as of [`publish`].
pub async fn publish_if_nobody_does(
    database: &mut PgConnection,
    model: &ReadModel,
) -> Result<(), sqlx::Error> {
    let is_others: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM read_models WHERE name = $1 AND schema_name <> $2 AND published \
                            AND used_at > now() - make_interval(secs => $3))",
    )
    .bind(model.name)
    .bind(model.schema())
    .bind(IN_USE.as_secs_f64())
    .fetch_one(&mut *database)
    .await?;
    if is_others { Ok(()) } else { publish(database, model).await }
}

/// The same as [`publish`] in the caller's transaction.
pub(super) async fn publish_within(
    database: &mut PgConnection,
    model: &ReadModel,
) -> Result<(), sqlx::Error> {
    if model.sql.published.is_empty() {
        return Ok(());
    }
    let which = "UPDATE read_models SET published = schema_name = $2 WHERE name = $1";
    sqlx::query(which).bind(model.name).bind(model.schema()).execute(&mut *database).await?;
    database.execute(format!("SET LOCAL search_path = {}, public", model.schema()).as_str()).await?;
    database.execute(model.sql.published.as_str()).await.map(drop)
}

/// Drops the versions that no instance has used for `grace`, but for those in `models`. Gives their schemas.
///
/// # Errors
/// The database's error; what was dropped before it is gone.
pub async fn drop_unused(
    database: &mut PgConnection,
    models: &[ReadModel],
    grace: Duration,
) -> Result<Vec<String>, sqlx::Error> {
    let kept: Vec<String> = models.iter().map(ReadModel::schema).collect();
    let unused = "used_at < now() - make_interval(secs => $1) AND schema_name <> ALL($2)";
    let candidates: Vec<String> =
        sqlx::query_scalar(&format!("SELECT schema_name FROM read_models WHERE {unused}"))
            .bind(grace.as_secs_f64())
            .bind(&kept)
            .fetch_all(&mut *database)
            .await?;
    let mut dropped = Vec::new();
    for schema in candidates {
        let mut transaction = database.begin().await?;
        // Nobody waits long for this: whoever is in the way now is not in the next round.
        transaction.execute("SET LOCAL lock_timeout = '500ms'").await?;
        transaction.execute("SELECT FROM log_head WHERE log = 0 FOR UPDATE").await?;
        // Whoever uses it again in this moment has said so or finds it gone.
        let gone = sqlx::query(&format!("DELETE FROM read_models WHERE {unused} AND schema_name = $3"))
            .bind(grace.as_secs_f64())
            .bind(&kept)
            .bind(&schema)
            .execute(&mut *transaction)
            .await?;
        if gone.rows_affected() > 0 {
            next_generation(&mut transaction).await?;
            transaction.execute(format!("DROP SCHEMA IF EXISTS \"{schema}\" CASCADE").as_str()).await?;
            transaction.commit().await?;
            dropped.push(schema);
        }
    }
    Ok(dropped)
}
