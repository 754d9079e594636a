#!/usr/bin/env python3
"""Writes the corpus: cases.json, fields.json and the second form of each sample.

    build.py            writes them
    build.py --check    exits 1 and shows the difference if they are not what this file generates

What a case expects never comes from lark-event's own reader. Kind, field and place of an error are stated here by hand;
the values come from Python's json module and the plain rules in `Model`; where a case states values by hand too, both
must agree.

structs.py has the structs, model.py the rules, case.py what a case is, this the cases of envelopes and of flat events,
nested.py those with objects and lists of objects.
"""

import difflib
import json
import re
import sys
from pathlib import Path

import nested
from case import CASES, CLOSE, HEADER_OF, HERE_IS, OPEN, case, full, obj, quoted, raw, shorten, v2
from structs import APPROVER, CC, ENUM, EVENTS, FULL, FULL_HEADER, FULL_PROCESS, HEADER, JOB, NODE, SHORT, TAGS, UPDATED

HERE = Path(__file__).parent


def valid_forms():
    for path in sorted(HERE.glob("samples/*.json")):
        content = path.read_text("utf-8")
        start = content.index("{", content.index('"event"'))
        end = len(content[: start + balanced(content[start:])])
        marked = content[:start] + OPEN + content[start:end] + CLOSE + content[end:]
        name = f"sample {path.name.removesuffix('.json')}"
        if "headless" in path.name:
            case(f"{name} named", marked, event_type=NODE, schema="headless", tag=5)
            brace = content.rindex("}", 0, content.rindex("}"))
            marked = content[:start] + OPEN + content[start:end] + CLOSE + content[end:brace] + HERE_IS + content[brace:]
            case(f"{name} not named", marked, ("MISSING", "header.event_type"), schema="headless", event=None, tag=1)
        else:
            case(name, marked, schema="2.0")
            case(f"{name} named otherwise", marked, event_type=CC, schema="2.0")

    for event_type, short in SHORT.items():
        values = json.loads(obj(FULL[event_type]))
        header = json.loads(obj(FULL_HEADER)) | {"event_type": event_type}
        header |= {"create_time": 1608725989000, "event_time": 1719391068392}
        expected = {"schema": "2.0", "header": header, "event": values, "tag": TAGS[event_type]}
        case(f"full {short}", full(event_type), **expected)
        case(f"full {short}, event before header", full(event_type, event_first=True), **expected)
        reverse = obj(dict(reversed(FULL[event_type].items())))
        header = obj(dict(reversed((FULL_HEADER | {"event_type": f'"{event_type}"'}).items())))
        for first, marked in (
            ("event", f'{{"event":{OPEN}{reverse}{CLOSE},"header":{header},"schema":"2.0"}}'),
            ("header", f'{{"header":{header},"event":{OPEN}{reverse}{CLOSE},"schema":"2.0"}}'),
        ):
            case(f"full {short}, members in reverse order, {first} first", marked, **expected)
        noisy = {f"unknown_{at}": '{"x":[1,{"y":null}],"status":true}' for at in range(3)}
        shuffled = obj(noisy | FULL[event_type] | {"zzz": '"\\ud83d\\ude00"'})
        case(f"full {short}, with unknown members", v2(event_type, shuffled, FULL_HEADER | {"event_type": f'"{event_type}"'}), **expected)
        as_text = {n: f'"{v}"' for n, v in FULL[event_type].items() if EVENTS[event_type][n] is ENUM}
        case(f"full {short}, enums as strings", full(event_type, as_text), **expected)
        as_number = {n: v.strip('"') for n, v in FULL[event_type].items() if re.fullmatch('"[0-9]+"', v)}
        case(f"full {short}, ids as integers", full(event_type, as_number), **expected)
        spelled = "{" + ",".join(f'"{escaped(n)}":{v}' for n, v in FULL[event_type].items()) + "}"
        case(f"full {short}, names escaped", v2(event_type, spelled, FULL_HEADER | {"event_type": f'"{event_type}"'}), **expected)
        case(f"full {short}, empty event", v2(event_type), event={}, tag=TAGS[event_type], header=HEADER_OF[event_type])

    blank = " \t\n\r"
    spaced = re.sub(r'("[^"]*"|[{}\[\]:,]|[0-9]+)', lambda token: blank + token[0] + blank, full(JOB).replace(OPEN, "").replace(CLOSE, ""))
    start = spaced.index("{", spaced.index('"event"'))
    end = start + spaced[start:].index("}") + 1
    spaced = spaced[:start] + OPEN + spaced[start:end] + CLOSE + spaced[end:]
    case("white space of all kinds everywhere", spaced, event=json.loads(obj(FULL[JOB])))
    case("a megabyte of white space", v2(UPDATED, "{" + " " * 1_000_000 + "}"), event={}, tag=3)
    case("trailing newline", v2() + "\r\n", event={}, tag=3)
    for character in "\f\v\0\x1f\u00a0\u2028\ufeff":
        code = f"U+{ord(character):04X}"
        head = f'{{"schema":"2.0","header":{{"event_type":"{UPDATED}"}},"event":'
        case(f"{code} is no white space, at the start", f"{HERE_IS}{character}{{}}", ("EXPECTED_VALUE", ""))
        case(f"{code} is no white space, before a name", f"{{{HERE_IS}{character}}}", ("EXPECTED_NAME", ""))
        case(f"{code} is no white space, before a colon", f'{{"a"{HERE_IS}{character}:1}}', ("EXPECTED_COLON", ""))
        case(f"{code} is no white space, before a value", f'{{"a":{HERE_IS}{character}1}}', ("EXPECTED_VALUE", ""))
        case(f"{code} is no white space, before a comma", f'{{"a":1{HERE_IS}{character},"b":2}}', ("EXPECTED_COMMA", ""))
        case(f"{code} is no white space, in an event", f'{head}{{"status":1{HERE_IS}{character}}}}}', ("EXPECTED_COMMA", "event"))
        case(f"{code} is no white space, at the end", f"{{}}{HERE_IS}{character}", ("TRAILING_BYTES", ""))


def escaped(name):
    return "".join(f"\\u{ord(c):04x}" if at % 3 == 1 else c for at, c in enumerate(name))


def balanced(content):
    """The length of the object (of a sample: no braces in its strings) that `content` starts with."""
    depth = 0
    for at, character in enumerate(content):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth == 0:
            return at + 1
    raise ValueError(content)


WRONG = {
    "text": ["true", "false", "1.5", "1e3", "-0.0", "[]", '["a"]', "{}", '{"a":"b"}'],
    "enum": ["true", "1.5", "1.0", "1e3", "[1]", '{"a":1}', '""', '"one"'],
    "time": ["false", "1.5", "1e12", "[]", "{}", '""', '"now"'],
    "list": ["true", '"effective_time"', "5", "1.5", "{}"],
}
ODD_INTEGERS = ['" 1"', '"1 "', '"1.0"', '"01"', '"+1"', '"0x1"', '"1e0"', '"-"', '"--1"', '"1,0"', '"１"', '"1\\u0000"', '"1\\n"', '"\\u0661"']


def every_field():
    """Each field of each struct: null, wrong types, full to the byte, one over."""
    records = [("header", UPDATED, HEADER)]
    records += [("event", name, table) for name, table in EVENTS.items() if name in SHORT]
    for part, event_type, table in records:
        short = "header" if part == "header" else SHORT[event_type]

        def with_value(name, value, part=part, event_type=event_type):
            return full(event_type, **{part: {name: value}})

        nulls = obj({name: "null" for name in table})
        if part == "event":
            case(f"null in every field of {short}", v2(event_type, nulls), event={}, tag=TAGS[event_type])
        else:
            marked = f'{{"header":{nulls[:-1]}{HERE_IS}}},"event":{OPEN}{{}}{CLOSE}}}'
            case("null in every field of header", marked, ("MISSING", "header.event_type"), header={}, schema="headless", tag=1)
            case("null in every field of header, named", marked.replace(HERE_IS, ""), event_type=CC, header={}, schema="headless", tag=7)
        for name, kind in table.items():
            field = f"{part}.{name}"
            if (part, name) == ("header", "event_type"):
                header = obj(FULL_HEADER | {"event_type": "null"})[:-1]
                marked = f'{{"schema":"2.0","header":{header}{HERE_IS}}},"event":{OPEN}{obj(FULL_PROCESS)}{CLOSE}}}'
                case("null in header.event_type", marked, ("MISSING", "header.event_type"), schema="headless", tag=1)
            else:
                case(f"null in {short}.{name}", with_value(name, "null"), tag=TAGS[event_type])
            for wrong in WRONG[kind["type"]]:
                case(f"wrong type in {short}.{name}: {wrong}", with_value(name, HERE_IS + wrong), ("TYPE", field))
            if kind["type"] == "text":
                capacity = kind["capacity"]
                case(f"{short}.{name} full", with_value(name, quoted("x" * capacity)))
                case(f"{short}.{name} one byte over", with_value(name, HERE_IS + quoted("x" * (capacity + 1))), ("CAPACITY", field))
                case(f"{short}.{name} full of escapes", with_value(name, quoted("\\n" * capacity)))
                case(f"{short}.{name} one escape over", with_value(name, HERE_IS + quoted("\\n" * (capacity + 1))), ("CAPACITY", field))
                case(f"{short}.{name} empty", with_value(name, '""'))
        if part == "event":
            wrong_everywhere = obj({n: (HERE_IS if at == 0 else "") + "true" for at, n in enumerate(table)})
            first = next(iter(table))
            case(f"wrong type in every field of {short}", v2(event_type, wrong_everywhere), ("TYPE", f"event.{first}"), event={})
            case(f"wrong type in every field of {short}, event first", v2(event_type, wrong_everywhere, event_first=True), ("TYPE", f"event.{first}"), event={})


