//! Where a run takes place.

use serde_json::{Value, json};
use std::{fmt, fs, process::Command};

pub(crate) struct Machine {
    cpu: String,
    rustc: String,
    /// Whether all of it runs on one core.
    pinned: bool,
}

impl Machine {
    /// Looks around, and keeps this thread on the last core: the first ones have more else to do.
    pub(crate) fn here() -> Self {
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let rustc = Command::new("rustc").arg("--version").output();
        let cores = core_affinity::get_core_ids();
        Self {
            cpu: cpu.map_or("unknown processor", |(_, name)| name).to_owned(),
            rustc: rustc.map_or("unknown rustc".into(), |out| String::from_utf8_lossy(&out.stdout).trim().to_owned()),
            pinned: cores.and_then(|ids| ids.last().copied()).is_some_and(core_affinity::set_for_current),
        }
    }

    pub(crate) fn json(&self) -> Value {
        json!({ "cpu": self.cpu, "pinned": self.pinned, "rustc": self.rustc, "peers": PEERS })
    }
}

/// The versions of the peers, as the build has found them.
const PEERS: &str = env!("BENCH_PEERS");

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pinned = if self.pinned { "one core" } else { "not pinned to a core" };
        write!(f, "{}, {pinned}, {}\n{PEERS}", self.cpu, self.rustc)
    }
}
