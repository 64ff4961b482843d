//! Avatars: an uploaded file becomes two square JPEGs, within bounds of memory and time.
//!
//! The file is a stranger's. What it is is found by its content, its size is known before its pixels are
//! decoded (`decode`), and nothing of it but pixels gets into the renditions (`shape`): they are drawn and
//! encoded anew, so names of places, comments, other files behind the image and scripts in it are gone.
//! Colour profiles are dropped, too: pixels count as sRGB. [`render`] does the work, 20 to 900 ms of a core;
//! [`AvatarImages`] does it off the threads that serve requests, a few at a time, with a queue that has an end.

mod decode;
mod shape;
#[cfg(test)]
mod tests;
mod webp_codes;

use std::num::NonZero;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// The most pixels of an uploaded image's width, and of its height.
pub const MOST_PIXELS: u32 = 4_096;
/// Width and height of the large rendition.
pub const LARGE: u32 = 512;
/// Width and height of the small rendition.
pub const SMALL: u32 = 128;

/// The two renditions of an uploaded image, both JPEG, square, without metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Avatar {
    /// [`LARGE`] × [`LARGE`] pixels, some 20 to 150 kB.
    pub large: Vec<u8>,
    /// [`SMALL`] × [`SMALL`] pixels, some 2 to 15 kB.
    pub small: Vec<u8>,
}

/// Why an uploaded file does not become an avatar, whoever sends it and whenever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadImage {
    /// The file is neither PNG nor JPEG nor WebP, or a kind of them that is not read (12-bit JPEG).
    #[error("the file is not a PNG, JPEG or WebP image")]
    UnsupportedType,
    /// It has more than [`MOST_PIXELS`] in a direction, or would take too much memory or time to decode.
    #[error("the image is larger than {MOST_PIXELS} pixels, or takes too much memory to decode")]
    TooLarge,
    /// It begins as an image, but its pixels cannot be decoded.
    #[error("the image is damaged")]
    Damaged,
}

/// Why there is no avatar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AvatarError {
    /// The file is to blame.
    #[error(transparent)]
    Bad(#[from] BadImage),
    /// Too many are waiting already, or the wait was too long: worth another try.
    #[error("too many images are being worked on")]
    Overloaded,
    /// The image was not done in time.
    #[error("the image took too long")]
    TooSlow,
}

/// How many images are worked on at the same time, and how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AvatarSettings {
    /// Images decoded at the same time; each may take 220 MiB while it is.
    pub permits: NonZero<usize>,
    /// Images that may wait for a permit, each with its file in memory.
    pub queue: usize,
    /// How long the wait and the work may take, together.
    pub limit: Duration,
}

impl Default for AvatarSettings {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let permits = NonZero::new(cores.saturating_sub(1)).unwrap_or(NonZero::<usize>::MIN);
        Self { permits, queue: permits.get().saturating_mul(4), limit: Duration::from_secs(2) }
    }
}

/// Makes avatars, a few at a time.
#[derive(Debug)]
pub struct AvatarImages {
    /// One for each image that may be worked on now.
    turns: Arc<Semaphore>,
    /// One for each image that may wait for a turn.
    places: Semaphore,
    limit: Duration,
}

impl AvatarImages {
    /// Begins with nothing in the queue.
    #[must_use]
    pub fn new(settings: AvatarSettings) -> Self {
        let AvatarSettings { permits, queue, limit } = settings;
        let most = Semaphore::MAX_PERMITS;
        let turns = Arc::new(Semaphore::new(permits.get().min(most)));
        Self { turns, places: Semaphore::new(queue.min(most)), limit }
    }

    /// Makes the renditions of `file` in its turn, off the threads that serve requests.
    ///
    /// An image that takes too long is given up, not stopped: its turn is not free before it is done, so that
    /// slow images cannot take more of the machine than their turns. A request that is dropped leaves the queue.
    ///
    /// # Errors
    /// [`AvatarError::Bad`] when the file is no such image; [`AvatarError::Overloaded`] at once when the queue
    /// is full, or when the turn does not come in time; [`AvatarError::TooSlow`] when the work is not done in time.
    pub async fn render(&self, file: Bytes) -> Result<Avatar, AvatarError> {
        self.run(move || render(&file)).await
    }

    async fn run<W>(&self, work: W) -> Result<Avatar, AvatarError>
    where
        W: FnOnce() -> Result<Avatar, BadImage> + Send + 'static,
    {
        let turn = timeout(self.limit, self.turn()).await.map_err(|_| AvatarError::Overloaded)??;
        let work = tokio::task::spawn_blocking(move || {
            let started = Instant::now();
            let done = work();
            metrics::histogram!("avatar_render_seconds").record(started.elapsed().as_secs_f64());
            drop(turn);
            done
        });
        match timeout(self.limit, work).await {
            Ok(Ok(done)) => Ok(done?),
            Ok(Err(error)) => {
                // A decoder has a fault that this file has found. The panic's text is logged where it happens.
                tracing::error!(panicked = error.is_panic(), "an image broke its decoder");
                Err(BadImage::Damaged.into())
            }
            Err(_) => Err(AvatarError::TooSlow),
        }
    }

    /// Waits for a turn, or refuses at once when the queue is full.
    async fn turn(&self) -> Result<OwnedSemaphorePermit, AvatarError> {
        if let Ok(turn) = Arc::clone(&self.turns).try_acquire_owned() {
            return Ok(turn);
        }
        let _place = self.places.try_acquire().map_err(|_| AvatarError::Overloaded)?;
        metrics::gauge!("avatar_queue").increment(1.0);
        let _waiting = Waiting;
        Arc::clone(&self.turns).acquire_owned().await.map_err(|_| AvatarError::Overloaded)
    }
}

/// An image in the queue; counted out however the waiting ends.
struct Waiting;

impl Drop for Waiting {
    fn drop(&mut self) {
        metrics::gauge!("avatar_queue").decrement(1.0);
    }
}

/// Makes the renditions of a PNG, JPEG or WebP file: the square in its middle, upright, on white.
///
/// Of an animation, the first frame. Blocks: 20 to 900 ms of a core, and up to 220 MiB of memory.
///
/// # Errors
/// [`BadImage`] when the file is no such image.
pub fn render(file: &[u8]) -> Result<Avatar, BadImage> {
    let (picture, orientation) = decode::decode(file)?;
    shape::renditions(picture, orientation)
}
