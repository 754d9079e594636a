//! Memory as C code passes it: blocks of the heap that are just as large as is said, for the sanitizer to see one byte too
//! far; nulls; and addresses that are not aligned.

use crate::Input;
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr;

/// Room for a `T`, or none, in a block of its own.
pub struct Place<T> {
    memory: *mut u8,
    layout: Layout,
    ptr: *mut T,
}

impl<T> Place<T> {
    /// Room for a `T` in which every byte is `fill`, wherever the input says: at a good address, in most cases.
    ///
    /// # Safety
    ///
    /// That bytes are a value of `T`, or `T` is only ever written there.
    pub unsafe fn filled(input: &mut Input<'_>, fill: &[u8]) -> Self {
        let off = match input.below(32) {
            0 => None,
            1 if align_of::<T>() > 1 => Some(1),
            _ => Some(0),
        };
        // SAFETY: as the caller promises.
        unsafe { Self::at(off, fill) }
    }

    /// The same at a good address.
    ///
    /// # Safety
    ///
    /// As for [`Place::filled`].
    pub unsafe fn good(fill: &[u8]) -> Self {
        // SAFETY: as the caller promises.
        unsafe { Self::at(Some(0), fill) }
    }

    /// # Safety
    ///
    /// As for [`Place::filled`].
    unsafe fn at(off: Option<usize>, fill: &[u8]) -> Self {
        let size = size_of::<T>() + off.unwrap_or_default();
        let layout = Layout::from_size_align(size.max(1), align_of::<T>()).expect("no struct is that large");
        // SAFETY: the layout has at least one byte.
        let memory = unsafe { alloc(layout) };
        if memory.is_null() {
            handle_alloc_error(layout);
        }
        for at in 0..layout.size() {
            let byte = if fill.is_empty() { 0 } else { fill[at % fill.len()] };
            // SAFETY: `at` is within the block that was allocated above.
            unsafe { memory.add(at).write(byte) };
        }
        let ptr = match off {
            None => ptr::null_mut(),
            // SAFETY: `off` is at most 1, and the block has that many bytes more than a `T`.
            Some(off) => unsafe { memory.add(off) }.cast(),
        };
        Self { memory, layout, ptr }
    }

    pub const fn as_ptr(&self) -> *mut T {
        self.ptr
    }

    /// Whether there is an address at all.
    pub const fn is_there(&self) -> bool {
        !self.ptr.is_null()
    }

    /// Whether it is an address that a `T` may have.
    pub fn is_good(&self) -> bool {
        self.is_there() && self.ptr.is_aligned()
    }

    /// A copy of what is there, if the address is not null.
    ///
    /// # Safety
    ///
    /// What is there is a value of `T`.
    pub unsafe fn read(&self) -> Option<T>
    where
        T: Copy,
    {
        // SAFETY: not null, within the block, and a value by the caller's promise; any alignment will do.
        self.is_there().then(|| unsafe { self.ptr.read_unaligned() })
    }
}

impl<T> Drop for Place<T> {
    fn drop(&mut self) {
        // SAFETY: the block was allocated with this layout, and nothing refers to it any more. What is in it is plain data.
        unsafe { dealloc(self.memory, self.layout) };
    }
}

/// Some bytes as C code passes them: address and length.
pub struct Block {
    bytes: Option<Box<[u8]>>,
    len: usize,
}

impl Block {
    /// These bytes; or null, with a length or without.
    pub fn new(input: &mut Input<'_>, bytes: &[u8]) -> Self {
        match input.below(32) {
            0 => Self { bytes: None, len: 0 },
            1 => Self { bytes: None, len: bytes.len().max(1) },
            _ => Self::of(bytes),
        }
    }

    /// These bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self { bytes: Some(bytes.into()), len: bytes.len() }
    }

    /// A buffer to write to, of any size up to `most`; or null.
    pub fn room(input: &mut Input<'_>, most: usize) -> Self {
        let len = match input.below(4) {
            0 => input.below(16),
            1 => input.below(most + 1),
            _ => most,
        };
        Self::new(input, &vec![b'?'; len])
    }

    /// Those of a string, with a NUL behind it, or null. What has a NUL in it ends there.
    pub fn string(input: &mut Input<'_>, text: &[u8]) -> Self {
        let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
        Self::new(input, &[text, b"\0"].concat())
    }

    pub fn as_ptr<T>(&self) -> *const T {
        self.bytes.as_ref().map_or(ptr::null(), |bytes| bytes.as_ptr().cast())
    }

    pub fn as_mut_ptr<T>(&mut self) -> *mut T {
        self.bytes.as_mut().map_or(ptr::null_mut(), |bytes| bytes.as_mut_ptr().cast())
    }

    pub const fn len(&self) -> usize {
        self.len
    }

    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether address and length belong together.
    pub const fn is_good(&self) -> bool {
        self.bytes.is_some() || self.len == 0
    }

    pub const fn is_null(&self) -> bool {
        self.bytes.is_none()
    }

    /// What is there.
    pub fn get(&self) -> &[u8] {
        self.bytes.as_deref().unwrap_or_default()
    }

    /// What is there up to the first NUL, which there must be if there is any room.
    pub fn text(&self) -> &[u8] {
        let bytes = self.get();
        let end = bytes.iter().position(|byte| *byte == 0);
        assert!(end.is_some() || bytes.is_empty(), "a text in C ends with a NUL");
        &bytes[..end.unwrap_or_default()]
    }
}
