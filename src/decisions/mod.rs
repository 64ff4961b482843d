//! Why things are as they are: one record for each decision that is costly to take back.
//!
//! A record says in which situation the decision was taken, what it is, what follows from it, and what would
//! make us change it. A record is not rewritten when the decision changes: a new one says so, and the old one
//! gets a line that names it. [`security`] is no record but a table: what is asked of an account service, how
//! it is met, and where that is tested.

#[doc = include_str!("0001-own-event-store.md")]
pub mod d0001_own_event_store {}

#[doc = include_str!("0002-one-writer-gapless-positions.md")]
pub mod d0002_one_writer_gapless_positions {}

#[doc = include_str!("0003-claims-as-keyed-digests.md")]
pub mod d0003_claims_as_keyed_digests {}

#[doc = include_str!("0004-sealing-and-forgetting.md")]
pub mod d0004_sealing_and_forgetting {}

#[doc = include_str!("0005-leaf-hashes-and-frontier.md")]
pub mod d0005_leaf_hashes_and_frontier {}

#[doc = include_str!("0006-projections-as-sql-functions.md")]
pub mod d0006_projections_as_sql_functions {}

#[doc = include_str!("0007-captchas-without-storage.md")]
pub mod d0007_captchas_without_storage {}

#[doc = include_str!("0008-dependencies.md")]
pub mod d0008_dependencies {}

#[doc = include_str!("0009-embedded-postgresql.md")]
pub mod d0009_embedded_postgresql {}

#[doc = include_str!("0010-usernames.md")]
pub mod d0010_usernames {}

#[doc = include_str!("0011-sessions.md")]
pub mod d0011_sessions {}

#[doc = include_str!("0012-login-attempts.md")]
pub mod d0012_login_attempts {}

#[doc = include_str!("0013-page-without-a-build.md")]
pub mod d0013_page_without_a_build {}

#[doc = include_str!("0014-reactors.md")]
pub mod d0014_reactors {}

#[doc = include_str!("0015-codes.md")]
pub mod d0015_codes {}

#[doc = include_str!("0016-resets-that-tell-nothing.md")]
pub mod d0016_resets_that_tell_nothing {}

#[doc = include_str!("0017-avatars.md")]
pub mod d0017_avatars {}

#[doc = include_str!("0018-forgetting-a-person.md")]
pub mod d0018_forgetting_a_person {}

#[doc = include_str!("0019-carrying-mails-and-texts.md")]
pub mod d0019_carrying_mails_and_texts {}

#[doc = include_str!("0020-products-and-their-list.md")]
pub mod d0020_products_and_their_list {}

#[doc = include_str!("0021-read-models-beside-each-other.md")]
pub mod d0021_read_models_beside_each_other {}

#[doc = include_str!("0022-catching-up.md")]
pub mod d0022_catching_up {}

#[doc = include_str!("0023-days-are-facts.md")]
pub mod d0023_days_are_facts {}

#[doc = include_str!("0024-analysts-in-the-database.md")]
pub mod d0024_analysts_in_the_database {}

#[doc = include_str!("0025-tiles-checkpoints-proofs.md")]
pub mod d0025_tiles_checkpoints_proofs {}

#[doc = include_str!("0026-export-and-verification.md")]
pub mod d0026_export_and_verification {}

#[doc = include_str!("0027-audit-search-and-revealing.md")]
pub mod d0027_audit_search_and_revealing {}

#[doc = include_str!("0029-watching-and-the-shared-pace.md")]
pub mod d0029_watching_and_the_shared_pace {}

#[doc = include_str!("0030-what-is-asked-most.md")]
pub mod d0030_what_is_asked_most {}

#[doc = include_str!("0031-hashing-many-at-once.md")]
pub mod d0031_hashing_many_at_once {}

#[doc = include_str!("security.md")]
pub mod security {}