def numbers():
    for value, expected in (
        ("2147483647", 2147483647),
        ("-2147483648", -2147483648),
        ('"2147483647"', 2147483647),
        ('"-2147483648"', -2147483648),
        ("0", 0),
        ('"0"', 0),
        ("-0", 0),
        ('"-0"', 0),
        ("77", 77),
        ("-5", -5),
        ('"15"', 15),
        ('"\\u0031\\u0035"', 15),
        ('"1\\u0035"', 15),
    ):
        case(f"enum {value}", v2(UPDATED, f'{{"status":{value},"process_id":"1"}}'), event={"status": expected, "process_id": "1"})
    for value in ("2147483648", "-2147483649", "9223372036854775808", "18446744073709551616", "-99999999999999999999999999", "9" * 400, '"2147483648"', '"-2147483649"', '"99999999999999999999"', "4294967297"):
        case(f"enum {value}", v2(UPDATED, f'{{"status":{HERE_IS}{value},"process_id":"1"}}'), ("RANGE", "event.status"), event={"process_id": "1"})
    for digits in (11, 31, 32, 33, 70):
        value = '"\\u0032' + "0" * (digits - 1) + '"'
        case(f"enum of {digits} digits, one escaped", v2(UPDATED, f'{{"status":{HERE_IS}{value}}}'), ("RANGE", "event.status"), event={})
        if digits > 20:
            case(f"create_time of {digits} digits, one escaped", v2(UPDATED, None, {"create_time": HERE_IS + value}), ("RANGE", "header.create_time"), header=HEADER_OF[UPDATED])
    for value in ('"' + "x" * 31 + '"', '"' + "1" * 40 + 'x"', '"\\u0031' + "1" * 40 + 'x"'):
        case(f"enum {value}", v2(UPDATED, f'{{"status":{HERE_IS}{value}}}'), ("TYPE", "event.status"), event={})
    for value, kind in (
        ('"-\\u0031' + "0" * 40 + '"', "RANGE"),
        ('"\\u002d' + "9" * 40 + '"', "RANGE"),
        ('"\\u0030' + "1" * 40 + '"', "TYPE"),
        ('"-\\u0030' + "1" * 40 + '"', "TYPE"),
        ('"-\\u002d' + "1" * 40 + '"', "TYPE"),
        ('"' + "1" * 40 + '\\u002d"', "TYPE"),
        ('"' + "1" * 20 + "\\u002d" + "1" * 20 + '"', "TYPE"),
        ('"' + "1" * 40 + '\\u0000"', "TYPE"),
    ):
        case(f"enum {value}", v2(UPDATED, f'{{"status":{HERE_IS}{value}}}'), (kind, "event.status"), event={})
        case(f"create_time {value}", v2(UPDATED, None, {"create_time": HERE_IS + value}), (kind, "header.create_time"), header=HEADER_OF[UPDATED])
    for value in ODD_INTEGERS:
        case(f"enum {value}", v2(UPDATED, f'{{"status":{HERE_IS}{value},"process_id":"1"}}'), ("TYPE", "event.status"), event={"process_id": "1"})
        case(f"create_time {value}", v2(UPDATED, None, {"create_time": HERE_IS + value}), ("TYPE", "header.create_time"), header=HEADER_OF[UPDATED])
    for value, expected in (
        ('"1608725989000"', 1608725989000),
        ('"1608725989000123"', 1608725989000123),
        ("1608725989000", 1608725989000),
        ("1608725989000123", 1608725989000123),
        ("0", 0),
        ('"0"', 0),
        ("18446744073709551615", 2**64 - 1),
        ('"18446744073709551615"', 2**64 - 1),
        ('"\\u0031608725989000"', 1608725989000),
    ):
        for name in ("create_time", "event_time"):
            case(f"{name} {value}", v2(UPDATED, None, {name: value}), header=HEADER_OF[UPDATED] | {name: expected})
    for value in ("18446744073709551616", '"18446744073709551616"', "-1", '"-1"', "-1608725989000", "1" + "0" * 300):
        for name in ("create_time", "event_time"):
            case(f"{name} {value}", v2(UPDATED, None, {name: HERE_IS + value}), ("RANGE", f"header.{name}"), header=HEADER_OF[UPDATED])
    for value in ("0", "-0", "-7", "7072306364927985196", "9223372036854775808", "18446744073709551616", "123456789012345678901234567890123456789012345678901234567890123"):
        case(f"id {value} as integer", v2(UPDATED, f'{{"process_id":{value}}}'), event={"process_id": value})
    case("id as integer of 64 digits", v2(UPDATED, f'{{"process_id":{HERE_IS}{"1" * 64}}}'), ("CAPACITY", "event.process_id"), event={})
    case("event_id as integer", v2(UPDATED, None, {"event_id": "12345678901234567890"}), header={"event_id": "12345678901234567890", "event_type": UPDATED})
    case("items as integers", v2(JOB, '{"updated_fields":[1,"2",-3,99999999999999999999]}'), event={"updated_fields": ["1", "2", "-3", "9" * 20]})
    many = "[1e400,-1e-400,0.0,-0,1E+2,1e-2,123456789012345678901234567890,0,-1.5e0]"
    case("numbers of all forms in unknown members", v2(UPDATED, f'{{"x":{many},"status":1}}', more=f',"y":{many}'), event={"status": 1})

    for label, marked, kind in (
        ("01", "0^1", "INVALID_NUMBER"),
        ("00", "0^0", "INVALID_NUMBER"),
        ("-01", "-0^1", "INVALID_NUMBER"),
        ("1.", "1.^", "INVALID_NUMBER"),
        ("1.e5", "1.^e5", "INVALID_NUMBER"),
        ("1.5.5", "1.5^.5", "EXPECTED_COMMA"),
        ("+1", "^+1", "EXPECTED_VALUE"),
        ("NaN", "^NaN", "EXPECTED_VALUE"),
        (".5", "^.5", "EXPECTED_VALUE"),
        ("1e", "1e^", "INVALID_NUMBER"),
        ("1e+", "1e+^", "INVALID_NUMBER"),
        ("1e+-1", "1e+^-1", "INVALID_NUMBER"),
        ("1e1.5", "1e1^.5", "EXPECTED_COMMA"),
        ("0x1", "0^x1", "EXPECTED_COMMA"),
        ("0e", "0e^", "INVALID_NUMBER"),
        ("-", "-^", "INVALID_NUMBER"),
        ("--1", "-^-1", "INVALID_NUMBER"),
        ("- 1", "-^ 1", "INVALID_NUMBER"),
        ("-.5", "-^.5", "INVALID_NUMBER"),
        ("Infinity", "^Infinity", "EXPECTED_VALUE"),
        ("-Infinity", "-^Infinity", "INVALID_NUMBER"),
        ("1_000", "1^_000", "EXPECTED_COMMA"),
        ("1n", "1^n", "EXPECTED_COMMA"),
        ("1,5 digits of another script", "^１", "EXPECTED_VALUE"),
        ("nan", "n^an", "INVALID_LITERAL"),
        ("trux", "tru^x", "INVALID_LITERAL"),
        ("True", "^True", "EXPECTED_VALUE"),
        ("falsy", "fals^y", "INVALID_LITERAL"),
        ("nul", "nul^", "INVALID_LITERAL"),
        ("nulll", "null^l", "EXPECTED_COMMA"),
        ("truefalse", "true^false", "EXPECTED_COMMA"),
        ("None", "^None", "EXPECTED_VALUE"),
        ("undefined", "^undefined", "EXPECTED_VALUE"),
        ("'a'", "^'a'", "EXPECTED_VALUE"),
        ("a comment", "^/* 1 */ 2", "EXPECTED_VALUE"),
        ("nothing before the bracket", "^", "EXPECTED_VALUE"),
    ):
        marked = marked.replace("^", HERE_IS)
        inside = kind != "EXPECTED_COMMA"
        for place, document, outer, inner in (
            ("unknown member", f'{{"x":{marked}}}', "", ""),
            ("unknown array", f'{{"x":[{{}},{marked}]}}', "", ""),
            ("unknown object", f'{{"x":{{"y":{marked}}}}}', "", ""),
            ("unknown event member", v2(UPDATED, f'{{"x":{marked}}}'), "event", "event"),
            ("text", v2(UPDATED, f'{{"process_id":{marked}}}'), "event", "event.process_id"),
            ("enum", v2(UPDATED, f'{{"status":{marked}}}'), "event", "event.status"),
            ("time", v2(UPDATED, None, {"create_time": marked}), "header", "header.create_time"),
            ("list", v2(JOB, f'{{"updated_fields":["a",{marked}]}}'), "event.updated_fields", "event.updated_fields"),
            ("schema", f'{{"schema":{marked}}}', "", "schema"),
        ):
            case(f"{label} as {place}", document, (kind, inner if inside else outer))


