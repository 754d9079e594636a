"""Texts for each production of RFC 8259, each with the verdict that its grammar has on it."""

from dataclasses import dataclass

# How many levels our reader, serde_json and (on every platform) CPython's json still read, and more than any of them does.
OURS, SERDE, FAR = 64, 127, 100_000


@dataclass
class Text:
    """A text, as the parts of an input in cases.json: `str`, `bytes` that are not UTF-8, or `(text, times)`."""

    section: str
    rule: str
    label: str
    parts: tuple
    valid: bool

    @property
    def name(self):
        """What it is called everywhere."""
        return f"{self.rule}: {self.label}"


TEXTS = []


def add(section, rule, valid, texts):
    """Add texts of one production: from label to text, or just texts that are their own label."""
    if not isinstance(texts, dict):
        texts = {text: text for text in texts}
    for label, text in texts.items():
        parts = text if isinstance(text, tuple) else (text,)
        TEXTS.append(Text(section, rule, label, parts, valid))


def good(section, rule, texts):
    """Add texts that the grammar allows."""
    add(section, rule, True, texts)


def bad(section, rule, texts):
    """Add texts that the grammar does not allow."""
    add(section, rule, False, texts)


def nested(depth, open_="[", inner="", close="]"):
    """Return a text of that depth."""
    return ((open_, depth), inner, (close, depth))


# 2: a text is one value with white space around it.
good("2", "ws", {
    "before": " \t\n\r1", "after": "1 \t\n\r", "a line of its own": "\n1\n", "carriage returns": "\r\n1\r\n",
    "around brackets": " [ ] ", "around braces": "\t{\t}\t", "around a comma": "[1 , 2]", "around a colon": '{"a" : 1}',
    "everywhere": ' { "a" : [ 1 , 2 ] , "b" : null } ', "many": " " * 100 + "7" + "\n" * 100, "tabs in an array": "[\t1\t]",
    "longer than a vector, then a value": "\t" * 33 + "true", "of two kinds in turn": " \n" * 20 + '"a"',
})  # fmt: skip
bad("2", "ws", {
    "only white space": " \t\r\n", "vertical tab": "\x0b1", "form feed": "\x0c1", "form feed behind": "1\x0c",
    "backspace": "\x081", "no-break space": "\xa01", "next line": "\x851", "line separator": "\u20281",
    "ideographic space": "\u30001", "zero width space": "\u200b1", "word joiner behind": "1\u2060", "escaped": "\\n1",
    "NUL before": "\x001", "delete": "\x7f1", "only a vertical tab": "\x0b", "a comment": "/* */1",
    "a line comment": "// \n1", "a hash comment": "# \n1", "a comment inside": "[1/**/]", "unit separator": "[\x1f1]",
    "mongolian vowel separator": "\u180e1", "as a form": "%201", "a no-break space inside": "[1,\xa02]",
    "a space behind many": " " * 40 + "\x0b1",
})  # fmt: skip
bad("2", "JSON-text", {
    "nothing": "", "NUL": "\0", "two values": "1 2", "two values without space": "[]{}", "a comma behind": "1,",
    "a comma before": ",1", "a bracket behind": "1]", "a brace behind": "{}}", "two strings": '"a""b"',
    "two objects in lines": '{"a":1}\n{"a":2}\n', "a literal twice": "nullnull", "a member": '"a":1', "a colon": ":",
    "a comma": ",", "a word": "abc", "a letter": "a", "in parentheses": "(1)", "a semicolon behind": "1;",
    "as a call": "f({})", "single quotes": "'a'", "backticks": "`a`", "record separator before": "\x1e1",
    "a prefix against hijacking": ")]}',\n[]", "an assignment": "a=1", "a document of XML": "<a/>", "a number and a word": "1a",
    "a string and a word": '"a"b', "a string and a number": '"a"1', "an array and a word": "[]a", "an object and an array": "{}[]",
    "NUL behind": '"a"\0', "an array and a comma": "[1],", "a brace": "}", "a bracket": "]", "a high byte": b"\x80",
    "a byte that is never UTF-8": b"\xff", "a non-ASCII letter": "é", "an emoji": "😀",
})  # fmt: skip

