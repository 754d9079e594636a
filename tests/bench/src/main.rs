//! Decoding speed of `corehr.process.updated_v2`, beside other JSON libraries that read the same fields; and what a signed
//! and encrypted request costs, beside the cryptography alone.
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
mod webhook;

use lark_event::{Envelope, Event, decode};
use std::{
    fs,
    hint::black_box,
    process::Command,
    time::{Duration, Instant},
};

const HELP: &str = "\
Decodes corehr.process.updated_v2 with lark-event and with other JSON libraries, and prints the times side by side.
Then opens and decodes signed and encrypted requests, beside the cryptography alone and its parts.

usage: lark-event-bench [--quick] [--json]

  --quick  a few short rounds: shows that it runs, not how fast
  --json   one line of JSON instead of tables
  --help   this text

owned     every string copied into a string of fixed capacity, as lark-event does
borrowed  strings point into the body: less work, and the body must be kept
dispatch  finds the event type first and decodes by it, as lark-event does; the others are told the type in advance";

/// Every field of the event, for making sure that all contenders read the same.
#[derive(PartialEq, Debug, Default)]
pub(crate) struct Fields {
    pub(crate) texts: [Option<String>; 10],
    pub(crate) numbers: [Option<i32>; 2],
}

struct Contender {
    name: &'static str,
    /// Whether every string is copied into fixed capacity.
    owned: bool,
    /// Whether it finds the event type first.
    dispatch: bool,
    read: fn(&[u8]) -> Fields,
    run: fn(&[u8], &mut Envelope),
}

impl Contender {
    const fn peer(
        name: &'static str,
        form: [bool; 2],
        read: fn(&[u8]) -> Fields,
        run: fn(&[u8], &mut Envelope),
    ) -> Self {
        Self { name, owned: form[0], dispatch: form[1], read, run }
    }
}

const OWNED: [bool; 2] = [true, false];
const BORROWED: [bool; 2] = [false, false];
const DISPATCH_OWNED: [bool; 2] = [true, true];
const DISPATCH_BORROWED: [bool; 2] = [false, true];

