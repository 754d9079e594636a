//! Values of fixed capacity, laid out for C: text, lists of text, and values that can be absent.
//!
//! In all three, all bytes zero means absent, so zeroed memory is a valid empty value; and every bit pattern is memory
//! that Rust may read, so what C code has overwritten can be wrong but never undefined.

use crate::error::{ErrorKind, Overflow};
use core::{fmt, mem::offset_of, ops::Deref};
use serde::{Serialize, Serializer, ser::SerializeSeq};

/// A byte of text: `char` in C.
pub type Char = u8;

/// 0 or 1: `bool` in C.
pub type Flag = u8;

/// UTF-8 text of at most `N - 1` bytes, followed by a NUL.
///
/// It dereferences to `str` (an absent one to `""`); [`Text::get`] tells absent from empty. `len` is the truth: a
/// `\u0000` in the JSON is a legal part of the text, at which `printf("%s")` would stop.
///
/// ```
/// use lark_event::Text;
///
/// let mut id = Text::<8>::EMPTY;
/// assert_eq!(id.get(), None);
/// id.set("7072306")?;
/// assert_eq!(&*id, "7072306");
/// assert_eq!(id.set("70723063").unwrap_err().limit, 7); // and nothing was written
/// # Ok::<(), lark_event::error::Overflow>(())
/// ```
#[repr(C)]
#[derive(Clone)]
pub struct Text<const N: usize> {
    /// Whether the member was in the document (and not `null`).
    present: Flag,
    /// Bytes of text, without the NUL.
    len: u16,
    /// The text and its NUL.
    data: [Char; N],
}

impl<const N: usize> Text<N> {
    /// The absent text.
    pub const EMPTY: Self = {
        assert!(N > 0 && N <= 1 << 16, "Text<N> needs 1 <= N <= 65536");
        Self { present: 0, len: 0, data: [0; N] }
    };

    /// How many bytes of text fit.
    pub const CAPACITY: usize = N - 1;

    /// Where the members lie.
    pub(crate) const MEMBERS: &'static [(&'static str, usize)] =
        &[("present", offset_of!(Self, present)), ("len", offset_of!(Self, len)), ("data", offset_of!(Self, data))];

    /// The text, or `None` where it is absent.
    pub fn get(&self) -> Option<&str> {
        self.is_present().then_some(self.as_str())
    }

    /// The text, `""` where it is absent.
    pub fn as_str(&self) -> &str {
        self.checked().unwrap_or_default()
    }

    /// Whether there is a text, be it an empty one.
    pub const fn is_present(&self) -> bool {
        self.present != 0
    }

    /// Replaces the text. On an [`Overflow`] the old one stays.
    pub fn set(&mut self, text: &str) -> Result<(), Overflow> {
        match self.data.get_mut(..text.len()).filter(|_| text.len() < N) {
            Some(room) => room.copy_from_slice(text.as_bytes()),
            None => return Err(Overflow { kind: ErrorKind::CAPACITY, needed: text.len(), limit: Self::CAPACITY }),
        }
        self.as_mut().finish(text.len());
        Ok(())
    }

    /// Makes it absent.
    pub fn clear(&mut self) {
        self.as_mut().clear();
    }

    /// The text unless code outside of Rust has broken it.
    pub(crate) fn checked(&self) -> Option<&str> {
        let len = usize::from(self.len);
        let text = core::str::from_utf8(self.data.get(..len)?).ok()?;
        (self.data.get(len) == Some(&0)).then_some(text)
    }

    pub(crate) fn as_mut(&mut self) -> TextMut<'_> {
        TextMut { present: &mut self.present, len: &mut self.len, data: &mut self.data }
    }
}

/// A [`Text`] of any capacity, for writing.
pub(crate) struct TextMut<'a> {
    pub(crate) present: &'a mut Flag,
    pub(crate) len: &'a mut u16,
    /// Where the text goes, with one byte more than it may have.
    pub(crate) data: &'a mut [Char],
}

