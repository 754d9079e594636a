//! How long things take: all of them take turns in one process on one core.

use std::time::{Duration, Instant};

/// How many rounds, and for how long one contender runs in each.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) rounds: usize,
    pub(crate) batch: Duration,
}

/// Something to be run again and again.
pub(crate) type Run<'r> = Box<dyn FnMut() + 'r>;

/// What the rounds of one contender say, in nanoseconds for each run.
pub(crate) struct Figures {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) middle_half: [f64; 2],
    /// Our time by its time, the median over the rounds: both ran within the same milliseconds, so what else the
    /// machine does falls out.
    pub(crate) ratio: f64,
}

impl Figures {
    /// Those of one of that many parts of a run.
    pub(crate) fn of_each(self, parts: usize) -> Self {
        let parts = parts as f64;
        let Self { median, min, middle_half, ratio } = self;
        Self { median: median / parts, min: min / parts, middle_half: middle_half.map(|time| time / parts), ratio }
    }
}

fn time(run: &mut Run<'_>, times: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..times {
        run();
    }
    start.elapsed()
}

/// How often something runs in a batch; it is warm after that.
fn runs_in(batch: Duration, run: &mut Run<'_>) -> u32 {
    time(run, 1);
    let (mut times, mut took) = (1, time(run, 1));
    while took < batch / 4 && times < 1 << 20 {
        times *= 2;
        took = time(run, times);
    }
    let once = took.as_nanos().max(1) as f64 / f64::from(times);
    (batch.as_nanos() as f64 / once).max(1.0) as u32
}

/// Measures all; `references` has for each the index of the one that it is compared with.
pub(crate) fn measure(runs: &mut [Run<'_>], references: &[usize], pace: Pace) -> Vec<Figures> {
    let counts: Vec<u32> = runs.iter_mut().map(|run| runs_in(pace.batch, run)).collect();
    let mut times = vec![Vec::with_capacity(pace.rounds); runs.len()];
    for _ in 0..pace.rounds {
        for ((run, count), times) in runs.iter_mut().zip(&counts).zip(&mut times) {
            times.push(time(run, *count).as_nanos() as f64 / f64::from(*count));
        }
    }
    times.iter().zip(references).map(|(theirs, reference)| figures(theirs, &times[*reference])).collect()
}

fn figures(theirs: &[f64], ours: &[f64]) -> Figures {
    let ratios = sorted(ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect());
    let theirs = sorted(theirs.to_vec());
    Figures {
        median: quantile(&theirs, 0.5),
        min: theirs[0],
        middle_half: [quantile(&theirs, 0.25), quantile(&theirs, 0.75)],
        ratio: quantile(&ratios, 0.5),
    }
}

fn sorted(mut times: Vec<f64>) -> Vec<f64> {
    times.sort_by(f64::total_cmp);
    times
}

fn quantile(times: &[f64], part: f64) -> f64 {
    times[((times.len() - 1) as f64 * part) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The machine was twice as slow in the third round: the ratio does not mind.
    #[test]
    fn the_ratio_is_that_of_the_same_round() {
        let found = figures(&[20.0, 24.0, 80.0, 20.0, 22.0], &[10.0, 12.0, 40.0, 10.0, 11.0]).of_each(2);
        assert_eq!((found.median, found.min, found.middle_half, found.ratio), (11.0, 10.0, [10.0, 12.0], 0.5));
    }
}
