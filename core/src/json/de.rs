//! Reading any serde type with our reader.

use super::{Members, Number, Reader, Str};
use crate::error::{Error, ErrorKind};
use core::fmt;
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer as _, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

/// How many bytes of an escaped string [`from_slice`] has room for.
const SCRATCH: usize = 512;

/// Reads a document into a value of your own type.
///
/// Strings without escapes can be borrowed from the input (`&str`). A string with escapes is put together in a buffer of
/// 512 bytes before your type gets it; for longer ones there is [`from_slice_with`]. Numbers may be of any size that your
/// type has, `i128` and `u128` included. The keys of a map may be whatever a text can spell: strings, numbers, booleans,
/// names of variants.
///
/// ```
/// #[derive(serde::Deserialize)]
/// struct Message<'a> {
///     message_id: &'a str,
///     chat_type: Option<&'a str>,
/// }
///
/// let message: Message = lark_event::json::from_slice(br#"{"message_id": "om_5ce6d572", "mentions": []}"#)?;
/// assert_eq!((message.message_id, message.chat_type), ("om_5ce6d572", None));
/// # Ok::<(), lark_event::Error>(())
/// ```
///
/// # Errors
///
/// As the reader's own; `TYPE` where your type wants another JSON type, `RANGE` for an integer that it cannot hold,
/// `MISSING` and `DUPLICATE` for its fields, `CAPACITY` for an escaped string longer than the buffer, `REFUSED` for what
/// it refuses for reasons of its own. `offset` is where the reader stood.
pub fn from_slice<'de, T: Deserialize<'de>>(input: &'de [u8]) -> Result<T, Error> {
    from_slice_with(input, &mut [0; SCRATCH])
}

/// [`from_slice`] with a buffer for escaped strings that is as large as the longest of them.
pub fn from_slice_with<'de, T: Deserialize<'de>>(input: &'de [u8], scratch: &mut [u8]) -> Result<T, Error> {
    if u32::try_from(input.len()).is_err() {
        return Err(Error::at(ErrorKind::INPUT_TOO_LONG, input, u32::MAX as usize));
    }
    let mut de = Json { reader: Reader::new(input), scratch };
    let value = T::deserialize(&mut de);
    let value = placed(input, de.reader.offset(), value)?;
    de.reader.finish()?;
    Ok(value)
}

struct Json<'de, 's> {
    reader: Reader<'de>,
    scratch: &'s mut [u8],
}

/// `offset` of an error that serde has made, which does not know where it is.
const NOWHERE: u32 = u32::MAX;

impl<'de> Json<'de, '_> {
    /// Reads the closing brace if the visitor has not.
    fn leave_object<T>(&mut self, mut object: Level, value: T) -> Result<T, Error> {
        if object.open && self.reader.next_member(&mut object.members)?.is_some() {
            return Err(nowhere(ErrorKind::REFUSED));
        }
        Ok(value)
    }

    /// Passes on the text of a string that starts at `start`.
    fn visit_text<V: Visitor<'de>>(&mut self, text: Str<'de>, start: usize, visitor: V) -> Result<V::Value, Error> {
        match text.as_plain() {
            Some(plain) => visitor.visit_borrowed_str(plain),
            None => visitor.visit_str(self.unescape(text, start)?),
        }
    }

    /// Passes on the text of a string as the name of a variant.
    fn visit_variant<V: Visitor<'de>>(&mut self, text: Str<'de>, start: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_enum(self.unescape(text, start)?.into_deserializer())
    }

    /// The text of a string, in the buffer if there are escapes in it.
    fn unescape<'t>(&'t mut self, text: Str<'de>, start: usize) -> Result<&'t str, Error> {
        if let Some(plain) = text.as_plain() {
            return Ok(plain);
        }
        let limit = self.scratch.len();
        let len = text.copy_to(self.scratch).ok_or_else(|| {
            let needed = text.len();
            Error::overflow(crate::error::Overflow { kind: ErrorKind::CAPACITY, needed, limit }, start)
        })?;
        let text = self.scratch.get(..len).and_then(|text| core::str::from_utf8(text).ok());
        Ok(text.unwrap_or_default())
    }

    /// Reads a number for a type that wants one; anything else is left to the visitor.
    fn read_number<V: Visitor<'de>>(&mut self, visitor: V, visit: Visit<'de, V>) -> Result<V::Value, Error> {
        let first = self.reader.peek()?;
        if !is_number(first) {
            return self.deserialize_any(visitor);
        }
        let start = self.reader.offset();
        placed(self.reader.input(), start, visit(self.reader.number()?, visitor))
    }
}