def strings():
    places = (
        ("text", lambda s: v2(UPDATED, f'{{"status":1,"process_id":"{s}"}}'), "event.process_id"),
        ("unknown member", lambda s: f'{{"unknown":"{s}"}}', ""),
        ("unknown name", lambda s: f'{{"{s}":1}}', ""),
        ("unknown event member", lambda s: v2(UPDATED, f'{{"x":{{"y":["{s}"]}}}}'), "event"),
        ("event name", lambda s: v2(UPDATED, f'{{"{s}":1}}'), "event"),
        ("header", lambda s: v2(UPDATED, None, {"token": f'"{s}"'}), "header.token"),
        ("header name", lambda s: v2(UPDATED, None, {s: "1"}), "header"),
        ("enum", lambda s: v2(UPDATED, f'{{"status":"{s}"}}'), "event.status"),
        ("time", lambda s: v2(UPDATED, None, {"create_time": f'"{s}"'}), "header.create_time"),
        ("list", lambda s: v2(JOB, f'{{"updated_fields":["a","{s}"]}}'), "event.updated_fields"),
        ("event before header", lambda s: v2(UPDATED, f'{{"process_id":"{s}"}}', event_first=True), "event"),
        ("repeated member", lambda s: v2(UPDATED, f'{{"process_id":"1","process_id":"{s}"}}'), "event.process_id"),
        ("value of the wrong type", lambda s: v2(UPDATED, f'{{"process_id":["{s}"]}}'), "event.process_id"),
    )
    for label, digits in (
        ("overlong of 2", "c0af"),
        ("overlong of 2, highest", "c1bf"),
        ("overlong of 3", "e080af"),
        ("overlong of 3, highest", "e09fbf"),
        ("overlong of 4", "f08080af"),
        ("overlong of 4, highest", "f08fbfbf"),
        ("surrogate", "eda080"),
        ("surrogate pair", "eda0bdedb880"),
        ("above U+10FFFF", "f4908080"),
        ("lead byte F5", "f5808080"),
        ("byte FE", "fe"),
        ("byte FF", "ff"),
        ("lone continuation", "80"),
        ("2-byte character cut", "c3"),
        ("3-byte character cut", "e282"),
        ("4-byte character cut", "f09f98"),
        ("character cut by another", "e2c3a9"),
    ):
        for place, build, field in places:
            case(f"UTF-8 {label} in {place}", build("é😀 padding" + HERE_IS + raw(digits) + " more"), ("INVALID_UTF8", field))
        case(f"UTF-8 {label} at the end of a text", places[0][1]("x" + HERE_IS + raw(digits)), ("INVALID_UTF8", "event.process_id"))
        case(f"UTF-8 {label} and an escape", places[0][1]("\\n" + HERE_IS + raw(digits) + "\\n"), ("INVALID_UTF8", "event.process_id"))
        case(f"UTF-8 {label} outside of strings", f'{{"a":{HERE_IS}{raw(digits)}}}', ("EXPECTED_VALUE", ""))
    case("UTF-8 continuation too many", places[0][1](f"é{HERE_IS}{raw('a9')}"), ("INVALID_UTF8", "event.process_id"))
    case("UTF-8 before a wrong escape", places[0][1](f"{HERE_IS}{raw('ff')}\\q"), ("INVALID_UTF8", "event.process_id"))
    case("UTF-8 after a wrong escape", places[0][1](f"\\{HERE_IS}q{raw('ff')}"), ("INVALID_ESCAPE", "event.process_id"))
    case("UTF-8 before a control character", places[0][1](f"{HERE_IS}{raw('c3')}\x01"), ("INVALID_UTF8", "event.process_id"))
    case("UTF-8 after a control character", places[0][1](f"{HERE_IS}\x01{raw('c3')}"), ("CONTROL_CHARACTER", "event.process_id"))
    case("UTF-8 before a lone surrogate", places[0][1](f"{HERE_IS}{raw('c3')}\\ud800"), ("INVALID_UTF8", "event.process_id"))
    case("UTF-8 wrong before the end", f'{{"a":"{HERE_IS}{raw("ff")}', ("INVALID_UTF8", ""))
    for label, digits in (("2", "c3"), ("3", "e2"), ("3", "e282"), ("4", "f0"), ("4", "f09f"), ("4", "f09f98")):
        case(f"UTF-8 character of {label} cut off by the end after {len(digits) // 2}", f'{{"a":"x{raw(digits)}', ("UNEXPECTED_END", ""))
    for label, content in (
        ("U+0080", "\u0080"),
        ("U+07FF", "\u07ff"),
        ("U+0800", "\u0800"),
        ("U+D7FF", "\ud7ff"),
        ("U+E000", "\ue000"),
        ("U+FEFF", "\ufeff"),
        ("U+FFFF", "\uffff"),
        ("U+10000", "\U00010000"),
        ("U+10FFFF", "\U0010ffff"),
        ("U+007F", "\x7f"),
        ("U+2028", "\u2028"),
        ("8 and more characters", "0123456é89abcde操作原因"),
    ):
        case(f"{label} in a string", v2(UPDATED, f'{{"biz_type":"<{content}>","x":"{content}","{content}":0}}'), event={"biz_type": f"<{content}>"})

    for code in range(32):
        control = chr(code)
        case(f"control character {code:#04x} in text", places[0][1](f"ab{HERE_IS}{control}cd"), ("CONTROL_CHARACTER", "event.process_id"))
        case(f"control character {code:#04x} in unknown member", places[1][1](f"{HERE_IS}{control}"), ("CONTROL_CHARACTER", ""))
    for place, build, field in places:
        case(f"newline in {place}", build(f"01234567{HERE_IS}\n89"), ("CONTROL_CHARACTER", field))

    for label, marked in (
        ("a", "\\^a"),
        ("'", "\\^'"),
        ("x41", "\\^x41"),
        ("0", "\\^0"),
        ("U0041", "\\^U0041"),
        ("newline", "\\^\n"),
        ("space", "\\^ "),
        ("é", "\\^é"),
        ("u with 0 digits", "\\u^"),
        ("u with 2 digits", "\\u12^"),
        ("u with 3 digits", "\\u123^"),
        ("u+041", "\\u^+041"),
        ("u-041", "\\u^-041"),
        ("u 041", "\\u^ 041"),
        ("u{41}", "\\u^{41}"),
        ("u004g", "\\u004^g"),
        ("u00é1", "\\u00^é1"),
        ("u00\\n", "\\u00^\\n"),
        ("u of full-width digits", "\\u^００"),
    ):
        for place, build, field in places:
            case(f"escape {label} in {place}", build("é\\n" + marked.replace("^", HERE_IS)), ("INVALID_ESCAPE", field))
    for label, marked in (
        ("high alone", "^\\ud83d"),
        ("high before a character", "^\\ud83dx"),
        ("high before another escape", "^\\ud83d\\n"),
        ("high before an escaped backslash", "^\\ud83d\\\\ude00"),
        ("high before a character's escape", "^\\ud83d\\u0041"),
        ("high before U+E000", "^\\ud83d\\ue000"),
        ("high before high", "^\\ud83d\\ud83d"),
        ("high before a pair", "^\\ud83d\\ud83d\\ude00"),
        ("low alone", "^\\ude00"),
        ("low before high", "^\\ude00\\ud83d"),
        ("low after a pair", "\\ud83d\\ude00^\\ude00"),
        ("high before a written character", "^\\ud83d😀"),
        ("lowest high", "^\\ud800"),
        ("highest high", "^\\udbff"),
        ("lowest low", "^\\udc00"),
        ("highest low, upper case", "^\\uDFFF"),
    ):
        for place, build, field in places:
            case(f"surrogate {label} in {place}", build("é " + marked.replace("^", HERE_IS)), ("LONE_SURROGATE", field))
    for low in ("\\udc00", "\\ude00", "\\uDFFF"):
        case(f"surrogate {low} before the end", f'{{"a":"x{HERE_IS}{low}', ("LONE_SURROGATE", ""))
        case(f"surrogate {low} before a wrong escape", f'{{"a":"x{HERE_IS}{low}\\uzzzz"}}', ("LONE_SURROGATE", ""))
    for label, written, value in (
        ("pair", "\\ud83d\\ude00", "😀"),
        ("pair in upper case", "\\uD83D\\uDE00", "😀"),
        ("lowest pair", "\\ud800\\udc00", "\U00010000"),
        ("highest pair", "\\udbff\\udfff", "\U0010ffff"),
        ("pair after pair", "\\ud83d\\ude00\\ud83d\\ude01", "😀😁"),
        ("U+D7FF", "\\ud7ff", "\ud7ff"),
        ("U+E000", "\\ue000", "\ue000"),
        ("U+FFFF", "\\uffff", "\uffff"),
        ("NUL", "\\u0000", "\0"),
        ("NUL amid text", "a\\u0000b", "a\0b"),
        ("all short forms", "\\\"\\\\\\/\\b\\f\\n\\r\\t", '"\\/\b\f\n\r\t'),
        ("backslash before a quote", "\\\\\\\"", '\\"'),
        ("of everything", "\\u0061\\u00e9\\u64cd\\ud83d\\ude00", "aé操😀"),
        ("mixed", "é\\n操\\u00e9x\\ud83d\\ude00y", "é\n操éx😀y"),
        ("that looks like one", "\\\\u0041", "\\u0041"),
    ):
        case(f"escape {label}", v2(JOB, f'{{"operate_reason":"{written}","updated_fields":["{written}","{written}"],"{written}":0}}'), event={"operate_reason": value, "updated_fields": [value, value]})
        case(f"escape {label}, event before header", v2(UPDATED, f'{{"biz_type":"{written}"}}', event_first=True), event={"biz_type": value})
        case(f"escape {label} in a job change with escaped names, event before header", v2(JOB, f'{{"\\u006fperate_reason":"{written}","\\u0075pdated_fields":["{written}","{written}"]}}', event_first=True), event={"operate_reason": value, "updated_fields": [value, value]})
    case("event type with escapes", v2("corehr\\u002eprocess.\\u0075pdated_v2", '{"status":1}'), event={"status": 1}, tag=3, header=HEADER_OF[UPDATED])
    case("schema with escapes", v2().replace('"2.0"', '"2\\u002e0"'), schema="2.0", tag=3)


def capacities():
    for label, one in (("written", "😀"), ("escaped", "\\ud83d\\ude00")):
        for event_type, short in SHORT.items():
            if "biz_type" in EVENTS[event_type]:
                case(f"200 characters of 4 bytes, {label}, {short}", v2(event_type, f'{{"biz_type":"{one * 200}"}}'), event={"biz_type": "😀" * 200})
                case(f"201 characters of 4 bytes, {label}, {short}", v2(event_type, f'{{"biz_type":{HERE_IS}"{one * 201}"}}'), ("CAPACITY", "event.biz_type"), event={})
        case(f"199 characters of 4 bytes and 5 of 1, {label}", v2(UPDATED, f'{{"biz_type":{HERE_IS}"{one * 199}12345","status":1}}'), ("CAPACITY", "event.biz_type"), event={"status": 1})
    case("2-byte character up to the last byte", v2(UPDATED, '{"process_id":"' + "x" * 61 + 'é"}'), event={"process_id": "x" * 61 + "é"})
    case("2-byte character across the last byte", v2(UPDATED, f'{{"process_id":{HERE_IS}"{"x" * 62}é"}}'), ("CAPACITY", "event.process_id"), event={})
    case("escape across the last byte", v2(UPDATED, f'{{"process_id":{HERE_IS}"{"x" * 62}\\u00e9"}}'), ("CAPACITY", "event.process_id"), event={})
    case("overflow, event before header", v2(UPDATED, f'{{"status":9,"process_id":{HERE_IS}"{"x" * 64}","properties":1}}', event_first=True), ("CAPACITY", "event.process_id"), event={"status": 9, "properties": 1})

    def items(content):
        return v2(JOB, f'{{"status":1,"updated_fields":{content},"operator":"o"}}')

    def array(values):
        return "[" + ",".join(f'"{value}"' for value in values) + "]"

    others = {"status": 1, "operator": "o"}
    for label, values, kind in (
        ("no item", [], None),
        ("one empty item", [""], None),
        ("200 items", [f"field_{at}" for at in range(200)], None),
        ("201 items", [f"field_{at}" for at in range(201)], "TOO_MANY_ITEMS"),
        ("200 empty items", [""] * 200, None),
        ("201 empty items", [""] * 201, "TOO_MANY_ITEMS"),
        ("2000 items", ["a"] * 2000, "TOO_MANY_ITEMS"),
        ("arena full, 200 items", ["x" * 31] * 200, None),
        ("arena one over, 200 items", ["x" * 31] * 199 + ["x" * 32], "CAPACITY"),
        ("arena one over in the first item", ["x" * 32] + ["x" * 31] * 199, "CAPACITY"),
        ("arena full, 1 item", ["x" * 6399], None),
        ("arena one over, 1 item", ["x" * 6400], "CAPACITY"),
        ("arena full, then an empty item", ["x" * 6399, ""], "CAPACITY"),
        ("arena full, the last item empty", ["x" * 6398, ""], None),
        ("arena full, 2 items", ["x" * 3199, "y" * 3199], None),
        ("arena one over, 2 items", ["x" * 3199, "y" * 3200], "CAPACITY"),
        ("arena full of 4-byte characters", ["😀" * 1599 + "abc"], None),
        ("arena over by a 4-byte character", ["😀" * 1600], "CAPACITY"),
        ("item of 70000 bytes", ["x" * 70_000], "CAPACITY"),
    ):
        event = others if kind else others | {"updated_fields": values}
        case(f"list: {label}", items((HERE_IS if kind else "") + array(values)), kind and (kind, "event.updated_fields"), event=event)
    for label, values, kind in (
        ("arena full", ["\\u00e9" * 15 + "\\n"] * 200, None),
        ("arena one over", ["\\u00e9" * 15 + "\\n"] * 199 + ["\\u00e9" * 16], "CAPACITY"),
    ):
        case(f"list of escapes: {label}", items((HERE_IS if kind else "") + array(values)), kind and (kind, "event.updated_fields"))
    for label, content in (
        ("null", '["a",^null,"b"]'),
        ("null alone", "[^null]"),
        ("true", '["a",^true]'),
        ("fraction", '["a",^1.5]'),
        ("array", '["a",^["b"]]'),
        ("object", '["a","b",^{"c":"d"},"e"]'),
        ("two wrong ones", '["a",^false,null]'),
        ("white space before it", '[ "a" , ^true ]'),
    ):
        case(f"list with wrong item: {label}", items(content.replace("^", HERE_IS)), ("TYPE", "event.updated_fields"), event=others)
    for label, content, kind in (
        ("comma at the end", '["a",^]', "EXPECTED_VALUE"),
        ("comma at the start", '[^,"a"]', "EXPECTED_VALUE"),
        ("two commas", '["a",^,"b"]', "EXPECTED_VALUE"),
        ("no comma", '["a" ^"b"]', "EXPECTED_COMMA"),
        ("colon", '["a"^:"b"]', "EXPECTED_COMMA"),
        ("closed by a brace", '["a"^}', "EXPECTED_COMMA"),
    ):
        case(f"list with {label}", items(content.replace("^", HERE_IS)), (kind, "event.updated_fields"))
    reason = "x" * 1_000_000
    case("operate_reason of a megabyte", v2(JOB, f'{{"status":1,"operate_reason":{HERE_IS}"{reason}","operator":"o"}}'), ("CAPACITY", "event.operate_reason"), event=others)
    case("event_id of 100 KB", v2(UPDATED, None, {"event_id": f'{HERE_IS}"{"e" * 100_000}"'}), ("CAPACITY", "header.event_id"), header={"event_type": UPDATED}, tag=3)
    case("unknown member of a megabyte", v2(UPDATED, f'{{"x":"{reason}","status":1}}'), event={"status": 1})
    case("name of a megabyte", v2(UPDATED, f'{{"{reason}":1,"status":1}}'), event={"status": 1})
    case("text of 65536 more bytes than fit", v2(UPDATED, f'{{"process_id":{HERE_IS}"{"x" * (65536 + 5)}"}}'), ("CAPACITY", "event.process_id"), event={})