# 3: literals.
good("3", "literal", ["true", "false", "null", "[true]", "[false,null]", '{"a":true}', " null "])
bad("3", "literal", [
    "True", "TRUE", "tRue", "truE", "t", "tr", "tru", "truee", "true1", "true_", "tru e", "\"true", "trXe", "true\0",
    "False", "fals", "falsE", "falsey", "f", "Null", "NULL", "nul", "nulll", "n", "nil", "none", "None", "undefined",
    "NaN", "nan", "-NaN", "Infinity", "-Infinity", "+Infinity", "inf", "INF", "[nul]", "[tru,1]", '{"a":fals}',
    "[NaN]", '{"a":Infinity}', '{"a":-Infinity}', "yes", "on", "[true false]", "[True]", "nu\nll",
    "t\u0440ue",
])  # fmt: skip
bad("3", "literal", {"a high byte inside": b"t\xe9ue", "cut by NUL": "nul\0", "full width": "ｔｒｕｅ"})

# 4: objects.
good("4", "object", [
    "{}", "{ }", '{"a":1}', '{"":1}', '{"a":1,"b":2}', '{"a":{}}', '{"a":{"b":{"c":[]}}}', '{"a":"b","c":"d"}',
    '{"\\u0061":1}', '{"a\\"b":1}', '{" ":" "}', '{"\\u0000":0}', '{"é":1,"人":2,"😀":3}', '{"a":null}', '{"a":[{}]}',
    '{"a":1,"b":"2","c":[3],"d":{"e":4},"f":true,"g":false,"h":null}', '{"a": -0}', '{"\\\\":1}', '{"/":"\\/"}',
])  # fmt: skip
good("4", "object", {
    "names twice": '{"a":1,"a":2}', "names twice, equal values": '{"a":1,"a":1}', "names twice, once escaped": '{"a":1,"\\u0061":2}',
    "names that differ in case": '{"a":1,"A":2}', "the empty name twice": '{"":1,"":2}', "names that differ in normal form": '{"é":1,"e\u0301":2}',
    "names of __proto__": '{"__proto__":{"a":1}}', "100 members": ("{", ('"a":1,', 99), '"b":2}'),
    "a name of 300 bytes": ('{"', ("k", 300), '":1}'), "a name as long as a vector": '{"' + "k" * 32 + '":1}',
})  # fmt: skip
bad("4", "object", [
    "{", '{"', '{"a', '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,"', '{,}', '{"a":1,}', '{,"a":1}', '{"a":1,,"b":2}',
    '{"a":1 "b":2}', '{"a":1;"b":2}', '{"a"}', '{"a",1}', '{"a":}', '{:1}', '{"a"::1}', '{"a":1:2}', '{"a" 1}', '{"a"=1}',
    "{a:1}", "{'a':1}", "{1:1}", "{null:1}", "{true:1}", '{[]:1}', '{{}:1}', '{"a":1]', "{]", "{[}", '{"a":[}', '{"a":{}',
    '{"a":(1)}', '{"a" "b":1}', '{"a":"b"c}', '{"a":1,b:2}', '{"a":1,2}', '{"a":1,[]}', "{1}",
    '{"a":,"b":1}', '{"a":1/*c*/}', '{"a"\0:1}', '{"a":\0 1}', '{"a":1\0}', '{-}', '{"a":1, }', '{ , }', '{...}', '{"a":...}',
])  # fmt: skip
bad("4", "object", {
    "a name with a control character": '{"a\nb":1}', "a name with a high byte": b'{"\xff":1}', "a name that is not closed": '{"a:1}',
    "a name with a bad escape": '{"\\x":1}', "full width colon": '{"a"\uff1a1}', "a cut that ends in a name": '{"a":1,"b',
    "a wrong comma behind 40 bytes": '{"' + "k" * 40 + '":1,}', "curly quotes": "{\u201ca\u201d:1}",
})  # fmt: skip

