//! The structs of the Rust peers, one set with strings of fixed capacity and one with borrowed strings, and the way from an
//! event type to its struct.

use crate::registry::{Member, Struct, by_length, event_types, structs};
use lark_event::record::FieldKind;
use std::fmt::Write;

pub(crate) fn module() -> String {
    let structs = structs();
    let mut out = tag_of();
    for (form, lifetime) in [("owned", ""), ("borrowed", "<'a>")] {
        let _ = writeln!(out, "pub(crate) mod {form} {{\n    use super::*;\n");
        for it in &structs {
            declare(&mut out, it, &structs, lifetime);
        }
        dispatch(&mut out, &structs, lifetime);
        out.push_str("}\n");
    }
    out
}

/// The function that finds the tag of an event type.
fn tag_of() -> String {
    let mut out = String::from("/// The tag of an event type; 1 if there is no struct for it.\n");
    out.push_str("pub(crate) fn tag_of(name: &str) -> u32 {\n    match name.len() {\n");
    for (length, names) in by_length(event_types().map(|it| (it.name(), it.tag))) {
        let arms = names.iter().fold(String::new(), |arms, (name, tag)| format!("{arms}{name:?} => {tag}, "));
        let _ = writeln!(out, "        {length} => match name {{ {arms}_ => 1 }},");
    }
    out + "        _ => 1,\n    }\n}\n"
}

fn declare(out: &mut String, it: &Struct, structs: &[Struct], lifetime: &str) {
    let own = if has_text(it, structs) { lifetime } else { "" };
    let _ = writeln!(out, "    #[derive(Deserialize, Serialize)]\n    pub(crate) struct {}{own} {{", it.name);
    for field in &it.fields {
        let (class, has_text) = field_type(field, structs, lifetime);
        let borrow = if has_text && !lifetime.is_empty() { "borrow, " } else { "" };
        let _ = writeln!(out, "        #[serde({borrow}skip_serializing_if = \"Option::is_none\")]");
        let _ = writeln!(out, "        pub(crate) r#{}: Option<{class}>,", field.name);
    }
    out.push_str("    }\n\n");
}

/// The type of a field that is there, and whether there is text in it.
fn field_type(field: &Member, structs: &[Struct], lifetime: &str) -> (String, bool) {
    let is_owned = lifetime.is_empty();
    match field.kind {
        FieldKind::Text { capacity } if is_owned => (format!("Fixed<{capacity}>"), true),
        FieldKind::Text { .. } => ("Str<'a>".into(), true),
        FieldKind::Enum => ("i32".into(), false),
        FieldKind::Decimal => ("Decimal".into(), false),
        FieldKind::TextList { items, bytes } if is_owned => (format!("FixedList<{items}, {bytes}>"), true),
        FieldKind::TextList { .. } => ("Vec<Str<'a>>".into(), true),
        FieldKind::Object(_) => {
            let class = field.class.expect("an object has a class");
            let nested = structs.iter().find(|it| it.name == class).expect("its struct is there");
            let has_text = has_text(nested, structs);
            (format!("{class}{}", if has_text { lifetime } else { "" }), has_text)
        }
        FieldKind::ObjectList(_) => ("Count".into(), false),
    }
}

fn has_text(it: &Struct, structs: &[Struct]) -> bool {
    it.fields.iter().any(|field| field_type(field, structs, "").1)
}

/// The function that reads an event into the struct of its type.
fn dispatch(out: &mut String, structs: &[Struct], lifetime: &str) {
    out.push_str("    pub(crate) fn read<'a, R: EventReader<'a>>(tag: u32, reader: R) -> Result<(), R::Error> {\n");
    out.push_str("        match tag {\n");
    for it in event_types() {
        let class = it.record.class;
        let own = structs.iter().find(|it| it.name == class).expect("an event has a struct");
        let own = if has_text(own, structs) { lifetime } else { "" };
        let _ = writeln!(out, "            {} => reader.read::<{class}{own}>(),", it.tag);
    }
    out.push_str("            _ => reader.read::<Unknown>(),\n        }\n    }\n");
}
