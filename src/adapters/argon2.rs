//! Passwords hashed with argon2id, on a few permits, in memory that is kept.
//!
//! One hash takes 19 MiB and some 20 ms of a core. Allocating that anew each time lets the allocator
//! grow by hundreds of MiB under load, and hashing on every core starves everything else: so there are
//! as many permits as cores less one, each with its memory block, and a bounded queue before them.
//! Beyond the queue the answer is an honest "overloaded", at once. A request that is dropped leaves the
//! queue; one already hashing runs to its end on its blocking thread and then gives permit and block back.

use std::fmt;
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use argon2::password_hash::{Output, ParamsString, PasswordHash, SaltString};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::account::{HashError, Password, PasswordHasher, Pending, Verdict};
use crate::ports::Rng;

/// Bytes of a salt.
const SALT_BYTES: usize = 16;
/// Bytes of a hash.
const OUTPUT_BYTES: usize = 32;
/// The most memory a stored hash may ask for: no value in the log may exhaust the machine.
const MOST_MEMORY_KIB: u32 = 256 * 1024;
/// The most passes.
const MOST_ITERATIONS: u32 = 32;
/// The most lanes.
const MOST_LANES: u32 = 16;

/// How passwords are hashed. The default is OWASP's recommendation, on all cores but one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2Settings {
    /// Memory of one hash.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes; computed one after the other.
    pub lanes: u32,
    /// Hashes computed at the same time.
    pub permits: NonZero<usize>,
    /// Requests that may wait for a permit.
    pub queue: usize,
}

impl Default for Argon2Settings {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let permits = NonZero::new(cores.saturating_sub(1)).unwrap_or(NonZero::<usize>::MIN);
        Self { memory_kib: 19_456, iterations: 2, lanes: 1, permits, queue: 16 * permits.get() }
    }
}

/// The settings ask for what argon2 cannot do, or for more than a stored hash may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("argon2 cannot hash with less than 8 KiB a lane, and must not with limitless memory or time")]
pub struct BadSettings;

/// Hashes passwords with argon2id.
pub struct Argon2Hasher {
    current: Params,
    rng: Arc<dyn Rng>,
    /// One for each hash that may be computed now.
    turns: Arc<Semaphore>,
    /// One for each request that may wait for a turn.
    places: Semaphore,
    memory: Arc<Mutex<Vec<Vec<Block>>>>,
}

impl Argon2Hasher {
    /// A hasher that has done nothing yet: memory is taken by the first hash of each permit.
    ///
    /// # Errors
    /// [`BadSettings`] when argon2 cannot work with them.
    pub fn new(settings: Argon2Settings, rng: Arc<dyn Rng>) -> Result<Self, BadSettings> {
        let Argon2Settings { memory_kib, iterations, lanes, permits, queue } = settings;
        let current =
            Params::new(memory_kib, iterations, lanes, Some(OUTPUT_BYTES)).map_err(|_| BadSettings)?;
        if !is_bearable(&current) || permits.get().max(queue) > Semaphore::MAX_PERMITS {
            return Err(BadSettings);
        }
        let turns = Arc::new(Semaphore::new(permits.get()));
        Ok(Self { current, rng, turns, places: Semaphore::new(queue), memory: Arc::default() })
    }

    /// Waits for a turn, or refuses at once when the queue is full.
    async fn turn(&self) -> Result<OwnedSemaphorePermit, HashError> {
        if let Ok(turn) = Arc::clone(&self.turns).try_acquire_owned() {
            return Ok(turn);
        }
        let _place = self.places.try_acquire().map_err(|_| HashError::Overloaded)?;
        metrics::gauge!("password_hash_queue").increment(1.0);
        let _waiting = Waiting;
        Arc::clone(&self.turns).acquire_owned().await.map_err(|_| HashError::Failed)
    }

    /// Computes one hash in its turn, off the threads that serve requests.
    async fn compute(&self, recipe: Recipe, password: Password) -> Result<Output, HashError> {
        let turn = self.turn().await?;
        let memory = Arc::clone(&self.memory);
        let keep = self.current.block_count();
        let work = move || {
            let mut lease = Lease::take(memory, keep);
            let started = Instant::now();
            let output = recipe.compute(password.as_bytes(), &mut lease.blocks);
            metrics::histogram!("password_hash_seconds").record(started.elapsed().as_secs_f64());
            // The block goes back before the turn does: whoever has a turn finds a block.
            drop(lease);
            drop(turn);
            output
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| HashError::Failed)?
    }