const CONTENDERS: &[Contender] = &[
    Contender::peer("lark-event", DISPATCH_OWNED, our_fields, |body, envelope| decode(body, envelope).unwrap()),
    Contender::peer("sonic-rs, dispatch, owned", DISPATCH_OWNED, peers::sonic_dispatch_owned, |body, _| {
        peers::run_sonic_dispatch_owned(body)
    }),
    Contender::peer("sonic-rs, dispatch, borrowed", DISPATCH_BORROWED, peers::sonic_dispatch_borrowed, |body, _| {
        peers::run_sonic_dispatch_borrowed(body)
    }),
    Contender::peer("sonic-rs, owned", OWNED, peers::sonic_owned, |body, _| peers::run_sonic_owned(body)),
    Contender::peer("sonic-rs, borrowed", BORROWED, peers::sonic_borrowed, |body, _| peers::run_sonic_borrowed(body)),
    Contender::peer("serde_json, dispatch, owned", DISPATCH_OWNED, peers::serde_dispatch_owned, |body, _| {
        peers::run_serde_dispatch_owned(body)
    }),
    Contender::peer("serde_json, dispatch, borrowed", DISPATCH_BORROWED, peers::serde_dispatch_borrowed, |body, _| {
        peers::run_serde_dispatch_borrowed(body)
    }),
    Contender::peer("serde_json, owned", OWNED, peers::serde_owned, |body, _| peers::run_serde_owned(body)),
    Contender::peer("serde_json, borrowed", BORROWED, peers::serde_borrowed, |body, _| peers::run_serde_borrowed(body)),
    Contender::peer("serde-json-core, escapes, owned", OWNED, peers::core_escapes_owned, |body, _| {
        peers::run_core_escapes_owned(body)
    }),
    Contender::peer("serde-json-core, owned", OWNED, peers::core_owned, |body, _| peers::run_core_owned(body)),
    Contender::peer("serde-json-core, borrowed", BORROWED, peers::core_borrowed, |body, _| {
        peers::run_core_borrowed(body)
    }),
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

/// Nanoseconds of each run, of each round.
pub(crate) fn measure(runs: &mut [Box<dyn FnMut() + '_>], rounds: usize, batch: Duration) -> Vec<Vec<f64>> {
    let time = |run: &mut dyn FnMut(), iterations: u32| {
        let start = Instant::now();
        for _ in 0..iterations {
            run();
        }
        start.elapsed()
    };
    let iterations: Vec<u32> = runs
        .iter_mut()
        .map(|run| {
            time(run, 200); // warms up
            let once = time(run, 200) / 200;
            (batch.as_nanos() / once.as_nanos().max(1)).max(1) as u32
        })
        .collect();
    let mut times = vec![Vec::new(); runs.len()];
    for _ in 0..rounds {
        for (index, run) in runs.iter_mut().enumerate() {
            let nanoseconds = time(run, iterations[index]).as_nanos() as f64 / f64::from(iterations[index]);
            times[index].push(nanoseconds);
        }
    }
    times
}

/// Decodes `body`, once.
fn run_of<'b>(contender: &'static Contender, body: &'b [u8]) -> Box<dyn FnMut() + 'b> {
    let mut envelope = Box::new(Envelope::EMPTY);
    Box::new(move || (contender.run)(black_box(body), black_box(&mut envelope)))
}

/// What the rounds of one contender say.
pub(crate) struct Figures {
    median: f64,
    min: f64,
    middle_half: [f64; 2],
    /// Our time by its time, the median over the rounds: both ran within the same milliseconds, so what else the
    /// machine does falls out.
    ratio: f64,
}

pub(crate) fn figures(times: &[Vec<f64>]) -> Vec<Figures> {
    let sorted = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times
    };
    let quantile = |times: &[f64], part: f64| times[((times.len() - 1) as f64 * part) as usize];
    times
        .iter()
        .map(|theirs| {
            let ratios = sorted(times[0].iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect());
            let theirs = sorted(theirs.clone());
            Figures {
                median: quantile(&theirs, 0.5),
                min: theirs[0],
                middle_half: [quantile(&theirs, 0.25), quantile(&theirs, 0.75)],
                ratio: quantile(&ratios, 0.5),
            }
        })
        .collect()
}

/// The peer of those `counts` says that we beat by the least.
fn closest(figures: &[Figures], counts: impl Fn(&Contender) -> bool) -> (&'static str, f64) {
    let peers = CONTENDERS.iter().zip(figures).skip(1).filter(|(contender, _)| counts(contender));
    let (contender, figures) = peers.max_by(|a, b| a.1.ratio.total_cmp(&b.1.ratio)).unwrap();
    (contender.name, figures.ratio)
}

fn report(name: &str, bytes: usize, figures: &[Figures]) {
    let title = format!("{name}, {bytes} bytes");
    println!("{title:<33}{:>10}{:>9}{:>14}{:>16}", "median ns", "min", "middle half", "lark-event is");
    for (contender, Figures { median, min, middle_half: [low, high], ratio }) in CONTENDERS.iter().zip(figures) {
        let spread = format!("{low:.0}-{high:.0}");
        println!("  {:<31}{median:>10.0}{min:>9.0}{spread:>14}{ratio:>15.2}x", contender.name);
    }
    for (what, (peer, ratio)) in [
        ("that does as much", closest(figures, |contender| contender.owned && contender.dispatch)),
        ("that owns its strings", closest(figures, |contender| contender.owned)),
        ("of all", closest(figures, |_| true)),
    ] {
        println!("  {ratio:.2}x of the fastest {what} ({peer})");
    }
    println!();
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (mut rounds, mut batch, mut json) = (51, Duration::from_millis(2), false);
    for argument in &arguments {
        match argument.as_str() {
            "--quick" => (rounds, batch) = (3, Duration::from_micros(200)),
            "--json" => json = true,
            "--help" | "-h" => return println!("{HELP}"),
            _ => {
                eprintln!("{HELP}\n\nunknown argument: {argument}");
                std::process::exit(2);
            }
        }
    }
    let pinned =
        core_affinity::get_core_ids().and_then(|ids| ids.last().copied()).is_some_and(core_affinity::set_for_current);
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cpu = cpu.map_or("unknown processor", |(_, name)| name);
    let rustc = Command::new("rustc").arg("--version").output();
    let rustc =
        rustc.map_or(String::from("unknown rustc"), |out| String::from_utf8_lossy(&out.stdout).trim().to_owned());
    if !json {
        println!("{cpu}, {}, {rustc}\n", if pinned { "one core" } else { "not pinned to a core" });
    }

    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../corpus/samples/process_updated");
    let mut results = serde_json::Map::new();
    for (name, path) in [("compact", format!("{file}.min.json")), ("pretty", format!("{file}.json"))] {
        let body = fs::read(path).expect("the sample").trim_ascii().to_vec();
        let expected = our_fields(&body);
        for contender in CONTENDERS {
            assert_eq!((contender.read)(&body), expected, "{} reads something else", contender.name);
        }
        let mut runs: Vec<_> = CONTENDERS.iter().map(|contender| run_of(contender, &body)).collect();
        let figures = figures(&measure(&mut runs, rounds, batch));
        if json {
            results.insert(name.to_owned(), json_of(body.len(), &figures));
        } else {
            report(name, body.len(), &figures);
        }
    }
    let webhook = webhook::run(rounds, batch, json);
    if json {
        let all = serde_json::json!({
            "cpu": cpu, "pinned": pinned, "rustc": rustc, "inputs": results, "webhook": webhook,
        });
        println!("{all}");
    }
}

fn json_of(bytes: usize, figures: &[Figures]) -> serde_json::Value {
    let contenders = CONTENDERS.iter().zip(figures).map(|(contender, figures)| {
        let [low, high] = figures.middle_half;
        serde_json::json!({
            "name": contender.name, "owned": contender.owned, "dispatch": contender.dispatch,
            "median_ns": figures.median, "min_ns": figures.min, "middle_half_ns": [low, high], "ratio": figures.ratio,
        })
    });
    serde_json::json!({ "bytes": bytes, "contenders": contenders.collect::<Vec<_>>() })
}