# 5: arrays.
good("5", "array", [
    "[]", "[ ]", "[1]", "[1,2]", "[[]]", "[[],[]]", "[{}]", "[1,\"a\",null,true,false,{},[]]", "[[[[1]]]]", '["a","b"]',
    "[1, 2, 3]", '[""]', '["a", 1]', "[-1]", "[1.5,2e3]", "[null]", "[[1],[2]]", '[{"a":1},{}]', "[{},{}]", '["1","2"]',
])  # fmt: skip
good("5", "array", {
    "1,000 items": ("[", ("1,", 999), "1]"), "a string as long as a vector": '["' + "x" * 32 + '","y"]',
    "line breaks": "[\n1\n,\n2\n]", "3 strings": '["a","人","😀"]', "strings and integers": '[1,"2",-3]',
})  # fmt: skip
bad("5", "array", [
    "[", "[1", "[1,", '["a"', '["a",', "[,]", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1;2]", "[1:2]", '["a":1]', "[],",
    "[1}", "[}", "[)", "(]", "[[]", "[[1]", "[1,2", "[1]]", "[ , ]", "[1, ]", "[,,]", "[a]", "['a']", '["a" "b"]', '["a"',
    "[-]", "[+1]", "[.5]", "[1.]", "[1e]", "[01]", "[0x1]", "[1,\0 2]", "[\0]", "[...]", "[1..2]", '["', '["a', "[*]", "[{]", "[{}",
    '[{"a":1},]', "[[],]", "[ ", "[\n", "][", "[1,2,]", '["a",]', '[""', "[1,#\n2]", "<1>", "[1|2]",
])  # fmt: skip
bad("5", "array", {
    "a high byte": b"[\xe9]", "a comma that is none": "[1\uff0c2]", "a control character": "[1\x01,2]", "full width": "\uff3b\uff3d",
    "a wrong comma behind 40 bytes": '["' + "k" * 40 + '",]', "1,000 items and a comma": ("[", ("1,", 1000), "]"),
})  # fmt: skip

# 6: numbers.
good("6", "number", [
    "0", "-0", "1", "-1", "9", "10", "123", "-123", "0.0", "-0.0", "0.5", "-0.5", "1.0", "1.25", "10.01", "0e0", "0E0", "0e+0",
    "0e-0", "-0e-1", "1e1", "1E1", "1e+1", "1e-1", "1E+01", "1e00", "1e0001", "1.5e3", "1.5E-3", "-1.5e+3", "0.1e1", "0.00001",
    "100", "1000000", "2147483647", "-2147483648", "2147483648", "-2147483649", "4294967295", "4294967296", "9007199254740993",
    "9223372036854775807", "-9223372036854775808", "9223372036854775808", "-9223372036854775809", "18446744073709551615",
    "18446744073709551616", "1234567890", "12345678901", "123456789012345678901234567890", "1e308", "1.7976931348623157e308",
    "1e-308", "5e-324", "2.2250738585072014e-308", "2.2250738585072011e-308", "1e-400", "0.1", "0.30000000000000004", "1608725989000",
    "1608725989000000", "3.141592653589793238462643383279", "1e22", "1e23", "8.5", "-1e-1", "1e400", "-1e400", "1E400", "0e400",
    "9e99999", "1e-99999", "0.0e-00", "999999999", "1000000000", "9999999999",
])  # fmt: skip
good("6", "number", {
    "40 digits": "1" * 40, "300 digits": (("9", 300),), "400 digits": (("9", 400),), "5,000 digits": (("9", 5000),),
    "300 zeros behind the point": ("0.", ("0", 300), "1"), "an exponent of 100 zeros": ("1e", ("0", 100), "1"),
    "a digit behind 40 of the fraction": "1." + "3" * 40, "in white space": " 1 ",
})  # fmt: skip
bad("6", "number", [
    "-", "+", "+1", "+0", "--1", "-+1", "+-1", "- 1", "00", "01", "-00", "-01", "-012", "007", "0123456789", "00.5", "-00.5", "01.5", "01e1",
    ".", ".5", "-.5", "-.", "1.", "-1.", "0.", "1.e1", "0.e1", ".e1", "1..2", "1.2.3", "1.-2", "1.+2", "e1", "E1", "-e1", "1e", "1E", "1e+", "1e-",
    "1e.5", "1e1.5", "1e1e1", "1ee1", "1e+-1", "1e++1", "1e 1", "1 e1", "1. 5", "1 .5", "0x0", "0x1F", "0X1F", "0b1", "0o7", "1_000", "1,000",
    "1'000", "1f", "1d", "1L", "1n", "1u", "$1", "1%", "1/2", "1+1", "1-1", "2*3", "-1-", "0-", "0+1", "-a", "-true", "-\"1\"", "-[1]", "1e400e",
    "1.0e", "1.0E+", "1.5.", "9.e", "0e", "0e-", "0.0.0", "-0-0", "1\x00", "1\x002", "#1", "&1", "!1", "~1", "^1", "@1", "12 34", "1e\x001", "0\x00",
    "1e1,", "-0x1", "1.#INF", "1.#QNAN", "1E+1F", "00e1", "0 0",
])  # fmt: skip
bad("6", "number", {
    "a full width digit": "\uff11", "an arabic digit": "\u0661", "a full width digit behind": "1\uff12", "superscript": "1\xb2",
    "a minus sign that is none": "\u22121", "a fraction sign": "\xbd", "a roman numeral": "\u2160", "a high byte": b"1\xb2",
    "a point in the middle": "1\xb75", "a leading zero of 40 digits": "0" + "1" * 40, "400 digits and a point": (("9", 400), "."),
    "1,000 minus signs": (("-", 1000),),
})  # fmt: skip