impl TextMut<'_> {
    /// Makes it absent.
    pub(crate) fn clear(self) {
        (*self.present, *self.len) = (0, 0);
        if let Some(first) = self.data.first_mut() {
            *first = 0;
        }
    }

    /// Ends the text after the first `len` bytes of `data`.
    pub(crate) fn finish(self, len: usize) {
        *self.present = 1;
        *self.len = len as u16;
        if let Some(end) = self.data.get_mut(len) {
            *end = 0;
        }
    }
}

impl<const N: usize> Default for Text<N> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<const N: usize> Deref for Text<N> {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl<const N: usize> TryFrom<&str> for Text<N> {
    type Error = Overflow;

    fn try_from(text: &str) -> Result<Self, Overflow> {
        let mut new = Self::EMPTY;
        new.set(text)?;
        Ok(new)
    }
}

impl<const N: usize> PartialEq for Text<N> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<const N: usize> Eq for Text<N> {}

impl<const N: usize> PartialEq<str> for Text<N> {
    fn eq(&self, other: &str) -> bool {
        self.get() == Some(other)
    }
}

impl<const N: usize> PartialEq<&str> for Text<N> {
    fn eq(&self, other: &&str) -> bool {
        self.get() == Some(*other)
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

impl<const N: usize> fmt::Display for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<const N: usize> Serialize for Text<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}

/// A list of texts: at most `OFFSETS - 1` of them, at most `BYTES` bytes together, each with its NUL.
///
/// The texts lie one behind the other in one arena; text `i` starts at `offsets[i]` and its NUL is the byte before
/// `offsets[i + 1]`. So a list with room for 200 long names does not cost 200 times the longest.
#[repr(C)]
#[derive(Clone)]
pub struct TextList<const OFFSETS: usize, const BYTES: usize> {
    /// Whether the member was in the document (and not `null`).
    present: Flag,
    /// How many texts.
    count: u16,
    /// Where each text starts in `data`, and where the next one would.
    offsets: [u16; OFFSETS],
    /// The texts, each followed by a NUL.
    data: [Char; BYTES],
}

impl<const OFFSETS: usize, const BYTES: usize> TextList<OFFSETS, BYTES> {
    /// The absent list.
    pub const EMPTY: Self = {
        assert!(
            OFFSETS > 0 && OFFSETS <= 1 << 15 && BYTES > 0 && BYTES < 1 << 16,
            "TextList is too large for its offsets"
        );
        Self { present: 0, count: 0, offsets: [0; OFFSETS], data: [0; BYTES] }
    };

    /// How many texts fit.
    pub const MAX_ITEMS: usize = OFFSETS - 1;

    /// Where the members lie.
    pub(crate) const MEMBERS: &'static [(&'static str, usize)] = &[
        ("present", offset_of!(Self, present)),
        ("count", offset_of!(Self, count)),
        ("offsets", offset_of!(Self, offsets)),
        ("data", offset_of!(Self, data)),
    ];

    /// Whether there is a list, be it an empty one.
    pub const fn is_present(&self) -> bool {
        self.present != 0
    }

    /// How many texts there are; 0 where the list is absent.
    pub fn len(&self) -> usize {
        usize::from(self.count)
    }

    /// Whether there are no texts: an empty or an absent list.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Text `index`.
    pub fn get(&self, index: usize) -> Option<&str> {
        self.view().get(index)
    }

    /// The texts in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.view().iter()
    }

    /// Makes it absent.
    pub fn clear(&mut self) {
        self.as_mut().clear();
    }

    /// The list whatever its capacity.
    pub(crate) fn view(&self) -> TextListRef<'_> {
        TextListRef { present: self.is_present(), count: self.len(), offsets: &self.offsets, data: &self.data }
    }

    pub(crate) fn as_mut(&mut self) -> TextListMut<'_> {
        TextListMut {
            present: &mut self.present,
            count: &mut self.count,
            offsets: &mut self.offsets,
            data: &mut self.data,
        }
    }
}

impl<const OFFSETS: usize, const BYTES: usize> Default for TextList<OFFSETS, BYTES> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<const OFFSETS: usize, const BYTES: usize> PartialEq for TextList<OFFSETS, BYTES> {
    fn eq(&self, other: &Self) -> bool {
        self.is_present() == other.is_present() && self.iter().eq(other.iter())
    }
}

