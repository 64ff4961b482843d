//! Our own store: accounts, notes, and notes handed to the writer without a store around it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::ConnectOptions;
use sqlx::postgres::PgPoolOptions;
use zhanggui::account::{Account, AccountServices, Email, FieldCode, Identity, Phone, Register, Username};
use zhanggui::adapters::argon2::{Argon2Hasher, Argon2Settings};
use zhanggui::app;
use zhanggui::database;
use zhanggui::eventstore::seal::Sealer;
use zhanggui::eventstore::store::Log;
use zhanggui::eventstore::upcast::Upcasters;
use zhanggui::eventstore::{Append, Commands, Metadata, NewEvent, Store, Writer};
use zhanggui::ports::Ports;

use crate::common::Fault;
use crate::common::cluster::{Cluster, settings};
use crate::common::load::Worker;
use crate::note::{NOTED, Note, NoteCommand, READ_MODEL};

/// A password's hash, made beforehand: hashing is not what is measured here.
const PHC: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Eg5uO6EBPKPiX3qjO5eVWX1LzhLD2zHkT2fqnV4a0Z8";
/// So many people are thought up before a comparison: reading their names is not what is measured either.
const PEOPLE: usize = 30_000;
/// Connections for loading streams, as many as the program has.
const POOL: u32 = 16;

/// The log, and who takes commands for it.
pub(crate) struct Ours {
    pub(crate) log: Log,
    accounts: Arc<Commands<Account>>,
    notes: Arc<Commands<Note>>,
    next: Arc<AtomicU64>,
    people: Arc<Mutex<Vec<Identity>>>,
}

/// Whom a worker asks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    Accounts,
    Notes,
    Writer,
}

impl Ours {
    /// The store on a prepared database.
    pub(crate) async fn open(cluster: &Cluster) -> Result<Self, Fault> {
        let options = database::as_service(&cluster.app());
        sqlx::raw_sql(READ_MODEL).execute(&mut options.connect().await?).await?;
        let ports = Ports::system();
        let pool = PgPoolOptions::new()
            .max_connections(POOL)
            .test_before_acquire(false)
            .connect_with(options.clone())
            .await?;
        let (writer, _task) = Writer::start(options, Arc::clone(&ports.clock));
        let sealer = Sealer::new(&app::master_key(&settings(&cluster.data_dir)?, &ports)?, ports.clone())?;
        let log = Log { pool, writer, sealer, ports };
        let hasher = Argon2Hasher::new(Argon2Settings::default(), Arc::clone(&log.ports.rng))?;
        let services = AccountServices { hasher: Arc::new(hasher) };
        let accounts = Commands::new(Store::new(log.clone(), Upcasters::default()), services);
        let notes = Commands::new(Store::new(log.clone(), Upcasters::default()), ());
        Ok(Self {
            log,
            accounts: Arc::new(accounts),
            notes: Arc::new(notes),
            next: Arc::default(),
            people: Arc::default(),
        })
    }

    /// Thinks up people, so that enough wait to be registered.
    pub(crate) fn think_up_people(&self) -> Result<(), Fault> {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        while people.len() < PEOPLE {
            people.push(identity(self.next.fetch_add(1, Ordering::Relaxed)).map_err(FieldCode::as_str)?);
        }
        Ok(())
    }

    /// Somebody who asks at this door; `text` is how much a note holds.
    pub(crate) fn worker(&self, door: Door, text: usize) -> Ask {
        Ask {
            door,
            text: "x".repeat(text),
            log: self.log.clone(),
            accounts: Arc::clone(&self.accounts),
            notes: Arc::clone(&self.notes),
            next: Arc::clone(&self.next),
            people: Arc::clone(&self.people),
        }
    }
}

/// One who registers accounts or writes notes, each a new stream.
pub(crate) struct Ask {
    door: Door,
    text: String,
    log: Log,
    accounts: Arc<Commands<Account>>,
    notes: Arc<Commands<Note>>,
    next: Arc<AtomicU64>,
    people: Arc<Mutex<Vec<Identity>>>,
}

/// The `number`th person.
fn identity(number: u64) -> Result<Identity, FieldCode> {
    Ok(Identity {
        username: Username::parse(&format!("bench_{number}"))?,
        email: Email::parse(&format!("bench_{number}@example.com"))?,
        phone: Phone::parse(&format!("+86138{number:08}"))?,
    })
}

/// The ids that stand beside every event.
pub(crate) fn metadata(ports: &Ports) -> Result<Metadata, Fault> {
    let request = ports.id()?;
    Ok(Metadata {
        actor_id: Some(request),
        request_id: Some(request.to_string()),
        correlation_id: Some(request.to_string()),
        causation_id: None,
    })
}

impl Ask {
    async fn register(&self, id: &str, number: u64) -> Result<(), Fault> {
        let waiting = self.people.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let person = waiting.map_or_else(|| identity(number), Ok).map_err(FieldCode::as_str)?;
        let command = Register::new(person, PHC.to_owned());
        self.accounts.create(id, command.into(), metadata(&self.log.ports)?).await?;
        Ok(())
    }

    async fn note(&self, id: &str, name: String) -> Result<(), Fault> {
        let command = NoteCommand::Write { name, text: self.text.clone() };
        self.notes.create(id, command, metadata(&self.log.ports)?).await?;
        Ok(())
    }

    async fn append(&self, id: String, name: &str) -> Result<(), Fault> {
        let payload = serde_json::json!({"type": NOTED, "name": name, "text": self.text});
        let payload = serde_json_canonicalizer::to_string(&payload)?;
        let event = NewEvent {
            event_id: self.log.ports.id()?,
            event_type: NOTED.to_owned(),
            event_version: "1".to_owned(),
            sealed: payload,
            open: None,
        };
        let append = Append {
            aggregate_type: "note",
            aggregate_id: id,
            after: 0,
            epoch: self.log.writer.epoch(),
            events: vec![event],
            metadata: serde_json_canonicalizer::to_string(&metadata(&self.log.ports)?.into_map())?,
            releases: Vec::new(),
            takes: vec![self.log.sealer.claim("note", "", name)],
            keys: Vec::new(),
            destroys: Vec::new(),
        };
        self.log.writer.append(append).await?;
        Ok(())
    }
}

impl Worker for Ask {
    async fn once(&mut self) -> Result<(), Fault> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let id = self.log.ports.id()?.to_string();
        match self.door {
            Door::Accounts => self.register(&id, number).await,
            Door::Notes => self.note(&id, format!("note_{number}")).await,
            Door::Writer => self.append(id, &format!("note_{number}")).await,
        }
    }
}