def nesting():
    for label, opening, closing in (("arrays", "[", "]"), ("objects", '{"a":', "}")):
        def nest(levels, inner, opening=opening, closing=closing):
            if opening != "[":
                inner = inner or "1"
            return opening * levels + inner + closing * levels

        def too_deep(levels):
            return opening * levels + HERE_IS + opening + ("" if opening == "[" else "1") + closing * (levels + 1)

        case(f"64 levels of {label} at the root", f'{{"x":{nest(63, "")},"encrypt":{HERE_IS}"e"}}', ("ENCRYPTED", "encrypt"))
        case(f"64 levels of {label}", v2(UPDATED, '{"status":1}', more=f',"x":{nest(63, "")}'), event={"status": 1})
        case(f"65 levels of {label}", v2(UPDATED, '{"status":1}', more=f',"x":{too_deep(63)}'), ("TOO_DEEP", ""))
        for order, first in (("", False), (", event before header", True)):
            case(f"64 levels of {label} in the event{order}", v2(UPDATED, f'{{"x":{nest(62, "")},"status":1}}', event_first=first), event={"status": 1})
            case(f"65 levels of {label} in the event{order}", v2(UPDATED, f'{{"x":{too_deep(62)}}}', event_first=first), ("TOO_DEEP", "event"))
        case(f"64 levels of {label} in a text", v2(UPDATED, f'{{"biz_type":{HERE_IS}{nest(62, "")},"status":1}}'), ("TYPE", "event.biz_type"), event={"status": 1})
        case(f"65 levels of {label} in a text", v2(UPDATED, f'{{"biz_type":{too_deep(62)}}}'), ("TOO_DEEP", "event.biz_type"))
        case(f"64 levels of {label} in the header", v2(UPDATED, None, {"x": nest(62, "")}), header=HEADER_OF[UPDATED])
        case(f"65 levels of {label} in the header", v2(UPDATED, None, {"x": too_deep(62)}), ("TOO_DEEP", "header"))
        case(f"64 levels of {label} in a list", v2(JOB, f'{{"updated_fields":[{HERE_IS}{nest(61, "")}]}}'), ("TYPE", "event.updated_fields"), event={})
        case(f"65 levels of {label} in a list", v2(JOB, f'{{"updated_fields":[{too_deep(61)}]}}'), ("TOO_DEEP", "event.updated_fields"))
        case(f"64 levels of {label} of an unknown type", v2("corehr.nothing_v1", nest(63, "") if opening != "[" else f'{{"x":{nest(62, "")}}}'), event=None, tag=1)
        case(f"64 levels of {label} instead of an event", v2(UPDATED, HERE_IS + nest(63, "")) if opening == "[" else v2(UPDATED, f'{{"status":{HERE_IS}{nest(62, "")}}}'), ("TYPE", "event" if opening == "[" else "event.status"))
        deep = opening * 63 + HERE_IS + opening * (100_000 - 63)
        case(f"100000 {label} not closed", f'{{"x":{deep}', ("TOO_DEEP", ""))
        case(f"100000 {label} closed", f'{{"x":{deep}{"" if opening == "[" else "1"}{closing * 100_000}}}', ("TOO_DEEP", ""))
        deep = opening * 62 + HERE_IS + opening * (100_000 - 62)
        case(f"100000 {label} in an event", v2(UPDATED, f'{{"biz_type":{deep}').replace("}}", ""), ("TOO_DEEP", "event.biz_type"))
        case(f"100000 {label} at the root", f'{opening * 64}{HERE_IS}{opening * (100_000 - 64)}', ("TOO_DEEP", ""))
    mixed = '[{"a":' * 31
    case("64 levels mixed", v2(UPDATED, None, more=f',"x":{mixed}[]{"}]" * 31}'), event={})
    case("65 levels mixed", v2(UPDATED, None, more=f',"x":{mixed}[{HERE_IS}{{}}]{"}]" * 31}'), ("TOO_DEEP", ""))
    case("64 arrays at the root", HERE_IS + "[" * 64 + "]" * 64, ("TYPE", ""), schema="", tag=0)
    case("65 arrays at the root", "[" * 64 + HERE_IS + "[" + "]" * 65, ("TOO_DEEP", ""))
    wide = ",".join(["[{}]", '{"a":[]}'] * 200)
    case("many values side by side", v2(UPDATED, f'{{"x":[{wide}],"status":1}}'), event={"status": 1})
    case("wrong brackets", f'{{"x":[{{"a":1{HERE_IS}]}}', ("EXPECTED_COMMA", ""))


