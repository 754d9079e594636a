//! Events made from their tables: any values that the fields take, in any spelling.

use fastrand::Rng;
use lark_event::EventType;
use lark_event::record::{Field, FieldKind};
use serde_json::{Map, Value, json};

/// What is to stand in one field instead of a value of its kind. In a list it is the second of three objects that has it.
pub(crate) struct Change {
    /// The indexes of the fields that lead to it.
    pub(crate) path: Vec<usize>,
    /// The JSON; `None` if the member is to be left out.
    pub(crate) text: Option<String>,
    /// What the field then holds; `None` if it is to be absent.
    pub(crate) value: Option<Value>,
}

/// A body, and what it must give.
pub(crate) struct Made {
    pub(crate) body: Vec<u8>,
    pub(crate) event: Value,
    /// Where the changed value starts.
    pub(crate) place: usize,
}

impl Made {
    /// A body of a type with a value in every field, but for the change.
    pub(crate) fn full(event_type: &EventType, seed: u64, change: Option<&Change>) -> Self {
        Self::new(event_type, Maker::new(seed, false, change))
    }

    /// A body of a type with a value in some fields.
    pub(crate) fn sparse(event_type: &EventType, seed: u64) -> Self {
        // Without a challenge there is no such event.
        Self::new(event_type, Maker::new(seed, !is_url_verification(event_type), None))
    }

    fn new(event_type: &EventType, mut maker: Maker<'_>) -> Self {
        let path = maker.change.map(|change| change.path.as_slice());
        let fields = event_type.record.fields;
        if is_url_verification(event_type) {
            maker.out = r#"{"type":"url_verification","token":"t""#.to_owned();
            let brace = maker.out.len();
            let event = maker.object(fields, path);
            maker.out.replace_range(brace..=brace, ",");
            return Self { body: maker.out.into_bytes(), event, place: maker.place };
        }
        let header = format!(r#""header":{{"event_id":"e1","event_type":"{}"}}"#, event_type.name());
        let header_first = maker.rng.bool();
        maker.out = if header_first { format!("{{{header},\"event\": ") } else { "{\"event\":".to_owned() };
        let event = maker.object(fields, path);
        maker.out.push_str(&if header_first { "}".to_owned() } else { format!(",{header}}}") });
        Self { body: maker.out.into_bytes(), event, place: maker.place }
    }
}

pub(crate) fn is_url_verification(event_type: &EventType) -> bool {
    event_type.name() == "url_verification"
}

/// JSON that a field of a kind takes, and what the field then holds.
pub(crate) fn value(kind: FieldKind, seed: u64) -> (String, Value) {
    let mut maker = Maker::new(seed, false, None);
    let value = maker.value(kind, None);
    (maker.out, value)
}

struct Maker<'c> {
    rng: Rng,
    out: String,
    /// Whether members may be absent.
    sparse: bool,
    change: Option<&'c Change>,
    place: usize,
}

impl<'c> Maker<'c> {
    fn new(seed: u64, sparse: bool, change: Option<&'c Change>) -> Self {
        Self { rng: Rng::with_seed(seed), out: String::new(), sparse, change, place: 0 }
    }

    /// Whether something happens that does once in that many times.
    fn once_in(&mut self, times: u32) -> bool {
        self.rng.u32(..times) == 0
    }