# 7: strings.
good("7", "string", {
    "empty": '""', "a letter": '"a"', "a space": '" "', "ASCII but for quote and backslash":
        '"' + "".join(chr(c) for c in range(0x20, 0x7F) if chr(c) not in '"\\') + '"',
    "delete": '"\x7f"', "next line": '"\x85"', "line separators": '"\u2028\u2029"', "no-break space": '"\xa0"', "two bytes": '"é"',
    "three bytes": '"人"', "four bytes": '"😀"', "combining": '"e\u0301"', "not a character": '"\ufffe\uffff"', "the last of each length":
        '"\x7f\u07ff\uffff\U0010ffff"', "the first of each length": '"\x80\u0800\U00010000"', "around the surrogates": '"\ud7ff\ue000"',
    "brackets": '"{}[],:"', "a comment": '"/* */ // #"', "single quotes": "\"'a'\"", "31 bytes": '"' + "x" * 31 + '"', "32 bytes": '"' + "x" * 32 + '"',
    "33 bytes": '"' + "x" * 33 + '"', "63 bytes": '"' + "x" * 63 + '"', "64 bytes": '"' + "x" * 64 + '"', "65 bytes": '"' + "x" * 65 + '"',
    "non-ASCII behind 31 bytes": '"' + "x" * 31 + 'é"', "an escape behind 31 bytes": '"' + "x" * 31 + '\\n"', "63 bytes and two": '"' + "x" * 61 + 'é"',
    "63 bytes, the last not whole in them": '"' + "x" * 62 + 'é"', "30 times three bytes": '"' + "人" * 21 + '"', "2,000 bytes": ('"', ("x", 2000), '"'),
    "2,000 emoji": ('"', ("😀", 2000), '"'), "digits": '"123"', "a number in it": '"1.5"', "a negative one": '"-7"', "a leading zero in it": '"01"',
    "the greatest i32 in it": '"2147483647"', "a word": '"null"', "the byte order mark": '"\ufeff"', "9 bytes": '"abcdefghi"', "7 bytes": '"abcdefg"',
    "8 bytes": '"abcdefgh"', "a digit escaped": '"\\u0031"', "64 digits": '"' + "1" * 64 + '"', "private use": '"\ue000\U000f0000"', "tag": '"\U000e0001"',
})  # fmt: skip
good("7", "escape", {f"\\{c}": f'"\\{c}"' for c in '"\\/bfnrt'})
good("7", "escape", [
    '"\\u0000"', '"\\u001f"', '"\\u0020"', '"\\u0022"', '"\\u005c"', '"\\u002F"', '"\\u007f"', '"\\u0080"', '"\\u07ff"', '"\\u0800"', '"\\uabcd"', '"\\uABCD"',
    '"\\uAbCd"', '"\\uD7FF"', '"\\uE000"', '"\\uFFFD"', '"\\uFFFE"', '"\\uFFFF"', '"\\ud83d\\ude00"', '"\\uD83D\\uDE00"', '"\\ud800\\udc00"', '"\\udbff\\udfff"',
    '"a\\u0062c"', '"\\u00e9"', '"\\u4eba"', '"\\n\\n"', '"a\\tb"', '"\\\\n"', '"\\\\\\""', '"\\\\u0041"', '"\\u00410"', '"\\u0041\\u0042"', '"\\/\\/"',
    '"\\ud83d\\ude00\\ud83d\\ude01"', '"é\\u00e9"', '"\\u2028"', '"\\ufeff"', '"\\"\\"\\""', '"\\u0061\\b"', '"\\\\\\\\"',
])  # fmt: skip
good("7", "escape", {"of every ASCII character": '"' + "".join(f"\\u{c:04x}" for c in range(60)) + '"'})
bad("7", "escape", {f"\\{chr(c)}": f'"\\{chr(c)}"' for c in range(0x20, 0x7F) if chr(c) not in '"\\/bfnrtu'})
bad("7", "escape", [
    '"\\', '"\\"', '"\\\\\\"', '"\\u', '"\\u"', '"\\u0"', '"\\u00"', '"\\u004"', '"\\u004', '"\\u00G0"', '"\\uG000"', '"\\u000G"', '"\\u 041"', '"\\u+041"', '"\\u-041"',
    '"\\u0x41"', '"\\u{41}"', '"\\U00000041"', '"\\u00 41"', '"\\u004\\u0041"', '"\\x41"', '"\\101"', '"\\u\\u0041"', '"\\N{DASH}"', '"\\u00\\"', '"\\ud83d\\u"',
    '"\\ud83d\\ude0"', '"\\ud83d\\udeG0"', '"\\ud83d\\', '"\\ud83d\\ude00', '"\\ud83d\\u00"', '"\\u0041', '"abc\\', '"\\/', '\\"a"', '"\\u041"', "\\u0022a\\u0022",
    '"\\u004:"', '"\\u004@"', '"\\u004`"', '"\\u004g"', '"\\u00/1"',
])  # fmt: skip
bad("7", "escape", {
    "NUL": '"\\\0"', "line feed": '"\\\n"', "tab": '"\\\t"', "a high byte": b'"\\\xe9"', "a letter of two bytes": '"\\é"', "full width digits": '"\\u\uff10041"',
    "delete": '"\\\x7f"', "bad behind 31 bytes": '"' + "x" * 31 + '\\q"', "bad behind 40 bytes of four": '"' + "😀" * 10 + '\\q"', "NUL among the digits": '"\\u00\x0041"',
})  # fmt: skip
bad("7", "control character", {f"U+{c:04X}": f'"{chr(c)}"' for c in range(0x20)})
bad("7", "control character", {
    f"U+{c:04X} behind {len(before)}": f'"{before}{chr(c)}{behind}"'
    for c in (0, 9, 10, 13, 31)
    for before, behind in (("a", "b"), ("x" * 7, ""), ("x" * 31, "y"), ("x" * 40, "x" * 40), ("é" * 20, ""), ("\\n", "x" * 32))
})  # fmt: skip
bad("7", "string", {
    "not closed": '"', "not closed, a letter": '"a', "closed with another quote": "\"a'", "opened with another quote": "'a\"", "curly quotes": "\u201ca\u201d",
    "three quotes": '"""', "a quote inside": '"a"b"', "not closed, 31 bytes": '"' + "x" * 31, "not closed, 40 bytes": '"' + "x" * 40, "a prefix": 'u"a"', "bytes": 'b"a"',
    "triple": '"""a"""', "a line break escaped": '"a\\\nb"', "no quotes": "abc def", "joined": '"a"+"b"', "not closed, non-ASCII": '"人', "a backtick": "`",
    "full width quotes": "\uff02a\uff02", "not closed, 32 bytes": '"' + "x" * 32,
})  # fmt: skip