def structure():
    for label, content, kind, field in (
        ("empty input", "", "UNEXPECTED_END", ""),
        ("white space only", " \t\r\n", "UNEXPECTED_END", ""),
        ("byte order mark", "^\ufeff{}", "EXPECTED_VALUE", ""),
        ("UTF-16 LE", "{^\0", "EXPECTED_NAME", ""),
        ("UTF-16 BE", "^\0{", "EXPECTED_VALUE", ""),
        ("opening brace only", "{", "UNEXPECTED_END", ""),
        ("closing brace only", "^}", "EXPECTED_VALUE", ""),
        ("comma in an empty object", "{^,}", "EXPECTED_NAME", ""),
        ("comma at the end of an object", '{"a":1,^}', "EXPECTED_NAME", ""),
        ("two commas in an object", '{"a":1,^,"b":2}', "EXPECTED_NAME", ""),
        ("number as name", "{^1:2}", "EXPECTED_NAME", ""),
        ("bare name", '{^a:1}', "EXPECTED_NAME", ""),
        ("name in single quotes", "{^'a':1}", "EXPECTED_NAME", ""),
        ("null as name", "{^null:1}", "EXPECTED_NAME", ""),
        ("name alone", '{"a"^}', "EXPECTED_COLON", ""),
        ("no colon", '{"a" ^1}', "EXPECTED_COLON", ""),
        ("comma for colon", '{"a"^,1}', "EXPECTED_COLON", ""),
        ("equals sign for colon", '{"a"^=1}', "EXPECTED_COLON", ""),
        ("two colons", '{"a":^:1}', "EXPECTED_VALUE", ""),
        ("no value", '{"a":^}', "EXPECTED_VALUE", ""),
        ("comma for a value", '{"a":^,"b":1}', "EXPECTED_VALUE", ""),
        ("no comma", '{"a":1 ^"b":2}', "EXPECTED_COMMA", ""),
        ("semicolon", '{"a":1^;"b":2}', "EXPECTED_COMMA", ""),
        ("closed by a bracket", '{"a":1^]', "EXPECTED_COMMA", ""),
        ("empty object closed by a bracket", "{^]", "EXPECTED_NAME", ""),
        ("array closed by a brace", '{"a":[1^}}', "EXPECTED_COMMA", ""),
        ("empty array closed by a brace", '{"a":[^}}', "EXPECTED_VALUE", ""),
        ("comma at the end of an array", '{"a":[1,^]}', "EXPECTED_VALUE", ""),
        ("comma in an empty array", '{"a":[^,]}', "EXPECTED_VALUE", ""),
        ("comment", '{"a":1,^/* */"b":2}', "EXPECTED_NAME", ""),
        ("number sign comment at the end", "{}^# x", "TRAILING_BYTES", ""),
        ("name not closed", '{"a', "UNEXPECTED_END", ""),
        ("string not closed", '{"a":"b}', "UNEXPECTED_END", ""),
        ("string closed by an escaped quote", '{"a":"b\\"}', "UNEXPECTED_END", ""),
        ("end after a backslash", '{"a":"\\', "UNEXPECTED_END", ""),
        ("end in a u escape", '{"a":"\\u12', "UNEXPECTED_END", ""),
        ("end after a high surrogate", '{"a":"\\ud83d', "UNEXPECTED_END", ""),
        ("end amid a surrogate pair", '{"a":"\\ud83d\\', "UNEXPECTED_END", ""),
        ("end amid a surrogate pair, later", '{"a":"\\ud83d\\ude', "UNEXPECTED_END", ""),
        ("end after a minus", '{"a":-', "UNEXPECTED_END", ""),
        ("end after a decimal point", '{"a":1.', "UNEXPECTED_END", ""),
        ("end after an e", '{"a":1e', "UNEXPECTED_END", ""),
        ("end after e+", '{"a":1e+', "UNEXPECTED_END", ""),
        ("end after a number", '{"a":12', "UNEXPECTED_END", ""),
        ("end in a literal", '{"a":tru', "UNEXPECTED_END", ""),
        ("end after a comma", '{"a":1,', "UNEXPECTED_END", ""),
        ("end after a colon", '{"a":', "UNEXPECTED_END", ""),
        ("end in an array", '{"a":[1,2', "UNEXPECTED_END", ""),
        ("second document", "{}^{}", "TRAILING_BYTES", ""),
        ("second brace", "{}^}", "TRAILING_BYTES", ""),
        ("comma after the document", "{} ^,", "TRAILING_BYTES", ""),
        ("NUL after the document", "{}^\0", "TRAILING_BYTES", ""),
        ("text after the document", '{"a":1}\n^x', "TRAILING_BYTES", ""),
        ("scalar document with trailing bytes", "1 ^2", "TRAILING_BYTES", ""),
        ("string document with trailing bytes", '"a"^"b"', "TRAILING_BYTES", ""),
        ("word at the root", "^hello", "EXPECTED_VALUE", ""),
        ("literal at the root", "nul^x", "INVALID_LITERAL", ""),
        ("form data", "^payload=%7B%7D", "EXPECTED_VALUE", ""),
        ("HTML", "^<html>", "EXPECTED_VALUE", ""),
    ):
        case(label, content.replace("^", HERE_IS), (kind, field))
    for place, build, field in (
        ("header", lambda s: f'{{"header":{s}', "header"),
        ("event", lambda s: f'{{"header":{{"event_type":"{UPDATED}"}},"event":{s}', "event"),
        ("event before header", lambda s: f'{{"event":{s}', "event"),
        ("event of an unknown type", lambda s: f'{{"header":{{"event_type":"x"}},"event":{s}', "event"),
    ):
        for label, content, kind in (
            ("end", "", "UNEXPECTED_END"),
            ("end after brace", "{", "UNEXPECTED_END"),
            ("name not closed", '{"x', "UNEXPECTED_END"),
            ("bare name", "{^x:1}}", "EXPECTED_NAME"),
            ("comma at the end", '{"x":1,^}}', "EXPECTED_NAME"),
            ("no colon", '{"x"^ 1}}'.replace("^ ", " ^"), "EXPECTED_COLON"),
            ("no comma", '{"x":1 ^"y":2}}', "EXPECTED_COMMA"),
            ("no value", '{"x":^}}', "EXPECTED_VALUE"),
            ("wrong value", "^@}", "EXPECTED_VALUE"),
            ("array not closed", "[1^}", "EXPECTED_COMMA"),
        ):
            case(f"{label} in {place}", build(content.replace("^", HERE_IS)), (kind, field))
    for name in ("process_id", "status"):
        for label, content, kind, field in (
            ("end after the name", f'{{"{name}"', "UNEXPECTED_END", "event"),
            ("end after the colon", f'{{"{name}":', "UNEXPECTED_END", f"event.{name}"),
            ("end in the value", f'{{"{name}":"12', "UNEXPECTED_END", f"event.{name}"),
            ("end after the value", f'{{"{name}":"12"', "UNEXPECTED_END", "event"),
            ("no colon", f'{{"{name}"^,1}}}}', "EXPECTED_COLON", "event"),
            ("no value", f'{{"{name}":^}}}}', "EXPECTED_VALUE", f"event.{name}"),
            ("no comma", f'{{"{name}":"12"^"x":1}}}}', "EXPECTED_COMMA", "event"),
        ):
            head = f'{{"header":{{"event_type":"{UPDATED}"}},"event":'
            case(f"{label} of {name}", head + content.replace("^", HERE_IS), (kind, field))
    for label, root in (("array", "[]"), ("array of events", '[{"schema":"2.0"}]'), ("string", '"{}"'), ("number", "5"), ("fraction", "-1.5e3"), ("true", "true"), ("false", "false"), ("null", "null")):
        case(f"{label} at the root", f"{HERE_IS}{root}", ("TYPE", ""), schema="", header={}, event=None, tag=0)
        case(f"{label} at the root, in white space", f" \n{HERE_IS}{root}\t ", ("TYPE", ""), schema="", header={}, event=None, tag=0)
    case("wrong array at the root", f"[1,{HERE_IS}]", ("EXPECTED_VALUE", ""))

    unknown = {
        "null": "null",
        "true": "true",
        "false": "false",
        "0": "0",
        "-1.5e-7": "-1.5e-7",
        "empty string": '""',
        "string": '"}],\\"{["',
        "empty array": "[]",
        "empty object": "{}",
        "arrays": "[[],[[]],[[],[]]]",
        "objects": '{"a":{"b":{"c":{}}},"d":{"a":{}}}',
        "known names": f'{{"schema":1,"header":{{"event_type":"{CC}"}},"event":{{"status":true}},"encrypt":"x","type":"url_verification","uuid":"u"}}',
        "names repeated": '{"a":1,"a":2,"a":{"a":[]}}',
        "everything": '[null,true,false,0,-1.5E+7,"\\u00e9é😀",{"":[{}]}]',
    }
    for label, value in unknown.items():
        pretty = json.dumps(json.loads(value), indent=2, ensure_ascii=False)
        for written, form in ((value, ""), (pretty, ", pretty")):
            if form and pretty == value:
                continue
            marked = f'{{"x":{written},"header":{{"x":{written},"event_id":"e1","event_type":"{UPDATED}","y":{written}}},"x":{written},"event":{OPEN}{{"x":{written},"status":1,"x":{written}}}{CLOSE},"z":{written}}}'
            case(f"unknown members: {label}{form}", marked, schema="2.0", header=HEADER_OF[UPDATED], event={"status": 1})
    case("empty names", f'{{"":1,"header":{{"":{{}},"event_id":"e1","event_type":"{UPDATED}"}},"":2,"event":{OPEN}{{"":"x","status":1,"":[]}}{CLOSE}}}', header=HEADER_OF[UPDATED], event={"status": 1})
    near = '{"statu":1,"status_":2,"Status":3,"STATUS":4," status":5,"status ":6,"status\\u0000":7,"ｓtatus":8,"properties":9}'
    case("names that are nearly known", v2(UPDATED, near, {"Event_id": '"x"', "event_id\\u0000": '"y"'}, more=',"Schema":"3.0","headers":1,"events":[]'), header=HEADER_OF[UPDATED], event={"properties": 9})
    case("names of other events", v2(CC, obj(FULL[JOB] | FULL[NODE] | {"status": "5"})), event={"process_id": "7312658016791168538", "status": 5, "biz_type": "corehr_probation_default_flow"})
    case("names of another level", v2(UPDATED, '{"event_id":true,"header":[],"token":{}}', {"status": "true", "schema": "[]"}), header=HEADER_OF[UPDATED], event={})


def duplicates():
    d = HERE_IS
    for name, first, second in (
        ("schema", '"2.0"', '"3.0"'),
        ("schema", '"2.0"', '"2.0"'),
        ("schema", "null", '"2.0"'),
        ("schema", '"2.0"', "null"),
        ("schema", '"2.0"', '{"a":[]}'),
        ("token", '"a"', '"b"'),
        ("encrypt", "null", '"b"'),
    ):
        marked = f'{{"{name}":{first},"header":{{"event_type":"{UPDATED}"}},{d}"{name}":{second},"event":{OPEN}{{}}{CLOSE}}}'
        case(f"{name} {first} and then {second}", marked, ("DUPLICATE", name), schema="2.0", tag=3)
    header = f'{{"event_id":"e1","event_type":"{UPDATED}"}}'
    other = f'{{"event_id":"e2","event_type":"{CC}","token":"t"}}'
    keep = {"schema": "2.0", "header": HEADER_OF[UPDATED]}
    case("header twice", f'{{"header":{header},{d}"header":{other},"event":{OPEN}{{"status":1,"approver_id":"a"}}{CLOSE}}}', ("DUPLICATE", "header"), event={"status": 1}, **keep)
    case("header twice around the event", f'{{"header":{header},"event":{OPEN}{{"status":1}}{CLOSE},{d}"header":{other}}}', ("DUPLICATE", "header"), event={"status": 1}, **keep)
    case("header twice after the event", f'{{"event":{OPEN}{{"status":1,"approver_id":"a"}}{CLOSE},"header":{header},{d}"header":{other}}}', ("DUPLICATE", "header"), event={"status": 1}, **keep)
    case("header and then null", f'{{"header":{header},{d}"header":null,"event":{OPEN}{{}}{CLOSE}}}', ("DUPLICATE", "header"), event={}, **keep)
    case("header null and then an object", f'{{"header":null,{d}"header":{header},"event":{OPEN}{{"status":1}}{CLOSE}}}', ("DUPLICATE", "header"), schema="headless", header={}, tag=1)
    case("event twice", f'{{"header":{header},"event":{OPEN}{{"status":1}}{CLOSE},{d}"event":{{"status":2,"properties":1}}}}', ("DUPLICATE", "event"), event={"status": 1}, **keep)
    case("event twice before header", f'{{"event":{OPEN}{{"status":1}}{CLOSE},{d}"event":{{"status":2}},"header":{header}}}', ("DUPLICATE", "event"), event={"status": 1}, **keep)
    case("event twice around header", f'{{"event":{OPEN}{{"status":1}}{CLOSE},"header":{header},{d}"event":{{"status":2,"properties":1}}}}', ("DUPLICATE", "event"), event={"status": 1}, **keep)
    case("event null and then an object", f'{{"header":{header},"event":null,{d}"event":{{"status":2}}}}', ("DUPLICATE", "event"), event=None, tag=0, **keep)
    case("event and then a string", f'{{"header":{header},"event":{OPEN}{{"status":1}}{CLOSE},{d}"event":"x"}}', ("DUPLICATE", "event"), event={"status": 1}, **keep)
    case("event with escaped name repeated", f'{{"header":{header},"event":{OPEN}{{"status":1}}{CLOSE},{d}"e\\u0076ent":{{}}}}', ("DUPLICATE", "event"), event={"status": 1}, **keep)
    case("fault in the second header", f'{{"header":{header},"header":{{"event_id":{d}@}}}}', ("EXPECTED_VALUE", "header"))
    case("fault in the second event", f'{{"header":{header},"event":{{}},"event":{{"status":{d}@}}}}', ("EXPECTED_VALUE", "event"))
    for name, table in (("header", HEADER),):
        for field, kind in table.items():
            first, second = ('"a"', '"b"') if kind["type"] == "text" else ("1", "2")
            if field == "event_type":
                first, second = f'"{UPDATED}"', f'"{CC}"'
            members = {"event_type": f'"{UPDATED}"'} | {field: first}
            marked = f'{{"header":{obj(members)[:-1]},{d}"{field}":{second}}},"event":{OPEN}{{"status":1}}{CLOSE}}}'
            case(f"header.{field} twice", marked, ("DUPLICATE", f"header.{field}"), schema="2.0", event={"status": 1})
    for event_type, short in SHORT.items():
        for field, kind in EVENTS[event_type].items():
            first, second = {"text": ('"a"', '"b"'), "enum": ("1", "2"), "list": ('["a"]', '["b","c"]')}[kind["type"]]
            event = f'{{"{field}":{first},"unknown":1,{d}"{field}":{second},"unknown":2}}'
            case(f"{short}.{field} twice", v2(event_type, event), ("DUPLICATE", f"event.{field}"), event={field: json.loads(first)})
    case("text three times", v2(UPDATED, f'{{"process_id":"a",{d}"process_id":"b","process_id":"c"}}'), ("DUPLICATE", "event.process_id"), event={"process_id": "a"})
    case("text null and then a text", v2(UPDATED, f'{{"process_id":null,{d}"process_id":"b"}}'), ("DUPLICATE", "event.process_id"), event={})
    case("text and then null", v2(UPDATED, f'{{"process_id":"a",{d}"process_id":null}}'), ("DUPLICATE", "event.process_id"), event={"process_id": "a"})
    case("text and then an object", v2(UPDATED, f'{{"process_id":"a",{d}"process_id":{{"process_id":1,"process_id":2}}}}'), ("DUPLICATE", "event.process_id"), event={"process_id": "a"})
    case("text repeated, event before header", v2(UPDATED, f'{{"process_id":"a",{d}"process_id":"b"}}', event_first=True), ("DUPLICATE", "event.process_id"), event={"process_id": "a"})
    case("text repeated with escapes in the name", v2(UPDATED, f'{{"process_id":"a",{d}"p\\u0072ocess\\u005fid":"b"}}'), ("DUPLICATE", "event.process_id"), event={"process_id": "a"})
    case("text repeated with escapes in the first name", v2(UPDATED, f'{{"\\u0070rocess_id":"a", {d}"process_id":"b"}}'), ("DUPLICATE", "event.process_id"), event={"process_id": "a"})
    case("text repeated after an overflow", v2(UPDATED, f'{{"process_id":{d}"{"x" * 64}","status":1}}'), ("CAPACITY", "event.process_id"), event={"status": 1})
    case("header.event_id with an escaped name repeated", v2(UPDATED, None, {"token": '"t"', f"{d}": "0"}).replace(f'"{d}":0', f'{d}"e\\u0076ent_id":"e2"'), ("DUPLICATE", "header.event_id"), header=HEADER_OF[UPDATED] | {"token": "t"}, event={})
    case("members of an unknown event repeated", v2("corehr.nothing_v1", '{"status":1,"status":2}'), event=None, tag=1)
    case("members of an event of no named type repeated", f'{{"event":{OPEN}{{"status":1,"status":2}}{CLOSE}{d}}}', ("MISSING", "header"), schema="headless", event=None, tag=1)
    case("event_type null and then one", f'{{"header":{{"event_type":null,{d}"event_type":"{UPDATED}"}},"event":{OPEN}{{"status":1}}{CLOSE}}}', ("DUPLICATE", "header.event_type"), schema="headless", event=None, tag=1)


