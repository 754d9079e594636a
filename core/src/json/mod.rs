//! A strict JSON reader for hostile input: RFC 8259 to the letter, in one pass, without a heap.
//!
//! * [`Reader`] pulls values out of bytes one at a time. Skipping a value validates it, uses no recursion, and stops at
//!   [`MAX_DEPTH`] nested levels.
//! * [`from_slice`] reads any serde type with it.
//! * [`pointer()`] finds one value by its path.
//!
//! Accepted are exactly the documents that the grammar allows and that are UTF-8, with two limits: nesting, and that a
//! `\u` escape must not denote half of a surrogate pair, which no UTF-8 text can hold.

mod cursor;
mod de;
mod number;
mod plain;
mod pointer;
mod reader;
mod scan;
mod string;
mod writer;

pub(crate) use cursor::{Cursor, Fault, Members as OpenMembers};
pub use de::{from_slice, from_slice_with};
pub use number::Number;
pub(crate) use plain::{expect, plain_integer, plain_name};
pub use pointer::{Value, pointer, pointer_with_raw};
pub use reader::{Members, Reader};
pub(crate) use scan::{Key, VECTORS, decimal as plain_decimal};
pub(crate) use string::plain as plain_string;
#[cfg(feature = "webhook")]
pub(crate) use string::unescape_in_place;
pub use string::{Piece, Pieces, Str};
pub(crate) use writer::{Digits, Writer};

/// How many arrays and objects may be open at once, the outermost one included.
pub const MAX_DEPTH: u32 = 64;
