//! Receives events over the long connection and prints them: the loop of `lark_event::connection` on tungstenite and ureq.
//!
//! ```sh
//! LARK_APP_ID=cli_... LARK_APP_SECRET=... cargo run --example long_connection -- https://open.feishu.cn
//! ```
//!
//! SIGINT or SIGTERM ends it after the event under way.

use lark_event::Envelope;
use lark_event::connection::{
    ANSWER_ROOM, Ack, Action, CONNECT_TIMEOUT_MS, ENDPOINT_PATH, End, Endpoint, PING_ROOM, Part, Received,
    write_request,
};
use lark_event::dedup::{Dedup, Seen, Slot, TTL_MS};
use std::error::Error;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{ErrorKind, Write};
use std::net::{IpAddr, TcpStream, ToSocketAddrs};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tungstenite::handshake::HandshakeError;
use tungstenite::http::Uri;
use tungstenite::protocol::WebSocketConfig;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

const STEP: Duration = Duration::from_secs(10);
const MAX_MESSAGE: usize = 1 << 20;

type Session = lark_event::connection::Session<Vec<u8>, Vec<Part>>;
type Socket = WebSocket<MaybeTlsStream<TcpStream>>;

fn main() -> ExitCode {
    let (id, secret) = (std::env::var("LARK_APP_ID"), std::env::var("LARK_APP_SECRET"));
    let domain = std::env::args().nth(1).unwrap_or("https://open.feishu.cn".into());
    let (Ok(id), Ok(secret), Some(domain)) = (id, secret, safe(&domain)) else {
        eprintln!("usage: LARK_APP_ID=... LARK_APP_SECRET=... long_connection [https://open.feishu.cn]");
        return ExitCode::from(2);
    };
    match Client::new(domain, &id, &secret).and_then(|mut client| client.run()) {
        Ok(End::Closed) => return ExitCode::SUCCESS,
        Ok(End::Refused(code)) => eprintln!("the platform refuses the connection: {code:?}"),
        Ok(End::GaveUp) => eprintln!("as many attempts to connect have failed as the platform allows"),
        Err(error) => eprintln!("{error}"),
    }
    ExitCode::FAILURE
}

/// The domain, if the secret may go there: encrypted, or to this machine, where a simulated platform may be.
fn safe(domain: &str) -> Option<Uri> {
    let uri: Uri = domain.parse().ok()?;
    let host = uri.host()?.trim_matches(['[', ']']);
    let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    let is_safe = uri.scheme_str() == Some("https") || (uri.scheme_str() == Some("http") && is_here);
    (is_safe && uri.path_and_query().is_none_or(|rest| rest == "/")).then_some(uri)
}

struct Client {
    domain: Uri,
    request: String,
    session: Session,
    endpoint: Endpoint,
    socket: Option<Socket>,
    printer: Printer,
    start: Instant,
    is_ended: Arc<AtomicBool>,
}

impl Client {
    fn new(domain: Uri, id: &str, secret: &str) -> Result<Self, Box<dyn Error>> {
        let request = write_request(id, secret, &mut [0; 1024])?.to_owned();
        let is_ended = Arc::new(AtomicBool::new(false));
        let end = is_ended.clone();
        ctrlc::set_handler(move || end.store(true, Ordering::Relaxed))?;
        // The standard library has no random numbers but the keys of its hash tables.
        let seed = RandomState::new().build_hasher().finish();
        Ok(Self {
            domain,
            request,
            session: Session::new(vec![0; 2 << 20], vec![Part::EMPTY; 1024], seed),
            endpoint: Endpoint::EMPTY,
            socket: None,
            printer: Printer { envelope: Envelope::EMPTY, dedup: Dedup::new(vec![Slot::EMPTY; 10_000], TTL_MS) },
            start: Instant::now(),
            is_ended,
        })
    }

    fn now_ms(&self) -> u64 {
        self.start.elapsed().as_millis() as u64
    }