def two_faults():
    d = HERE_IS
    case("two wrong types", v2(UPDATED, f'{{"status":{d}true,"process_id":false,"properties":1}}'), ("TYPE", "event.status"), event={"properties": 1})
    case("wrong type in header and event", v2(UPDATED, '{"status":true}', {"token": f"{d}[]"}), ("TYPE", "header.token"), event={})
    case("wrong type in event and header", v2(UPDATED, f'{{"status":{d}true}}', {"token": "[]"}, event_first=True), ("TYPE", "event.status"), event={}, header=HEADER_OF[UPDATED])
    case("wrong type, then range", v2(UPDATED, f'{{"process_id":{d}true,"status":9999999999}}'), ("TYPE", "event.process_id"), event={})
    case("range, then wrong type", v2(UPDATED, f'{{"status":{d}9999999999,"process_id":true}}'), ("RANGE", "event.status"), event={})
    case("wrong type, then capacity", v2(UPDATED, f'{{"status":{d}true,"process_id":"{"x" * 64}"}}'), ("TYPE", "event.status"), event={})
    case("two capacities", v2(UPDATED, f'{{"process_id":{d}"{"x" * 64}","flow_definition_id":"{"y" * 128}","status":4}}'), ("CAPACITY", "event.process_id"), event={"status": 4})
    case("duplicate, then wrong type", v2(UPDATED, f'{{"status":1,{d}"status":2,"process_id":true}}'), ("DUPLICATE", "event.status"), event={"status": 1})
    case("wrong type, then duplicate of it", v2(UPDATED, f'{{"status":{d}true,"status":2}}'), ("TYPE", "event.status"), event={})
    case("wrong schema, then wrong type", v2(UPDATED, '{"status":true}').replace('"2.0"', f'{d}"3.0"'), ("UNKNOWN_SCHEMA", "schema"), event={}, schema="2.0")
    case("wrong type, then wrong schema", f'{{"header":{{"event_type":"{UPDATED}"}},"event":{OPEN}{{"status":{d}true}}{CLOSE},"schema":"1.0"}}', ("TYPE", "event.status"), event={}, schema="2.0")
    case("wrong type, then no event type", f'{{"header":{{"event_id":{d}true}},"event":{OPEN}{{}}{CLOSE}}}', ("TYPE", "header.event_id"), schema="headless", header={}, tag=1)
    case("no event type, then no event", f'{{"header":{{"event_id":"e1"{d}}}}}', ("MISSING", "header.event_type"), schema="headless", header={"event_id": "e1"}, tag=0)
    case("wrong header, no event", f'{{"header":{d}5}}', ("TYPE", "header"), schema="headless", header={}, tag=0)
    case("wrong event, then no event type", f'{{"event":{OPEN}{d}5{CLOSE},"header":{{}}}}', ("TYPE", "event"), schema="headless", header={}, tag=0)
    case("wrong type, then not JSON", v2(UPDATED, f'{{"status":true,"process_id":{d}@}}'), ("EXPECTED_VALUE", "event.process_id"))
    case("wrong type, then trailing bytes", v2(UPDATED, '{"status":true}') + d + "x", ("TRAILING_BYTES", ""))
    case("wrong type, then the end", v2(UPDATED, '{"status":true}')[:-1], ("UNEXPECTED_END", ""))
    case("capacity, then not UTF-8", v2(UPDATED, f'{{"process_id":"{"x" * 64}","x":"{d}{raw("ff")}"}}'), ("INVALID_UTF8", "event"))
    case("wrong root, then trailing bytes", f"[] {d}[]", ("TRAILING_BYTES", ""))
    case("encrypted, then not JSON", f'{{"encrypt":"e",{d}}}', ("EXPECTED_NAME", ""))
    case("encrypted, then the end", '{"encrypt":"e"', ("UNEXPECTED_END", ""))
    case("two faults that are not JSON", f'{{"a":{d}@,"b":01}}', ("EXPECTED_VALUE", ""))
    case("no header, after a wrong event", f'{{"event":{OPEN}{d}"x"{CLOSE}}}', ("TYPE", "event"), schema="headless", tag=0)
    case("not JSON behind a call error", "@", ("UNKNOWN_EVENT_TYPE", ""), event_type="corehr.nothing_v1")