# 8.1: UTF-8, as RFC 3629 has it, and no byte order mark.
ILL = {
    "a continuation": "80", "the last continuation": "bf", "two continuations": "8080", "overlong slash of two": "c0af", "overlong NUL of two": "c080",
    "overlong quote of two": "c0a2", "C1": "c1bf", "overlong of three": "e08080", "the last overlong of three": "e09fbf", "overlong slash of three": "e080af",
    "overlong of four": "f0808080", "the last overlong of four": "f08fbfbf", "overlong slash of four": "f08080af", "five bytes": "f888808080", "six bytes": "fc8480808080",
    "FE": "fe", "FF": "ff", "FF FE": "fffe", "U+D800": "eda080", "U+DBFF": "edafbf", "U+DC00": "edb080", "U+DFFF": "edbfbf", "a pair in six bytes": "eda0bdedb880",
    "U+110000": "f4908080", "F5": "f5808080", "F7": "f7bfbfbf", "two of two bytes missing one": "c3", "three missing one": "e4ba", "three missing two": "e4",
    "four missing one": "f09f98", "four missing two": "f09f", "four missing three": "f0", "two bytes, the second ASCII": "c341", "three bytes, the third ASCII": "e4ba41",
    "four bytes, the second ASCII": "f0419880", "four bytes, the third high": "f09fc380", "Latin-1": "e9", "Windows-1252": "93", "GBK": "c8cb", "Shift JIS": "906c",
    "one byte too many": "c3a980", "three bytes, the second a start": "e4c3a9", "before a quote escaped": "c35c22",
}  # fmt: skip
bad("8.1", "UTF-8", {name: b'"' + bytes.fromhex(digits) + b'"' for name, digits in ILL.items()})
bad("8.1", "UTF-8", {
    f"{name}, behind {len(before)} bytes": b'"' + before + bytes.fromhex(ILL[name]) + behind + b'"'
    for name in ("a continuation", "overlong slash of two", "U+D800", "U+110000", "three missing one")
    for before, behind in ((b"x" * 31, b"y"), (b"x" * 40, b"y" * 40), ("人".encode() * 12, b""), (b"\\n", "é".encode()))
})  # fmt: skip
bad("8.1", "UTF-8", {
    "cut in two bytes": b'"\xc3', "cut in three bytes": b'"\xe4\xba', "cut in four bytes": b'"\xf0\x9f\x98', "a high byte for white space": b"[1,\xa02]",
    "a high byte behind a value": b"1\xc3", "half of a letter behind": b'"a"\xc3',
})  # fmt: skip
good("8.1", "UTF-8", {
    name: b'"' + bytes.fromhex(digits) + b'"'
    for name, digits in {
        "the first of two bytes": "c280", "the last of two bytes": "dfbf", "the first of three bytes": "e0a080", "before the surrogates": "ed9fbf", "behind the surrogates": "ee8080",
        "the last of three bytes": "efbfbf", "the first of four bytes": "f0908080", "the last of all": "f48fbfbf", "E1": "e18080", "EC": "ecbfbf", "F1": "f1808080", "F3": "f3bfbfbf",
    }.items()
})  # fmt: skip
bad("8.1", "byte order mark", {
    "before a value": "\ufeff1", "before an object": '\ufeff{"a":1}', "before a string": '\ufeff"a"', "alone": "\ufeff", "behind": "1\ufeff", "inside": "[\ufeff1]",
    "twice": "\ufeff\ufeff1", "half": b"\xef\xbb1", "of UTF-16": b"\xff\xfe1\0", "of UTF-16, the other": b"\xfe\xff\0001", "before a name": '{\ufeff"a":1}', "behind a space": " \ufeff1",
})  # fmt: skip
bad("8.1", "UTF-16", {
    "little endian": "[1]".encode("utf-16-le"), "big endian": "[1]".encode("utf-16-be"), "a string": '"a"'.encode("utf-16-le"), "32 little endian": "[1]".encode("utf-32-le"),
    "32 big endian": "[1]".encode("utf-32-be"), "half a unit": b"1\0\0",
})  # fmt: skip

