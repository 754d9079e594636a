//! Generates `include/lark_event.h` and compares it with the one that is there; writes it if `UPDATE_HEADER` is set.

#![allow(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod common;

use common::c_member;
use lark_event::{
    EventType,
    connection::ENDPOINT_PATH,
    record::{EnumType, RecordType},
    webhook::Reply,
};
use std::{collections::BTreeSet, env, fs, path::Path};

fn generate(root: &Path) -> String {
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).expect("cbindgen.toml");
    let bindings = cbindgen::Builder::new().with_crate(root).with_config(config).generate().expect("the header");
    let mut header = Vec::new();
    bindings.write(&mut header);
    tidy(&String::from_utf8(header).expect("UTF-8"))
}

/// What cbindgen has no setting for.
fn tidy(header: &str) -> String {
    let header = shorten(&plain_docs(&without_rust(&rename_members(&name_constants(&without_structs(header))))));
    let (header, unions) = flatten_unions(&header);
    let events = unions.iter().find(|union| union.name == "Event").expect("LarkEvent");
    let families = families(&events.types);
    // cbindgen has no constants that are texts.
    let version = format!(
        "/** The version of this header, to compare with `lark_version()`. */\n#define LARK_EVENT_VERSION \"{}\"\n\n\
         /** The header `Content-Type` of what lark_webhook_reply() writes. */\n#define LARK_WEBHOOK_CONTENT_TYPE \"{}\"\n\n\
         /** What to put behind the domain to ask where to connect to, with what lark_endpoint_request() writes. */\n\
         #define LARK_ENDPOINT_PATH \"{ENDPOINT_PATH}\"\n",
        env!("CARGO_PKG_VERSION"),
        Reply::CONTENT_TYPE
    );
    let tables = unions.iter().map(tables).collect::<Vec<_>>().join("\n");
    let extension = "\
/* C99 has no anonymous unions; compilers that have them all the same are told not to mind. */
#if defined(__GNUC__) && !defined(__cplusplus)
#define LARK_ANONYMOUS __extension__
#else
#define LARK_ANONYMOUS
#endif
";
    let built_with: String = families.iter().map(|family| format!("#define {} 1\n", has(family))).collect();
    let built_with = format!(
        "/* The families of events that the library was built with. They must agree with the library, as those\n \
         * that install.sh writes do: lark_envelope_size() tells. */\n{built_with}"
    );
    let includes = "#include <stdint.h>\n";
    let header = header.replacen(includes, &format!("{includes}\n{version}\n{built_with}\n{extension}"), 1);
    let functions = "#ifdef __cplusplus\nextern \"C\" {";
    assert!(header.contains(functions) && header.contains(includes));
    header.replacen(functions, &format!("{}{tables}\n{functions}", texts()), 1)
}

/// `LarkProcessStatus_COMPLETED` becomes `LARK_PROCESS_STATUS_COMPLETED`, as C names macros.
fn name_constants(header: &str) -> String {
    let rename = |line: &str| {
        let Some((class, rest)) = line.strip_prefix("#define Lark").and_then(|rest| rest.split_once('_')) else {
            return format!("{line}\n");
        };
        let words =
            class.chars().map(|c| if c.is_uppercase() { format!("_{c}") } else { c.to_uppercase().to_string() });
        format!("#define LARK{}_{rest}\n", words.collect::<String>())
    };
    header.lines().map(rename).collect()
}

/// Takes out constants that are structs: cbindgen writes names into them that are not in the header, C has `{0}` for those
/// of all bytes zero, and C++ has no such literals.
fn without_structs(header: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in header.lines() {
        let value = line.strip_prefix("#define Lark").and_then(|rest| rest.split_once(' '));
        if !value.is_some_and(|(_, value)| value.starts_with("(Lark")) {
            lines.push(line);
            continue;
        }
        // And what is said about it.
        if lines.last().is_some_and(|line| line.trim() == "*/") {
            let start = lines.iter().rposition(|line| line.trim() == "/**").expect("the start of a comment");
            lines.truncate(start);
        }
    }
    lines.join("\n") + "\n"
}

/// Gives members whose JSON names are words of C++ another name.
fn rename_members(header: &str) -> String {
    let rename = |line: &str| match line.strip_suffix(';').and_then(|line| line.rsplit_once(' ')) {
        Some((class, name)) if line.starts_with("    Lark") => format!("{class} {};\n", c_member(name)),
        _ => format!("{line}\n"),
    };
    header.lines().map(rename).collect()
}

