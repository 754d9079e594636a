//! Decoding speed of `corehr.process.updated_v2`, beside other JSON libraries that read the same fields.
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

mod peers;

use lark_event::{Envelope, Event, decode};
use std::{
    fs,
    hint::black_box,
    time::{Duration, Instant},
};

const HELP: &str = "\
Decodes corehr.process.updated_v2 with lark-event and with other JSON libraries, and prints the times side by side.

usage: lark-event-bench [--quick]

  --quick  a few short rounds: shows that it runs, not how fast
  --help   this text

owned     every string copied into a string of fixed capacity, as lark-event does
borrowed  strings point into the body: less work, and the body must be kept
lark-event also finds the event type first and decodes by it; its peers here are told the type in advance.";

/// Every field of the event, for making sure that all contenders read the same.
#[derive(PartialEq, Debug, Default)]
pub(crate) struct Fields {
    pub(crate) texts: [Option<String>; 10],
    pub(crate) numbers: [Option<i32>; 2],
}

struct Contender {
    name: &'static str,
    /// Whether it does all that lark-event does with the strings.
    owned: bool,
    read: fn(&[u8]) -> Fields,
    run: fn(&[u8], &mut Envelope),
}

const CONTENDERS: &[Contender] = &[
    Contender {
        name: "lark-event",
        owned: true,
        read: our_fields,
        run: |body, envelope| decode(body, envelope).unwrap(),
    },
    Contender {
        name: "sonic-rs, owned",
        owned: true,
        read: peers::sonic_owned,
        run: |body, _| peers::run_sonic_owned(body),
    },
    Contender {
        name: "sonic-rs, borrowed",
        owned: false,
        read: peers::sonic_borrowed,
        run: |body, _| peers::run_sonic_borrowed(body),
    },
    Contender {
        name: "serde_json, owned",
        owned: true,
        read: peers::serde_owned,
        run: |body, _| peers::run_serde_owned(body),
    },
    Contender {
        name: "serde_json, borrowed",
        owned: false,
        read: peers::serde_borrowed,
        run: |body, _| peers::run_serde_borrowed(body),
    },
    Contender {
        name: "serde-json-core, owned",
        owned: true,
        read: peers::core_owned,
        run: |body, _| peers::run_core_owned(body),
    },
    Contender {
        name: "serde-json-core, borrowed",
        owned: false,
        read: peers::core_borrowed,
        run: |body, _| peers::run_core_borrowed(body),
    },
];

fn our_fields(body: &[u8]) -> Fields {
    let envelope = Box::new(Envelope::from_json(body).unwrap());
    let Event::ProcessUpdated(event) = &envelope.event else { panic!("another event") };
    let header = &envelope.header;
    let text = |text: Option<&str>| text.map(str::to_owned);
    Fields {
        texts: [
            Some(envelope.schema.as_str().to_owned()),
            text(header.event_id.get()),
            text(header.event_type.get()),
            header.create_time.get().map(|time| time.to_string()),
            text(header.token.get()),
            text(header.app_id.get()),
            text(header.tenant_key.get()),
            text(event.process_id.get()),
            text(event.biz_type.get()),
            text(event.flow_definition_id.get()),
        ],
        numbers: [event.status.get().map(|status| status.0), event.properties.get().map(|properties| properties.0)],
    }
}

/// Nanoseconds per event of each contender, of each round.
fn measure(body: &[u8], rounds: usize, batch: Duration) -> Vec<Vec<f64>> {
    let mut envelope = Box::new(Envelope::EMPTY);
    let mut time = |contender: &Contender, iterations: u32| {
        let start = Instant::now();
        for _ in 0..iterations {
            (contender.run)(black_box(body), black_box(&mut envelope));
        }
        start.elapsed()
    };
    let iterations: Vec<u32> = CONTENDERS
        .iter()
        .map(|contender| {
            time(contender, 200); // warms up
            let once = time(contender, 200) / 200;
            (batch.as_nanos() / once.as_nanos().max(1)).max(1) as u32
        })
        .collect();
    let mut times = vec![Vec::new(); CONTENDERS.len()];
    for _ in 0..rounds {
        for (index, contender) in CONTENDERS.iter().enumerate() {
            let nanoseconds = time(contender, iterations[index]).as_nanos() as f64 / f64::from(iterations[index]);
            times[index].push(nanoseconds);
        }
    }
    times.iter_mut().for_each(|times| times.sort_by(f64::total_cmp));
    times
}

fn report(name: &str, body: &[u8], times: &[Vec<f64>]) {
    let quantile = |times: &[f64], part: f64| times[((times.len() - 1) as f64 * part) as usize];
    let medians: Vec<f64> = times.iter().map(|times| quantile(times, 0.5)).collect();
    println!(
        "{name}, {} bytes{:>20}{:>10}{:>18}{:>14}",
        body.len(),
        "median ns",
        "min",
        "middle half",
        "lark-event is"
    );
    for (contender, (times, median)) in CONTENDERS.iter().zip(times.iter().zip(&medians)) {
        let (low, high) = (quantile(times, 0.25), quantile(times, 0.75));
        let spread = format!("{low:.0}-{high:.0}");
        println!("  {:<27}{median:>10.0}{:>10.0}{spread:>18}{:>13.2}x", contender.name, times[0], medians[0] / median);
    }
    let fastest = |owned: bool| {
        let peers = CONTENDERS.iter().zip(&medians).skip(1).filter(|(contender, _)| contender.owned || !owned);
        peers
            .min_by(|a, b| a.1.total_cmp(b.1))
            .map(|(contender, median)| (contender.name, medians[0] / median))
            .unwrap()
    };
    let (all, owned) = (fastest(false), fastest(true));
    println!(
        "  {:.2}x of the fastest that does as much ({}), {:.2}x of the fastest ({})\n",
        owned.1, owned.0, all.1, all.0
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (rounds, batch) = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => (51, Duration::from_millis(4)),
        ["--quick"] => (3, Duration::from_micros(200)),
        ["--help" | "-h"] => return println!("{HELP}"),
        _ => {
            eprintln!("{HELP}\n\nunknown arguments: {}", arguments.join(" "));
            std::process::exit(2);
        }
    };
    let pinned =
        core_affinity::get_core_ids().and_then(|ids| ids.last().copied()).is_some_and(core_affinity::set_for_current);
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu =
        cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name.to_owned()));
    println!(
        "{}, {}\n",
        cpu.as_deref().unwrap_or("unknown processor"),
        if pinned { "one core" } else { "not pinned to a core" }
    );

    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../corpus/samples/process_updated");
    for (name, path) in [("compact", format!("{file}.min.json")), ("pretty", format!("{file}.json"))] {
        let body = fs::read(path).expect("the sample").trim_ascii().to_vec();
        let expected = our_fields(&body);
        for contender in CONTENDERS {
            assert_eq!((contender.read)(&body), expected, "{} reads something else", contender.name);
        }
        report(name, &body, &measure(&body, rounds, batch));
    }
}
