//! The names of documented values, kept apart from what else is known of them, so that a program that wants only names
//! does not link the documentation.

use super::Field;

/// The names of the documented values of an [`OpenEnum`](super::OpenEnum): see [`name`] and [`name_nul`].
pub type Names = &'static [(i32, &'static str)];

/// The documented values of a field, in the order of the [`Field`]s.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum ValueNames {
    /// There are none.
    None,
    /// Those of a number.
    Number(Names),
    /// Those of the fields of an object, or of each object of a list.
    Object(&'static [Field], &'static [ValueNames]),
}

/// The name of `value`, and a NUL.
pub fn name_nul(names: Names, value: i32) -> Option<&'static str> {
    names.iter().find(|(known, _)| *known == value).map(|(_, name)| with_nul(name))
}

/// The name of `value`.
pub fn name(names: Names, value: i32) -> Option<&'static str> {
    name_nul(names, value).map(without_nul)
}

/// The names of the values of the field at `path`, such as `sub_events.opt_type`.
pub(crate) fn value_names(fields: &'static [Field], names: &'static [ValueNames], path: &str) -> Option<Names> {
    let (mut fields, mut names, mut path) = (fields, names, path);
    loop {
        let (name, rest) = first_name(path);
        let mut pairs = fields.iter().zip(names);
        match (pairs.find_map(|(field, names)| (field.name == name).then_some(*names))?, rest) {
            (ValueNames::Number(names), None) => return Some(names),
            (ValueNames::Object(of_object, names_of_object), Some(rest)) => {
                (fields, names, path) = (of_object, names_of_object, rest);
            }
            _ => return None,
        }
    }
}

/// The first name of a path such as `sub_events.opt_type`, and the path behind it.
pub fn first_name(path: &str) -> (&str, Option<&str>) {
    path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)))
}

/// A text that is there for C, with its NUL. Behind that is another, as the derives say why.
pub(crate) const fn with_nul(text: &'static str) -> &'static str {
    match text.as_bytes() {
        [.., 0, 0] => cut(text, 1),
        _ => text,
    }
}

/// A text that is there for C, without the NULs.
pub(crate) const fn without_nul(text: &'static str) -> &'static str {
    match text.as_bytes() {
        [.., 0, 0] => cut(text, 2),
        [.., 0] => cut(text, 1),
        _ => text,
    }
}

const fn cut(text: &'static str, bytes: usize) -> &'static str {
    match text.split_at_checked(text.len().saturating_sub(bytes)) {
        Some((text, _)) => text,
        None => text,
    }
}