    async fn hash_now(&self, password: &Password) -> Result<String, HashError> {
        if password.is_over_long() {
            return Err(HashError::Failed);
        }
        let mut salt = [0; SALT_BYTES];
        self.rng.fill(&mut salt).map_err(|_| HashError::Failed)?;
        let recipe = Recipe::current(&self.current, salt.to_vec());
        let output = self.compute(recipe, password.clone()).await?;
        phc_string(&self.current, &salt, output).ok_or(HashError::Failed)
    }

    async fn verify_now(&self, phc: Option<&str>, password: &Password) -> Result<Verdict, HashError> {
        let Some(phc) = phc.filter(|_| !password.is_over_long()) else {
            // Nothing is compared, so the dummy needs no output: the work is in computing one.
            let dummy = Recipe::current(&self.current, vec![0; SALT_BYTES]);
            self.compute(dummy, password.clone()).await?;
            return Ok(Verdict { matches: false, outdated: false });
        };
        let Some((recipe, expected)) = Recipe::read(phc) else {
            tracing::error!("a stored password hash cannot be read, or asks for too much");
            return Err(HashError::Failed);
        };
        let outdated = recipe != Recipe::current(&self.current, recipe.salt.clone());
        // `Output` compares in constant time.
        let matches = self.compute(recipe, password.clone()).await? == expected;
        Ok(Verdict { matches, outdated })
    }
}

impl fmt::Debug for Argon2Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Argon2Hasher").field("current", &self.current).finish_non_exhaustive()
    }
}

impl PasswordHasher for Argon2Hasher {
    fn hash<'a>(&'a self, password: &'a Password) -> Pending<'a, String> {
        Box::pin(self.hash_now(password))
    }

    fn verify<'a>(&'a self, phc: Option<&'a str>, password: &'a Password) -> Pending<'a, Verdict> {
        Box::pin(self.verify_now(phc, password))
    }
}

/// How one hash is made, but for the password.
#[derive(Clone, PartialEq, Eq)]
struct Recipe {
    algorithm: Algorithm,
    version: Version,
    params: Params,
    salt: Vec<u8>,
}

impl Recipe {
    fn current(params: &Params, salt: Vec<u8>) -> Self {
        Self { algorithm: Algorithm::Argon2id, version: Version::V0x13, params: params.clone(), salt }
    }

    /// Reads a stored hash: how it was made, and what came out.
    fn read(phc: &str) -> Option<(Self, Output)> {
        let stored = PasswordHash::new(phc).ok()?;
        let algorithm = Algorithm::try_from(stored.algorithm).ok()?;
        let version = Version::try_from(stored.version?).ok()?;
        let params = Params::try_from(&stored).ok().filter(is_bearable)?;
        let mut salt = [0; 64];
        let salt = stored.salt?.decode_b64(&mut salt).ok()?.to_vec();
        Some((Self { algorithm, version, params, salt }, stored.hash?))
    }

    /// Computes the hash in `blocks`, which are lengthened when they are too few.
    fn compute(&self, password: &[u8], blocks: &mut Vec<Block>) -> Result<Output, HashError> {
        let missing = self.params.block_count().saturating_sub(blocks.len());
        blocks.try_reserve_exact(missing).map_err(|_| HashError::Failed)?;
        blocks.resize(blocks.len() + missing, Block::new());
        let argon2 = Argon2::new(self.algorithm, self.version, self.params.clone());
        Output::init_with(self.params.output_len().unwrap_or(OUTPUT_BYTES), |output| {
            argon2.hash_password_into_with_memory(password, &self.salt, output, blocks).map_err(Into::into)
        })
        .map_err(|_| HashError::Failed)
    }
}

/// Whether computing this is within reason.
fn is_bearable(params: &Params) -> bool {
    params.m_cost() <= MOST_MEMORY_KIB && params.t_cost() <= MOST_ITERATIONS && params.p_cost() <= MOST_LANES
}

/// The hash as it is stored, with all that is needed to make it again.
fn phc_string(params: &Params, salt: &[u8], output: Output) -> Option<String> {
    let salt = SaltString::encode_b64(salt).ok()?;
    let phc = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).ok()?,
        salt: Some(salt.as_salt()),
        hash: Some(output),
    };
    Some(phc.to_string())
}

/// A memory block on loan; given back however the work ends.
struct Lease {
    blocks: Vec<Block>,
    pool: Arc<Mutex<Vec<Vec<Block>>>>,
    keep: usize,
}