# 8.2: the grammar allows an escape of half a surrogate pair.
good("8.2", "lone surrogate", {
    "high": '"\\ud800"', "low": '"\\udc00"', "the last high": '"\\uDBFF"', "the last low": '"\\uDFFF"', "high before a letter": '"\\ud83dx"',
    "high before an escape": '"\\ud83d\\n"', "high before a letter escaped": '"\\ud83d\\u0041"', "two high": '"\\ud83d\\ud83d"', "two low": '"\\ude00\\ude00"', "low before high": '"\\ude00\\ud83d"',
    "high before a pair": '"\\ud83d\\ud83d\\ude00"', "a pair before low": '"\\ud83d\\ude00\\ude00"', "behind 31 bytes": '"' + "x" * 31 + '\\ud800"', "in a name": '{"\\ud800":1}',
    "in an array": '["\\udc00"]', "high before emoji": '"\\ud83d😀"', "behind non-ASCII": '"é\\udead"',
})  # fmt: skip

# 9: what a parser may limit, and here does.
good("9", "nesting", {
    "10 arrays": nested(10), "50 arrays": nested(50), "10 objects": nested(10, '{"a":', "1", "}"), "10 of both": nested(5, '[{"a":', "null", "}]"),
    "as deep as ours": nested(OURS), "one deeper than ours": nested(OURS + 1), "objects as deep as ours": nested(OURS, '{"a":', "1", "}"),
    "objects one deeper than ours": nested(OURS + 1, '{"a":', "1", "}"), "as deep as serde_json": nested(SERDE), "one deeper than serde_json": nested(SERDE + 1), "far": nested(FAR),
    "objects far": nested(FAR, '{"a":', "1", "}"), "wide and flat": ("[", ("[],", 200), "[]]"), "with white space": nested(20, "[ ", "1", " ]"),
})  # fmt: skip
bad("9", "nesting", {
    "50 opened": (("[", 50),), "50 closed": (("]", 50),), "one not closed": (("[", 20), ("]", 19)), "one closed too much": (("[", 20), ("]", 21)), "crossed": (("[", 10), "{", ("]", 10), "}"),
    "50 objects opened": (('{"a":', 50),), "objects, one not closed": (('{"a":', 20), "1", ("}", 19)), "a fault at the bottom": nested(40, "[", "01"), "far, opened": (("[", FAR),),
    "objects far, opened": (('{"a":', FAR),), "a comma at the bottom": nested(40, "[", "1,"), "closed as an object": (("[", 20), ("}", 20)),
})  # fmt: skip

