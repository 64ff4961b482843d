//! From folders of SQL to schemas, functions and fingerprints.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use ring::digest::{Context, SHA256};
use rust_embed::RustEmbed;
use sqlx::{Executor, PgConnection};

use super::READ_MODELS;
use crate::eventstore::heard::Heard;
use crate::eventstore::writer::listeners::{Listener, Listeners};

#[derive(RustEmbed)]
#[folder = "projections/"]
struct Folder;

/// Stands in every fingerprint; another number when statements are made into functions in another way.
const MADE_BY: &str = "2";

/// When a read model's statements run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In the append's own transaction.
    Inline,
    /// After it, from the log.
    CatchUp,
}

impl Kind {
    /// As the table `read_models` has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inline => "inline",
            Self::CatchUp => "catch_up",
        }
    }
}

/// A folder under `projections/` that does not make a read model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("projections/{file} is missing or is not UTF-8")]
pub struct BadFolder {
    file: String,
}

/// The SQL of a read model, file by file.
#[derive(Clone, Debug, Default)]
pub struct Sql {
    /// `table.sql`.
    pub table: String,
    /// `indexes.sql`, or nothing.
    pub indexes: String,
    /// `published.sql`, or nothing.
    pub published: String,
    /// The statements in `on/` by the events they hear.
    pub on: BTreeMap<String, String>,
}

/// A read model as its folder says it.
#[derive(Clone, Debug)]
pub struct ReadModel {
    /// Its name, which is that of the folder.
    pub name: &'static str,
    /// When its statements run.
    pub kind: Kind,
    /// Its SQL.
    pub sql: Sql,
    /// SHA-256 over all of that: a read model built from other SQL has another one.
    pub fingerprint: Vec<u8>,
}

impl ReadModel {
    /// A read model of this SQL.
    #[must_use]
    pub fn new(name: &'static str, kind: Kind, sql: Sql) -> Self {
        let mut digest = Context::new(&SHA256);
        let files = [
            ("made by", MADE_BY),
            ("kind", kind.as_str()),
            ("table", &sql.table),
            ("indexes", &sql.indexes),
            ("published", &sql.published),
        ];
        for (file, text) in files.into_iter().chain(sql.on.iter().map(|(on, text)| (on.as_str(), &**text))) {
            digest.update(format!("{file}:{}\n", text.len()).as_bytes());
            digest.update(text.as_bytes());
        }
        let fingerprint = digest.finish().as_ref().to_vec();
        Self { name, kind, sql, fingerprint }
    }

    /// Reads the folder of `name`.
    ///
    /// # Errors
    /// [`BadFolder`] when `table.sql` is missing or a file is not UTF-8.
    pub fn load(name: &'static str, kind: Kind) -> Result<Self, BadFolder> {
        let optional = |file: &str| {
            let file = format!("{name}/{file}");
            if Folder::get(&file).is_some() { text(&file) } else { Ok(String::new()) }
        };
        let mut sql = Sql {
            table: text(&format!("{name}/table.sql"))?,
            indexes: optional("indexes.sql")?,
            published: optional("published.sql")?,
            on: BTreeMap::new(),
        };
        let prefix = format!("{name}/on/");
        for file in Folder::iter() {
            if let Some(event) = file.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix(".sql")) {
                sql.on.insert(event.to_owned(), text(&file)?);
            }
        }
        Ok(Self::new(name, kind, sql))
    }

    /// All read models of this program.
    ///
    /// # Errors
    /// [`BadFolder`] of the first that cannot be read.
    pub fn all() -> Result<Vec<Self>, BadFolder> {
        static ALL: OnceLock<Result<Vec<ReadModel>, BadFolder>> = OnceLock::new();
        ALL.get_or_init(|| READ_MODELS.iter().map(|(name, kind)| Self::load(name, *kind)).collect()).clone()
    }

    /// The schema of this version: the name and the beginning of the fingerprint.
    #[must_use]
    pub fn schema(&self) -> String {
        format!("{}_{}", self.name, hex::encode(self.fingerprint.get(..4).unwrap_or_default()))
    }

    /// The events it hears.
    pub fn hears(&self) -> impl Iterator<Item = &str> {
        self.sql.on.keys().map(String::as_str)
    }

    /// The events it hears, and what of each its statement reads.
    #[must_use]
    pub fn heard(&self) -> Heard {
        self.sql.on.iter().map(|(event, sql)| (event.clone(), fields_read(sql))).collect()
    }

    /// The first table that `table.sql` makes.
    #[must_use]
    pub fn first_table(&self) -> Option<&str> {
        let (_, rest) = self.sql.table.split_once("CREATE TABLE ")?;
        rest.split_whitespace().next()
    }

    /// The views that `published.sql` makes for others.
    pub fn views(&self) -> impl Iterator<Item = &str> {
        self.sql.published.split("CREATE VIEW ").skip(1).filter_map(|rest| rest.split_whitespace().next())
    }

    /// Its statements as functions in `schema`.
    #[must_use]
    pub fn listeners(&self, schema: &str) -> Listeners {
        let mut listeners = Listeners::default();
        for event in self.hears() {
            listeners.add(event, Listener { schema: schema.to_owned(), function: function(event) });
        }
        listeners
    }

    /// Makes `schema` with the read model's empty tables and its functions, but for `indexes.sql`, in the caller's
    /// transaction, whose `search_path` leads there from then on.
    ///
    /// # Errors
    /// The database's error, for example a mistake in the folder's SQL.
    pub async fn create(&self, database: &mut PgConnection, schema: &str) -> Result<(), sqlx::Error> {
        database
            .execute(
                format!("CREATE SCHEMA \"{schema}\"; SET LOCAL search_path = \"{schema}\", public").as_str(),
            )
            .await?;
        database.execute(self.sql.table.as_str()).await?;
        for (event, sql) in &self.sql.on {
            database.execute(definition(schema, event, sql).as_str()).await?;
        }
        Ok(())
    }
}