impl Lease {
    fn take(pool: Arc<Mutex<Vec<Vec<Block>>>>, keep: usize) -> Self {
        let blocks = pool.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        Self { blocks, pool, keep }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut blocks = std::mem::take(&mut self.blocks);
        if blocks.len() > self.keep {
            // A hash with older, larger parameters borrowed more: that is not kept.
            blocks.truncate(self.keep);
            blocks.shrink_to_fit();
        }
        self.pool.lock().unwrap_or_else(PoisonError::into_inner).push(blocks);
    }
}

/// A request in the queue; counted out however the waiting ends.
struct Waiting;

impl Drop for Waiting {
    fn drop(&mut self) {
        metrics::gauge!("password_hash_queue").decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{NoEntropy, SystemRng};
    use std::time::Duration;

    const SMALL: Argon2Settings =
        Argon2Settings { memory_kib: 32, iterations: 1, lanes: 1, permits: NonZero::<usize>::MIN, queue: 1 };

    fn hasher(settings: Argon2Settings) -> Argon2Hasher {
        Argon2Hasher::new(settings, Arc::new(SystemRng::new())).unwrap()
    }

    fn password(text: &str) -> Password {
        Password::new(text)
    }

    /// The address and size of every block that lies ready.
    fn kept(hasher: &Argon2Hasher) -> Vec<(*const Block, usize, usize)> {
        hasher
            .memory
            .lock()
            .unwrap()
            .iter()
            .map(|blocks| (blocks.as_ptr(), blocks.len(), blocks.capacity()))
            .collect()
    }

    async fn eventually(mut condition: impl FnMut() -> bool) {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_and_no_other() {
        let hasher = hasher(SMALL);
        let phc = hasher.hash(&password("掌柜 right")).await.unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=32,t=1,p=1$"), "{phc}");
        for (text, matches) in [("掌柜 right", true), ("掌柜 wrong", false), ("", false)] {
            assert_eq!(
                hasher.verify(Some(&phc), &password(text)).await,
                Ok(Verdict { matches, outdated: false })
            );
        }
        assert_ne!(phc, hasher.hash(&password("掌柜 right")).await.unwrap(), "each hash has its salt");
    }

    #[tokio::test]
    async fn the_reference_implementations_hash_is_understood() {
        // From the argon2 crate's and the reference implementation's own tests.
        let phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        let hasher = hasher(SMALL);
        let verdict = hasher.verify(Some(phc), &password("password")).await;
        assert_eq!(verdict, Ok(Verdict { matches: true, outdated: true }));
        let [(_, len, capacity)] = kept(&hasher)[..] else { panic!("one block is kept") };
        assert_eq!((len, capacity), (32, 32), "the larger memory is not kept");
    }

    #[tokio::test]
    async fn a_hash_made_otherwise_still_fits_and_is_outdated() {
        for other in [
            Argon2Settings { memory_kib: 40, ..SMALL },
            Argon2Settings { memory_kib: 16, ..SMALL },
            Argon2Settings { iterations: 2, ..SMALL },
            Argon2Settings { lanes: 2, ..SMALL },
        ] {
            let phc = hasher(other).hash(&password("right")).await.unwrap();
            let verdict = hasher(SMALL).verify(Some(&phc), &password("right")).await;
            assert_eq!(verdict, Ok(Verdict { matches: true, outdated: true }), "{other:?}");
        }
        let older = hasher(SMALL).hash(&password("right")).await.unwrap().replace("v=19", "v=16");
        let verdict = hasher(SMALL).verify(Some(&older), &password("right")).await;
        assert_eq!(verdict, Ok(Verdict { matches: false, outdated: true }));
    }

    #[tokio::test]
    async fn a_stored_hash_that_asks_for_too_much_or_is_none_fails() {
        let salted = "$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        for how in
            ["m=4194304,t=2,p=1", "m=32,t=4000000,p=1", "m=4096,t=1,p=512", "m=1,t=1,p=1", "m=32,t=1,p=1,x=1"]
        {
            let phc = format!("$argon2id$v=19${how}{salted}");
            assert_eq!(
                hasher(SMALL).verify(Some(&phc), &password("x")).await,
                Err(HashError::Failed),
                "{how}"
            );
        }
        for phc in [
            "",
            "plain",
            "$argon2id$v=19$m=32,t=1,p=1$c29tZXNhbHQ",
            "$scrypt$ln=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        ] {
            assert_eq!(
                hasher(SMALL).verify(Some(phc), &password("x")).await,
                Err(HashError::Failed),
                "{phc}"
            );
        }
        for bad in [
            Argon2Settings { memory_kib: 4, ..SMALL },
            Argon2Settings { iterations: 0, ..SMALL },
            Argon2Settings { memory_kib: u32::MAX, ..SMALL },
        ] {
            assert!(Argon2Hasher::new(bad, Arc::new(SystemRng::new())).is_err());
        }
    }

    #[tokio::test]
    async fn an_unknown_user_and_an_over_long_password_cost_one_hash() {
        let long = password(&"x".repeat(5_000));
        let stored = hasher(SMALL).hash(&password("right")).await.unwrap();
        for (phc, password) in
            [(None, password("right")), (None, long.clone()), (Some(stored.as_str()), long.clone())]
        {
            let hasher = hasher(SMALL);
            assert_eq!(kept(&hasher).len(), 0);
            assert_eq!(hasher.verify(phc, &password).await, Ok(Verdict { matches: false, outdated: false }));
            let worked: Vec<_> = hasher
                .memory
                .lock()
                .unwrap()
                .iter()
                .map(|blocks| {
                    blocks.iter().filter(|block| block.as_ref().iter().any(|word| *word != 0)).count()
                })
                .collect();
            assert_eq!(worked, [32], "every block of one memory was filled");
        }
        assert_eq!(hasher(SMALL).hash(&long).await, Err(HashError::Failed));
    }

    #[tokio::test]
    async fn memory_is_kept_and_used_again() {
        let hasher = hasher(SMALL);
        let phc = hasher.hash(&password("right")).await.unwrap();
        let first = kept(&hasher);
        assert_eq!(first.len(), 1);
        for _ in 0..20 {
            hasher.verify(Some(&phc), &password("right")).await.unwrap();
            assert_eq!(kept(&hasher), first);
        }
        assert!(!format!("{hasher:?}").contains("Block"), "memory is not shown");
    }

    #[tokio::test]
    async fn there_is_no_more_memory_than_permits() {
        let hasher =
            Arc::new(hasher(Argon2Settings { permits: NonZero::new(2).unwrap(), queue: 50, ..SMALL }));
        let all = (0..50).map(|_| {
            let hasher = Arc::clone(&hasher);
            tokio::spawn(async move { hasher.hash(&password("right")).await })
        });
        for hashed in all.collect::<Vec<_>>() {
            assert!(hashed.await.unwrap().is_ok());
        }
        assert!((1..=2).contains(&kept(&hasher).len()));
        assert_eq!((hasher.turns.available_permits(), hasher.places.available_permits()), (2, 50));
    }

    #[tokio::test]
    async fn beyond_the_queue_the_answer_is_overloaded_at_once() {
        let hasher = Arc::new(hasher(SMALL));
        let turn = hasher.turn().await.unwrap();
        let waiting = tokio::spawn({
            let hasher = Arc::clone(&hasher);
            async move { hasher.hash(&password("right")).await }
        });
        eventually(|| hasher.places.available_permits() == 0).await;
        assert_eq!(hasher.hash(&password("right")).await, Err(HashError::Overloaded));
        assert_eq!(hasher.verify(None, &password("right")).await, Err(HashError::Overloaded));
        drop(turn);
        assert!(waiting.await.unwrap().is_ok());
        assert!(hasher.hash(&password("right")).await.is_ok());
    }

    #[tokio::test]
    async fn a_dropped_request_gives_back_its_place_its_turn_and_its_memory() {
        let hasher = Arc::new(hasher(Argon2Settings { memory_kib: 8_192, ..SMALL }));
        let turn = hasher.turn().await.unwrap();
        let start = || {
            tokio::spawn({
                let hasher = Arc::clone(&hasher);
                async move { hasher.hash(&password("right")).await }
            })
        };
        let waiting = start();
        eventually(|| hasher.places.available_permits() == 0).await;
        waiting.abort();
        eventually(|| hasher.places.available_permits() == 1).await;
        drop(turn);
        let hashing = start();
        eventually(|| hasher.turns.available_permits() == 0).await;
        hashing.abort();
        eventually(|| hasher.turns.available_permits() == 1).await;
        assert_eq!(kept(&hasher).len(), 1);
        assert!(hasher.hash(&password("right")).await.is_ok());
        assert_eq!(kept(&hasher).len(), 1);
    }

    #[tokio::test]
    async fn without_chance_there_is_no_hash() {
        #[derive(Debug)]
        struct Dry;
        impl Rng for Dry {
            fn fill(&self, _: &mut [u8]) -> Result<(), NoEntropy> {
                Err(NoEntropy)
            }
        }
        let hasher = Argon2Hasher::new(SMALL, Arc::new(Dry)).unwrap();
        assert_eq!(hasher.hash(&password("right")).await, Err(HashError::Failed));
    }
}
