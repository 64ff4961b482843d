//! Settings of the log's proofs: its name, and the keys that sign its checkpoints.

use super::given::Given;
use super::{Refusal, refuse};
use crate::audit::checkpoints::signing_key::GivenKeys;
use crate::audit::note::is_name;
use crate::eventstore::seal::MasterKey;

/// A name that a key may have.
pub(super) fn check_origin(given: &Given, refusals: &mut Vec<Refusal>) -> Option<String> {
    let origin = given.log_origin.clone()?;
    if !is_name(&origin) {
        let why = "ZHANGGUI_LOG_ORIGIN may hold neither blanks nor a plus sign: write a name of yours, for example log.example.com/zhanggui";
        refuse(refusals, why);
    }
    Some(origin)
}

/// Keys with commas between; each is written as the master key is.
pub(super) fn check_keys(given: &Given, production: bool, refusals: &mut Vec<Refusal>) -> GivenKeys {
    let mut seeds = Vec::new();
    for text in given.log_signing_key.iter().flat_map(|keys| keys.split(',')) {
        let Ok(key) = MasterKey::parse(text) else {
            let why = "ZHANGGUI_LOG_SIGNING_KEY cannot be read: each key is 32 bytes in hexadecimal or base64, with commas between";
            refuse(refusals, why);
            continue;
        };
        if production && key.is_guessable() {
            let why = "ZHANGGUI_LOG_SIGNING_KEY is a pattern, not a random key: make one with `openssl rand -hex 32`";
            refuse(refusals, why);
        }
        seeds.extend(hex::decode(key.to_hex()).ok().and_then(|seed| <[u8; 32]>::try_from(seed).ok()));
    }
    GivenKeys(seeds)
}