/// Passes on a number to a visitor.
type Visit<'de, V> = fn(Number<'_>, V) -> Result<<V as Visitor<'de>>::Value, Error>;

const fn is_number(first: u8) -> bool {
    matches!(first, b'-' | b'0'..=b'9')
}

/// Gives an error of serde's the place it lacks.
fn placed<T>(input: &[u8], offset: usize, result: Result<T, Error>) -> Result<T, Error> {
    result.map_err(|error| match error.offset {
        NOWHERE => Error { limit: error.limit, ..Error::at(error.kind, input, offset) },
        _ => error,
    })
}

/// For a type that takes what comes: `-0` and integers beyond 64 bits are floating-point numbers, as for serde_json.
fn visit_number<'de, V: Visitor<'de>>(number: Number<'_>, visitor: V) -> Result<V::Value, Error> {
    match (number.to_u64(), number.to_i64()) {
        (Some(value), _) => visitor.visit_u64(value),
        (None, Some(value)) if value != 0 => visitor.visit_i64(value),
        _ => visit_f64(number, visitor),
    }
}

fn visit_integer<'de, V: Visitor<'de>>(number: Number<'_>, visitor: V) -> Result<V::Value, Error> {
    if let Some(value) = number.to_u64() {
        visitor.visit_u64(value)
    } else if let Some(value) = number.to_i64() {
        visitor.visit_i64(value)
    } else {
        visit_no_integer(number, visitor)
    }
}

fn visit_integer_128<'de, V: Visitor<'de>>(number: Number<'_>, visitor: V) -> Result<V::Value, Error> {
    if let Some(value) = number.parse() {
        visitor.visit_u128(value)
    } else if let Some(value) = number.parse() {
        visitor.visit_i128(value)
    } else {
        visit_no_integer(number, visitor)
    }
}

/// Refuses a number that is no integer or too large a one.
fn visit_no_integer<'de, V: Visitor<'de>>(number: Number<'_>, visitor: V) -> Result<V::Value, Error> {
    if number.is_integer() { Err(nowhere(ErrorKind::RANGE)) } else { visit_f64(number, visitor) }
}

fn visit_f64<'de, V: Visitor<'de>>(number: Number<'_>, visitor: V) -> Result<V::Value, Error> {
    match number.to_f64().filter(|value| value.is_finite()) {
        Some(value) => visitor.visit_f64(value),
        None => Err(nowhere(ErrorKind::RANGE)),
    }
}

/// Rounds once, where a way over `f64` would round twice.
fn visit_f32<'de, V: Visitor<'de>>(number: Number<'_>, visitor: V) -> Result<V::Value, Error> {
    match number.parse().filter(|value: &f32| value.is_finite()) {
        Some(value) => visitor.visit_f32(value),
        None => Err(nowhere(ErrorKind::RANGE)),
    }
}

/// The methods for types that want a number: each passes it on in its own way.
macro_rules! numbers {
    () => {
        numbers! {
            deserialize_i8 => visit_integer,
            deserialize_i16 => visit_integer,
            deserialize_i32 => visit_integer,
            deserialize_i64 => visit_integer,
            deserialize_i128 => visit_integer_128,
            deserialize_u8 => visit_integer,
            deserialize_u16 => visit_integer,
            deserialize_u32 => visit_integer,
            deserialize_u64 => visit_integer,
            deserialize_u128 => visit_integer_128,
            deserialize_f32 => visit_f32,
            deserialize_f64 => visit_f64,
        }
    };
    ($($method:ident => $visit:ident,)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.read_number(visitor, $visit)
        })*
    };
}

