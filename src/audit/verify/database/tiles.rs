//! Whether the tiles are what the leaves make of them; and, where a root is wrong, what the tiles tell about the place.

use std::collections::{BTreeMap, HashMap};

use sqlx::PgConnection;

use super::Unverified;
use crate::audit::verify::Fault;
use crate::eventstore::merkle::Hash;
use crate::eventstore::merkle::tiles::{Builder, Tile, WIDTH};

/// Makes the tiles anew and compares. What differs is told in the end only: a wrong root tells more.
#[derive(Debug, Default)]
pub(super) struct TileCheck {
    builder: Builder,
    complete: Vec<Tile>,
    checked: u64,
    differs: Option<Differs>,
    /// By level, the first complete tile that is not there or not whole.
    gaps: BTreeMap<i16, i64>,
}

/// A hash in a tile that is not that of the events.
#[derive(Debug)]
struct Differs {
    level: u8,
    number: u64,
    first: u64,
    last: u64,
}

impl TileCheck {
    pub(super) fn push(&mut self, leaf: Hash) {
        self.complete.extend(self.builder.push(leaf));
    }

    /// Compares the tiles that are complete since it was last asked.
    pub(super) async fn compare(&mut self, database: &mut PgConnection) -> Result<(), sqlx::Error> {
        let tiles = std::mem::take(&mut self.complete);
        self.compare_with(database, &tiles, true).await
    }

    /// Compares those that are not complete yet, as far as the events have been read: where a root is wrong.
    pub(super) async fn look_closer(&mut self, database: &mut PgConnection) -> Result<(), sqlx::Error> {
        let tiles: Vec<Tile> = self.builder.partial().cloned().collect();
        self.compare_with(database, &tiles, false).await
    }

    /// Compares what is left, and looks for tiles of events that are not there, and for gaps before others.
    pub(super) async fn end(&mut self, database: &mut PgConnection) -> Result<(), Unverified> {
        let tiles: Vec<Tile> = self.builder.partial().cloned().collect();
        self.compare_with(&mut *database, &tiles, true).await?;
        let rows: Vec<(i16, i64, i64)> = sqlx::query_as(
            "SELECT level, max(number), max(number * 256 + length(hashes) / 32) FROM log_tiles WHERE log = 0 \
             GROUP BY level ORDER BY level",
        )
        .fetch_all(database)
        .await?;
        let mut most = self.builder.size();
        let mut at = 0;
        for (level, last, end) in rows {
            // The last ones may be missing: they are made with the next checkpoint. What lies before others never is.
            if let Some(number) = self.gaps.get(&level).filter(|number| **number < last) {
                let how = format!(
                    "tile {number} of level {level} is missing, or a part of it, before others: {MEND}"
                );
                return Err(Fault::Beside(how).into());
            }
            while at < level {
                at += 1;
                most /= WIDTH;
            }
            if u64::try_from(end).unwrap_or(u64::MAX) > most {
                let how = format!(
                    "the tiles of level {level} have {end} hashes, where the events make {most}: {MEND}"
                );
                return Err(Fault::Beside(how).into());
            }
        }
        Ok(())
    }

    /// `whole`: a stored tile may not go on beyond the events.
    async fn compare_with(
        &mut self,
        database: &mut PgConnection,
        tiles: &[Tile],
        whole: bool,
    ) -> Result<(), sqlx::Error> {
        if tiles.is_empty() {
            return Ok(());
        }
        let (levels, numbers): (Vec<i16>, Vec<i64>) = tiles
            .iter()
            .map(|tile| (i16::from(tile.level), i64::try_from(tile.number).unwrap_or(i64::MAX)))
            .unzip();
        let rows: Vec<(i16, i64, Vec<u8>)> = sqlx::query_as(
            "SELECT level, number, hashes FROM log_tiles JOIN unnest($1::smallint[], $2::bigint[]) AS w (level, number) \
             USING (level, number) WHERE log = 0",
        )
        .bind(&levels)
        .bind(&numbers)
        .fetch_all(database)
        .await?;
        let stored: HashMap<(i16, i64), Vec<u8>> =
            rows.into_iter().map(|(level, number, hashes)| ((level, number), hashes)).collect();
        for (tile, place) in tiles.iter().zip(levels.into_iter().zip(numbers)) {
            let hashes = stored.get(&place).map_or([].as_slice(), Vec::as_slice);
            if tile.hashes.len() as u64 == WIDTH && hashes.len() < tile.hashes.len() * 32 {
                self.gaps.entry(place.0).or_insert(place.1);
            }
            if !hashes.is_empty() {
                self.checked += 1;
                self.compare_one(tile, hashes, whole);
            }
        }
        Ok(())
    }

    fn compare_one(&mut self, tile: &Tile, stored: &[u8], whole: bool) {
        let computed = tile.hashes.iter();
        let wrong = stored.chunks(32).zip(computed).position(|(stored, hash)| stored != hash.as_slice());
        let too_long = whole && stored.len() > tile.hashes.len() * 32;
        let Some(nth) = wrong.or_else(|| too_long.then_some(tile.hashes.len())) else { return };
        let below = WIDTH.saturating_pow(u32::from(tile.level));
        let first = (tile.number * WIDTH + nth as u64) * below + 1;
        let (level, number) = (tile.level, tile.number);
        let found = Differs { level, number, first, last: first + below - 1 };
        // The lowest level tells most; tiles come in order.
        if self.differs.as_ref().is_none_or(|differs| found.level < differs.level) {
            self.differs = Some(found);
        }
    }

    /// Where a root is wrong and a tile differs below it, the place is among the events of that tile's hash.
    pub(super) fn narrow(&self, wrong: Unverified) -> Unverified {
        match (&self.differs, wrong) {
            (Some(differs), Unverified::Fault(Fault::Among { first, last, how }))
                if differs.first <= last && differs.last >= first =>
            {
                let (first, last) = (first.max(differs.first), last.min(differs.last));
                Unverified::Fault(Fault::Among { first, last, how })
            }
            (_, wrong) => wrong,
        }
    }

    /// What was found, in a line.
    pub(super) fn told(&self) -> Result<String, Fault> {
        match &self.differs {
            None => Ok(format!("tiles         {} agree with the events", self.checked)),
            Some(Differs { level, number, first, last }) => Err(Fault::Beside(format!(
                "tile {number} of level {level} is not that of the events of positions {first} to {last}, which are as they were signed: {MEND}"
            ))),
        }
    }
}

/// What to do about tiles.
const MEND: &str = "tiles were changed; `zhanggui audit checkpoint --retile` makes them anew";