HEADER = {"event_id": "e1", "create_time": 7, "app_id": "a"}
MARK = "\u2038"
# Where a text is put: the kind of value that the place takes, the document with the mark where the text goes, and what there
# must be in header and event, with the mark where the value must be. `any` stands for a value of many kinds.
HEAD = '"schema":"2.0","header":{"event_id":"e1","event_type":"corehr.TYPE","create_time":"7","app_id":"a"}'
PLACES = {
    "text": ("text", "job_change.updated_v2", '"event":{"status":2,"process_id":\u2038,"updated_fields":["x"]}', {"status": 2, "process_id": MARK, "updated_fields": ["x"]}),
    "long text": ("text", "job_change.updated_v2", '"event":{"operate_reason":\u2038,"transfer_type":1}', {"operate_reason": MARK, "transfer_type": 1}),
    "enum": ("enum", "process.updated_v2", '"event":{"process_id":"1","status":\u2038,"biz_type":"b"}', {"process_id": "1", "status": MARK, "biz_type": "b"}),
    "list": ("list", "job_change.updated_v2", '"event":{"status":2,"updated_fields":\u2038,"transform_type":"t"}', {"status": 2, "updated_fields": MARK, "transform_type": "t"}),
    "item of a list": ("item", "job_change.updated_v2", '"event":{"updated_fields":["x",\u2038,"y"],"status":2}', {"updated_fields": ["x", MARK, "y"], "status": 2}),
    "object": ("object", "employment.updated_v1", '"event":{"employment_id":"1","target_user_id":\u2038,"field_changes":["f"]}', {"employment_id": "1", "target_user_id": MARK, "field_changes": ["f"]}),
    "text of an object": ("text", "pre_hire.onboarding_task_changed_v2", '"event":{"pre_hire_id":"1","flow_info":{"id":"2","name":{"zh_cn":\u2038,"en_us":"e"}}}', {"pre_hire_id": "1", "flow_info": {"id": "2", "name": {"zh_cn": MARK, "en_us": "e"}}}),
    "list of objects": ("objects", "company.updated_v2", '"event":{"company_id":"1","sub_events":\u2038,"field_changes":["f"]}', {"company_id": "1", "sub_events": MARK, "field_changes": ["f"]}),
    "enum of an object of a list": ("enum", "company.updated_v2", '"event":{"sub_events":[{"id":"1","opt_type":\u2038,"entity":"e"},{"id":"2"}],"company_id":"1"}', {"sub_events": [{"id": "1", "opt_type": MARK, "entity": "e"}, {"id": "2"}], "company_id": "1"}),
    "unknown member of an event": ("unknown", "process.updated_v2", '"event":{"process_id":"1","unknown":\u2038,"status":9}', {"process_id": "1", "status": 9}),
    "unknown member of an object": ("unknown", "employment.updated_v1", '"event":{"target_user_id":{"user_id":"1","unknown":\u2038,"open_id":"2"}}', {"target_user_id": {"user_id": "1", "open_id": "2"}}),
    "unknown member of the envelope": ("unknown", "process.updated_v2", '"unknown":\u2038,"event":{"process_id":"1","status":9}', {"process_id": "1", "status": 9}),
    "member of the envelope for another schema": ("unknown", "process.updated_v2", '"event":{"process_id":"1","status":9},"uuid":\u2038', {"process_id": "1", "status": 9}),
    "event": ("any", "process.updated_v2", '"event":\u2038', None),
    "event of unknown type": ("unknown", "unknown", '"event":{"data":\u2038}', None),
    "name in an event": ("name", "process.updated_v2", '"event":{"process_id":"1",\u2038:1,"status":9}', {"process_id": "1", "status": 9}),
    "name in the envelope": ("name", "process.updated_v2", '\u2038:[1],"event":{"process_id":"1","status":9}', {"process_id": "1", "status": 9}),
    "name in an event of unknown type": ("name", "unknown", '"event":{\u2038:1}', None),
}  # fmt: skip
# Places before and in a header, whose event is the same.
EVENT = ',"event":{"process_id":"1","status":9}}'
EARLY = {
    "text of the header": ("text", '{"schema":"2.0","header":{"event_id":"e1","event_type":"corehr.process.updated_v2","create_time":"7","app_id":\u2038}', {"app_id": MARK}),
    "time of the header": ("decimal", '{"schema":"2.0","header":{"event_id":"e1","event_type":"corehr.process.updated_v2","create_time":\u2038,"app_id":"a"}', {"create_time": MARK}),
    "unknown member of the header": ("unknown", '{"schema":"2.0","header":{"event_id":"e1","event_type":"corehr.process.updated_v2","unknown":\u2038,"create_time":"7","app_id":"a"}', {}),
    "unknown member before all": ("unknown", '{"unknown":\u2038,"header":{"event_id":"e1","event_type":"corehr.process.updated_v2","create_time":"7","app_id":"a"}', {}),
    "header": ("any", '{"schema":"2.0","header":\u2038', None),
    "schema": ("any", '{"schema":\u2038,"header":{"event_id":"e1","event_type":"corehr.process.updated_v2","create_time":"7","app_id":"a"}', None),
    "event type": ("any", '{"header":{"event_id":"e1","event_type":\u2038,"create_time":"7","app_id":"a"}', None),
}  # fmt: skip