impl<'de> Deserializer<'de> for &mut Json<'de, '_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let first = self.reader.peek()?;
        let start = self.reader.offset();
        match first {
            b'{' => {
                let mut object = Level::new(self.reader.enter_object()?);
                let value = visitor.visit_map(Entries { de: self, level: &mut object })?;
                self.leave_object(object, value)
            }
            b'[' => {
                let mut array = Level::new(self.reader.enter_array()?);
                let value = visitor.visit_seq(Entries { de: self, level: &mut array })?;
                if array.open && self.reader.next_item(&mut array.members)? {
                    return Err(nowhere(ErrorKind::REFUSED));
                }
                Ok(value)
            }
            b'"' => {
                let text = self.reader.string()?;
                let result = self.visit_text(text, start, visitor);
                placed(self.reader.input(), start, result)
            }
            _ if is_number(first) => placed(self.reader.input(), start, visit_number(self.reader.number()?, visitor)),
            _ => {
                let result = match self.reader.literal()? {
                    Some(value) => visitor.visit_bool(value),
                    None => visitor.visit_unit(),
                };
                placed(self.reader.input(), start, result)
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.reader.peek()? == b'n' {
            self.reader.literal()?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    /// A struct is an object: serde's own readers would take an array too, and an empty one as all fields missing.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.reader.peek()? != b'{' {
            return Err(Error::at(ErrorKind::TYPE, self.reader.input(), self.reader.offset()));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let first = self.reader.peek()?;
        let start = self.reader.offset();
        if first == b'"' {
            let text = self.reader.string()?;
            return self.visit_variant(text, start, visitor);
        }
        if first != b'{' {
            return Err(Error::at(ErrorKind::TYPE, self.reader.input(), start));
        }
        let mut object = Level::new(self.reader.enter_object()?);
        let entries = Entries { de: self, level: &mut object };
        let value = visitor.visit_enum(de::value::MapAccessDeserializer::new(entries))?;
        self.leave_object(object, value)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.reader.skip_value()?;
        visitor.visit_unit()
    }

    numbers! {}

    forward_to_deserialize_any! {
        bool char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map identifier
    }
}

/// An object or an array that is being read.
struct Level {
    members: Members,
    /// Whether its closing bracket is still to come.
    open: bool,
}

impl Level {
    const fn new(members: Members) -> Self {
        Self { members, open: true }
    }
}

/// The members of an object or the items of an array.
struct Entries<'de, 's, 'd> {
    de: &'d mut Json<'de, 's>,
    level: &'d mut Level,
}

impl<'de> de::SeqAccess<'de> for Entries<'de, '_, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.level.open = self.level.open && self.de.reader.next_item(&mut self.level.members)?;
        if self.level.open { seed.deserialize(&mut *self.de).map(Some) } else { Ok(None) }
    }
}

impl<'de> de::MapAccess<'de> for Entries<'de, '_, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        if !self.level.open {
            return Ok(None);
        }
        match self.de.reader.next_member(&mut self.level.members)? {
            Some(name) => {
                let end = self.de.reader.offset();
                seed.deserialize(Name { de: self.de, name, end }).map(Some)
            }
            None => {
                self.level.open = false;
                Ok(None)
            }
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(&mut *self.de)
    }
}

/// A member's name, which the reader has moved behind already. It is text, and for types that want a number or a boolean
/// the one it spells.
struct Name<'de, 's, 'd> {
    de: &'d mut Json<'de, 's>,
    name: Str<'de>,
    /// Where its value comes.
    end: usize,
}

impl<'de> Deserializer<'de> for Name<'de, '_, '_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.de.visit_text(self.name, self.end, visitor)
    }

    numbers! {}

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.name.is("true") {
            visitor.visit_bool(true)
        } else if self.name.is("false") {
            visitor.visit_bool(false)
        } else {
            self.deserialize_any(visitor)
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.de.visit_variant(self.name, self.end, visitor)
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> Name<'de, '_, '_> {
    /// Passes on the number that the name spells; any other name is left to the visitor.
    fn read_number<V: Visitor<'de>>(self, visitor: V, visit: Visit<'de, V>) -> Result<V::Value, Error> {
        let text = self.de.unescape(self.name, self.end)?;
        match Number::whole(text.as_bytes()) {
            Some(number) => visit(number, visitor),
            None => self.deserialize_any(visitor),
        }
    }
}

#[cold]
const fn nowhere(kind: ErrorKind) -> Error {
    Error { offset: NOWHERE, ..Error::of_call(kind) }
}

impl de::Error for Error {
    fn custom<T: fmt::Display>(_: T) -> Self {
        nowhere(ErrorKind::REFUSED)
    }

    fn invalid_type(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        nowhere(ErrorKind::TYPE)
    }

    fn invalid_value(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        nowhere(ErrorKind::RANGE)
    }

    fn missing_field(_: &'static str) -> Self {
        nowhere(ErrorKind::MISSING)
    }

    fn duplicate_field(_: &'static str) -> Self {
        nowhere(ErrorKind::DUPLICATE)
    }
}
