//! The turn of keys: the old one and its successor sign one checkpoint, and from then on the successor signs.

use sqlx::PgConnection;

use super::stored::{self, Stored};
use super::{Checkpoints, SignError, begin, head};
use crate::audit::keys;
use crate::eventstore::merkle::stored::write_tiles;

impl Checkpoints {
    /// Turns to the next key. Gives the checkpoint that both signed.
    ///
    /// # Errors
    /// [`SignError`]; nothing has changed then.
    pub async fn rotate(&self, database: &mut PgConnection) -> Result<Stored, SignError> {
        let (size, _) = head(&mut *database).await?;
        write_tiles(&mut *database, size).await?;
        let mut transaction = begin(database).await?;
        let old = self.keys.active(&mut transaction).await?;
        let signed = self.sign(&mut transaction, &old).await?;
        let next = self.keys.successor(&mut transaction, &old).await?;
        let number = keys::all(&mut transaction).await?.last().map_or(1, |key| key.number + 1);
        let size = signed.checkpoint.size;
        self.keys.keep(&mut transaction, number, &next, size).await?;
        stored::add(&mut transaction, size, self.ports.now(), &self.line(&next, &signed.checkpoint)).await?;
        // What has retired is to sign nothing more, not even by whoever gets hold of it.
        sqlx::query("DELETE FROM log_key_secrets WHERE log = 0 AND number < $1")
            .bind(number)
            .execute(&mut *transaction)
            .await?;
        let both = stored::of_size(&mut transaction, size).await?;
        transaction.commit().await?;
        Ok(both.unwrap_or(signed))
    }
}
