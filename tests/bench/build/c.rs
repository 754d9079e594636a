//! What reads each event type into its C struct with yyjson and with simdjson.

use crate::registry::{Member, Struct, by_length, event_types, snake, structs};
use lark_event::record::FieldKind;
use std::fmt::Write;

/// For both: which tag an event type has.
pub(crate) fn records() -> String {
    let mut out = String::from("/* Generated from the registry. */\n\n");
    out.push_str("static inline uint32_t tag_of(const char *name, size_t len) {\n");
    search(&mut out, event_types().map(|it| (it.name(), it.tag)), 1);
    out
}

/// A search for `name` of `len` bytes by length first, and the end of its function.
fn search(out: &mut String, names: impl Iterator<Item = (&'static str, u32)>, otherwise: i32) {
    out.push_str("    switch (len) {\n");
    for (length, names) in by_length(names) {
        let _ = writeln!(out, "    case {length}:");
        for (name, value) in names {
            let _ = writeln!(out, "        if (memcmp(name, \"{name}\", {length}) == 0) return {value};");
        }
        out.push_str("        break;\n");
    }
    let _ = writeln!(out, "    }}\n    return {otherwise};\n}}\n");
}

/// One loop over the members, each of which is looked up when it comes.
pub(crate) fn yyjson() -> String {
    let mut out = String::from("/* Generated from the registry. */\n\n");
    for it in structs() {
        let name = it.name;
        index(&mut out, &it);
        let _ = writeln!(out, "static bool fill_{name}(yyjson_val *object, Lark{name} *out) {{");
        for field in &it.fields {
            let _ = writeln!(out, "    CLEAR_{}(out->{});", kind(field), member(field.name));
        }
        out.push_str("    if (!yyjson_is_obj(object)) return false;\n");
        out.push_str("    yyjson_obj_iter members = yyjson_obj_iter_with(object);\n");
        out.push_str("    for (yyjson_val *name; (name = yyjson_obj_iter_next(&members));) {\n");
        out.push_str("        yyjson_val *value = yyjson_obj_iter_get_val(name);\n        bool good = true;\n");
        let _ =
            writeln!(out, "        switch (index_{name}(unsafe_yyjson_get_str(name), unsafe_yyjson_get_len(name))) {{");
        for (index, field) in it.fields.iter().enumerate() {
            let _ = writeln!(out, "        case {index}: good = {}; break;", put(field, "value", "out->"));
        }
        out.push_str(
            "        default: break;\n        }\n        if (!good) return false;\n    }\n    return true;\n}\n\n",
        );
    }
    out.push_str("static bool fill_event(yyjson_val *event, uint32_t tag, LarkEvent *out) {\n");
    select(&mut out, "event, &out->", "out->");
    out
}

/// The function that finds a field by name.
fn index(out: &mut String, it: &Struct) {
    let _ = writeln!(out, "static inline int index_{}(const char *name, size_t len) {{", it.name);
    search(out, it.fields.iter().zip(0_u32..).map(|(field, index)| (field.name, index)), -1);
}

/// The kind of a field as the macros and functions are called.
fn kind(field: &Member) -> &'static str {
    match field.kind {
        FieldKind::Text { .. } => "TEXT",
        FieldKind::Enum => "ENUM",
        FieldKind::Decimal => "DECIMAL",
        FieldKind::TextList { .. } => "TEXT_LIST",
        FieldKind::Object(_) => "OBJECT",
        FieldKind::ObjectList(_) => "OBJECT_LIST",
    }
}

/// Each member is looked up when it comes, as On-Demand reads forward.
pub(crate) fn simdjson() -> String {
    let mut out = String::from("/* Generated from the registry. */\n\n");
    for it in structs() {
        let name = it.name;
        index(&mut out, &it);
        let _ = writeln!(out, "static bool fill(ondemand::object object, Lark{name} &out) {{");
        for field in &it.fields {
            let _ = writeln!(out, "    clear(out.{});", member(field.name));
        }
        out.push_str("    for (auto member : object) {\n        std::string_view name;\n");
        out.push_str("        if (member.escaped_key().get(name)) return false;\n");
        out.push_str("        ondemand::value value;\n        if (member.value().get(value)) return false;\n");
        let _ = writeln!(out, "        bool good = true;\n        switch (index_{name}(name.data(), name.size())) {{");
        for (index, field) in it.fields.iter().enumerate() {
            let _ = writeln!(out, "        case {index}: good = {}; break;", put(field, "value", "out."));
        }
        out.push_str(
            "        default: break;\n        }\n        if (!good) return false;\n    }\n    return true;\n}\n\n",
        );
    }
    out.push_str("static bool fill_event(ondemand::object event, uint32_t tag, LarkEvent &out) {\n");
    select(&mut out, "event, out.", "out.");
    out
}

/// The call that puts a value into a field.
fn put(field: &Member, value: &str, out: &str) -> String {
    let member = member(field.name);
    let is_cpp = out == "out.";
    let function = kind(field);
    let class = field.class.filter(|_| matches!(field.kind, FieldKind::Object(_)));
    match class.filter(|_| !is_cpp) {
        Some(class) => format!("{function}({value}, {out}{member}, fill_{class})"),
        None if is_cpp => format!("put_{}({value}, {out}{member})", function.to_lowercase()),
        None => format!("{function}({value}, {out}{member})"),
    }
}

/// The switch over the tags, and the end of its function.
fn select(out: &mut String, arguments: &str, event: &str) {
    out.push_str("    switch (tag) {\n");
    for it in event_types() {
        let (class, member) = (it.record.class, snake(it.record.class));
        let tag = format!("LARK_EVENT_{}", member.to_uppercase());
        let function = if event == "out." { "fill".into() } else { format!("fill_{class}") };
        let _ = writeln!(out, "    case {tag}: {event}tag = {tag}; return {function}({arguments}{member});");
    }
    let _ = writeln!(out, "    default: {event}tag = LARK_EVENT_UNKNOWN; return true;\n    }}\n}}");
}

/// The name of a member in C: words of C++ have an underscore behind them.
fn member(name: &str) -> String {
    const WORDS: [&str; 8] = ["operator", "class", "new", "delete", "default", "private", "public", "template"];
    if WORDS.contains(&name) { format!("{name}_") } else { name.into() }
}
