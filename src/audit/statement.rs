//! A statement as it is put together: its text, and beside it the values. Nothing that somebody typed is in the text.

use sqlx::postgres::{PgArguments, Postgres};
use sqlx::query::{Query, QueryAs};

use super::event::Row;

/// A value of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// A text.
    Text(String),
    /// A position, a sequence or an amount.
    Number(i64),
}

impl From<&str> for Bound {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Bound {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

/// A statement that is being put together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// The text, with `$1`, `$2` … in the places of the values.
    pub sql: String,
    /// The values.
    pub values: Vec<Bound>,
}

impl Statement {
    /// Goes on with this text. A `?` in it is the place of the next of `values`.
    pub fn push<const N: usize>(&mut self, text: &str, values: [Bound; N]) -> &mut Self {
        let mut values = values.into_iter();
        for (nth, part) in text.split('?').enumerate() {
            if nth > 0 {
                self.values.extend(values.next());
                self.sql.push('$');
                self.sql.push_str(&self.values.len().to_string());
            }
            self.sql.push_str(part);
        }
        self
    }

    /// The statement as one that gives events.
    pub fn rows(&self) -> QueryAs<'_, Postgres, Row, PgArguments> {
        self.values.iter().fold(sqlx::query_as(&self.sql), |query, value| match value {
            Bound::Text(text) => query.bind(text),
            Bound::Number(number) => query.bind(number),
        })
    }

    /// The statement as it is.
    pub fn plain(&self) -> Query<'_, Postgres, PgArguments> {
        self.values.iter().fold(sqlx::query(&self.sql), |query, value| match value {
            Bound::Text(text) => query.bind(text),
            Bound::Number(number) => query.bind(number),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_beside_the_text_in_the_order_of_their_places() {
        let mut statement = Statement::default();
        statement.push("a = ? AND b > ?", ["'; DROP".into(), 7.into()]).push(" LIMIT ?", [3.into()]);
        assert_eq!(statement.sql, "a = $1 AND b > $2 LIMIT $3");
        assert_eq!(statement.values, [Bound::from("'; DROP"), Bound::from(7), Bound::from(3)]);
    }
}