def shapes():
    d = HERE_IS
    # schema 2.0 and what may be missing from it
    header = f'"header":{{"event_id":"e1","event_type":"{UPDATED}"}}'
    event = f'"event":{OPEN}{{"status":1}}{CLOSE}'
    good = {"schema": "2.0", "header": HEADER_OF[UPDATED], "event": {"status": 1}, "tag": 3}
    case("no schema", f"{{{header},{event}}}", **good)
    case("schema null", f'{{"schema":null,{header},{event}}}', **good)
    case("schema last", f'{{{header},{event},"schema":"2.0"}}', **good)
    for value in ('"1.0"', '""', '"2"', '"2.0 "', '"2.1"', "2", '"url_verification"', '"encrypt"', f'"{"x" * 1000}"'):
        case(f"schema {value[:20]}", f'{{"schema":{d}{value},{header},{event}}}', ("UNKNOWN_SCHEMA", "schema"), **good)
    case("schema 3.0, last", f'{{{event},{header},"schema":{d}"3.0"}}', ("UNKNOWN_SCHEMA", "schema"), **good)
    for value in ("true", "2.0", "{}", "[]"):
        case(f"schema {value}", f'{{"schema":{d}{value},{header},{event}}}', ("TYPE", "schema"), **good)
    case("members of other shapes in 2.0", f'{{"type":"url_verification","challenge":"c","token":"t","uuid":"u","ts":"1",{header},{event}}}', **good)
    case("event_callback with a header", f'{{"type":"event_callback","uuid":"u",{event},{header}}}', **good)
    for label, value in (("array", "[]"), ("array with an event", '[{"status":1}]'), ("string", '"{}"'), ("integer", "5"), ("fraction", "1.5"), ("true", "true"), ("false", "false")):
        none = {"schema": "2.0", "header": HEADER_OF[UPDATED], "event": None, "tag": 0}
        case(f"event: {label}", f'{{{header},"event":{OPEN}{d}{value}{CLOSE}}}', ("TYPE", "event"), **none)
        case(f"event: {label}, before header", f'{{"event":{OPEN}{d}{value}{CLOSE},{header}}}', ("TYPE", "event"), **none)
        case(f"event: {label}, unknown type", v2("corehr.nothing_v1", d + value), ("TYPE", "event"), event=None, tag=0)
        case(f"event: {label}, headless and named", f'{{"event":{OPEN}{d}{value}{CLOSE},"header":{{}}}}', ("TYPE", "event"), event_type=CC, schema="headless", header={}, event=None, tag=0)
    none = {"schema": "2.0", "header": HEADER_OF[UPDATED], "event": None, "tag": 0}
    case("event null", f'{{{header},"event":null{d}}}', ("MISSING", "event"), **none)
    case("event null, before header", f'{{"event":null,{header} {d}}}', ("MISSING", "event"), **none)
    case("no event", f"{{{header}{d}}}", ("MISSING", "event"), **none)
    case("no event of an unknown type", f'{{"header":{{"event_type":"x"}}{d}}}', ("MISSING", "event"), schema="2.0", header={"event_type": "x"}, tag=0)
    case("no event, trailing white space", f'{{{header}\n{d}}}\n', ("MISSING", "event"), **none)

    for unknown in ("corehr.nothing_v1", "corehr.job_change.status_updated_v3", "im.message.receive_v1", "", UPDATED + " ", UPDATED[:-1], UPDATED.upper(), UPDATED + "\\u0000", "url_verification", "event_callback"):
        expected = {"schema": "2.0", "header": {"event_id": "e1", "event_type": json.loads(f'"{unknown}"')}, "event": None, "tag": 1}
        for order in (False, True):
            case(f"unknown event type {unknown!r}{', event first' if order else ''}", v2(unknown, '{"status":true,"a":[{"b":1}]}', event_first=order), **expected)
    case("unknown event type, named otherwise", v2("corehr.nothing_v1", '{"status":1}'), event_type=UPDATED, event=None, tag=1)
    case("unknown event type with an empty event", v2("corehr.nothing_v1"), event=None, tag=1)
    case("event type as integer", v2(UPDATED, '{"status":1}', {"event_type": "5"}), header={"event_id": "e1", "event_type": "5"}, schema="2.0", event=None, tag=1)
    case("event type too long, named otherwise", v2(UPDATED, '{"status":1}', {"event_type": d + quoted("x" * 96)}), ("CAPACITY", "header.event_type"), event_type=UPDATED, schema="2.0", event=None, tag=1)
    case("event type of the wrong type, named", v2(UPDATED, '{"status":1}', {"event_type": f"{d}[]"}), ("TYPE", "header.event_type"), event_type=UPDATED, schema="headless", event={"status": 1}, tag=3)

    # the header
    for label, value in (("array", "[]"), ("string", '"x"'), ("integer", "5"), ("true", "true")):
        case(f"header: {label}", f'{{"header":{d}{value},{event}}}', ("TYPE", "header"), schema="headless", header={}, event=None, tag=1)
        case(f"header: {label}, after the event", f'{{{event},"header":{d}{value}}}', ("TYPE", "header"), schema="headless", header={}, event=None, tag=1)
        case(f"header: {label}, named", f'{{"header":{d}{value},{event}}}', ("TYPE", "header"), event_type=UPDATED, schema="headless", header={}, event={"status": 1}, tag=3)
        case(f"header: {label}, named, after the event", f'{{{event},"header":{d}{value}}}', ("TYPE", "header"), event_type=UPDATED, schema="headless", header={}, event={"status": 1}, tag=3)
    for label, value in (("no header", ""), ("header null", '"header":null,')):
        case(f"{label}, with an event", f"{{{value}{event}{d}}}", ("MISSING", "header"), schema="headless", header={}, event=None, tag=1)
        case(f"{label}, with an event, named", f"{{{value}{event}{d}}}", ("MISSING", "header"), event_type=UPDATED, schema="headless", header={}, event={"status": 1}, tag=3)
        case(f"{label}, event null", f'{{{value}"event":null{d}}}', ("MISSING", "header"), schema="", header={}, event=None, tag=0)
        case(f"{label}, named, event null", f'{{{value}"event":null{d}}}', ("MISSING", "header"), event_type=UPDATED, schema="", header={}, event=None, tag=0)
        case(f"{label}, other members", f'{{{value}"schema":"2.0","type":"x","token":"t","ts":"1","challenge":"c"{d}}}', ("MISSING", "header"), schema="", header={}, event=None, tag=0)
    case("empty object", f"{{{d}}}", ("MISSING", "header"), schema="", header={}, event=None, tag=0)
    case("empty object with white space", f" {{ {d}}} ", ("MISSING", "header"), schema="", header={}, event=None, tag=0)
    case("empty header", f'{{"header":{{{d}}},{event}}}', ("MISSING", "header.event_type"), schema="headless", header={}, event=None, tag=1)
    case("empty header and event, named", f'{{"header":{{}},"event":{OPEN}{{}}{CLOSE}}}', event_type=JOB, schema="headless", header={}, event={}, tag=8)

    # headless
    sample = '{"event_id":"e4b6","event_time":"1719391068392","tenant_id":7024043141149753363}'
    expected = {"event_id": "e4b6", "event_time": 1719391068392, "tenant_id": "7024043141149753363"}
    for event_type, short in SHORT.items():
        values = json.loads(obj(FULL[event_type]))
        body = OPEN + obj(FULL[event_type]) + CLOSE
        for label, marked in (("event first", f'{{"event":{body},"header":{sample}}}'), ("header first", f'{{"header":{sample},"event":{body}}}')):
            case(f"headless {short}, named, {label}", marked, event_type=event_type, schema="headless", header=expected, event=values, tag=TAGS[event_type])
            marked = marked.replace(sample, sample[:-1] + d + "}")
            case(f"headless {short}, not named, {label}", marked, ("MISSING", "header.event_type"), schema="headless", header=expected, event=None, tag=1)
        other = UPDATED if event_type != UPDATED else CC
        case(f"headless {short}, type in the body wins", full(other), event_type=event_type, schema="2.0", event=json.loads(obj(FULL[other])), tag=TAGS[other])
    case("headless with schema 2.0", f'{{"schema":"2.0","header":{sample},{event}}}', event_type=UPDATED, schema="headless", event={"status": 1})
    case("headless with another schema", f'{{"schema":{d}"1.0","header":{sample},{event}}}', ("UNKNOWN_SCHEMA", "schema"), event_type=UPDATED, schema="headless", event={"status": 1})
    case("headless without event, named", f'{{"header":{sample}{d}}}', ("MISSING", "event"), event_type=UPDATED, schema="headless", header=expected, event=None, tag=0)
    case("headless with a fault in the event first", f'{{"event":{OPEN}{{"status":{d}true,"process_id":"1"}}{CLOSE},"header":{sample}}}', ("TYPE", "event.status"), event_type=UPDATED, schema="headless", event={"process_id": "1"}, tag=3)
    case("headless, named, fault that is not JSON", f'{{"header":{sample},"event":{{"status":{d}@}}}}', ("EXPECTED_VALUE", "event.status"), event_type=UPDATED)
    for name in ("corehr.nothing_v1", "", "url_verification", UPDATED + "\0", "corehr.process", "event_callback"):
        case(f"call with the unknown event type {name!r}", f'{{"header":{sample},"event":{{}}}}', ("UNKNOWN_EVENT_TYPE", ""), event_type=name)
    case("call with an unknown event type, body with its own", v2().replace(OPEN, "").replace(CLOSE, ""), ("UNKNOWN_EVENT_TYPE", ""), event_type="corehr.nothing_v1")

    # url_verification
    ask = {"challenge": '"ajls384kdjx98XX"', "token": '"xxxxxx"', "type": '"url_verification"'}
    names = list(ask)
    good = {"schema": "url_verification", "header": {"token": "xxxxxx"}, "event": {"challenge": "ajls384kdjx98XX"}, "tag": 2}
    for order in ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)):
        case(f"url_verification, order {order}", obj({names[at]: ask[names[at]] for at in order}), **good)
    case("url_verification with unknown members", obj({"x": "[1,{}]"} | ask | {"y": '{"challenge":1}'}), **good)
    case("url_verification with escapes", obj({"challenge": '"a\\u0000\\ud83d\\ude00\\"\\/"', "type": '"url\\u005fverification"'}), schema="url_verification", header={}, event={"challenge": 'a\0😀"/'}, tag=2)
    case("url_verification, named", obj(ask), event_type=CC, **good)
    case("url_verification, header null", obj({"header": "null"} | ask), **good)
    case("url_verification and uuid", obj({"uuid": '"u"', "ts": '"1"'} | ask), **good)
    case("url_verification, challenge as integer", obj(ask | {"challenge": "12345678901234567890"}), event={"challenge": "12345678901234567890"}, schema="url_verification")
    case("url_verification, empty challenge", obj(ask | {"challenge": '""'}), event={"challenge": ""}, schema="url_verification")
    case("url_verification, challenge full", obj(ask | {"challenge": quoted("c" * 511)}), event={"challenge": "c" * 511}, tag=2)
    bare = {"schema": "url_verification", "header": {"token": "xxxxxx"}, "event": {}, "tag": 2}
    case("url_verification, challenge one over", obj(ask | {"challenge": d + quoted("c" * 512)}), ("CAPACITY", "challenge"), **bare)
    for value in ("true", "[]", "{}", "1.5"):
        case(f"url_verification, challenge {value}", obj(ask | {"challenge": d + value}), ("TYPE", "challenge"), **bare)
    case("url_verification, no challenge", obj(ask | {"challenge": None})[:-1] + d + "}", ("MISSING", "challenge"), **bare)
    case("url_verification, challenge null", obj(ask | {"challenge": "null"})[:-1] + d + "}", ("MISSING", "challenge"), **bare)
    case("url_verification, challenge twice", obj(ask)[:-1] + f',{d}"challenge":"x"}}', ("DUPLICATE", "challenge"), **good)
    case("url_verification, no token", obj(ask | {"token": None}), schema="url_verification", header={}, event=good["event"], tag=2)
    case("url_verification, token of the wrong type", obj(ask | {"token": d + "{}"}), ("TYPE", "token"), schema="url_verification", header={}, event=good["event"], tag=2)
    case("url_verification, token full", obj(ask | {"token": quoted("t" * 63)}), header={"token": "t" * 63}, event=good["event"])
    case("url_verification, token one over", obj(ask | {"token": d + quoted("t" * 64)}), ("CAPACITY", "token"), schema="url_verification", header={}, event=good["event"], tag=2)
    case("url_verification alone", f'{{"type":"url_verification"{d}}}', ("MISSING", "challenge"), schema="url_verification", header={}, event={}, tag=2)
    case("url_verification misspelt", f'{{"type":"url_verificatio","challenge":"c"{d}}}', ("MISSING", "header"), schema="", header={}, event=None, tag=0)

    # schema 1.0
    inner = '{"type":"leave_approval","app_id":"cli_1","tenant_key":"k1","more":[1]}'
    v1 = {"uuid": '"u1"', "token": '"t1"', "ts": '"1502199207.7171419"', "type": '"event_callback"', "event": OPEN + inner + CLOSE}
    head = {"event_id": "u1", "token": "t1", "ts": "1502199207.7171419", "event_type": "leave_approval", "app_id": "cli_1", "tenant_key": "k1"}
    good = {"schema": "1.0", "header": head, "event": None, "tag": 1}
    names = list(v1)
    for at in range(5):
        case(f"1.0, order {at}", obj({name: v1[name] for name in names[at:] + names[:at]}), **good)
        reverse = list(reversed(names))
        case(f"1.0, reverse order {at}", obj({name: v1[name] for name in reverse[at:] + reverse[:at]}), **good)
    case("1.0, named", obj(v1), event_type=UPDATED, **good)
    case("1.0, header null", obj({"header": "null"} | v1), **good)
    case("1.0, schema 1.0", obj({"schema": '"1.0"'} | v1), **good)
    case("1.0 without type", obj(v1 | {"type": None}), **good)
    case("1.0 of another type", obj(v1 | {"type": '"something"'}), **good)
    case("1.0 without uuid", obj(v1 | {"uuid": None}), schema="1.0", header={n: v for n, v in head.items() if n != "event_id"}, tag=1)
    case("1.0 with uuid null", obj(v1 | {"uuid": "null"}), schema="1.0", header={n: v for n, v in head.items() if n != "event_id"}, tag=1)
    case("1.0 with integers", obj(v1 | {"uuid": "12", "ts": "1502199207", "token": "7"}), schema="1.0", header=head | {"event_id": "12", "ts": "1502199207", "token": "7"})
    for name, to in (("uuid", "event_id"), ("token", "token"), ("ts", "ts")):
        less = {n: v for n, v in head.items() if n != to}
        case(f"1.0, {name} of the wrong type", obj(v1 | {name: d + "true"}), ("TYPE", name), schema="1.0", header=less, event=None, tag=1)
        room = HEADER[to]["capacity"]
        case(f"1.0, {name} full", obj(v1 | {name: quoted("1" * room)}), schema="1.0", header=head | {to: "1" * room})
        case(f"1.0, {name} one over", obj(v1 | {name: d + quoted("1" * (room + 1))}), ("CAPACITY", name), schema="1.0", header=less, event=None, tag=1)
        case(f"1.0, {name} twice", obj(v1)[:-1] + f',{d}"{name}":"x"}}', ("DUPLICATE", name), **good)
    case("1.0, ts as fraction", obj(v1 | {"ts": d + "1502199207.7"}), ("TYPE", "ts"), schema="1.0", header={n: v for n, v in head.items() if n != "ts"})
    for name, to in (("type", "event_type"), ("app_id", "app_id"), ("tenant_key", "tenant_key")):
        less = {n: v for n, v in head.items() if n != to}
        own = json.loads(inner)
        def event_with(value, name=name, own=own):
            return OPEN + obj({n: json.dumps(v) for n, v in own.items()} | {name: value}) + CLOSE
        case(f"1.0, event.{name} of the wrong type", obj(v1 | {"event": event_with(d + "[]")}), ("TYPE", f"event.{name}"), schema="1.0", header=less, event=None, tag=1)
        room = HEADER[to]["capacity"]
        case(f"1.0, event.{name} full", obj(v1 | {"event": event_with(quoted("1" * room))}), schema="1.0", header=head | {to: "1" * room})
        case(f"1.0, event.{name} one over", obj(v1 | {"event": event_with(d + quoted("1" * (room + 1)))}), ("CAPACITY", f"event.{name}"), schema="1.0", header=less, event=None, tag=1)
        case(f"1.0, event.{name} as integer", obj(v1 | {"event": event_with("42")}), schema="1.0", header=head | {to: "42"})
        case(f"1.0, event.{name} twice", obj(v1 | {"event": OPEN + inner[:-1] + f',{d}"{name}":"x"}}' + CLOSE}), ("DUPLICATE", f"event.{name}"), **good)
        if name == "type":
            case("1.0, event.type null", obj(v1 | {"event": event_with("null")[:-2] + d + "}" + CLOSE}), ("MISSING", "event.type"), schema="1.0", header=less, event=None, tag=1)
        else:
            case(f"1.0, event.{name} null", obj(v1 | {"event": event_with("null")}), schema="1.0", header=less, event=None, tag=1)
    case("1.0, event.type of the registry", obj(v1 | {"event": f'{OPEN}{{"type":"{UPDATED}","status":1}}{CLOSE}'}), schema="1.0", event=None, tag=1)
    case("1.0, no event.type", obj(v1 | {"event": f'{OPEN}{{"app_id":"a"{d}}}{CLOSE}'}), ("MISSING", "event.type"), schema="1.0", event=None, tag=1)
    case("1.0, empty event", obj(v1 | {"event": f'{OPEN}{{ {d}}}{CLOSE}'}), ("MISSING", "event.type"), schema="1.0", event=None, tag=1)
    short_head = {n: head[n] for n in ("event_id", "token", "ts")}
    case("1.0, no event", obj(v1 | {"event": None})[:-1] + d + "}", ("MISSING", "event"), schema="1.0", header=short_head, event=None, tag=0)
    case("1.0, event null", obj(v1 | {"event": "null"})[:-1] + d + "}", ("MISSING", "event"), schema="1.0", header=short_head, event=None, tag=0)
    for value in ("[]", '"x"', "5", "true"):
        case(f"1.0, event {value}", obj(v1 | {"event": OPEN + d + value + CLOSE}), ("TYPE", "event"), schema="1.0", header=short_head, event=None, tag=0)
    case("1.0, uuid alone", f'{{"uuid":"u1"{d}}}', ("MISSING", "event"), schema="1.0", header={"event_id": "u1"}, event=None, tag=0)
    case("1.0, event_callback alone", f'{{"type":"event_callback"{d}}}', ("MISSING", "event"), schema="1.0", header={}, event=None, tag=0)

    # encrypt
    none = {"schema": "encrypt", "header": {}, "event": None, "tag": 0}
    case("encrypt", f'{{"encrypt":{d}"FIAfJPGRmFZWkaxPQ1XrJZVbv2JwdjfLk4jx0k/U1deAqYK3AXOZ5zcHt/cC4ZNTqYwWUW/EoL+b2hW/C4zoAQQ5CeMtbxX2zHjm+E4nX/Aww+FHUL6iuIMaeL2KLxqdtbHRC50vgC2YI7xohnb3KuCNBMUzLiPeNIpVdnYaeteCmSaESb+AZpJB9PExzTpRDzCRv+T6o5vlzaE8UgIneC1sYu85BnPBEMTSuj1ZZzfdQi7ZW992Z4dmJxn9e8FL2VArNm99f5Io3c2O4AcNsQENNKtfAAxVjCqc3mg5jF0nKabA+u/5vrUD76flX1UOF5fzJ0sApG2OEn9wfyPDRBsApn9o+fceF9hNrYBGsdtZrZYyGG387CGOtKsuj8e2E8SNp+Pn4E9oYejOTR+ZNLNi+twxaXVlJhr6l+RXYwEiMGQE9zGFBD6h2dOhKh3W84p1GEYnSRIz1+9/Hp66arjC7RCrhuW5OjCj4QFEQJiwgL45XryxHtiZ7JdAlPmjVsL03CxFZarzxzffryrWUG3VkRdHRHbTsC34+ScoL5MTDU1QAWdqUC1T7xT0lCvQELaIhBTXAYrznJl6PlA83oqlMxpHh0gZBB1jFbfoUr7OQbBs1xqzpYK6Yjux6diwpQB1zlZErYJUfCqK7G/zI9yK/60b4HW0k3M+AvzMcw=="}}', ("ENCRYPTED", "encrypt"), **none)
    case("encrypt, empty", f'{{"encrypt":{d}""}}', ("ENCRYPTED", "encrypt"), **none)
    case("encrypt with escapes", f'{{"\\u0065ncrypt":{d}"a\\/b"}}', ("ENCRYPTED", "encrypt"), **none)
    case("encrypt, named", f'{{"encrypt":{d}"x"}}', ("ENCRYPTED", "encrypt"), event_type=CC, **none)
    case("encrypt first, with everything", full(UPDATED).replace('{"schema"', f'{{"encrypt":{d}"x","schema"', 1), ("ENCRYPTED", "encrypt"), **none)
    case("encrypt last, with everything", full(UPDATED, more=f',"encrypt":{d}"x"'), ("ENCRYPTED", "encrypt"), **none)
    case("encrypt between, with faults before", f'{{"schema":"9","header":[],"encrypt":{d}"x","event":5,"type":{{}}}}', ("ENCRYPTED", "encrypt"), **none)
    case("encrypt with url_verification", obj(ask | {"encrypt": d + '"x"'}), ("ENCRYPTED", "encrypt"), **none)
    case("encrypt with 1.0", obj({"encrypt": d + '"x"'} | v1), ("ENCRYPTED", "encrypt"), **none)
    case("encrypt twice", f'{{"encrypt":{d}"x","encrypt":"y"}}', ("ENCRYPTED", "encrypt"), **none)
    case("encrypt null", full(UPDATED, more=',"encrypt":null'), event=json.loads(obj(FULL_PROCESS)), tag=3)
    case("encrypt null alone", f'{{"encrypt":null{d}}}', ("MISSING", "header"), schema="", header={}, event=None, tag=0)
    for value in ("true", "[]", '{"encrypt":"x"}', "1.5"):
        case(f"encrypt {value}", full(UPDATED, more=f',"encrypt":{d}{value}'), ("TYPE", "encrypt"), event=json.loads(obj(FULL_PROCESS)), tag=3)
        case(f"encrypt {value} alone", f'{{"encrypt":{d}{value}}}', ("TYPE", "encrypt"), schema="", header={}, event=None, tag=0)
    case("encrypt with something not UTF-8", f'{{"encrypt":"{d}{raw("80")}"}}', ("INVALID_UTF8", "encrypt"))

    case("approver type as integer", v2(APPROVER, '{"type":5,"status":3}'), event={"type": 5, "status": 3}, tag=6)
    case("approver type, event before header", v2(APPROVER, '{"type":1,"status":1}', event_first=True), event={"type": 1, "status": 1}, tag=6)
    case("approver type at the top too", v2(APPROVER, '{"type":1}', more=',"type":2'), event={"type": 1}, tag=6)
    case("approver event that looks like 1.0", v2(APPROVER, '{"type":1,"app_id":"a","uuid":"u"}'), event={"type": 1}, header=HEADER_OF[APPROVER], tag=6)