    fn run(&mut self) -> Result<End, Box<dyn Error>> {
        let mut out = [0; PING_ROOM];
        loop {
            if self.is_ended.load(Ordering::Relaxed) {
                self.session.close();
            }
            match self.session.poll(self.now_ms(), &mut out)? {
                Action::Connect => self.connect(),
                Action::Send(message) => self.send(message.to_vec()),
                Action::Disconnect => self.socket = None,
                Action::Wait(until_ms) => self.wait(until_ms)?,
                Action::End(end) => {
                    self.hang_up();
                    return Ok(end);
                }
            }
        }
    }

    // Connecting

    fn connect(&mut self) {
        if let Err(error) = self.try_to_connect() {
            eprintln!("no connection: {error}");
            self.session.handle_disconnect(self.now_ms());
        }
    }

    fn try_to_connect(&mut self) -> Result<(), Box<dyn Error>> {
        self.endpoint.read(&self.ask()?)?;
        if !self.session.handle_endpoint(&self.endpoint, self.now_ms()) {
            eprintln!("no connection: the platform says {:?}: {}", self.endpoint.code, &*self.endpoint.msg);
            return Ok(());
        }
        let url: Uri = self.endpoint.url.parse()?;
        if url.scheme_str() != Some("wss") && self.domain.scheme_str() != Some("http") {
            return Err("expected an address that begins with wss://, found another".into());
        }
        let stream = open(&url)?;
        let config = WebSocketConfig::default().max_message_size(Some(MAX_MESSAGE));
        match tungstenite::client_tls_with_config(&*self.endpoint.url, stream, Some(config), None) {
            Ok((socket, _)) => {
                self.socket = Some(socket);
                self.session.handle_open(self.now_ms());
                eprintln!("connected");
            }
            Err(HandshakeError::Failure(tungstenite::Error::Http(response))) => {
                let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
                let (status, message) = (header("Handshake-Status"), header("Handshake-Msg").unwrap_or_default());
                eprintln!("the handshake was refused: HTTP {} {message}", response.status());
                self.session.handle_refusal(status, header("Handshake-Autherrcode"), self.now_ms());
            }
            Err(HandshakeError::Failure(error)) => return Err(error.into()),
            Err(HandshakeError::Interrupted(_)) => return Err("the handshake took too long".into()),
        }
        Ok(())
    }

    /// Asks the platform where to connect to; returns its reply.
    fn ask(&self) -> Result<Vec<u8>, Box<dyn Error>> {
        let config = ureq::Agent::config_builder().timeout_global(Some(STEP)).max_redirects(0).proxy(None).build();
        let url = format!("{}{ENDPOINT_PATH}", self.domain.to_string().trim_end_matches('/'));
        let request = ureq::Agent::new_with_config(config).post(&url).content_type("application/json");
        let mut response = request.send(&self.request)?;
        if response.status() != 200 {
            return Err(format!("expected HTTP status 200, found {}", response.status().as_u16()).into());
        }
        Ok(response.body_mut().with_config().limit(64 << 10).read_to_vec()?)
    }

    // Being connected

