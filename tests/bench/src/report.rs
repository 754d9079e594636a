//! Tables for people, and JSON for programs.

use crate::{
    machine::Machine,
    measure::Figures,
    row::{Kind, Table},
};
use serde_json::{Map, Value, json};

/// All that a run has measured.
pub(crate) struct Report {
    pub(crate) machine: Machine,
    pub(crate) inputs: Vec<Table>,
    pub(crate) webhook: Vec<Table>,
}

/// How long our decoder takes for a byte of one large event.
struct Growth {
    bytes: f64,
    nanoseconds: f64,
}

impl Report {
    fn growth(&self) -> Vec<Growth> {
        let tables = self.inputs.iter().filter(|table| table.name.starts_with("growth_"));
        let mut growth: Vec<Growth> = tables
            .filter_map(|table| {
                let (_, figures) = table.rows.first()?;
                Some(Growth { bytes: table.mean_bytes, nanoseconds: figures.median / table.mean_bytes })
            })
            .collect();
        growth.sort_by(|a, b| a.bytes.total_cmp(&b.bytes));
        growth
    }

    pub(crate) fn json(&self) -> Value {
        let tables = |tables: &[Table]| tables.iter().map(|it| (it.name.clone(), of_table(it))).collect::<Map<_, _>>();
        let growth =
            self.growth().into_iter().map(|it| json!({ "bytes": it.bytes as u64, "ns_per_byte": it.nanoseconds }));
        json!({
            "machine": self.machine.json(),
            "inputs": tables(&self.inputs),
            "webhook": tables(&self.webhook),
            "growth": growth.collect::<Vec<_>>(),
        })
    }

    pub(crate) fn print(&self) {
        println!("{}\n", self.machine);
        for table in &self.inputs {
            print_table(table, "");
        }
        for table in &self.webhook {
            print_table(table, ", encrypted and signed");
        }
        let growth = self.growth();
        if !growth.is_empty() {
            println!("{:>12}{:>14}", "bytes", "ns per byte");
            growth.iter().for_each(|it| println!("{:>12}{:>14.3}", it.bytes, it.nanoseconds));
        }
    }
}

fn print_table(table: &Table, how: &str) {
    let Table { name, title, documents, mean_bytes, rows, left_out } = table;
    println!("{name}: {title}{how}; {documents} of {mean_bytes:.0} bytes");
    println!("  {:<36}{:>11}{:>11}{:>20}{:>9}", "", "median ns", "min", "middle half", "ratio");
    for (kind, Figures { median, min, middle_half: [low, high], ratio }) in rows {
        let spread = format!("{}-{}", short(*low), short(*high));
        let (median, min) = (short(*median), short(*min));
        println!("  {:<36}{median:>11}{min:>11}{spread:>20}{ratio:>8.2}x", kind.name);
    }
    for (name, why) in left_out {
        println!("  {name} is left out: {why}");
    }
    println!();
}

/// A time with as many digits as say something.
fn short(time: f64) -> String {
    if time < 100.0 { format!("{time:.1}") } else { format!("{time:.0}") }
}

fn of_table(table: &Table) -> Value {
    let left_out = table.left_out.iter().map(|(name, why)| json!({ "name": name, "why": why }));
    json!({
        "title": table.title,
        "documents": table.documents,
        "mean_bytes": table.mean_bytes,
        "rows": table.rows.iter().map(of_row).collect::<Vec<_>>(),
        "left_out": left_out.collect::<Vec<_>>(),
    })
}

fn of_row((kind, figures): &(Kind, Figures)) -> Value {
    json!({
        "name": kind.name,
        "group": kind.group.name(),
        "owned": kind.owned,
        "dispatch": kind.dispatch,
        "compared_with": kind.reference,
        "median_ns": figures.median,
        "min_ns": figures.min,
        "middle_half_ns": figures.middle_half,
        "ratio": figures.ratio,
    })
}