def outputs():
    """Every file that this program writes."""
    files = {}
    for path in sorted(HERE.glob("samples/*.json")):
        stem = path.name.removesuffix(".json")
        if stem.endswith((".min", ".pretty")):
            continue
        content = path.read_text("utf-8")
        if content.count("\n") > 1:
            files[f"samples/{stem}.min.json"] = json.dumps(json.loads(content), ensure_ascii=False, separators=(",", ":"))
        else:
            files[f"samples/{stem}.pretty.json"] = json.dumps(json.loads(content), ensure_ascii=False, indent=4) + "\n"
    for name, content in files.items():
        if not CHECK:
            (HERE / name).write_text(content, "utf-8", newline="\n")
    for group in (valid_forms, every_field, numbers, strings, capacities, nesting, structure, duplicates, two_faults, shapes, *nested.GROUPS):
        group()
    for one in CASES.values():
        one["event"] = shorten(one["event"])
        if one["unbounded"]:
            one["unbounded"] = one["unbounded"] | {n: shorten(one["unbounded"][n]) for n in ("header", "event")}
    lines = ",\n".join(json.dumps(one) for one in CASES.values())
    files["cases.json"] = f"[\n{lines}\n]\n"
    table = {"header": {"tag": None, "fields": HEADER}} | {n: {"tag": TAGS[n], "fields": t} for n, t in EVENTS.items()}
    lines = ",\n".join(f"{json.dumps(n)}: {json.dumps(t)}" for n, t in table.items())
    files["fields.json"] = f"{{\n{lines}\n}}\n"
    return files


def main():
    files = outputs()
    if not CHECK:
        for name, content in files.items():
            (HERE / name).write_text(content, "utf-8", newline="\n")
        print(f"{len(CASES)} cases")
        return 0
    stale = False
    for name, content in files.items():
        path = HERE / name
        old = path.read_text("utf-8") if path.exists() else ""
        if old != content:
            stale = True
            old_lines, new_lines = ([line[:160] for line in text.splitlines()] for text in (old, content))
            print(*list(difflib.unified_diff(old_lines, new_lines, name, "generated", n=0, lineterm=""))[:40], sep="\n")
    if stale:
        print("The corpus is not what build.py generates: run tests/corpus/build.py")
    return int(stale)


CHECK = sys.argv[1:] == ["--check"]

if __name__ == "__main__":
    sys.exit(main())
