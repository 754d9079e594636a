//! What the tests of the header share.

/// The words of C++ that are no words of C, without those that no one would call a field.
const CPP_WORDS: [&str; 24] = [
    "and",
    "asm",
    "catch",
    "class",
    "delete",
    "explicit",
    "export",
    "final",
    "friend",
    "module",
    "mutable",
    "namespace",
    "new",
    "not",
    "operator",
    "or",
    "private",
    "protected",
    "public",
    "template",
    "this",
    "throw",
    "try",
    "virtual",
];

/// The name in C of a member whose name in the JSON is `name`.
pub(crate) fn c_member(name: &str) -> String {
    if CPP_WORDS.contains(&name) { format!("{name}_") } else { name.to_owned() }
}
