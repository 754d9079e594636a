//! Plays many deliveries of the platform against a receiver on this machine: genuine events, some of them more than once,
//! and forgeries between them. See `--help`.

mod client;
mod event;
mod mix;
mod report;

use clap::Parser;
use hyper::Uri;
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    error::Error,
    fs,
    net::{SocketAddr, ToSocketAddrs},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

/// Plays many deliveries of the platform against a receiver on this machine: signed and encrypted events over several
/// connections, some of them delivered twice, and forgeries between them.
///
/// All requests are made before the first is sent. An event is delivered again until the receiver answers 200, as the
/// platform does; 503 says that the event is just being handled. The Encrypt Key and the verification token come from
/// files or from the environment variables LARK_ENCRYPT_KEY and LARK_VERIFICATION_TOKEN.
///
/// Ends with 1 if a genuine event was not answered with 200 in the end, or a forgery was.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Where the receiver listens, such as http://127.0.0.1:8000/. Only addresses of this machine
    #[arg(long)]
    url: Uri,
    /// How many genuine events there are, all different
    #[arg(long, default_value_t = 50_000, value_parser = clap::value_parser!(u32).range(1..))]
    events: u32,
    /// How many of them are delivered a second time, in percent
    #[arg(long, default_value_t = 5, value_name = "PERCENT", value_parser = clap::value_parser!(u32).range(..=100))]
    duplicates: u32,
    /// How many forgeries are mixed in, in percent of the events
    #[arg(long, default_value_t = 5, value_name = "PERCENT", value_parser = clap::value_parser!(u32).range(..=100))]
    forgeries: u32,
    /// How many connections are used at once, each for one request at a time
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=1024))]
    connections: u32,
    /// A file with the Encrypt Key [default: the environment variable LARK_ENCRYPT_KEY]
    #[arg(long, value_name = "FILE")]
    encrypt_key_file: Option<PathBuf>,
    /// A file with the verification token [default: the environment variable LARK_VERIFICATION_TOKEN]
    #[arg(long, value_name = "FILE")]
    verification_token_file: Option<PathBuf>,
    /// The same seed gives the same events, in the same order
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write the ids of the genuine events to this file, one on each line
    #[arg(long, value_name = "FILE")]
    ids: Option<PathBuf>,
    /// Print one line of JSON instead of a table
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("lark-event-load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let target = client::Target { address: address(&arguments.url)?, url: arguments.url.clone() };
    let secrets = mix::Secrets {
        encrypt_key: secret(arguments.encrypt_key_file.as_deref(), "LARK_ENCRYPT_KEY")?,
        verification_token: secret(arguments.verification_token_file.as_deref(), "LARK_VERIFICATION_TOKEN")?,
    };
    let share = |percent: u32| (u64::from(arguments.events) * u64::from(percent) / 100) as u32;
    let counts = mix::Counts {
        events: arguments.events,
        duplicates: share(arguments.duplicates),
        forgeries: share(arguments.forgeries),
        connections: arguments.connections,
    };
    let mix = mix::Mix::new(&secrets, &counts, arguments.seed)?;
    if let Some(file) = &arguments.ids {
        fs::write(file, mix.ids.join("\n") + "\n").map_err(|error| format!("{}: {error}", file.display()))?;
    }

    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} deliveries, {per_sec}, {eta} left")?;
    let progress = ProgressBar::new(mix.deliveries.len() as u64).with_style(style);
    progress.enable_steady_tick(Duration::from_millis(200));
    let played = client::play(&target, &mix.deliveries, arguments.connections, &progress)?;
    progress.finish_and_clear();

    let report = report::Report::new(&mix.deliveries, &played);
    if arguments.json {
        println!("{}", report.json());
    } else {
        print!("{report}");
    }
    Ok(report.is_good())
}

/// Where to connect to. Nothing outside this machine is ever sent to.
fn address(url: &Uri) -> Result<SocketAddr, Box<dyn Error>> {
    let wrong = |what: &str| format!("--url {url}: {what}");
    if url.scheme_str() != Some("http") {
        return Err(wrong("expected http://, an address of this machine, a port and a path").into());
    }
    let host = url.host().unwrap_or_default().trim_matches(['[', ']']);
    let addresses = (host, url.port_u16().unwrap_or(80)).to_socket_addrs();
    let addresses: Vec<_> = addresses.map_err(|error| wrong(&error.to_string()))?.collect();
    match addresses.first() {
        Some(first) if addresses.iter().all(|address| address.ip().is_loopback()) => Ok(*first),
        _ => Err(wrong("not a loopback address: this program loads only receivers on the same machine").into()),
    }
}

fn secret(file: Option<&Path>, variable: &str) -> Result<String, String> {
    let text = match file {
        Some(file) => fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?,
        None => std::env::var(variable).map_err(|_| format!("no secret: set {variable}, or name a file (--help)"))?,
    };
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