fn text(file: &str) -> Result<String, BadFolder> {
    Folder::get(file)
        .and_then(|found| String::from_utf8(found.data.into_owned()).ok())
        .ok_or_else(|| BadFolder { file: file.to_owned() })
}

/// The name of the function that hears an event.
#[must_use]
pub fn function(event: &str) -> String {
    format!("on {event}")
}

/// A statement without the comments that are lines of their own.
fn bare(sql: &str) -> String {
    let lines = sql.lines().filter(|line| !line.trim_start().starts_with("--"));
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The function that runs a statement of `on/` with the relation `incoming` in front of it.
///
/// plpgsql keeps the statement's plan for the life of a connection.
fn definition(schema: &str, event: &str, sql: &str) -> String {
    let statement = bare(sql);
    // A statement with CTEs of its own goes on with them; any other one just follows.
    let rest = statement.strip_prefix("WITH ").map_or_else(|| statement.clone(), |more| format!(", {more}"));
    format!(
        "CREATE FUNCTION \"{schema}\".\"{name}\"(ids text[], payloads text[], times timestamptz[], positions bigint[])
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

/// The top-level fields of the payload that a statement reads, where every use of the word says which one;
/// `None` where one does not, and then it may read anything.
fn fields_read(sql: &str) -> Option<BTreeSet<String>> {
    let statement = bare(sql);
    let mut fields = BTreeSet::new();
    for after in statement.split("payload").skip(1) {
        let after = after.trim_start();
        let rest = ["->>", "->", "?"].iter().find_map(|operator| after.strip_prefix(operator))?;
        let (field, _) = rest.trim_start().strip_prefix('\'')?.split_once('\'')?;
        fields.insert(field.to_owned());
    }
    Some(fields)
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
            let is_listed = READ_MODELS.iter().any(|(name, _)| *name == folder);
            assert!(is_listed, "projections/{folder} is not in READ_MODELS");
        }
    }

    #[test]
    fn a_statement_with_ctes_of_its_own_goes_on_with_them() {
        let sql = definition("m", "x.y", "-- why\nWITH a AS (SELECT 1)\nINSERT INTO t SELECT * FROM a\n");
        assert!(sql.contains(") , a AS (SELECT 1)\nINSERT"), "{sql}");
    }

    #[test]
    fn what_a_statement_reads_of_the_payload_is_found_or_it_is_all_of_it() {
        let read =
            |sql: &str| fields_read(sql).map(|fields| fields.into_iter().collect::<Vec<_>>().join(" "));
        let all = Some(String::new());
        assert_eq!(read("INSERT INTO t SELECT aggregate_id FROM incoming"), all);
        let several =
            "-- the payload's\nSELECT i.payload->>'b', payload -> 'a' ->> 'x', payload ? 'c' FROM incoming i";
        assert_eq!(read(several), Some("a b c".to_owned()));
        for anything in ["SELECT payload FROM incoming", "SELECT payload #>> '{a}'", "SELECT payload->>$1"] {
            assert_eq!(read(anything), None, "{anything}");
        }
    }

    #[test]
    fn other_sql_or_another_kind_has_another_schema() {
        let sql = Sql { table: "CREATE TABLE t ()".to_owned(), ..Sql::default() };
        let one = ReadModel::new("m", Kind::Inline, sql.clone());
        assert_eq!(one.schema(), ReadModel::new("m", Kind::Inline, sql.clone()).schema());
        let other = Sql { table: "CREATE TABLE t (a int)".to_owned(), ..Sql::default() };
        for other in [ReadModel::new("m", Kind::CatchUp, sql), ReadModel::new("m", Kind::Inline, other)] {
            assert_ne!(one.schema(), other.schema());
            assert!(other.schema().starts_with("m_") && other.schema().len() == 10);
        }
    }
}