/// Takes out what the documentation of the core says to Rust programmers only: examples, and how `Text` dereferences.
fn without_rust(header: &str) -> String {
    let (mut lines, mut in_example, mut in_text): (Vec<&str>, bool, bool) = (Vec::new(), false, false);
    for line in header.lines() {
        if line.trim() == "* ```text" || (in_text && line.trim() == "* ```") {
            // A drawing, which says as much to others.
            in_text = !in_text;
        } else if line.trim() == "* ```" {
            in_example = !in_example;
            if in_example && lines.last().is_some_and(|line| line.trim() == "*") {
                lines.pop();
            }
        } else if !in_example {
            lines.push(line);
        }
    }
    let dereferences = "It dereferences to `str` (an absent one to `\"\"`); [`Text::get`] tells absent from empty. ";
    let header = (lines.join("\n") + "\n").replace(dereferences, "");
    let header = header.replace("`len` is the truth: a\n * `\\u0000` in", "`len` is the truth: a `\\u0000` in");
    let header = header.replace("when it is dropped", "in lark_webhook_clear()");
    let header = header.replace("caller's: an array, a slice, a `Vec`.", "caller's.");
    let header = header.replace("\n * Its `Debug` form does not tell the address.", "");
    let header = header.replace("[`Dedup`](crate::dedup::Dedup)", "LarkDedup");
    let header = header.replace("[`Path::segments`]", "lark_error_field()").replace("[`Path`]", "lark_error_field()");
    name_functions(&header)
}

/// ``[`Session::poll`]`` becomes `lark_session_poll()`.
fn name_functions(header: &str) -> String {
    let mut parts = header.split("[`Session::");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once("`]").expect("the end of the link");
        out += &format!("lark_session_{name}(){rest}");
    }
    out
}

/// Puts documentation of one line on one line.
fn shorten(header: &str) -> String {
    let (mut out, mut lines) = (Vec::new(), header.lines().peekable());
    while let Some(line) = lines.next() {
        out.push(line.to_owned());
        let [.., start, text] = out.as_slice() else { continue };
        if start.trim() == "/**" && lines.peek().is_some_and(|line| line.trim() == "*/") {
            let short = format!("{start} {} */", text.trim().trim_start_matches("* "));
            if short.len() <= 120 {
                lines.next();
                out.truncate(out.len() - 2);
                out.push(short);
            }
        }
    }
    out.join("\n") + "\n"
}

/// Takes the links out of the documentation: they lead to Rust.
fn plain_docs(header: &str) -> String {
    let mut out = String::new();
    for part in header.replace("[`", "`").split("`]") {
        match part.strip_prefix("(crate::").and_then(|link| link.split_once(')')) {
            Some((_, rest)) => out += rest,
            None => out += part,
        }
        out.push('`');
    }
    out.pop();
    ["Envelope", "Item"].iter().fold(out, |out, name| out.replace(&format!("`{name}`"), &format!("`Lark{name}`")))
}

/// A variant with a struct: its type, its member of the union, its tag.
type Row = (String, String, String);

/// The families of which a struct is a part: that of an event, and those of the events that hold such an object.
fn families_of(class: &str) -> BTreeSet<&'static str> {
    let events = EventType::all().iter().filter(|event_type| holds(&event_type.record, class));
    events.map(|event_type| event_type.family()).collect()
}

fn holds(record: &RecordType, class: &str) -> bool {
    record.class == class || record.details.iter().filter_map(|field| field.record).any(|record| holds(record, class))
}

/// The family of a struct, if there are libraries without it. An object of several families is in all libraries.
fn family(class: &str) -> Option<&'static str> {
    let families = families_of(class.strip_prefix("Lark").expect("a struct"));
    assert!(!families.is_empty(), "{class} is in no event");
    families.first().copied().filter(|family| families.len() == 1 && *family != "url_verification")
}

fn families(types: &[Row]) -> Vec<&'static str> {
    let mut families: Vec<_> = types.iter().filter_map(|(class, ..)| family(class)).collect();
    families.sort_unstable();
    families.dedup();
    families
}

/// The macro that tells whether the library has a family.
fn has(family: &str) -> String {
    format!("LARK_HAS_{}", family.to_uppercase())
}

/// The macro with a row for each variant, put together of one for each family, since `#if` has no place in a macro.
fn tables(Union { name, types }: &Union) -> String {
    let rows = |family_of_rows: Option<&str>| -> String {
        let rows = types.iter().filter(|(class, ..)| family(class) == family_of_rows);
        rows.map(|(class, member, tag)| format!(" \\\n    X({class}, {member}, {tag})")).collect()
    };
    let (mut out, mut all, name) = (String::new(), rows(None), name.to_uppercase());
    for family in families(types) {
        let (table, rows) = (format!("LARK_{}_{name}_TYPES(X)", family.to_uppercase()), rows(Some(family)));
        out += &format!("#if {}\n#define {table}{rows}\n#else\n#define {table}\n#endif\n", has(family));
        all += &format!(" \\\n    {table}");
    }
    let what = format!("Every {} with a struct: X(type, member of Lark{}, tag).", name.to_lowercase(), capital(&name));
    out + &format!("/** {what} */\n#define LARK_{name}_TYPES(X){all}\n")
}

