//! A target without capacities, as the Python layer has one.

use lark_event::envelope::EnvelopeTarget;
use lark_event::error::Overflow;
use lark_event::json::Str;
use lark_event::record::{Field, Record, Target, Value as Given};
use lark_event::{EventType, Header};
use serde_json::{Map, Value};

/// A header and an event of any size.
#[derive(Default)]
pub(crate) struct Unbounded {
    pub(crate) header: Members,
    pub(crate) event: Option<Members>,
    /// How often an event was asked for.
    pub(crate) events: u32,
}

impl EnvelopeTarget for Unbounded {
    fn header(&mut self) -> &mut dyn Target {
        self.header.fields = Header::FIELDS;
        &mut self.header
    }

    fn event(&mut self, tag: u32) -> Option<&mut dyn Target> {
        self.events += 1;
        let fields = EventType::by_tag(tag)?.fields;
        Some(self.event.insert(Members { fields, values: Map::new() }))
    }
}

/// The members of an object.
#[derive(Default)]
pub(crate) struct Members {
    fields: &'static [Field],
    values: Map<String, Value>,
}

impl Members {
    pub(crate) fn into_values(self) -> Value {
        Value::Object(self.values)
    }
}

impl Target for Members {
    fn put(&mut self, index: usize, value: Given<'_>) -> Result<(), Overflow> {
        let value = match value {
            Given::Text(text) => Value::String(owned(text)),
            Given::Enum(value) => value.into(),
            Given::Decimal(value) => value.to_string().into(),
            Given::TextList(items) => {
                let texts: Vec<String> = items.iter().map(owned).collect();
                assert_eq!(texts.len(), items.count);
                texts.into()
            }
        };
        let old = self.values.insert(self.fields[index].name.to_owned(), value);
        assert!(old.is_none(), "{} given twice", self.fields[index].name);
        Ok(())
    }
}

fn owned(text: Str<'_>) -> String {
    let mut bytes = Vec::new();
    for piece in text.pieces() {
        bytes.extend_from_slice(piece.as_bytes(&mut [0; 4]));
    }
    assert_eq!(bytes.len(), text.len());
    String::from_utf8(bytes).expect("texts are UTF-8")
}
