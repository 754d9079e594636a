//! The question where to connect to, and the platform's answers.

use lark_event::ErrorKind;
use lark_event::connection::{
    CONNECT_TIMEOUT_MS, ClientConfig, Endpoint, EndpointCode, PART_TTL_MS, PONG_TIMEOUT_MS, fatal_handshake,
    write_request,
};

const URL: &str =
    "wss://msg-frontier.feishu.cn/ws/v2?fpid=1&aid=2&device_id=7301&access_key=a%2Fb&service_id=33554678&ticket=t";

fn read(body: &str) -> (Box<Endpoint>, Result<(), lark_event::Error>) {
    let mut endpoint = Box::new(Endpoint::EMPTY);
    // What was there before leaves no trace.
    endpoint
        .read(br#"{"code":0,"msg":"before","data":{"URL":"before?service_id=1","ClientConfig":{"PingInterval":7}}}"#)
        .unwrap();
    let result = endpoint.read(body.as_bytes());
    (endpoint, result)
}

#[test]
fn requests_have_id_and_secret() {
    let mut out = [0; 64];
    assert_eq!(write_request("cli_1", "s\"\\e", &mut out), Ok(r#"{"AppID":"cli_1","AppSecret":"s\"\\e"}"#));
    for short in 0..38 {
        assert_eq!(write_request("cli_1", "s\"\\e", &mut out[..short]).unwrap_err().kind, ErrorKind::BUFFER_FULL);
    }
}

#[test]
fn an_address_is_read_with_its_parameters() {
    // As Go writes it: with every ampersand escaped.
    let url = URL.replace('&', "\\u0026");
    let config = r#"{"ReconnectCount":-1,"ReconnectInterval":90,"ReconnectNonce":0,"PingInterval":1}"#;
    let body =
        format!(r#"{{"data":{{"x":[1],"ClientConfig":{config},"URL":"{url}"}},"msg":"ok","code":0,"more":{{}}}}"#);
    let (endpoint, result) = read(&body);
    assert_eq!(result, Ok(()));
    assert_eq!((endpoint.code, endpoint.msg.get(), endpoint.url.get()), (EndpointCode::OK, Some("ok"), Some(URL)));
    assert_eq!((endpoint.service_id(), endpoint.device_id()), (Some(33_554_678), Some("7301")));
    let config =
        ClientConfig { reconnect_count: -1, reconnect_interval_s: 90, reconnect_nonce_s: 0, ping_interval_s: 1 };
    assert_eq!(endpoint.config, config);
    assert!(!format!("{endpoint:?}").contains("ticket"));
    for (url, service_id) in [
        ("wss://x?service_id=1", Some(1)),
        ("wss://x?a=b&service_id=-1#service_id=2", Some(-1)),
        ("wss://x?service_id=1&service_id=2", Some(1)),
        ("wss://x/service_id=1", None),
        ("wss://x?service_id=", None),
        ("wss://x?service_id=99999999999", None),
        ("wss://x?xservice_id=1&service_id", None),
    ] {
        assert_eq!(read(&format!(r#"{{"code":0,"data":{{"URL":"{url}"}}}}"#)).0.service_id(), service_id, "{url}");
    }
    let (endpoint, _) = read(r#"{"code":0,"data":{"URL":"u","ClientConfig":null}}"#);
    assert_eq!(endpoint.config, ClientConfig::DEFAULT);
    assert_eq!(ClientConfig::DEFAULT.ping_interval_s, 120);
}

#[test]
fn every_code_is_fatal_or_worth_another_try() {
    for (code, fatal) in [
        (1, false),
        (403, true),
        (514, true),
        (1_000_040_343, false),
        (1_000_040_344, true),
        (1_000_040_345, true),
        (1_000_040_350, true),
        (1_000_040_351, true),
        (-1, true),
        (7, true),
    ] {
        for data in ["", r#","data":null"#, r#","data":{}"#, r#","data":{"URL":""}"#] {
            let (endpoint, result) = read(&format!(r#"{{"code":{code},"msg":"why"{data}}}"#));
            assert_eq!((result, endpoint.code.0, endpoint.msg.as_str()), (Ok(()), code, "why"));
            assert_eq!(endpoint.code.is_fatal(), fatal, "{code}");
            assert_eq!(endpoint.service_id(), None);
        }
    }
    assert!(!EndpointCode::OK.is_fatal());
    assert_eq!(EndpointCode::ALL.len(), 9);
    let long = "m".repeat(1000);
    assert_eq!(read(&format!(r#"{{"code":403,"msg":"{long}"}}"#)).0.code, EndpointCode::FORBIDDEN);
}

#[test]
fn a_reply_that_is_none_leaves_nothing() {
    for (body, kind) in [
        ("", ErrorKind::UNEXPECTED_END),
        ("<html>", ErrorKind::EXPECTED_VALUE),
        (r#"{"code":0,"data":{"URL":"u"}"#, ErrorKind::UNEXPECTED_END),
        (r#"{"code":0,"data":{"URL":"u"}} x"#, ErrorKind::TRAILING_BYTES),
        ("[]", ErrorKind::TYPE),
        ("null", ErrorKind::TYPE),
        (r#"{"code":0,"data":[]}"#, ErrorKind::TYPE),
        (r#"{"code":"0","data":{"URL":"u"}}"#, ErrorKind::TYPE),
        (r#"{"code":0.5,"data":{"URL":"u"}}"#, ErrorKind::TYPE),
        (r#"{"code":4294967296,"data":{"URL":"u"}}"#, ErrorKind::TYPE),
        (r#"{"code":null,"data":{"URL":"u"}}"#, ErrorKind::TYPE),
        ("{}", ErrorKind::MISSING),
        (r#"{"data":{"URL":"u"}}"#, ErrorKind::MISSING),
        (r#"{"code":0}"#, ErrorKind::MISSING),
        (r#"{"code":0,"data":null}"#, ErrorKind::MISSING),
        (r#"{"code":0,"data":{}}"#, ErrorKind::MISSING),
        (r#"{"code":0,"data":{"URL":null}}"#, ErrorKind::MISSING),
        (r#"{"code":0,"data":{"URL":""}}"#, ErrorKind::MISSING),
        (r#"{"code":0,"data":{"URL":5}}"#, ErrorKind::MISSING),
    ] {
        let (endpoint, result) = read(body);
        assert_eq!(result.unwrap_err().kind, kind, "{body}");
        assert_eq!(
            (endpoint.url.get(), endpoint.msg.get(), endpoint.config),
            (None, None, ClientConfig::DEFAULT),
            "{body}"
        );
    }
    let address = |len: usize| format!(r#"{{"code":0,"data":{{"URL":"{}"}}}}"#, "u".repeat(len));
    assert_eq!(read(&address(1023)).1, Ok(()));
    let error = read(&address(1024)).1.unwrap_err();
    assert_eq!((error.kind, error.found, error.limit, error.offset), (ErrorKind::CAPACITY, 1024, 1023, 24));
}

#[test]
fn a_pong_changes_only_what_it_says_rightly() {
    let was = ClientConfig { reconnect_count: 3, reconnect_interval_s: 4, reconnect_nonce_s: 5, ping_interval_s: 6 };
    let updated = |payload: &str| {
        let mut config = was;
        config.update(payload.as_bytes()).map(|()| config)
    };
    for nothing in [
        "",
        "{}",
        r#"{"PingInterval":0}"#,
        r#"{"PingInterval":-1}"#,
        r#"{"PingInterval":86401}"#,
        r#"{"PingInterval":1.5}"#,
        r#"{"PingInterval":"90"}"#,
        r#"{"PingInterval":null,"ReconnectCount":-2,"ReconnectInterval":0,"ReconnectNonce":-1}"#,
        r#"{"ReconnectCount":2147483648,"ReconnectInterval":99999999999999999999,"other":[{}]}"#,
    ] {
        assert_eq!(updated(nothing), Ok(was), "{nothing}");
    }
    assert_eq!(updated(r#"{"PingInterval":90}"#).unwrap().ping_interval_s, 90);
    let all =
        updated(r#"{"ReconnectCount":-1,"ReconnectInterval":86400,"ReconnectNonce":0,"PingInterval":1}"#).unwrap();
    assert_eq!(
        (all.reconnect_count, all.reconnect_interval_s, all.reconnect_nonce_s, all.ping_interval_s),
        (-1, 86_400, 0, 1)
    );
    assert_eq!(updated(r#"{"PingInterval":90"#).unwrap_err().kind, ErrorKind::UNEXPECTED_END);
    assert_eq!(updated("[]").unwrap_err().kind, ErrorKind::TYPE);
    let mut config = was;
    assert!(config.update(br#"{"PingInterval":90} x"#).is_err() && config == was);
}

#[test]
fn refused_handshakes_are_fatal_or_not() {
    for (status, auth_error_code, fatal) in [
        (Some("403"), None, Some(EndpointCode::FORBIDDEN)),
        (Some(" 403 "), Some("0"), Some(EndpointCode::FORBIDDEN)),
        (Some("514"), Some("1000040350"), Some(EndpointCode::CONNECTION_LIMIT)),
        (Some("514"), Some("1000040343"), None),
        (Some("514"), None, None),
        (Some("500"), Some("1000040350"), None),
        (Some(""), None, None),
        (Some("403x"), None, None),
        (None, Some("1000040350"), None),
        (None, None, None),
    ] {
        assert_eq!(fatal_handshake(status, auth_error_code), fatal, "{status:?} {auth_error_code:?}");
    }
}

#[test]
fn codes_and_times_are_those_of_the_readme() {
    const README: &str = include_str!("../../../README.md");
    let mut rows = String::from("| code | name | then |\n|---|---|---|\n");
    for code in EndpointCode::ALL {
        let then = match *code {
            EndpointCode::OK => "connects",
            code if code.is_fatal() => "fatal",
            _ => "another attempt",
        };
        rows += &format!("| {} | `{}` | {then} |\n", code.0, code.name().unwrap());
    }
    rows += "| any other | | fatal |\n";
    assert!(README.contains(&rows), "README.md should have:\n{rows}");
    assert!(EndpointCode(99_999).is_fatal());
    for (text, time_ms) in [
        ("an attempt takes {} s", CONNECT_TIMEOUT_MS),
        ("no message within {} s of a ping", PONG_TIMEOUT_MS),
        ("the next within {} s of the last", PART_TTL_MS),
    ] {
        let text = text.replace("{}", &(time_ms / 1000).to_string());
        assert!(README.contains(&text), "README.md should say: {text}");
    }
}