/// `EVENT` becomes `Event`.
fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_owned() + &rest.to_lowercase()
}

/// A tagged union of the header.
struct Union {
    /// Without the `Lark`.
    name: String,
    types: Vec<Row>,
}

/// Takes out the anonymous structs around the members of the tagged unions, which neither C++ nor strict C has, and
/// returns the unions.
fn flatten_unions(header: &str) -> (String, Vec<Union>) {
    let (mut out, mut unions, mut lines) = (String::new(), Vec::<Union>::new(), header.lines().peekable());
    // The family whose members are being written.
    let mut open = None;
    while let Some(line) = lines.next() {
        match line.trim() {
            "struct {" => {
                let member = lines.next().expect("a member");
                assert_eq!(lines.next().map(str::trim), Some("};"), "more than one member in {member}");
                let (class, name) = member.trim().trim_end_matches(';').split_once(' ').expect("type and name");
                let union = unions.last_mut().expect("a tag before the members");
                let tag = format!("LARK_{}_{}", union.name, name).to_uppercase();
                union.types.push((class.to_owned(), name.to_owned(), tag));
                out += &switch(&mut open, family(class));
                out += &format!("        {class} {name};\n");
            }
            "union {" => out += "    LARK_ANONYMOUS union {\n",
            text => {
                if let Some(name) = text.strip_prefix("Lark").and_then(|text| text.strip_suffix("_Tag tag;")) {
                    unions.push(Union { name: name.to_owned(), types: Vec::new() });
                }
                out += &format!("{}{line}\n", switch(&mut open, None));
            }
        }
    }
    (out, unions)
}

/// The lines between members of one family and those of another.
fn switch(open: &mut Option<&'static str>, family: Option<&'static str>) -> String {
    let before = std::mem::replace(open, family);
    if before == family {
        return String::new();
    }
    let end = if before.is_some() { "#endif\n" } else { "" };
    family.map_or_else(|| end.to_owned(), |family| format!("{end}#if {}\n", has(family)))
}

/// The documented texts of fields, which cbindgen leaves out.
fn texts() -> String {
    let mut sets: Vec<(&EnumType, Vec<String>)> = Vec::new();
    for event_type in EventType::all() {
        find_texts(&event_type.record, &mut sets);
    }
    let set = |(values, fields): &(&EnumType, Vec<String>)| {
        let rows = values.values.iter().filter_map(|value| {
            let name = name_constants(&format!("#define Lark{}_{}", values.name, value.name()));
            Some(format!("/** {} */\n{} \"{}\"\n", value.doc, name.trim(), value.text?))
        });
        format!("/* Documented texts of {}. */\n{}\n", fields.join(", "), rows.collect::<String>())
    };
    sets.iter().map(set).collect()
}

/// Finds the sets of texts in a record, and the fields that have them.
fn find_texts(record: &RecordType, sets: &mut Vec<(&'static EnumType, Vec<String>)>) {
    for (field, details) in record.fields.iter().zip(record.details) {
        if let Some(nested) = details.record {
            find_texts(nested, sets);
        }
        let values = details.values.filter(|values| values.values.iter().any(|value| value.text.is_some()));
        let Some(values) = values else { continue };
        let name = format!("`{}` of Lark{}", c_member(field.name), record.class);
        match sets.iter_mut().find(|(known, _)| known.name == values.name) {
            Some((_, fields)) if fields.contains(&name) => {}
            Some((_, fields)) => fields.push(name),
            None => sets.push((values, vec![name])),
        }
    }
}

#[test]
fn header_is_what_the_declarations_give() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../include/lark_event.h");
    let header = generate(root);
    let opaque = header.lines().find(|line| line.starts_with("typedef struct Lark") && line.ends_with(';'));
    assert_eq!(opaque, None, "cbindgen does not see into a struct");
    let rust = header.lines().find(|line| ["::", "```", "drop", "Vec"].iter().any(|word| line.contains(word)));
    assert_eq!(rust, None, "this says nothing to a C programmer");
    if env::var_os("UPDATE_HEADER").is_some() {
        fs::write(&path, &header).expect("the header can be written");
    }
    let found = fs::read_to_string(&path).expect("include/lark_event.h");
    let wrong = header.lines().zip(found.lines()).enumerate().find(|(_, (expected, found))| expected != found);
    assert_eq!(wrong, None, "run `make header`");
    assert_eq!(header.len(), found.len(), "run `make header`");
}
