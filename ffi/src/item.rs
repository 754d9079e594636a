//! The objects of lists, one at a time.

use crate::arguments::{self, report};
use lark_event::{Error, ErrorKind, Item, ListPlace};

/// The bytes of a LarkItem as the library knows it, to compare with `sizeof(LarkItem)`: a header with other families of
/// events than the library's may give another size.
#[unsafe(no_mangle)]
pub extern "C" fn lark_item_size() -> usize {
    size_of::<Item>()
}

/// Takes the first object off a list and reads it into `item`, whatever was in it before. Returns whether there was one.
///
/// `list` is a copy of the member that an event has, `LarkObjectList list = event->sub_events;`, so that the event keeps its
/// own. `body` is the one that the event was decoded from, unchanged. `item->tag` tells which member of `item` holds the
/// object, as `list.item` does before:
///
/// ```text
///     while (lark_next_item(body, len, &list, &item, NULL)) {
///         puts(item.sub_event.entity.data);
///     }
/// ```
///
/// What `error`, which may be NULL and is always written, says:
///
/// * 0: the object is there; or, if the result is false, the list is at its end, or absent, and `item` holds nothing.
/// * 100 to 199, and the result is true: one field of the object is wrong, and absent; everything else is there. Decoding the
///   body has reported it, or one before it.
/// * Anything else, and the result is false: `item` holds nothing. `body` or `list` are not what they were, or an argument is
///   NULL or misaligned (`LARK_ERROR_KIND_INVALID_ARGUMENT`).
///
/// The time it takes grows linearly with the JSON of the object, and does not depend on what is behind it in the list.
///
/// # Safety
///
/// Unless NULL, `body` points to `len` bytes, `list` to an initialised `LarkObjectList`, `item` to an initialised `LarkItem`
/// and `error` to a `LarkError`, and none of the four overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_next_item(
    body: *const u8,
    len: usize,
    list: *mut ListPlace,
    item: *mut Item,
    error: *mut Error,
) -> bool {
    // SAFETY: the caller promises what all three ask for.
    let (body, list, item) =
        unsafe { (arguments::bytes(body, len), arguments::exclusive(list), arguments::item_mut(item)) };
    let (is_there, result) = match (body, list, item) {
        (Some(body), Some(list), Some(item)) => {
            let result = item.take_first(body, list);
            (item.struct_of().is_some(), result)
        }
        (_, _, item) => {
            if let Some(item) = item {
                *item = Item::None;
            }
            (false, Err(Error::of_call(ErrorKind::INVALID_ARGUMENT)))
        }
    };
    // SAFETY: the caller promises what `report` asks for.
    unsafe { report(result, error) };
    is_there
}
