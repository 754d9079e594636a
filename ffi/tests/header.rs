//! Generates `include/lark_event.h` and compares it with the one that is there; writes it if `UPDATE_HEADER` is set.

#![allow(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod common;

use common::c_member;
use lark_event::{EventType, connection::ENDPOINT_PATH, webhook::Reply};
use std::{env, fs, path::Path};

fn generate(root: &Path) -> String {
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).expect("cbindgen.toml");
    let bindings = cbindgen::Builder::new().with_crate(root).with_config(config).generate().expect("the header");
    let mut header = Vec::new();
    bindings.write(&mut header);
    tidy(&String::from_utf8(header).expect("UTF-8"))
}

/// What cbindgen has no setting for.
fn tidy(header: &str) -> String {
    let header = shorten(&plain_docs(&without_rust(&rename_members(&name_constants(header)))));
    let (header, types) = flatten_union(&header);
    let families = families(&types);
    // cbindgen has no constants that are texts.
    let version = format!(
        "/** The version of this header, to compare with `lark_version()`. */\n#define LARK_EVENT_VERSION \"{}\"\n\n\
         /** The header `Content-Type` of what lark_webhook_reply() writes. */\n#define LARK_WEBHOOK_CONTENT_TYPE \"{}\"\n\n\
         /** What to put behind the domain to ask where to connect to, with what lark_endpoint_request() writes. */\n\
         #define LARK_ENDPOINT_PATH \"{ENDPOINT_PATH}\"\n",
        env!("CARGO_PKG_VERSION"),
        Reply::CONTENT_TYPE
    );
    let table = tables(&types);
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
    header.replacen(functions, &format!("{table}\n{functions}"), 1)
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
    out
}

/// An event in the header: its type, its member of the union, its tag.
type Row = (String, String, String);

/// The family of an event's type, if there are libraries without it.
fn family(class: &str) -> Option<&'static str> {
    let event_type = EventType::all().iter().find(|event_type| class.strip_prefix("Lark") == Some(event_type.class));
    let family = event_type.expect("a type of the registry").family();
    (family != "url_verification").then_some(family)
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

/// The macro with a row for each event, put together of one for each family, since `#if` has no place in a macro.
fn tables(types: &[Row]) -> String {
    let rows = |family_of_rows: Option<&str>| -> String {
        let rows = types.iter().filter(|(class, ..)| family(class) == family_of_rows);
        rows.map(|(class, member, tag)| format!(" \\\n    X({class}, {member}, {tag})")).collect()
    };
    let (mut out, mut all) = (String::new(), rows(None));
    for family in families(types) {
        let (name, rows) = (format!("LARK_{}_TYPES(X)", family.to_uppercase()), rows(Some(family)));
        out += &format!("#if {}\n#define {name}{rows}\n#else\n#define {name}\n#endif\n", has(family));
        all += &format!(" \\\n    {name}");
    }
    out + &format!(
        "/** Every event with a struct: X(type, member of LarkEvent, tag). */\n#define LARK_EVENT_TYPES(X){all}\n"
    )
}

/// Takes out the anonymous structs around the members of the union of events, which neither C++ nor strict C has, and
/// returns the types, members and tags.
fn flatten_union(header: &str) -> (String, Vec<Row>) {
    let (mut out, mut types, mut lines) = (String::new(), Vec::new(), header.lines().peekable());
    // The family whose members are being written.
    let mut open = None;
    while let Some(line) = lines.next() {
        match line.trim() {
            "struct {" => {
                let member = lines.next().expect("a member");
                assert_eq!(lines.next().map(str::trim), Some("};"), "more than one member in {member}");
                let (class, name) = member.trim().trim_end_matches(';').split_once(' ').expect("type and name");
                types.push((class.to_owned(), name.to_owned(), format!("LARK_EVENT_{}", name.to_uppercase())));
                out += &switch(&mut open, family(class));
                out += &format!("        {class} {name};\n");
            }
            "union {" => out += "    LARK_ANONYMOUS union {\n",
            _ => out += &format!("{}{line}\n", switch(&mut open, None)),
        }
    }
    (out, types)
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