    /// Takes a message if one comes until then.
    fn wait(&mut self, until_ms: u64) -> Result<(), Box<dyn Error>> {
        // No longer than it takes to notice a signal.
        let pause = Duration::from_millis(until_ms.saturating_sub(self.now_ms()).clamp(1, 500));
        let Some(socket) = &mut self.socket else {
            std::thread::sleep(pause);
            return Ok(());
        };
        set_read_timeout(socket, pause)?;
        match socket.read() {
            Ok(Message::Binary(message)) => return self.take(&message),
            Ok(_) => {} // pings are answered by the library
            Err(tungstenite::Error::Io(error))
                // Interrupted: by a signal, SIGCONT if by no other.
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted) => {}
            Err(error) => self.lose(&error),
        }
        Ok(())
    }

    fn take(&mut self, message: &[u8]) -> Result<(), Box<dyn Error>> {
        let now_ms = self.now_ms();
        let (ack, handled) = match self.session.handle_message(message, now_ms) {
            Ok(Received::Event(json, ack)) => (ack, self.printer.handle(json, now_ms)?),
            Ok(Received::Unhandled(ack)) => (ack, false),
            Ok(Received::Nothing) => return Ok(()),
            Err(error) => {
                eprintln!("a message is of no use: {error}");
                return Ok(());
            }
        };
        self.answer(&ack, handled)
    }

    fn answer(&mut self, ack: &Ack<'_>, handled: bool) -> Result<(), Box<dyn Error>> {
        let mut out = vec![0; ack.message.len() + ANSWER_ROOM];
        let answer = self.session.answer(ack, handled, self.now_ms(), &mut out)?.map(<[u8]>::to_vec);
        answer.into_iter().for_each(|answer| self.send(answer));
        Ok(())
    }

    fn send(&mut self, message: Vec<u8>) {
        let sent = self.socket.as_mut().map(|socket| socket.send(Message::Binary(message.into())));
        if let Some(Err(error)) = sent {
            self.lose(&error);
        }
    }

    fn lose(&mut self, error: &tungstenite::Error) {
        eprintln!("the connection is lost: {error}");
        self.socket = None;
        self.session.handle_disconnect(self.now_ms());
    }

    /// Closes the WebSocket as the peer expects it: waits a little for its consent, which may come behind other messages.
    fn hang_up(&mut self) {
        let Some(mut socket) = self.socket.take() else { return };
        let has_timeout = set_read_timeout(&mut socket, Duration::from_millis(500)).is_ok();
        let (is_closing, end) = (has_timeout && socket.close(None).is_ok(), Instant::now() + Duration::from_secs(2));
        while is_closing && Instant::now() < end && socket.read().is_ok() {}
    }
}

/// Opens a TCP connection to what the address names.
fn open(uri: &Uri) -> Result<TcpStream, Box<dyn Error>> {
    let host = uri.host().ok_or("expected the address of a WebSocket, found none")?;
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("ws") { 80 } else { 443 });
    let mut failure = "the name has no address".into();
    for address in (host.trim_matches(['[', ']']), port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, STEP) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                // For the handshake; afterwards for what is sent.
                stream.set_read_timeout(Some(STEP))?;
                stream.set_write_timeout(Some(Duration::from_millis(CONNECT_TIMEOUT_MS)))?;
                return Ok(stream);
            }
            Err(error) => failure = error.into(),
        }
    }
    Err(failure)
}

fn set_read_timeout(socket: &mut Socket, timeout: Duration) -> std::io::Result<()> {
    match socket.get_mut() {
        MaybeTlsStream::Plain(stream) => stream.set_read_timeout(Some(timeout)),
        MaybeTlsStream::Rustls(stream) => stream.sock.set_read_timeout(Some(timeout)),
        _ => Err(ErrorKind::Unsupported.into()),
    }
}

struct Printer {
    envelope: Envelope,
    dedup: Dedup<Vec<Slot>>,
}

impl Printer {
    /// Prints an event, unless it has been; returns whether it needs no other delivery.
    fn handle(&mut self, json: &[u8], now_ms: u64) -> Result<bool, Box<dyn Error>> {
        let decoded = lark_event::decode(json, &mut self.envelope);
        let header = &self.envelope.header;
        if let Err(error) = &decoded {
            // Where only a field is wrong, the header is there.
            eprintln!("event {:?} cannot be decoded: {error}", &*header.event_id);
            if header.event_type.is_empty() {
                return Ok(false);
            }
        }
        match self.dedup.begin(&header.event_id, now_ms) {
            Seen::Duplicate => return Ok(true),
            Seen::InProgress => return Ok(false),
            Seen::New => {}
        }
        let mut room = vec![0; 6 * json.len() + 1024];
        // What has no struct, or a field that does not fit into it, is printed as it came: nothing of it is lost.
        let typed = decoded.and_then(|()| self.envelope.to_json(&mut room));
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(typed.map_or(json, str::as_bytes))?;
        stdout.write_all(b"\n")?;
        stdout.flush()?;
        self.dedup.commit(&header.event_id, now_ms);
        Ok(true)
    }
}
