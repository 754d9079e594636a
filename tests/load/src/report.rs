//! What is printed in the end.

use crate::{
    client::{Answer, Played},
    mix::{Delivery, Kind},
};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, fmt, time::Duration};

const QUANTILES: [(&str, f64); 4] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0)];

pub(crate) struct Report<'p> {
    played: &'p Played,
    /// How often what was the last answer, for each kind.
    kinds: BTreeMap<Kind, BTreeMap<Answer, u64>>,
    latencies: Vec<Duration>,
}

impl<'p> Report<'p> {
    pub(crate) fn new(deliveries: &[Delivery], played: &'p Played) -> Self {
        let mut kinds = BTreeMap::<_, BTreeMap<_, _>>::new();
        for (index, answer) in &played.outcomes {
            if let Some(delivery) = deliveries.get(*index) {
                *kinds.entry(delivery.kind).or_default().entry(*answer).or_default() += 1;
            }
        }
        let mut latencies = played.latencies.clone();
        latencies.sort_unstable();
        Self { played, kinds, latencies }
    }

    /// How many genuine events were lost, and how many forgeries accepted.
    fn faults(&self) -> [u64; 2] {
        let count = |is_forgery: bool| {
            let kinds = self.kinds.iter().filter(|(kind, _)| kind.is_forgery() == is_forgery);
            let answers = kinds.flat_map(|(_, answers)| answers);
            answers.filter(|(answer, _)| (**answer == Answer::Status(200)) == is_forgery).map(|(_, count)| count).sum()
        };
        [count(false), count(true)]
    }

    pub(crate) fn is_good(&self) -> bool {
        self.faults() == [0, 0]
    }

    /// Forgeries that were refused, but not by 401.
    fn unexpected(&self) -> u64 {
        let forgeries = self.kinds.iter().filter(|(kind, _)| kind.is_forgery()).flat_map(|(_, answers)| answers);
        forgeries.filter(|(answer, _)| !matches!(answer, Answer::Status(200 | 401))).map(|(_, count)| count).sum()
    }

    fn per_second(&self) -> f64 {
        self.played.outcomes.len() as f64 / self.played.elapsed.as_secs_f64()
    }

    fn latency_us(&self, part: f64) -> f64 {
        let place = (self.latencies.len().saturating_sub(1) as f64 * part) as usize;
        self.latencies.get(place).map_or(0.0, |latency| latency.as_secs_f64() * 1e6)
    }

    pub(crate) fn json(&self) -> Value {
        let kinds = self.kinds.iter().map(|(kind, answers)| (kind.name().to_owned(), counts(answers)));
        let [lost, accepted] = self.faults();
        json!({
            "kinds": kinds.collect::<Map<_, _>>(),
            "repeated": counts(&self.played.repeated),
            "lost": lost,
            "accepted_forgeries": accepted,
            "deliveries": self.played.outcomes.len(),
            "seconds": self.played.elapsed.as_secs_f64(),
            "per_second": self.per_second(),
            "latency_us": QUANTILES.iter().map(|(name, part)| ((*name).to_owned(), self.latency_us(*part).into()))
                .collect::<Map<_, _>>(),
            "failures": self.played.failures,
        })
    }
}

fn counts(answers: &BTreeMap<Answer, u64>) -> Value {
    answers.iter().map(|(answer, count)| (answer.to_string(), (*count).into())).collect::<Map<_, _>>().into()
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "{status}"),
            Self::Lost => f.write_str("none"),
            Self::Unreachable => f.write_str("unreachable"),
        }
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<36}{:>8}  answers", "delivery", "count")?;
        for (kind, answers) in &self.kinds {
            let texts: Vec<_> = answers.iter().map(|(answer, count)| format!("{count} x {answer}")).collect();
            writeln!(f, "{:<36}{:>8}  {}", kind.name(), answers.values().sum::<u64>(), texts.join(", "))?;
        }
        for (answer, count) in &self.played.repeated {
            writeln!(f, "deliveries repeated after the answer {answer}: {count}")?;
        }
        for failure in &self.played.failures {
            writeln!(f, "failure: {failure}")?;
        }
        let times = QUANTILES.map(|(name, part)| format!("{name} {:.0}", self.latency_us(part)));
        writeln!(
            f,
            "{} deliveries in {:.2} s: {:.0} per second; microseconds for an answer: {}",
            self.played.outcomes.len(),
            self.played.elapsed.as_secs_f64(),
            self.per_second(),
            times.join(", ")
        )?;
        let [lost, accepted] = self.faults();
        match self.is_good() {
            true => writeln!(f, "every genuine event was answered with 200, no forgery was")?,
            false => writeln!(f, "{lost} genuine deliveries without 200, {accepted} forgeries with 200")?,
        }
        match self.unexpected() {
            0 => Ok(()),
            count => writeln!(f, "{count} forgeries were refused otherwise than by 401"),
        }
    }
}
