//! From folders of SQL to schemas, functions and fingerprints.

use std::collections::BTreeMap;

use ring::digest::{Context, SHA256};
use rust_embed::RustEmbed;
use sqlx::{Executor, PgConnection};

use super::READ_MODELS;
use crate::eventstore::writer::listeners::{Listener, Listeners};

#[derive(RustEmbed)]
#[folder = "projections/"]
struct Folder;

/// A folder under `projections/` that does not make a read model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("projections/{file} is missing or is not UTF-8")]
pub struct BadFolder {
    file: String,
}

/// A read model as its folder says it.
#[derive(Clone, Debug)]
pub struct ReadModel {
    /// Its name: that of the folder and of the schema.
    pub name: &'static str,
    table: String,
    on: BTreeMap<String, String>,
    /// SHA-256 over `table.sql` and `on/`: a read model built from other SQL has another one.
    pub fingerprint: Vec<u8>,
}

impl ReadModel {
    /// Reads the folder of `name`.
    ///
    /// # Errors
    /// [`BadFolder`] when `table.sql` is missing or a file is not UTF-8.
    pub fn load(name: &'static str) -> Result<Self, BadFolder> {
        let table = text(&format!("{name}/table.sql"))?;
        let prefix = format!("{name}/on/");
        let mut on = BTreeMap::new();
        for file in Folder::iter() {
            if let Some(event) = file.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix(".sql")) {
                on.insert(event.to_owned(), text(&file)?);
            }
        }
        let mut digest = Context::new(&SHA256);
        for part in
            std::iter::once(("table", &table)).chain(on.iter().map(|(event, sql)| (event.as_str(), sql)))
        {
            digest.update(format!("{}:{}\n", part.0, part.1.len()).as_bytes());
            digest.update(part.1.as_bytes());
        }
        Ok(Self { name, table, on, fingerprint: digest.finish().as_ref().to_vec() })
    }

    /// All read models.
    ///
    /// # Errors
    /// [`BadFolder`] of the first that cannot be read.
    pub fn all() -> Result<Vec<Self>, BadFolder> {
        READ_MODELS.iter().map(|name| Self::load(name)).collect()
    }

    /// The events it hears.
    pub fn hears(&self) -> impl Iterator<Item = &str> {
        self.on.keys().map(String::as_str)
    }

    /// Adds its statements, as functions in `schema`, to `listeners`.
    pub fn listen(&self, schema: &str, listeners: &mut Listeners) {
        for event in self.hears() {
            listeners.add(event, Listener { schema: schema.to_owned(), function: function(event) });
        }
    }

    /// Makes `schema` with the read model's empty tables and its functions, in the caller's transaction.
    ///
    /// # Errors
    /// The database's error, for example a mistake in the folder's SQL.
    pub async fn create(&self, database: &mut PgConnection, schema: &str) -> Result<(), sqlx::Error> {
        database
            .execute(format!("CREATE SCHEMA {schema}; SET LOCAL search_path = {schema}, public").as_str())
            .await?;
        database.execute(self.table.as_str()).await?;
        for (event, sql) in &self.on {
            database.execute(definition(schema, event, sql).as_str()).await?;
        }
        Ok(())
    }
}

/// The inline listeners of all read models.
///
/// # Errors
/// [`BadFolder`] of the first that cannot be read.
pub fn listeners() -> Result<Listeners, BadFolder> {
    let mut listeners = Listeners::default();
    for model in ReadModel::all()? {
        model.listen(model.name, &mut listeners);
    }
    Ok(listeners)
}

fn text(file: &str) -> Result<String, BadFolder> {
    Folder::get(file)
        .and_then(|found| String::from_utf8(found.data.into_owned()).ok())
        .ok_or_else(|| BadFolder { file: file.to_owned() })
}

fn function(event: &str) -> String {
    format!("on {event}")
}

/// The function that runs a statement of `on/` with the relation `incoming` in front of it.
///
/// plpgsql keeps the statement's plan for the life of a connection.
fn definition(schema: &str, event: &str, sql: &str) -> String {
    let statement: String =
        sql.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join("\n");
    let statement = statement.trim();
    // A statement with CTEs of its own goes on with them; any other one just follows.
    let rest =
        statement.strip_prefix("WITH ").map_or_else(|| statement.to_owned(), |more| format!(", {more}"));
    format!(
        "CREATE FUNCTION {schema}.\"{name}\"(ids text[], payloads text[], times timestamptz[], positions bigint[])
         RETURNS void LANGUAGE plpgsql AS $function$
         #variable_conflict use_column
         BEGIN
         WITH incoming AS MATERIALIZED (
             SELECT u.i AS aggregate_id, u.p::jsonb AS payload, u.t AS recorded_at, u.n AS position
             FROM unnest(ids, payloads, times, positions) AS u (i, p, t, n)
         ) {rest};
         END $function$",
        name = function(event),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_read_model_in_the_list_has_a_folder_and_every_folder_is_in_the_list() {
        let models = ReadModel::all().unwrap();
        assert!(models.iter().all(|model| model.hears().count() > 0));
        for file in Folder::iter() {
            let folder = file.split('/').next().unwrap();
            assert!(READ_MODELS.contains(&folder), "projections/{folder} is not in READ_MODELS");
        }
    }

    #[test]
    fn a_statement_with_ctes_of_its_own_goes_on_with_them() {
        let sql = definition("m", "x.y", "-- why\nWITH a AS (SELECT 1)\nINSERT INTO t SELECT * FROM a\n");
        assert!(sql.contains(") , a AS (SELECT 1)\nINSERT"), "{sql}");
    }
}