    /// `path` leads to the change, if that is in this object.
    fn object(&mut self, fields: &[Field], path: Option<&[usize]>) -> Value {
        let mut members = Map::new();
        let mut order: Vec<usize> = (0..fields.len()).collect();
        if self.rng.bool() {
            self.rng.shuffle(&mut order);
        }
        self.out.push('{');
        let (mut first, change) = (true, self.change);
        for index in order {
            let Field { name, kind, .. } = fields[index];
            let below = path.and_then(<[_]>::split_first).filter(|(at, _)| **at == index).map(|(_, below)| below);
            if let (Some([]), Some(Change { text, value, .. })) = (below, change) {
                let Some(text) = text else { continue };
                self.name(&mut first, name);
                self.place = self.out.len();
                self.out.push_str(text);
                members.extend(value.clone().map(|value| (name.to_owned(), value)));
                continue;
            }
            if self.sparse && self.rng.bool() {
                if self.rng.bool() {
                    self.name(&mut first, name);
                    self.out.push_str("null");
                }
                continue;
            }
            if self.once_in(6) {
                self.name(&mut first, "Unknown");
                self.out.push_str(r#"{"id":[1,{"data":null}],"event_type":"x","status":true}"#);
            }
            self.name(&mut first, name);
            let value = self.value(kind, below);
            members.insert(name.to_owned(), value);
        }
        self.out.push('}');
        members.into()
    }

    fn name(&mut self, first: &mut bool, name: &str) {
        if !std::mem::replace(first, false) {
            self.out.push(',');
        }
        let escaped = self.once_in(8);
        self.out.push('"');
        for character in name.chars() {
            if escaped && self.rng.bool() { self.escape(character) } else { self.out.push(character) }
        }
        self.out.push_str("\":");
        if self.once_in(8) {
            self.out.push_str(" \n");
        }
    }

    fn value(&mut self, kind: FieldKind, path: Option<&[usize]>) -> Value {
        match kind {
            FieldKind::Text { capacity } => self.text(usize::from(capacity)),
            FieldKind::Enum => self.integer(),
            FieldKind::Decimal => panic!("no event has such a field"),
            FieldKind::TextList { .. } => {
                let count = self.rng.usize(..5);
                // Well within the capacities of all.
                self.array(count, |maker, _| maker.text(60))
            }
            FieldKind::Object(object) => self.object(object.fields, path),
            FieldKind::ObjectList(object) => {
                let count = if path.is_some() { 3 } else { self.rng.usize(..4) };
                self.array(count, |maker, index| maker.object(object.fields, path.filter(|_| index == 1)))
            }
        }
    }

    fn array(&mut self, count: usize, mut item: impl FnMut(&mut Self, usize) -> Value) -> Value {
        self.out.push('[');
        let mut items = Vec::new();
        for index in 0..count {
            if index > 0 {
                let comma = if self.once_in(4) { " ,\n" } else { "," };
                self.out.push_str(comma);
            }
            items.push(item(self, index));
        }
        self.out.push(']');
        items.into()
    }

    /// A string, or an integer as the platform has sent for some ids.
    fn text(&mut self, capacity: usize) -> Value {
        if self.once_in(4) {
            let digits = format!("{}{}", if self.once_in(5) { "-" } else { "" }, self.rng.u64(1..));
            self.out.push_str(&digits);
            return digits.into();
        }
        let (mut text, longest) = (String::new(), self.rng.usize(..=capacity.min(80)));
        self.out.push('"');
        loop {
            let character = *self.rng.choice(&ALPHABET).unwrap();
            if text.len() + character.len_utf8() > longest {
                break;
            }
            text.push(character);
            let must = character < ' ' || character == '"' || character == '\\';
            if must || self.once_in(6) { self.escape(character) } else { self.out.push(character) }
        }
        self.out.push('"');
        text.into()
    }

    fn escape(&mut self, character: char) {
        for unit in character.encode_utf16(&mut [0; 2]) {
            let digits = if self.rng.bool() { format!("\\u{unit:04x}") } else { format!("\\u{unit:04X}") };
            self.out.push_str(&digits);
        }
    }

    fn integer(&mut self) -> Value {
        let value = match self.rng.u32(..4) {
            0 => self.rng.i32(..),
            1 => *self.rng.choice(&[i32::MIN, -1, 0, i32::MAX]).unwrap(),
            _ => self.rng.i32(1..20),
        };
        let text = if self.once_in(3) { format!("\"{value}\"") } else { value.to_string() };
        self.out.push_str(&text);
        json!(value)
    }
}

const ALPHABET: [char; 16] =
    ['a', 'Z', '0', ' ', '{', ']', ',', '"', '\\', '\n', '\0', '\u{7f}', 'é', '人', '\u{2028}', '😀'];
