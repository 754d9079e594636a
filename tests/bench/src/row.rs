//! A row of a table, before and after it has been measured.

use crate::measure::{Figures, Pace, Run, measure};

/// Which table a row belongs into, and which of ours it is compared with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    Ours,
    #[cfg_attr(not(feature = "rust-peers"), allow(dead_code, reason = "they are not there"))]
    Rust,
    C,
    Cpp,
    /// What no decoder or receiver can do without, or would like to be near to.
    Floor,
}

impl Group {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Rust => "rust",
            Self::C => "c",
            Self::Cpp => "c++",
            Self::Floor => "floor",
        }
    }
}

/// What is known of a row before it is measured.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) group: Group,
    /// Whether every text is copied into a place of fixed capacity.
    pub(crate) owned: bool,
    /// Whether it finds the event type first, and reads the fields of that type.
    pub(crate) dispatch: bool,
    /// The row that it is compared with.
    pub(crate) reference: &'static str,
}

/// A row to be measured: a run goes through all documents of the input.
pub(crate) struct Row<'r> {
    pub(crate) kind: Kind,
    pub(crate) run: Run<'r>,
}

/// The rows of one input, measured.
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) documents: usize,
    /// Of a document, as it is before it is encrypted.
    pub(crate) mean_bytes: f64,
    /// In nanoseconds for each document.
    pub(crate) rows: Vec<(Kind, Figures)>,
    /// Who cannot take the documents, and what it says.
    pub(crate) left_out: Vec<(&'static str, String)>,
}

/// Keeps the row that is asked for, the one that it is compared with, and so on.
pub(crate) fn select<'r>(rows: Vec<Row<'r>>, only: Option<&str>) -> Vec<Row<'r>> {
    let Some(only) = only else { return rows };
    let mut kept = vec![only];
    while let Some(row) = rows.iter().find(|row| kept.last() == Some(&row.kind.name))
        && !kept.contains(&row.kind.reference)
    {
        kept.push(row.kind.reference);
    }
    let keep: Vec<bool> = rows.iter().map(|row| kept.contains(&row.kind.name)).collect();
    rows.into_iter().zip(keep).filter_map(|(row, keep)| keep.then_some(row)).collect()
}

/// Measures rows, each of which goes through that many documents.
pub(crate) fn measured(rows: Vec<Row<'_>>, documents: usize, pace: Pace) -> Vec<(Kind, Figures)> {
    let kinds: Vec<Kind> = rows.iter().map(|row| row.kind).collect();
    let place = |name| kinds.iter().position(|kind| kind.name == name).expect("the row that others are compared with");
    let references: Vec<usize> = kinds.iter().map(|kind| place(kind.reference)).collect();
    let mut runs: Vec<Run<'_>> = rows.into_iter().map(|row| row.run).collect();
    let figures = measure(&mut runs, &references, pace);
    kinds.into_iter().zip(figures.into_iter().map(|figures| figures.of_each(documents))).collect()
}
