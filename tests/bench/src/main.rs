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
#[allow(dead_code, reason = "the benchmark needs but two functions of the C interface")]
#[path = "../../../ffi/src/arguments.rs"]
mod arguments;
mod c_peers;
mod check;
mod contender;
mod floors;
mod inputs;
mod machine;
mod measure;
mod options;
mod ours;
mod report;
mod row;
#[cfg(feature = "rust-peers")]
mod rust_peers;
mod webhook;

use self::{
    check::{check, rows},
    inputs::Input,
    machine::Machine,
    options::{HELP, Options},
    report::Report,
    row::{Row, Table, measured, select},
    webhook::Requests,
};
use std::{fmt::Display, process::ExitCode};

/// Why there is nothing to see.
struct Failure {
    why: String,
    code: u8,
}

impl Failure {
    /// The command line asks for what there is not.
    fn usage(why: impl Display) -> Self {
        Self { why: format!("{why}; --help tells what can be asked for"), code: 2 }
    }
}

impl From<String> for Failure {
    fn from(why: String) -> Self {
        Self { why, code: 1 }
    }
}

fn main() -> ExitCode {
    match Options::read(std::env::args().skip(1)).map_err(Failure::usage).and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { why, code }) => {
            eprintln!("{why}");
            ExitCode::from(code)
        }
    }
}

fn run(options: &Options) -> Result<(), Failure> {
    if options.help {
        println!("{HELP}");
        return Ok(());
    }
    let only = options.input.as_deref();
    let inputs = match &options.inputs {
        Some(path) => inputs::from_file(path, only)?,
        None => inputs::samples(only)?,
    };
    let none = || Failure::usage(format_args!("there is no input {}", only.unwrap_or("at all")));
    let any = inputs.first().ok_or_else(none)?;
    let known = names();
    if let Some(row) = options.only.as_ref().filter(|row| !known.contains(&row.as_str())) {
        return Err(Failure::usage(format_args!("there is no row {row}")));
    }
    match (options.list, options.passes, &options.only) {
        (true, ..) => {
            inputs.iter().for_each(|input| println!("input  {}", input.name));
            known.iter().for_each(|name| println!("row    {name}"));
        }
        (_, Some(passes), Some(only)) => go_through(any, only, passes)?,
        _ => measure(&inputs, options)?,
    }
    Ok(())
}

/// The names of all rows.
fn names() -> Vec<&'static str> {
    let decoders = contender::all(0).into_iter().map(|contender| contender.kind.name);
    decoders.chain(webhook::NAMES).collect()
}

/// Runs one row without measuring or checking anything.
fn go_through(input: &Input, only: &str, passes: u32) -> Result<(), String> {
    let longest = input.documents.iter().map(|document| document.len()).max().unwrap_or_default();
    let requests = webhook::NAMES.contains(&only).then(|| Requests::new(input)).flatten();
    let mut all: Vec<Row<'_>> = rows(contender::all(longest), &input.documents);
    all.extend(requests.iter().flat_map(Requests::rows));
    let row = all.into_iter().find(|row| row.kind.name == only);
    let mut run = row.ok_or_else(|| format!("{only} cannot take the input {}", input.name))?.run;
    (0..passes).for_each(|_| run());
    Ok(())
}

fn measure(inputs: &[Input], options: &Options) -> Result<(), String> {
    let mut report = Report { machine: Machine::here(), inputs: Vec::new(), webhook: Vec::new() };
    for input in inputs {
        let checked = check(input)?;
        let decoders = select(rows(checked.contenders, &input.documents), options.only.as_deref());
        if !decoders.is_empty() {
            report.inputs.push(table(input, decoders, checked.left_out, options));
        }
    }
    for input in inputs.iter().filter(|input| input.is_for_webhook()) {
        let Some(requests) = Requests::new(input) else { continue };
        requests.check();
        let rows = select(requests.rows(), options.only.as_deref());
        if !rows.is_empty() {
            report.webhook.push(table(input, rows, Vec::new(), options));
        }
    }
    if options.json {
        println!("{}", report.json());
    } else {
        report.print();
    }
    Ok(())
}

fn table(input: &Input, rows: Vec<Row<'_>>, left_out: Vec<(&'static str, String)>, options: &Options) -> Table {
    let documents = input.documents.len();
    Table {
        name: input.name.clone(),
        title: input.title.clone(),
        documents,
        mean_bytes: input.mean_bytes(),
        rows: measured(rows, documents, options.pace()),
        left_out,
    }
}