impl<const OFFSETS: usize, const BYTES: usize> Eq for TextList<OFFSETS, BYTES> {}

impl<const OFFSETS: usize, const BYTES: usize> fmt::Debug for TextList<OFFSETS, BYTES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_present() { f.debug_list().entries(self.iter()).finish() } else { f.write_str("None") }
    }
}

impl<const OFFSETS: usize, const BYTES: usize> Serialize for TextList<OFFSETS, BYTES> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.view().serialize(serializer)
    }
}

/// A [`TextList`] of any capacity, for reading.
#[derive(Clone, Copy)]
pub struct TextListRef<'a> {
    present: bool,
    count: usize,
    offsets: &'a [u16],
    data: &'a [u8],
}

impl<'a> TextListRef<'a> {
    /// Whether there is a list, be it an empty one.
    pub fn is_present(self) -> bool {
        self.present
    }

    /// Text `index`.
    pub fn get(self, index: usize) -> Option<&'a str> {
        if index >= self.count {
            return None;
        }
        let start = usize::from(*self.offsets.get(index)?);
        let end = usize::from(*self.offsets.get(index.checked_add(1)?)?).checked_sub(1)?;
        let text = core::str::from_utf8(self.data.get(start..end)?).ok()?;
        (self.data.get(end) == Some(&0)).then_some(text)
    }

    /// The texts in order.
    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        (0..self.count).map_while(move |index| self.get(index))
    }

    /// The list unless code outside of Rust has broken it.
    pub(crate) fn checked(self) -> Option<Self> {
        (self.iter().count() == self.count).then_some(self)
    }
}

impl Serialize for TextListRef<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !self.present {
            return serializer.serialize_none();
        }
        if !serializer.is_human_readable() {
            return serializer.serialize_some(&Items(*self));
        }
        Items(*self).serialize(serializer)
    }
}

/// The items alone, without the question whether there is a list.
struct Items<'a>(TextListRef<'a>);

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.0.count))?;
        for text in self.0.iter() {
            seq.serialize_element(text)?;
        }
        seq.end()
    }
}

/// A [`TextList`] of any capacity, for writing.
pub(crate) struct TextListMut<'a> {
    present: &'a mut Flag,
    count: &'a mut u16,
    /// Where each text starts, and where the next one would.
    pub(crate) offsets: &'a mut [u16],
    /// The arena.
    pub(crate) data: &'a mut [Char],
}

impl TextListMut<'_> {
    /// Makes it absent.
    pub(crate) fn clear(self) {
        (*self.present, *self.count) = (0, 0);
    }

    /// Ends the list after `count` texts.
    pub(crate) fn finish(self, count: usize) {
        (*self.present, *self.count) = (1, count as u16);
    }
}

/// A number that can be absent.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Opt<T> {
    /// Whether the member was in the document (and not `null`).
    present: Flag,
    /// Its value; 0 where it is absent.
    value: T,
}

impl<T: Copy> Opt<T> {
    /// Where the members lie.
    pub(crate) const MEMBERS: &'static [(&'static str, usize)] =
        &[("present", offset_of!(Self, present)), ("value", offset_of!(Self, value))];

    /// A present value.
    pub const fn some(value: T) -> Self {
        Self { present: 1, value }
    }

    /// An absent one, given the zero of its type.
    pub(crate) const fn absent(zero: T) -> Self {
        Self { present: 0, value: zero }
    }

    /// The value, or `None` where it is absent.
    pub const fn get(&self) -> Option<T> {
        if self.is_present() { Some(self.value) } else { None }
    }

    /// Whether there is a value, be it zero.
    pub const fn is_present(&self) -> bool {
        self.present != 0
    }
}

impl<T: Copy> From<Opt<T>> for Option<T> {
    fn from(value: Opt<T>) -> Self {
        value.get()
    }
}

impl<T: Copy + Default> From<Option<T>> for Opt<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::absent(T::default()), Self::some)
    }
}

impl<T: Copy + PartialEq> PartialEq for Opt<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Copy + Eq> Eq for Opt<T> {}

impl<T: Copy + fmt::Debug> fmt::Debug for Opt<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

impl<T: Copy + Serialize> Serialize for Opt<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}
