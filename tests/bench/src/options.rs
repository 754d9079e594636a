//! What the program is asked to do.

use crate::measure::Pace;
use std::{path::PathBuf, time::Duration};

pub(crate) const HELP: &str = "\
Decodes events with lark-event and with other JSON libraries that do the same work, and prints the times side by side.
Then opens and decodes signed and encrypted requests, beside the cryptography alone and its parts.

usage: lark-event-bench [--inputs FILE] [--input NAME] [--only ROW [--passes N]] [--quick] [--json]
       lark-event-bench [--inputs FILE] --list

  --inputs FILE  what tests/bench/inputs.py has written; without it, the samples of the corpus
  --input NAME   only this input
  --only ROW     only this row, and the one that it is compared with
  --passes N     decodes the documents of one input N times with one row, and prints nothing: for counting instructions,
                 of which two runs with different N tell those of a document
  --quick        a few short rounds: shows that it runs, not how fast
  --json         one line of JSON instead of tables
  --list         the names of inputs and rows
  --help         this text

owned     every text copied into a place of fixed capacity, as lark-event does
borrowed  texts point into the body: less work, and the body must be kept

All find the event type first and read every field of that type. Of a list of objects lark-event keeps the place and checks
the fields; the others count the objects. The C and C++ peers are compared with lark_decode, all others with lark-event.
On-Demand does not check what it skips. simd-json changes what it reads, so it copies each document: `memcpy` tells how long
that takes alone.

Before anything is measured, what each of them has read is compared with what lark-event has, field by field; one that
refuses a document is left out of that input.";

#[derive(Default)]
pub(crate) struct Options {
    pub(crate) inputs: Option<PathBuf>,
    pub(crate) input: Option<String>,
    pub(crate) only: Option<String>,
    pub(crate) passes: Option<u32>,
    pub(crate) quick: bool,
    pub(crate) json: bool,
    pub(crate) list: bool,
    pub(crate) help: bool,
}

impl Options {
    /// Reads the command line, without the program's name.
    pub(crate) fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} is to be followed by a value"));
            match argument.as_str() {
                "--inputs" => options.inputs = Some(value()?.into()),
                "--input" => options.input = Some(value()?),
                "--only" => options.only = Some(value()?),
                "--passes" => options.passes = Some(number(&value()?)?),
                "--quick" => options.quick = true,
                "--json" => options.json = true,
                "--list" => options.list = true,
                "--help" | "-h" => options.help = true,
                _ => return Err(format!("unknown argument: {argument}")),
            }
        }
        if options.passes.is_some() && (options.input.is_none() || options.only.is_none()) {
            return Err("--passes is for one row of one input: say --input and --only".into());
        }
        Ok(options)
    }

    pub(crate) fn pace(&self) -> Pace {
        if self.quick {
            Pace { rounds: 3, batch: Duration::from_micros(200) }
        } else {
            Pace { rounds: 51, batch: Duration::from_millis(2) }
        }
    }
}

fn number(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("--passes is to be followed by a number, not {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Options, String> {
        Options::read(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn wrong_usage_is_told() {
        for (line, wrong) in [
            ("--fast", "unknown argument: --fast"),
            ("--input", "--input is to be followed by a value"),
            ("--only yyjson --input mixed --passes many", "--passes is to be followed by a number, not many"),
            ("--only yyjson --passes 2", "--passes is for one row of one input: say --input and --only"),
        ] {
            assert_eq!(read(line).err().as_deref(), Some(wrong));
        }
    }

    #[test]
    fn a_row_can_be_counted() {
        let options = read("--only yyjson --input mixed --passes 2").unwrap();
        assert_eq!(
            (options.only.as_deref(), options.input.as_deref(), options.passes),
            (Some("yyjson"), Some("mixed"), Some(2))
        );
    }
}
