//! Any bytes as the platform's reply to the question where to connect to, as the configuration in a pong, and as the headers
//! of a refused handshake; any texts in what we ask.

#![no_main]

use lark_event::ErrorKind;
use lark_event::connection::{ClientConfig, Endpoint, EndpointCode, fatal_handshake, write_request};
use lark_event_fuzz::Input;
use lark_event_fuzz::tree::{self, Tree};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut input = Input::new(data);
    match input.below(4) {
        0 => reply(input.rest()),
        1 => pong(input.rest()),
        2 => refusal(&input.text(), &input.text()),
        _ => request(&input.text(), &input.text()),
    }
});

/// What is there is taken, and of what is wrong nothing.
fn reply(body: &[u8]) {
    let mut endpoint = Box::new(Endpoint::EMPTY);
    let before = br#"{"code":7,"msg":"m","data":{"URL":"u?service_id=1","ClientConfig":{"PingInterval":7}}}"#;
    endpoint.read(before).expect("it is a reply");
    let result = endpoint.read(body);
    let was = (endpoint.code, endpoint.msg.clone(), endpoint.url.clone(), endpoint.config);
    match (tree::compare(body), result) {
        (Err(fault), Err(error)) => assert!(error == fault || error.kind.is_field(), "{error:?}, expected {fault:?}"),
        (Err(fault), Ok(())) => panic!("no JSON is taken: {fault:?}"),
        (Ok(tree), result) => assert_eq!(result.map(|()| was).map_err(|error| error.kind), expected(&tree)),
    }
    if result.is_err() {
        let Endpoint { code, msg, url, config } = &*endpoint;
        assert_eq!((*code, msg.get(), url.get(), *config), (EndpointCode::OK, None, None, ClientConfig::DEFAULT));
    } else {
        let device = endpoint.device_id().unwrap_or_default();
        assert!(endpoint.url.contains(device));
        assert!(endpoint.service_id().is_none_or(|id| endpoint.url.contains(&format!("{}", id.unsigned_abs()))));
    }
}

type Read = (EndpointCode, lark_event::Text<256>, lark_event::Text<1024>, ClientConfig);

/// What a reply says, in the words of its documentation.
fn expected(tree: &Tree) -> Result<Read, ErrorKind> {
    let Tree::Object(members) = tree else { return Err(ErrorKind::TYPE) };
    let (mut code, mut url, mut msg) = (None, String::new(), String::new());
    let (mut has_msg, mut config) = (false, ClientConfig::DEFAULT);
    for (name, value) in members {
        match (name.as_str(), value) {
            ("code", value) => {
                let number = integer(value).and_then(|code| i32::try_from(code).ok());
                code = Some(number.ok_or(ErrorKind::TYPE)?);
            }
            ("msg", Tree::Text(text)) => (has_msg, msg) = (true, text.clone()),
            ("data", Tree::Object(members)) => {
                for (name, value) in members {
                    match (name.as_str(), value) {
                        ("URL", Tree::Text(text)) if text.len() > 1023 => return Err(ErrorKind::CAPACITY),
                        ("URL", Tree::Text(text)) => url.clone_from(text),
                        ("ClientConfig", Tree::Object(members)) => update(&mut config, members),
                        _ => {}
                    }
                }
            }
            ("data", Tree::Null) => {}
            ("data", _) => return Err(ErrorKind::TYPE),
            _ => {}
        }
    }
    let code = EndpointCode(code.ok_or(ErrorKind::MISSING)?);
    if code == EndpointCode::OK && url.is_empty() {
        return Err(ErrorKind::MISSING);
    }
    let (mut text, mut address) = (lark_event::Text::EMPTY, lark_event::Text::EMPTY);
    if has_msg && msg.len() <= 255 {
        text.set(&msg).expect("it fits");
    }
    let has_url = members.iter().any(|(name, value)| {
        name == "data"
            && matches!(value, Tree::Object(data)
        if data.iter().any(|(name, value)| name == "URL" && matches!(value, Tree::Text(_))))
    });
    if has_url {
        address.set(&url).expect("it fits");
    }
    Ok((code, text, address, config))
}

fn integer(value: &Tree) -> Option<i64> {
    match value {
        Tree::Unsigned(value) => i64::try_from(*value).ok(),
        Tree::Negative(value) => Some(*value),
        // The one integer that is a floating-point number for serde_json.
        Tree::Real(bits) if *bits == (-0.0_f64).to_bits() => Some(0),
        _ => None,
    }
}

fn update(config: &mut ClientConfig, members: &[(String, Tree)]) {
    const DAY: i64 = 86_400;
    for (name, value) in members {
        let Some(value) = integer(value) else { continue };
        match name.as_str() {
            "ReconnectCount" if (-1..=i64::from(i32::MAX)).contains(&value) => config.reconnect_count = value as i32,
            "ReconnectInterval" if (1..=DAY).contains(&value) => config.reconnect_interval_s = value as u32,
            "ReconnectNonce" if (0..=DAY).contains(&value) => config.reconnect_nonce_s = value as u32,
            "PingInterval" if (1..=DAY).contains(&value) => config.ping_interval_s = value as u32,
            _ => {}
        }
    }
}

fn pong(payload: &[u8]) {
    let was = ClientConfig { reconnect_count: 3, reconnect_interval_s: 4, reconnect_nonce_s: 5, ping_interval_s: 6 };
    let (mut config, mut expected) = (was, was);
    let result = config.update(payload).map_err(|error| error.kind);
    match tree::compare(payload) {
        _ if payload.is_empty() => assert_eq!(result, Ok(())),
        Ok(Tree::Object(members)) => {
            update(&mut expected, &members);
            assert_eq!(result, Ok(()));
        }
        Ok(_) => assert_eq!(result, Err(ErrorKind::TYPE)),
        // Behind what is no object, nothing is looked at.
        Err(_) if result == Err(ErrorKind::TYPE) => assert!(!payload.trim_ascii_start().starts_with(b"{")),
        Err(error) => assert_eq!(result, Err(error.kind)),
    }
    assert_eq!(config, expected);
}

fn refusal(status: &str, code: &str) {
    let number = |text: &str| text.trim_ascii().parse::<i32>().ok();
    let expected = match (number(status), number(code)) {
        (Some(403), _) => Some(EndpointCode::FORBIDDEN),
        (Some(514), Some(1_000_040_350)) => Some(EndpointCode::CONNECTION_LIMIT),
        _ => None,
    };
    assert_eq!(fatal_handshake(Some(status), Some(code)), expected);
    assert_eq!(fatal_handshake(None, Some(code)), None);
    assert_eq!(fatal_handshake(Some(status), None), expected.filter(|code| *code == EndpointCode::FORBIDDEN));
}

fn request(id: &str, secret: &str) {
    let mut out = vec![0; (id.len() + secret.len()) * 6 + 32];
    let written = write_request(id, secret, &mut out).expect("there is room").to_owned();
    let member = |name: &str, value: &str| (name.to_owned(), Tree::Text(value.to_owned()));
    let expected = Tree::Object(vec![member("AppID", id), member("AppSecret", secret)]);
    assert_eq!(Tree::theirs(written.as_bytes()).ok(), Some(expected));
    let mut room = vec![0; written.len()];
    assert_eq!(write_request(id, secret, &mut room), Ok(&*written));
    let short = written.len() - 1;
    assert_eq!(write_request(id, secret, &mut room[..short]).map_err(|error| error.kind), Err(ErrorKind::BUFFER_FULL));
}
