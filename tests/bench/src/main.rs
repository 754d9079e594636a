//! Decoding speed beside other JSON libraries that do the same work, and what a signed and encrypted request costs beside
//! the cryptography alone.
//!
//! All contenders take turns in one process on one core; the figure is the median of the rounds. Nothing here passes or
//! fails by time.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a program for developers may stop with a message"
)]

// What the C interface is made of, for `ours`.
#[allow(dead_code, reason = "the benchmark needs but one function of the C interface")]
#[path = "../../../ffi/src/arguments.rs"]
mod arguments;
mod contender;
mod floors;
mod inputs;
mod measure;
mod ours;
mod peers;

use std::{path::PathBuf, time::Duration};

fn main() {
    let path = PathBuf::from(std::env::args().nth(1).unwrap());
    let only = std::env::args().nth(2);
    core_affinity::set_for_current(core_affinity::get_core_ids().unwrap().pop().unwrap());
    let inputs = inputs::from_file(&path, only.as_deref()).unwrap();
    for input in &inputs {
        let mut contenders = contender::all(input.documents.iter().map(|d| d.len()).max().unwrap());
        let mut out = Vec::new();
        for c in &mut contenders {
            for d in &input.documents {
                let (mut a, mut b) = (Default::default(), Default::default());
                if let Err(e) = (c.read)(d, Some(&mut a)) { println!("{}: {e}", c.name); out.push(c.name); break; }
                let mut o = contender::all(10).remove(0);
                (o.read)(d, Some(&mut b)).unwrap();
                if c.group != contender::Group::Floor { assert_eq!(a, b, "{}", c.name); }
            }
        }
        contenders.retain(|c| !out.contains(&c.name));
        let refs: Vec<usize> = contenders.iter().map(|c| contenders.iter().position(|r| r.name == c.group.reference()).unwrap()).collect();
        let names: Vec<_> = contenders.iter().map(|c| c.name).collect();
        let mut runs: Vec<measure::Run<'_>> = contenders.iter_mut().map(|c| { let read = &mut c.read; let docs = &input.documents; Box::new(move || for d in docs { read(std::hint::black_box(d), None).unwrap() }) as measure::Run<'_> }).collect();
        let figures = measure::measure(&mut runs, &refs, measure::Pace { rounds: 51, batch: Duration::from_millis(2) });
        println!("{} {}", input.name, input.mean_bytes());
        for (n, f) in names.iter().zip(&figures) { println!("  {n:30} {:10.1} {:10.3}", f.median / input.documents.len() as f64, f.ratio); }
    }
}
