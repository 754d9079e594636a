//! What the fields of the Rust peers' structs are.

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeSeed, Error, IgnoredAny, SeqAccess, Visitor},
};
use std::{borrow::Cow, fmt};

/// A text of at most `N` bytes.
pub(crate) type Fixed<const N: usize> = arrayvec::ArrayString<N>;

/// Texts of at most `BYTES` bytes together, one behind the other, as a `TextList` has them.
#[derive(Default)]
pub(crate) struct FixedList<const ITEMS: usize, const BYTES: usize> {
    texts: arrayvec::ArrayString<BYTES>,
    ends: arrayvec::ArrayVec<u16, ITEMS>,
}

impl<'de, const ITEMS: usize, const BYTES: usize> Deserialize<'de> for FixedList<ITEMS, BYTES> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts<const ITEMS: usize, const BYTES: usize>;

        impl<'de, const ITEMS: usize, const BYTES: usize> Visitor<'de> for Texts<ITEMS, BYTES> {
            type Value = FixedList<ITEMS, BYTES>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of texts")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut list = FixedList { texts: Default::default(), ends: Default::default() };
                while seq.next_element_seed(Push(&mut list))?.is_some() {}
                Ok(list)
            }
        }

        deserializer.deserialize_seq(Texts)
    }
}

/// Takes the next text of a list.
struct Push<'l, const ITEMS: usize, const BYTES: usize>(&'l mut FixedList<ITEMS, BYTES>);

impl<'de, const ITEMS: usize, const BYTES: usize> DeserializeSeed<'de> for Push<'_, ITEMS, BYTES> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<const ITEMS: usize, const BYTES: usize> Visitor<'_> for Push<'_, ITEMS, BYTES> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.0.texts.try_push_str(text).map_err(|_| E::custom("too many bytes in a list"))?;
        self.0.ends.try_push(self.0.texts.len() as u16).map_err(|_| E::custom("too many texts in a list"))
    }
}

impl<const ITEMS: usize, const BYTES: usize> Serialize for FixedList<ITEMS, BYTES> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|end| usize::from(*end)));
        serializer.collect_seq(starts.zip(&self.ends).map(|(start, end)| &self.texts[start..usize::from(*end)]))
    }
}

/// A text of the body, or a copy where there are escapes in it.
pub(crate) struct Str<'a>(Cow<'a, str>);

impl Str<'_> {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

// Not the one of `Cow`: that always copies.
impl<'de: 'a, 'a> Deserialize<'de> for Str<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl<'de> Visitor<'de> for Text {
            type Value = Str<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Str<'de>, E> {
                Ok(Str(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Str<'de>, E> {
                Ok(Str(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

impl Serialize for Str<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// A number, written as text.
pub(crate) struct Decimal(u64);

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;

        impl Visitor<'_> for Digits {
            type Value = Decimal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text of digits")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Decimal, E> {
                text.parse().map(Decimal).map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Digits)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// How many objects there are in a list, which are checked to be JSON. (lark-event keeps their place besides, and checks
/// their fields.)
#[derive(Serialize)]
pub(crate) struct Count {
    count: u32,
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Objects;

        impl<'de> Visitor<'de> for Objects {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Count, A::Error> {
                let mut count = 0;
                while seq.next_element::<IgnoredAny>()?.is_some() {
                    count += 1;
                }
                Ok(Count { count })
            }
        }

        deserializer.deserialize_seq(Objects)
    }
}

/// The event of a type that has no struct.
pub(crate) struct Unknown;

impl<'de> Deserialize<'de> for Unknown {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|IgnoredAny| Self)
    }
}

impl Serialize for Unknown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}
