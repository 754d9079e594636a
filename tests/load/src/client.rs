//! Sends the deliveries, over several connections that are kept open.

use crate::mix::Delivery;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request, Uri,
    client::conn::http1::{self, SendRequest},
    header::{CONTENT_TYPE, HOST, HeaderValue},
};
use hyper_util::rt::TokioIo;
use indicatif::ProgressBar;
use std::{
    collections::{BTreeMap, VecDeque},
    error::Error,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, runtime, time};

/// How often an event is delivered before it counts as lost. The platform does it five times, hours apart.
const ATTEMPTS: u32 = 12;
/// How long to wait after the first attempt; twice as long after each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
/// How long an answer may take. The platform waits for 3 s; a busy machine is no fault of the receiver.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) url: Uri,
}

/// What came back for all deliveries.
#[derive(Default)]
pub(crate) struct Played {
    /// What happened in the end, by the place in the list.
    pub(crate) outcomes: Vec<(usize, Answer)>,
    /// How many 503 and lost connections there were, each of which was followed by another attempt.
    pub(crate) repeated: BTreeMap<Answer, u64>,
    /// How long each answer took.
    pub(crate) latencies: Vec<Duration>,
    /// The first failures to get any answer.
    pub(crate) failures: Vec<String>,
    pub(crate) elapsed: Duration,
}

/// What a receiver answered to a request.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Answer {
    Status(u16),
    /// The connection was closed before an answer came, or none came in time.
    Lost,
    /// No connection could be made, which is not tried again.
    Unreachable,
}

/// Why there is no answer.
enum Failure {
    Unreachable(Box<dyn Error + Send + Sync>),
    Lost(String),
}

impl From<hyper::Error> for Failure {
    fn from(error: hyper::Error) -> Self {
        Self::Lost(error.to_string())
    }
}

/// Sends all deliveries in order, each to be answered in the end, and returns when all are.
pub(crate) fn play(
    target: &Target,
    deliveries: &[Delivery],
    connections: u32,
    progress: &ProgressBar,
) -> Result<Played, Box<dyn Error>> {
    // Enough to keep every receiver busy, and most processors are left to it.
    let runtime = runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let deliveries: Arc<[_]> = deliveries.iter().map(|delivery| request(target, delivery)).collect();
    let next = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|_| {
            let worker = Worker {
                address: target.address,
                deliveries: Arc::clone(&deliveries),
                next: Arc::clone(&next),
                progress: progress.clone(),
                connection: None,
                again: VecDeque::new(),
                played: Played::default(),
            };
            runtime.spawn(worker.run())
        })
        .collect();
    let mut all = Played::default();
    for task in tasks {
        let played = runtime.block_on(task)?;
        all.outcomes.extend(played.outcomes);
        all.latencies.extend(played.latencies);
        all.failures.extend(played.failures);
        for (answer, count) in played.repeated {
            *all.repeated.entry(answer).or_default() += count;
        }
    }
    all.elapsed = start.elapsed();
    Ok(all)
}

fn request(target: &Target, delivery: &Delivery) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(delivery.body.clone()));
    *request.method_mut() = Method::POST;
    // A connection that has been made needs no more than the path.
    let path = target.url.path_and_query().map(|path| path.as_str().parse());
    *request.uri_mut() = path.and_then(Result::ok).unwrap_or_default();
    *request.headers_mut() = delivery.headers.clone();
    if let Some(host) = target.url.authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok()) {
        request.headers_mut().insert(HOST, host);
    }
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json;charset=utf-8"));
    request
}

/// One connection, and what is to be sent over it again.
struct Worker {
    address: SocketAddr,
    deliveries: Arc<[Request<Full<Bytes>>]>,
    next: Arc<AtomicUsize>,
    progress: ProgressBar,
    connection: Option<SendRequest<Full<Bytes>>>,
    again: VecDeque<Again>,
    played: Played,
}

/// A delivery that is to be repeated.
#[derive(Clone, Copy)]
struct Again {
    index: usize,
    attempt: u32,
    due: Instant,
}

impl Worker {
    async fn run(mut self) -> Played {
        while let Some((index, attempt)) = self.take().await {
            let answer = match time::timeout(PATIENCE, self.deliver(index)).await {
                Ok(Ok(status)) => Answer::Status(status),
                Ok(Err(error)) => self.failed(error),
                Err(_) => self.failed(Failure::Lost(format!("no answer within {} s", PATIENCE.as_secs()))),
            };
            if attempt < ATTEMPTS && matches!(answer, Answer::Status(503) | Answer::Lost) {
                *self.played.repeated.entry(answer).or_default() += 1;
                let due = Instant::now() + FIRST_PAUSE * (1 << (attempt - 1).min(8));
                self.again.push_back(Again { index, attempt: attempt + 1, due });
            } else {
                self.played.outcomes.push((index, answer));
                self.progress.inc(1);
            }
        }
        self.played
    }

    /// What to send next: what is due again, or else the next of the list.
    async fn take(&mut self) -> Option<(usize, u32)> {
        if !self.again.iter().any(|again| again.due <= Instant::now()) {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            if index < self.deliveries.len() {
                return Some((index, 1));
            }
        }
        let (place, again) = self.again.iter().copied().enumerate().min_by_key(|(_, again)| again.due)?;
        self.again.remove(place);
        time::sleep_until(again.due.into()).await;
        Some((again.index, again.attempt))
    }

    fn failed(&mut self, failure: Failure) -> Answer {
        self.connection = None;
        let (answer, text) = match failure {
            Failure::Unreachable(error) => (Answer::Unreachable, format!("cannot connect: {error}")),
            Failure::Lost(text) => (Answer::Lost, text),
        };
        if !self.played.failures.contains(&text) && self.played.failures.len() < 3 {
            self.played.failures.push(text);
        }
        answer
    }

    async fn deliver(&mut self, index: usize) -> Result<u16, Failure> {
        let request = self.deliveries.get(index).cloned().unwrap_or_default();
        // A receiver may close a connection after an answer.
        if let Some(connection) = &mut self.connection
            && connection.ready().await.is_err()
        {
            self.connection = None;
        }
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(connect(self.address).await.map_err(Failure::Unreachable)?),
        };
        let start = Instant::now();
        let mut response = connection.send_request(request).await?;
        while let Some(frame) = response.frame().await {
            frame?;
        }
        self.played.latencies.push(start.elapsed());
        Ok(response.status().as_u16())
    }
}

async fn connect(address: SocketAddr) -> Result<SendRequest<Full<Bytes>>, Box<dyn Error + Send + Sync>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (connection, driver) = http1::handshake(TokioIo::new(stream)).await?;
    // Ends with the connection; what goes wrong there, the request in flight reports.
    tokio::spawn(async { drop(driver.await) });
    Ok(connection)
}
