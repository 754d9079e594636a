//! Properties of any event, any document and any damage: proptest makes them up, by the tables of the registry.
//!
//! A run is the same as the one before, unless `PROPTEST_RNG_SEED` says otherwise; `PROPTEST_CASES` is how many cases are
//! tried of each. What failed once is kept in `regressions.txt`, by its seed, and is tried first.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod damage;
mod documents;
mod events;
mod made;
#[path = "../common/record.rs"]
mod record;
#[path = "../common/sound.rs"]
mod sound;
mod transport;

use lark_event::Envelope;
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngSeed};

const REGRESSIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/properties/regressions.txt");

/// So many cases, if the environment does not say how many.
fn cases(cases: u32) -> ProptestConfig {
    let mut config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if let RngSeed::Random = config.rng_seed {
        config.rng_seed = RngSeed::Fixed(8259);
    }
    config.failure_persistence = Some(Box::new(FileFailurePersistence::Direct(REGRESSIONS)));
    config
}

/// An envelope is large: better on the heap.
fn fresh() -> Box<Envelope> {
    Box::new(Envelope::EMPTY)
}
