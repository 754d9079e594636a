//! A target without capacities, as the Python layer has one.

use lark_event::envelope::EnvelopeTarget;
use lark_event::error::Overflow;
use lark_event::json::Str;
use lark_event::record::{Field, FieldKind, Record, Target, Value as Given};
use lark_event::{EventType, Header};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

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
        let fields = EventType::by_tag(tag)?.record.fields;
        Some(self.event.insert(Members { fields, ..Members::default() }))
    }
}

/// The members of an object.
#[derive(Default)]
pub(crate) struct Members {
    fields: &'static [Field],
    values: Map<String, Value>,
    /// The objects of the fields that hold some, by the index of the field.
    nested: BTreeMap<usize, Vec<Members>>,
}

impl Members {
    pub(crate) fn into_values(mut self) -> Value {
        for (index, mut objects) in self.nested {
            let Field { name, kind, .. } = self.fields[index];
            let value = match kind {
                FieldKind::Object(_) => objects.remove(0).into_values(),
                _ => objects.into_iter().map(Members::into_values).collect(),
            };
            self.values.insert(name.to_owned(), value);
        }
        Value::Object(self.values)
    }
}

impl Target for Members {
    fn put(&mut self, index: usize, value: Given<'_>) -> Result<(), Overflow> {
        let value = match value {
            // What has been read of a list with something else in it is void.
            Given::Absent => {
                self.nested.remove(&index);
                return Ok(());
            }
            Given::ObjectList(objects) => {
                let found = self.nested.entry(index).or_default();
                assert_eq!(found.len(), objects.count as usize);
                return Ok(());
            }
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

    fn nested(&mut self, index: usize) -> Option<&mut dyn Target> {
        let fields = self.fields[index].kind.fields();
        let objects = self.nested.entry(index).or_default();
        objects.push(Self { fields, ..Self::default() });
        objects.last_mut().map(|object| object as &mut dyn Target)
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
