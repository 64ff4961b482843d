//! Commands on streams that are already some events long, with and without the store's memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use zhanggui::eventstore::upcast::Upcasters;
use zhanggui::eventstore::{Commands, Store};
use zhanggui::ports::Ports;

use crate::common::Fault;
use crate::common::load::Worker;
use crate::note::{Note, NoteCommand};
use crate::ours::{Ours, metadata};

/// Streams of one length; each is asked a few times only, so that it stays about as long.
pub(crate) struct Streams {
    ids: Arc<Vec<String>>,
    next: Arc<AtomicUsize>,
    commands: Arc<Commands<Note>>,
    ports: Ports,
}

/// How much text an event holds.
const TEXT: usize = 200;

impl Streams {
    /// Makes `amount` streams of `length` events, in a store with or without memory.
    pub(crate) async fn make(ours: &Ours, length: usize, amount: usize, memory: bool) -> Result<Self, Fault> {
        let (log, upcasters) = (ours.log.clone(), Upcasters::default());
        let store = if memory { Store::new(log, upcasters) } else { Store::without_memory(log, upcasters) };
        let ports = ours.log.ports.clone();
        let ids = (0..amount).map(|_| Ok(ports.id()?.to_string())).collect::<Result<Vec<_>, Fault>>()?;
        let commands = Commands::new(store, ());
        for chunk in ids.chunks(32) {
            let begin = chunk.iter().map(|id| add(&commands, id, length, &ports));
            futures_util::future::try_join_all(begin).await?;
        }
        Ok(Self { ids: Arc::new(ids), next: Arc::default(), commands: Arc::new(commands), ports })
    }

    /// One who adds one event to one stream after the other.
    pub(crate) fn worker(&self) -> Adder {
        Adder {
            ids: Arc::clone(&self.ids),
            next: Arc::clone(&self.next),
            commands: Arc::clone(&self.commands),
            ports: self.ports.clone(),
        }
    }
}

async fn add(commands: &Commands<Note>, id: &str, events: usize, ports: &Ports) -> Result<(), Fault> {
    let command = NoteCommand::Add { events, text: "x".repeat(TEXT) };
    commands.execute(id, command, metadata(ports)?).await?;
    Ok(())
}

/// Somebody who asks the streams in turn.
pub(crate) struct Adder {
    ids: Arc<Vec<String>>,
    next: Arc<AtomicUsize>,
    commands: Arc<Commands<Note>>,
    ports: Ports,
}

impl Worker for Adder {
    async fn once(&mut self) -> Result<(), Fault> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.ids.len().max(1);
        let id = self.ids.get(turn).ok_or("no streams")?;
        add(&self.commands, id, 1, &self.ports).await
    }
}
