//! How long a proof takes, as it is made for whoever asks: event, nodes, hashes, checkpoints.

use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};
use zhanggui::audit::proofs::{log_size, prove_consistency, prove_inclusion};
use zhanggui::eventstore::merkle::stored::write_tiles;

use crate::common::Fault;
use crate::common::cluster::{Cluster, DATABASE};
use crate::common::report::{Report, digits};

/// How many leaves the long log has.
const LONG: i64 = 10_000_000;
/// How many proofs of a kind are asked for.
const ASKED: u64 = 1_000;

/// A log of bare leaves: nothing but what proofs are made of.
pub(crate) async fn fill(
    cluster: &Cluster,
    connection: &mut PgConnection,
    report: &mut Report,
) -> Result<(), Fault> {
    for from in (1..=LONG).step_by(1_000_000) {
        sqlx::query(
            "INSERT INTO events (position, event_id, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, recorded_at, leaf_hash) \
             SELECT n, '00000000-0000-7000-8000-000000000000', 'bare', '', n, 'bare', '1', '{}', '{}', '2024-01-01T00:00:00Z', sha256(int8send(n)) \
             FROM generate_series($1::bigint, $1 + 999999) AS n",
        )
        .bind(from)
        .execute(&mut *connection)
        .await?;
    }
    sqlx::query("UPDATE log_head SET position = $1").bind(LONG).execute(&mut *connection).await?;
    let begun = Instant::now();
    let leaves = write_tiles(&mut *connection, u64::try_from(LONG)?).await?;
    let rate = f64::from(u32::try_from(leaves)?) / begun.elapsed().as_secs_f64();
    report.say(&format!("\nTiling {LONG} leaves after a long pause: {} a second.", digits(rate)))?;
    // Ten million at once leave the server with more to write than to read. What it does meanwhile while a log grows in its
    // own time is done now; as a superuser, who alone may.
    let mut superuser = PgConnection::connect_with(&cluster.superuser(DATABASE)).await?;
    for statement in ["VACUUM (ANALYZE) events", "VACUUM (ANALYZE) log_tiles", "CHECKPOINT"] {
        sqlx::raw_sql(statement).execute(&mut superuser).await?;
    }
    superuser.close().await?;
    Ok(())
}

/// Proofs at places that are spread over the log.
pub(crate) async fn measure(
    connection: &mut PgConnection,
    of: &str,
    report: &mut Report,
) -> Result<(), Fault> {
    let size = log_size(&mut *connection).await?;
    let (mut inclusions, mut consistencies) = (Vec::new(), Vec::new());
    for nth in 0..ASKED {
        // A step that shares no factor with the size goes everywhere; the size changes, too, so that right edges do.
        let index = nth * 7_919_777 % size;
        let within = size - nth % 1_000;
        let begun = Instant::now();
        // Of bare leaves the event is not what its leaf covers, which nobody here looks at.
        prove_inclusion(&mut *connection, index.min(within - 1) + 1, within).await?.ok_or("no such leaf")?;
        inclusions.push(begun.elapsed());
        let begun = Instant::now();
        prove_consistency(&mut *connection, index.min(within), within).await?.ok_or("no such sizes")?;
        consistencies.push(begun.elapsed());
    }
    let mut rows = vec![["what", "p50 ms", "p99 ms", "worst ms"].map(str::to_owned).to_vec()];
    for (name, mut waits) in [
        ("inclusion, the event, the root, the checkpoint", inclusions),
        ("consistency, both roots, both checkpoints", consistencies),
    ] {
        waits.sort_unstable();
        let at = |percent: usize| {
            let wait = waits.get((waits.len() * percent / 100).min(waits.len() - 1)).copied();
            digits(wait.unwrap_or(Duration::ZERO).as_secs_f64() * 1e3)
        };
        rows.push(vec![name.to_owned(), at(50), at(99), at(100)]);
    }
    report.table(&format!("Proofs in a log of {size} {of}"), &rows)?;
    Ok(())
}