# What others than the grammar say: who, their verdict, why, and of which texts. A name that ends in `*` stands for all with
# that beginning. Our reader, serde_json (`from_slice::<Value>`) and CPython (`json.loads` of bytes) follow the grammar in all
# other texts.
DIFFERENCES = [
    ("lark-event", False, "a text cannot hold half of a surrogate pair, and no text is changed in silence (LONE_SURROGATE)", ["lone surrogate: *"]),
    ("lark-event", False, "at most 64 levels may be open (TOO_DEEP), which RFC 8259 lets a parser decide", [
        "nesting: one deeper than ours", "nesting: objects one deeper than ours", "nesting: as deep as serde_json", "nesting: one deeper than serde_json", "nesting: far", "nesting: objects far",
    ]),
    ("serde_json", False, "a `String` cannot hold half of a surrogate pair", ["lone surrogate: *"]),
    ("serde_json", False, "at most 127 levels may be open", ["nesting: one deeper than serde_json", "nesting: far", "nesting: objects far"]),
    ("serde_json", False, "a number beyond the floating-point numbers has no `Value`; ours keeps it as text, and refuses it only as a value (RANGE)", [
        "number: 1e400", "number: -1e400", "number: 1E400", "number: 9e99999", "number: 400 digits", "number: 5,000 digits",
    ]),
    ("CPython", True, "`NaN` and the infinities are taken as numbers", [
        "literal: NaN", "literal: Infinity", "literal: -Infinity", "literal: [NaN]", 'literal: {"a":Infinity}', 'literal: {"a":-Infinity}',
    ]),
    ("CPython", True, "a byte order mark at the start is skipped", ["byte order mark: before a value", "byte order mark: before an object", "byte order mark: before a string"]),
    ("CPython", True, "UTF-16 and UTF-32 are found out and read", [
        "UTF-16: little endian", "UTF-16: big endian", "UTF-16: a string", "UTF-16: 32 little endian", "UTF-16: 32 big endian", "byte order mark: of UTF-16", "byte order mark: of UTF-16, the other", "ws: NUL before", "number: 1\x00", "number: 0\x00",
    ]),
    ("CPython", True, "surrogates in UTF-8 are let through (`surrogatepass`)", [
        "UTF-8: U+D800", "UTF-8: U+DBFF", "UTF-8: U+DC00", "UTF-8: U+DFFF", "UTF-8: a pair in six bytes", "UTF-8: U+D800, behind *",
    ]),
    ("CPython", False, "an integer of more than 4,300 digits is refused", ["number: 5,000 digits"]),
    ("CPython", False, "the recursion limit", ["nesting: far", "nesting: objects far"]),
]  # fmt: skip
