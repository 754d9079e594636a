"""The cases of events in which there are objects and lists of objects, and of odd events of the catalogue."""

import json

from case import CLOSE, HEADER_OF, HERE_IS, OPEN, case, full, obj, quoted, raw, v2
from structs import CATALOGUE, COMMENT, COMPANY, EMPLOYEE, EMPLOYMENT, EVENTS, FULL, LISTS, PROBATION, QR_CODE, ROLE, TAGS, TASK, UPDATED

NAMES = {
    COMPANY: "company",
    EMPLOYEE: "employee",
    EMPLOYMENT: "employment",
    ROLE: "role",
    TASK: "task",
    PROBATION: "probation",
    COMMENT: "comment",
    QR_CODE: "qr_code",
}
NO_OBJECT = ["true", "false", "5", "1.5", '"x"', '"{}"', "[]", "[{}]"]
NO_LIST = ["true", "5", "1.5", '"x"', '"[]"', "{}", '{"id":"1"}']
WRONG = {"text": ["true", "1.5", "[]", '{"a":"b"}'], "enum": ["true", "1.5", "[1]", '"one"'], "list": ["true", '"a"', "{}"]}


def array(items):
    return "[" + ",".join(items) + "]"


def repeated(text, times):
    return array([quoted(text)] * times)


def without(event_type, *names):
    """The values of a full event but those."""
    return {name: value for name, value in json.loads(obj(FULL[event_type])).items() if name not in names}


def catalogue_in_full():
    for event_type, short in NAMES.items():
        tag, table = CATALOGUE[event_type]
        texts = FULL[event_type]
        expected = {"schema": "2.0", "event": json.loads(obj(texts)), "tag": tag}
        case(f"full {short}", full(event_type), **expected)
        case(f"full {short}, event before header", full(event_type, event_first=True), **expected)
        case(f"full {short}, ids as integers", full(event_type, {n: v.strip('"') for n, v in texts.items() if v.strip('"').isdigit()}), **expected)
        case(f"full {short}, members in reverse order", v2(event_type, obj(dict(reversed(texts.items())))), **expected)
        case(f"full {short}, null in every field", v2(event_type, obj({name: "null" for name in table})), event={}, tag=tag)
        case(f"full {short}, empty event", v2(event_type), event={}, tag=tag, header=HEADER_OF[event_type])
        body = OPEN + obj(texts) + CLOSE
        case(f"headless {short}, named", f'{{"event":{body},"header":{{}}}}', event_type=event_type, schema="headless", event=expected["event"], tag=tag)
        wrong = obj({name: (HERE_IS if at == 0 else "") + "false" for at, name in enumerate(table)})
        case(f"wrong type in every field of {short}", v2(event_type, wrong), ("TYPE", f"event.{next(iter(table))}"), event={})


def objects():
    d = HERE_IS

    def event(value, **options):
        return v2(EMPLOYMENT, f'{{"employment_id":"7","target_user_id":{value},"field_changes":["a"]}}', **options)

    rest = {"employment_id": "7", "field_changes": ["a"]}
    ids = {"user_id": '"u"', "open_id": '"o"', "union_id": '"n"'}
    plain = {"user_id": "u", "open_id": "o", "union_id": "n"}
    for label, value, expected in (
        ("empty", "{}", {}),
        ("in white space", ' \n{ "open_id" :\t"o" } \r', {"open_id": "o"}),
        ("with null in every member", obj({name: "null" for name in ids}), {}),
        ("with empty texts", obj({name: '""' for name in ids}), {name: "" for name in ids}),
        ("with ids as integers", '{"user_id":12345678901234567890,"open_id":-1,"union_id":0}', {"user_id": "12345678901234567890", "open_id": "-1", "union_id": "0"}),
        ("in reverse order", obj(dict(reversed(ids.items()))), plain),
        ("with names escaped", '{"\\u0075ser_id":"u","open\\u005fid":"o","union_i\\u0064":"n"}', plain),
        ("with texts escaped", '{"open_id":"\\ud83d\\ude00\\u0000\\n","user_id":"é操😀"}', {"open_id": "😀\0\n", "user_id": "é操😀"}),
        ("with unknown members", '{"x":{"open_id":1},"user_id":"u","open_id2":[[{}],1e400],"open_id":"o","":null}', {"user_id": "u", "open_id": "o"}),
        ("with members of the event in it", '{"employment_id":"8","target_user_id":{"open_id":"x"},"union_id":"n","field_changes":1}', {"union_id": "n"}),
    ):
        case(f"object {label}", event(value), event=rest | {"target_user_id": expected})
    case("object null", event("null"), event=rest)
    case("object absent, its members in the event", v2(EMPLOYMENT, obj(ids)), event={})
    for value in NO_OBJECT:
        case(f"object: {value}", event(d + value), ("TYPE", "event.target_user_id"), event=rest)
    case("object: array, event before header", event(d + "[]", event_first=True), ("TYPE", "event.target_user_id"), event=rest)
    for name in ids:
        field = f"event.target_user_id.{name}"
        others = {n: v for n, v in plain.items() if n != name}
        case(f"object without {name}", event(obj(ids | {name: None})), event=rest | {"target_user_id": others})
        case(f"object, {name} null", event(obj(ids | {name: "null"})), event=rest | {"target_user_id": others})
        for wrong in WRONG["text"]:
            case(f"object, {name} {wrong}", event(obj(ids | {name: d + wrong})), ("TYPE", field), event=rest | {"target_user_id": others})
        for label, one in (("x", "x"), ("escapes", "\\n")):
            case(f"object, {name} full of {label}", event(obj(ids | {name: quoted(one * 63)})), event=rest | {"target_user_id": plain | {name: json.loads(quoted(one)) * 63}})
            case(f"object, {name} one over of {label}", event(obj(ids | {name: d + quoted(one * 64)})), ("CAPACITY", field), event=rest | {"target_user_id": others})
    case("object, a character across the last byte", event(f'{{"user_id":"u","open_id":{d}"{"x" * 60}😀"}}'), ("CAPACITY", "event.target_user_id.open_id"), event=rest | {"target_user_id": {"user_id": "u"}})
    case("object, one over, event before header", event(f'{{"user_id":"u","open_id":{d}"{"x" * 64}"}}', event_first=True), ("CAPACITY", "event.target_user_id.open_id"), event=rest | {"target_user_id": {"user_id": "u"}})

    twice = "event.target_user_id"
    for first, second, expected in (
        ('{"open_id":"o"}', '{"open_id":"p","user_id":"u"}', {"target_user_id": {"open_id": "o"}}),
        ("{}", '{"open_id":"p"}', {"target_user_id": {}}),
        ("null", '{"open_id":"p"}', {}),
        ('{"open_id":"o"}', "null", {"target_user_id": {"open_id": "o"}}),
        ('{"open_id":"o"}', "[{}]", {"target_user_id": {"open_id": "o"}}),
    ):
        case(f"object {first} and then {second}", v2(EMPLOYMENT, f'{{"target_user_id":{first},{d}"target_user_id":{second}}}'), ("DUPLICATE", twice), event=expected)
    for first, second, expected in (
        ('"o"', '"p"', {"open_id": "o"}),
        ("null", '"p"', {}),
        ('"o"', "true", {"open_id": "o"}),
        ('"o"', "null", {"open_id": "o"}),
        ('"o"', quoted("x" * 64), {"open_id": "o"}),
    ):
        case(f"object, open_id {first} and then {second[:9]}", event(f'{{"open_id":{first},{d}"open_id":{second}}}'), ("DUPLICATE", twice + ".open_id"), event=rest | {"target_user_id": expected})
    case("object, a member twice, spelled otherwise", event(f'{{"open_id":"o",{d}"open\\u005fid":"p"}}'), ("DUPLICATE", twice + ".open_id"), event=rest | {"target_user_id": {"open_id": "o"}})
    case("object, a wrong member and then it again", event(f'{{"open_id":{d}true,"open_id":"p"}}'), ("TYPE", twice + ".open_id"), event=rest | {"target_user_id": {}})

    long = quoted("x" * 64)
    case("two faults in an object", event(f'{{"user_id":"u","open_id":{d}[],"union_id":true}}'), ("TYPE", twice + ".open_id"), event=rest | {"target_user_id": {"user_id": "u"}})
    case("fault in every member of an object", event(f'{{"user_id":{d}{long},"open_id":{long},"union_id":{long}}}'), ("CAPACITY", twice + ".user_id"), event=rest | {"target_user_id": {}})
    case("capacity and then type in an object", event(f'{{"user_id":{d}{long},"open_id":{d}true}}'), ("CAPACITY", twice + ".user_id"), free=("TYPE", twice + ".open_id"), event=rest | {"target_user_id": {}})
    case("fault before an object with one", v2(EMPLOYMENT, f'{{"employment_id":{d}true,"target_user_id":{{"open_id":false,"user_id":"u"}}}}'), ("TYPE", "event.employment_id"), event={"target_user_id": {"user_id": "u"}})
    case("fault in an object and behind it", v2(EMPLOYMENT, f'{{"target_user_id":{{"open_id":{d}false,"user_id":"u"}},"employment_id":true}}'), ("TYPE", twice + ".open_id"), event={"target_user_id": {"user_id": "u"}})
    case("fault in the header and in an object", event('{"open_id":false}', header={"token": d + "[]"}), ("TYPE", "header.token"), event=rest | {"target_user_id": {}})
    case("fault in an object and in the header", event(f'{{"open_id":{d}false}}', header={"token": "[]"}, event_first=True), ("TYPE", twice + ".open_id"), event=rest | {"target_user_id": {}})


def objects_in_objects():
    d = HERE_IS

    def flow(value, **options):
        return v2(TASK, f'{{"pre_hire_id":"1","flow_info":{value},"onboarding_flow_change":{{"after_status":"expired"}}}}', **options)

    rest = {"pre_hire_id": "1", "onboarding_flow_change": {"after_status": "expired"}}
    path = "event.flow_info.name"
    for label, value, expected in (
        ("null", "null", {}),
        ("empty", "{}", {"flow_info": {}}),
        ("with null in it", '{"id":"f","name":null}', {"flow_info": {"id": "f"}}),
        ("with an empty one in it", '{"id":"f","name":{}}', {"flow_info": {"id": "f", "name": {}}}),
        ("with null in the one in it", '{"name":{"zh_cn":null,"en_us":"e"}}', {"flow_info": {"name": {"en_us": "e"}}}),
        ("and names of other levels", '{"zh_cn":"z","pre_hire_id":"2","name":{"id":"g","name":"h","zh_cn":"y","flow_info":{}}}', {"flow_info": {"name": {"zh_cn": "y"}}}),
        ("with integers", '{"id":1,"name":{"zh_cn":2,"en_us":-3}}', {"flow_info": {"id": "1", "name": {"zh_cn": "2", "en_us": "-3"}}}),
        ("with names escaped", '{"n\\u0061me":{"\\u007ah_cn":"z"},"\\u0069d":"f"}', {"flow_info": {"id": "f", "name": {"zh_cn": "z"}}}),
    ):
        case(f"object in an object: {label}", flow(value), event=rest | expected)
    for value in NO_OBJECT:
        case(f"object in an object: {value} inside", flow(f'{{"id":"f","name":{d}{value}}}'), ("TYPE", path), event=rest | {"flow_info": {"id": "f"}})
    for wrong in WRONG["text"]:
        case(f"object in an object: a name {wrong}", flow(f'{{"name":{{"zh_cn":{d}{wrong},"en_us":"e"}},"id":"f"}}'), ("TYPE", path + ".zh_cn"), event=rest | {"flow_info": {"id": "f", "name": {"en_us": "e"}}})
    for name in ("zh_cn", "en_us"):
        for label, one in (("written", "😀"), ("escaped", "\\ud83d\\ude00")):
            case(f"object in an object: {name} full, {label}", flow(f'{{"name":{{"{name}":"{one * 63}abc"}}}}'), event=rest | {"flow_info": {"name": {name: "😀" * 63 + "abc"}}})
            case(f"object in an object: {name} one over, {label}", flow(f'{{"name":{{"{name}":{d}"{one * 64}"}},"id":"f"}}'), ("CAPACITY", f"{path}.{name}"), event=rest | {"flow_info": {"id": "f", "name": {}}})
    case("object in an object: id one over", flow(f'{{"id":{d}"{"x" * 64}","name":{{"zh_cn":"z"}}}}'), ("CAPACITY", "event.flow_info.id"), event=rest | {"flow_info": {"name": {"zh_cn": "z"}}})
    case("object in an object: the inner one twice", flow(f'{{"name":{{"zh_cn":"z"}},{d}"name":{{"en_us":"e"}}}}'), ("DUPLICATE", path), event=rest | {"flow_info": {"name": {"zh_cn": "z"}}})
    case("object in an object: a name twice", flow(f'{{"name":{{"zh_cn":"z",{d}"zh_cn":"y"}}}}'), ("DUPLICATE", path + ".zh_cn"), event=rest | {"flow_info": {"name": {"zh_cn": "z"}}})
    case("object in an object: faults at all levels", flow(f'{{"name":{{"zh_cn":{d}1.5,"en_us":true}},"id":[]}}'), ("TYPE", path + ".zh_cn"), event=rest | {"flow_info": {"name": {}}})
    case("object in an object: of two objects the second wrong", v2(TASK, f'{{"flow_info":{{"id":"f"}},"onboarding_flow_change":{d}[]}}'), ("TYPE", "event.onboarding_flow_change"), event={"flow_info": {"id": "f"}})
    case("objects around a wrong list", v2(TASK, f'{{"flow_info":{{"id":"f"}},"onboarding_task_changes":[{{}},{d}null],"onboarding_flow_change":{{}}}}'), ("TYPE", "event.onboarding_task_changes"), event={"flow_info": {"id": "f"}, "onboarding_flow_change": {}})


def lists():
    d = HERE_IS
    for event_type, (name, item) in LISTS.items():
        short, field = f"list of {NAMES[event_type]}", f"event.{name}"
        table, rest = EVENTS[event_type][name]["fields"], without(event_type, name)
        plain, text = json.loads(obj(item)), obj(item)

        def event(content, event_type=event_type, name=name, **options):
            return full(event_type, {name: content}, **options)

        for label, content, expected in (
            ("empty", "[]", []),
            ("empty, in white space", "\n[ \t]\r ", []),
            ("one object", array([text]), [plain]),
            ("one empty object", "[{}]", [{}]),
            ("objects in white space", f" [ {text} \n,\t{{ }}\r, {text} ] ", [plain, {}, plain]),
            ("members in reverse order", array([obj(dict(reversed(item.items())))] * 2), [plain] * 2),
            ("null in every member", array([obj({n: "null" for n in item}), text]), [{}, plain]),
            ("unknown members", array(['{"x":[{}],"' + n + '":' + v + ',"y":{"' + n + '":[null]},"":1e9}' for n, v in item.items()]), [{n: v} for n, v in plain.items()]),
            ("each member alone", array([f'{{"{n}":{v}}}' for n, v in item.items()]), [{n: v} for n, v in plain.items()]),
            ("each member missing", array([obj(item | {n: None}) for n in item]), [{m: v for m, v in plain.items() if m != n} for n in item]),
        ):
            case(f"{short}: {label}", event(content), event=rest | {name: expected})
        case(f"{short}: null", event("null"), event=rest)
        case(f"{short}: absent", event(None), event=rest)
        for value in NO_LIST if event_type == COMPANY else ("true", "{}"):
            case(f"{short}: {value}", event(d + value), ("TYPE", field), event=rest)
        case(f"{short}: twice", event(f"[{text}],{d}\"{name}\":[{{}},{{}}]"), ("DUPLICATE", field), event=rest | {name: [plain]})
        for label, content in (
            ("null first", f"[{d}null,{text}]"),
            ("null between", f"[{text},{d}null,{text}]"),
            ("null last", f"[{text},{text},{d}null]"),
            ("null alone", f"[{d}null]"),
            ("true", f"[{text},{d}true]"),
            ("a text", f'[{text}, {d}"x",{{}}]'),
            ("an integer", f"[{text},{d}5,null]"),
            ("a list of objects", f"[{text},{d}[{text}]]"),
        )[:: 1 if event_type in (COMPANY, QR_CODE) else 3]:
            case(f"{short}: {label} in it", event(content), ("TYPE", field), event=rest)
        for number, (member, kind) in enumerate(table.items()):
            others = {n: v for n, v in plain.items() if n != member}
            wrong = list(zip(("first", "second", "last", "second"), (0, 1, 3, 1), WRONG[kind["type"]]))
            for place, at, value in wrong if event_type == COMPANY else wrong[number % len(wrong) :][:1]:
                content = [obj(item | {member: d + value}) if at == here else text for here in range(4)]
                expected = [others if at == here else plain for here in range(4)]
                case(f"{short}: {value} for {member} of the {place}", event(array(content)), ("TYPE", f"{field}.{member}"), event=rest | {name: expected})
            content = array([text, obj(item)[:-1] + f',{d}"{member}":{item[member]}}}', text])
            case(f"{short}: {member} twice", event(content), ("DUPLICATE", f"{field}.{member}"), event=rest | {name: [plain] * 3})
            capacities_in_list(short, event, name, item, member, kind, rest)


def capacities_in_list(short, event, name, item, member, kind, rest):
    d, plain, field = HERE_IS, json.loads(obj(item)), f"event.{name}.{member}"
    if kind["type"] == "enum":
        for value in ("2147483648", '"-2147483649"'):
            others = {n: v for n, v in plain.items() if n != member}
            case(f"{short}: {value} for {member}", event(array([obj(item), obj(item | {member: d + value})])), ("RANGE", field), event=rest | {name: [plain, others]})
        case(f"{short}: {member} as text", event(array([obj(item | {member: '"-7"'})])), event=rest | {name: [plain | {member: -7}]})
        return
    if kind["type"] == "text":
        one = kind["capacity"]
        good = [quoted("x" * one), quoted("\\u0041" * (one - 3) + "操")]
        bad = [(quoted("x" * (one + 1)), "CAPACITY"), (quoted("\\u0041" * (one - 2) + "操"), "CAPACITY")]
        case(f"{short}: {member} as integer", event(array([obj(item | {member: "12345678901234567890"})])), event=rest | {name: [plain | {member: "12345678901234567890"}]})
    else:
        items, size = kind["items"], kind["bytes"]
        good = [repeated("", items), array([quoted("x" * (size - 1))]), array([quoted("é" * 31)] * (size // 64) + [quoted("x" * (size // 64 - 1))])]
        bad = [
            (repeated("", items + 1), "TOO_MANY_ITEMS"),
            (repeated("a", items + 1), "TOO_MANY_ITEMS"),
            (array([quoted("x" * size)]), "CAPACITY"),
            (array([quoted("x" * (size - 1)), '""']), "CAPACITY"),
        ]
        case(f"{short}: {member} with integers", event(array([obj(item | {member: '[1,"2",99999999999999999999]'})])), event=rest | {name: [plain | {member: ["1", "2", "9" * 20]}]})
        others = {n: v for n, v in plain.items() if n != member}
        case(f"{short}: {member} with null in it", event(array([obj(item), obj(item | {member: f'["a",{d}null]'}), obj(item)])), ("TYPE", field), event=rest | {name: [plain, others, plain]})
        case(f"{short}: {member} empty", event(array([obj(item | {member: "[]"})])), event=rest | {name: [plain | {member: []}]})
    for at, value in enumerate(good):
        case(f"{short}: {member} full, {at}", event(array([obj(item | {member: value}), obj(item)])), event=rest | {name: [plain | {member: json.loads(value)}, plain]})
    for at, (value, kind) in enumerate(bad):
        others = {n: v for n, v in plain.items() if n != member}
        content = [obj(item), obj(item | {member: d + value})] + [obj(item)] * (at % 2)
        case(f"{short}: {member} one over, {at}", event(array(content)), (kind, field), event=rest | {name: [plain, others] + [plain] * (at % 2)})


def lists_with_faults():
    d = HERE_IS

    def event(content, **options):
        return v2(COMPANY, f'{{"company_id":"1","sub_events":{content},"field_changes":["a"]}}', **options)

    rest, path = {"company_id": "1", "field_changes": ["a"]}, "event.sub_events"
    long = quoted("x" * 64)
    case("list: faults in all items", event(f'[{{"id":{d}true}},{{"opt_type":"x","id":"1"}},{{"field_changes":[1.5],"id":"2"}}]'), ("TYPE", path + ".id"), event=rest | {"sub_events": [{}, {"id": "1"}, {"id": "2"}]})
    case("list: faults in one item", event(f'[{{}},{{"field_changes":{d}5,"id":[],"opt_type":3,"entity":{{}}}}]'), ("TYPE", path + ".field_changes"), event=rest | {"sub_events": [{}, {"opt_type": 3}]})
    case("list: capacity, then type", event(f'[{{"id":{d}{long}}},{{"id":{d}true,"opt_type":1}}]'), ("CAPACITY", path + ".id"), free=("TYPE", path + ".id"), event=rest | {"sub_events": [{}, {"opt_type": 1}]})
    case("list: two capacities", event(f'[{{"id":{d}{long},"opt_type":1}},{{"id":{long}}}]'), ("CAPACITY", path + ".id"), event=rest | {"sub_events": [{"opt_type": 1}, {}]})
    case("list: type, then capacity", event(f'[{{"opt_type":{d}"x"}},{{"id":{long}}}]'), ("TYPE", path + ".opt_type"), event=rest | {"sub_events": [{}, {}]})
    case("list: type, then what is no object", event(f'[{{"id":{d}true}},null]'), ("TYPE", path + ".id"), event=rest)
    case("list: capacity, then what is no object", event(f'[{{"id":{d}{long}}},{d}null]'), ("CAPACITY", path + ".id"), free=("TYPE", path), event=rest)
    case("list: what is no object, then capacity", event(f'[{d}null,{{"id":{long}}}]'), ("TYPE", path), event=rest)
    case("list: duplicate, then what is no object", event(f'[{{"id":"1",{d}"id":"2"}},5]'), ("DUPLICATE", path + ".id"), event=rest)
    case("list: fault before it", v2(COMPANY, f'{{"company_id":{d}true,"sub_events":[{{"id":[],"opt_type":1}}]}}'), ("TYPE", "event.company_id"), event={"sub_events": [{"opt_type": 1}]})
    case("list: fault in it and behind it", v2(COMPANY, f'{{"sub_events":[{{"id":{d}[],"opt_type":1}}],"company_id":true}}'), ("TYPE", path + ".id"), event={"sub_events": [{"opt_type": 1}]})
    case("list: capacity in it and type behind it", v2(COMPANY, f'{{"sub_events":[{{"id":{d}{long},"opt_type":1}}],"company_id":{d}true}}'), ("CAPACITY", path + ".id"), free=("TYPE", "event.company_id"), event={"sub_events": [{"opt_type": 1}]})
    case("list: fault, event before header", event(f'[{{}},{{"id":{d}[],"opt_type":1}}]', event_first=True), ("TYPE", path + ".id"), event=rest | {"sub_events": [{}, {"opt_type": 1}]})
    case("list: capacity, event before header", event(f'[{{}},{{"id":{d}{long},"opt_type":1}}]', event_first=True), ("CAPACITY", path + ".id"), event=rest | {"sub_events": [{}, {"opt_type": 1}]})
    case("list: twice, the first wrong", v2(COMPANY, f'{{"sub_events":[{d}5],"sub_events":[{{}}]}}'), ("TYPE", path), event={})
    case("list: null, then a list", v2(COMPANY, f'{{"sub_events":null,{d}"sub_events":[{{}}]}}'), ("DUPLICATE", path), event={})
    case("list: twice, a fault in the second", v2(COMPANY, f'{{"sub_events":[{{}}],{d}"sub_events":[{{"id":true}},5]}}'), ("DUPLICATE", path), event={"sub_events": [{}]})
    case("list: an item's member twice, the second too long", event(f'[{{"id":"1",{d}"id":{long}}}]'), ("DUPLICATE", path + ".id"), event=rest | {"sub_events": [{"id": "1"}]})
    case("list: a name spelled otherwise", event('[{"\\u0069d":"1","opt\\u005ftype":"2","field_ch\\u0061nges":["\\u0061"]}]'), event=rest | {"sub_events": [{"id": "1", "opt_type": 2, "field_changes": ["a"]}]})
    case("list: members of the event in an item", event('[{"company_id":1.5,"sub_events":[{"id":[]}],"id":"1"}]'), event=rest | {"sub_events": [{"id": "1"}]})
    case("list: of the members of an item, in the event", v2(COMPANY, '{"id":true,"opt_type":[],"sub_events":[]}'), event={"sub_events": []})
    case("list: of another event", v2(COMPANY, '{"data":[5],"code_lists":{},"company_id":"1"}'), event={"company_id": "1"})
    case("list: its event of an unknown type", v2("corehr.company.updated_v3", '{"sub_events":[null]}'), event=None, tag=1)

    item = '{"id":1}'
    many = v2(QR_CODE, f'{{"code_lists":{array([item] * 10_000)}}}')
    case("list: 10000 items", many, event={"code_lists": [{"id": "1"}] * 10_000})
    case("list: 10000 items, event before header", v2(QR_CODE, f'{{"code_lists":{array([item] * 10_000)}}}', event_first=True), event={"code_lists": [{"id": "1"}] * 10_000})
    case("list: 10000 items, the last null", v2(QR_CODE, f'{{"code_lists":{array([item] * 9_999 + [d + "null"])}}}'), ("TYPE", "event.code_lists"), event={})
    case("list: 10000 items, the last wrong", v2(QR_CODE, f'{{"code_lists":{array(["{}"] * 9_999 + [item.replace("1", d + "[]")])}}}'), ("TYPE", "event.code_lists.id"), event={"code_lists": [{}] * 10_000})
    case("list: 10000 items, not closed", f'{{"header":{{"event_type":"{QR_CODE}"}},"event":{{"code_lists":{array([item] * 10_000)[:-1]}', ("UNEXPECTED_END", "event.code_lists"))
    case("list: a megabyte in an item", v2(QR_CODE, f'{{"code_lists":[{{"id":"1","png":{d}"{"x" * 1_000_000}","url":"u"}},{{}}]}}'), ("CAPACITY", "event.code_lists.png"), event={"code_lists": [{"id": "1", "url": "u"}, {}]})
    case("list: a megabyte of white space between items", v2(QR_CODE, f'{{"code_lists":[{{}}{" " * 1_000_000},{{}}]}}'), event={"code_lists": [{}, {}]})


def not_json():
    """Faults of the JSON inside of objects and lists: nothing of the envelope is left."""
    places = (
        (COMPANY, "sub_events", "field_changes", lambda s: f'"sub_events":[{{"id":"1"}},{s}'),
        (EMPLOYMENT, "target_user_id", None, lambda s: f'"employment_id":"1","target_user_id":{s}'),
    )
    for event_type, name, inner, build in places:
        outer, text = f"event.{name}", "id" if inner else "open_id"
        member = f"{outer}.{text}"
        head = f'{{"header":{{"event_type":"{event_type}"}},"event":{{'
        for label, content, kind, field in (
            ("end", "", "UNEXPECTED_END", outer),
            ("end after the brace", "{", "UNEXPECTED_END", outer),
            ("end in a name", f'{{"{text}', "UNEXPECTED_END", outer),
            ("end after a name", f'{{"{text}"', "UNEXPECTED_END", outer),
            ("end after a colon", f'{{"{text}":', "UNEXPECTED_END", member),
            ("end in a value", f'{{"{text}":"1', "UNEXPECTED_END", member),
            ("end after a value", f'{{"{text}":"1"', "UNEXPECTED_END", outer),
            ("end after a comma", f'{{"{text}":"1",', "UNEXPECTED_END", outer),
            ("wrong value", "^@}}", "EXPECTED_VALUE", outer),
            ("bare name", "{^id:1}}}", "EXPECTED_NAME", outer),
            ("comma at the end", f'{{"{text}":"1",^}}}}}}', "EXPECTED_NAME", outer),
            ("no colon", f'{{"{text}"^,1}}}}}}', "EXPECTED_COLON", outer),
            ("no value", f'{{"{text}":^}}}}}}', "EXPECTED_VALUE", member),
            ("no comma", f'{{"{text}":"1"^"x":1}}}}}}', "EXPECTED_COMMA", outer),
            ("closed by a bracket", f'{{"{text}":"1"^]}}}}', "EXPECTED_COMMA", outer),
            ("number of a wrong form", f'{{"{text}":0^1}}}}}}', "INVALID_NUMBER", member),
            ("wrong literal", f'{{"{text}":nul^}}}}}}', "INVALID_LITERAL", member),
            ("wrong escape", f'{{"{text}":"\\^q"}}}}}}', "INVALID_ESCAPE", member),
            ("lone surrogate", f'{{"{text}":"^\\ud800"}}}}}}', "LONE_SURROGATE", member),
            ("lone surrogate in a name", '{"^\\ud800":1}}}', "LONE_SURROGATE", outer),
            ("control character", f'{{"{text}":"a^\n"}}}}}}', "CONTROL_CHARACTER", member),
            ("what is not UTF-8", f'{{"{text}":"é^{raw("ff")}"}}}}}}', "INVALID_UTF8", member),
            ("a fault in an unknown member", '{"x":[{"y":^@}]}}}', "EXPECTED_VALUE", outer),
            ("a fault in a value of the wrong type", f'{{"{text}":[^@]}}}}}}', "EXPECTED_VALUE", member),
            ("a fault in a repeated member", f'{{"{text}":"1","{text}":^@}}}}}}', "EXPECTED_VALUE", member),
            ("a fault behind one of a field", f'{{"{text}":true,"x":^@}}}}}}', "EXPECTED_VALUE", outer),
            ("a fault instead of it", "[^@]", "EXPECTED_VALUE", outer),
        ):
            content = content.replace("^", HERE_IS)
            case(f"{label} in {name}", head + build(content), (kind, field))
            if kind != "UNEXPECTED_END":
                case(f"{label} in {name}, event before header", '{"event":{' + build(content), (kind, "event"))
    head = f'{{"header":{{"event_type":"{COMPANY}"}},"event":{{"sub_events":'
    for label, content, kind, field in (
        ("end", "", "UNEXPECTED_END", ""),
        ("end after the bracket", "[", "UNEXPECTED_END", ""),
        ("end after an item", "[{}", "UNEXPECTED_END", ""),
        ("end after a comma", "[{},", "UNEXPECTED_END", ""),
        ("end after the list", "[{}]", "UNEXPECTED_END", "event"),
        ("comma at the start", "[^,{}]}}", "EXPECTED_VALUE", ""),
        ("comma at the end", "[{},^]}}", "EXPECTED_VALUE", ""),
        ("two commas", "[{},^,{}]}}", "EXPECTED_VALUE", ""),
        ("no comma", "[{} ^{}]}}", "EXPECTED_COMMA", ""),
        ("colon", "[{}^:{}]}}", "EXPECTED_COMMA", ""),
        ("closed by a brace", "[{}^}", "EXPECTED_COMMA", ""),
        ("fault behind an item that is none", '[null,{"id":^@}]}}', "EXPECTED_VALUE", ".id"),
        ("fault in an item that is none", '[{"id":"1"},[{"id":^@}]]}}', "EXPECTED_VALUE", ""),
        ("fault in an inner list", '[{"field_changes":["a",^@]}]}}', "EXPECTED_VALUE", ".field_changes"),
        ("inner list without comma", '[{"field_changes":["a"^"b"]}]}}', "EXPECTED_COMMA", ".field_changes"),
        ("inner list not closed", '[{"field_changes":["a"^}]}}', "EXPECTED_COMMA", ".field_changes"),
        ("end in an inner list", '[{"field_changes":["a"', "UNEXPECTED_END", ".field_changes"),
        ("fault in a number", '[{},{"opt_type":1.^}]}}', "INVALID_NUMBER", ".opt_type"),
        ("fault behind a capacity", f'[{{"id":"{"x" * 64}"}},{{"id":^@}}]}}}}', "EXPECTED_VALUE", ".id"),
        ("fault in a second list", '[{}],"sub_events":[{"id":^@}]}}', "EXPECTED_VALUE", ""),
    ):
        field = field if field == "event" else f"event.sub_events{field}"
        case(f"list: {label}", head + content.replace("^", HERE_IS), (kind, field))
    head = f'{{"header":{{"event_type":"{TASK}"}},"event":{{"flow_info":{{"name":'
    for label, content, kind, field in (
        ("end", '{"zh_cn":"', "UNEXPECTED_END", "event.flow_info.name.zh_cn"),
        ("end after a value", '{"zh_cn":""', "UNEXPECTED_END", "event.flow_info.name"),
        ("end after the inner one", "{}", "UNEXPECTED_END", "event.flow_info"),
        ("end after the outer one", "{}}", "UNEXPECTED_END", "event"),
        ("wrong value", '{"en_us":^@}}}}', "EXPECTED_VALUE", "event.flow_info.name.en_us"),
        ("wrong value behind it", '{},"id":^@}}}', "EXPECTED_VALUE", "event.flow_info.id"),
        ("wrong value in an unknown member", '{"x":^@}}}}', "EXPECTED_VALUE", "event.flow_info.name"),
    ):
        case(f"object in an object: {label}", head + content.replace("^", HERE_IS), (kind, field))


def depth():
    for label, opening, closing in (("arrays", "[", "]"), ("objects", '{"a":', "}")):
        inner = "" if opening == "[" else "1"

        def nest(levels, opening=opening, closing=closing, inner=inner):
            return opening * levels + inner + closing * levels

        def too_deep(levels, opening=opening, closing=closing, inner=inner):
            return opening * levels + HERE_IS + opening + inner + closing * (levels + 1)

        for order, first in (("", False), (", event before header", True)):
            # How many levels are around it, and where it is.
            for place, around, event_type, build, good, field, unlimited in (
                ("an unknown member of an object", 3, EMPLOYMENT, '{{"target_user_id":{{"open_id":"o","x":{}}}}}', {"target_user_id": {"open_id": "o"}}, "target_user_id", True),
                ("an unknown member of an object in an object", 4, TASK, '{{"flow_info":{{"name":{{"x":{},"zh_cn":"z"}}}}}}', {"flow_info": {"name": {"zh_cn": "z"}}}, "flow_info.name", True),
                ("an unknown member of an item", 4, COMPANY, '{{"sub_events":[{{}},{{"x":{},"id":"1"}}]}}', {"sub_events": [{}, {"id": "1"}]}, "sub_events", True),
                ("a text of an item", 4, COMPANY, '{{"sub_events":[{{"entity":"e","id":{}}}]}}', {"sub_events": [{"entity": "e"}]}, "sub_events.id", False),
                ("an inner list", 5, COMPANY, '{{"sub_events":[{{"id":"1","field_changes":["a",{}]}}]}}', {"sub_events": [{"id": "1"}]}, "sub_events.field_changes", False),
            ):
                at = "event" if first else f"event.{field}"
                error = None if unlimited else ("TYPE", f"event.{field}")
                case(f"64 levels of {label} in {place}{order}", v2(event_type, build.format(("" if unlimited else HERE_IS) + nest(64 - around)), event_first=first), error, event=good)
                case(f"65 levels of {label} in {place}{order}", v2(event_type, build.format(too_deep(64 - around)), event_first=first), ("TOO_DEEP", at))
        case(f"100000 {label} in an item", v2(COMPANY, f'{{"sub_events":[{{"x":{opening * 60}{HERE_IS}{opening * 99_940}').replace(CLOSE, "").replace(OPEN, ""), ("TOO_DEEP", "event.sub_events"))
    case("64 levels of arrays instead of an item", v2(COMPANY, f'{{"sub_events":[{HERE_IS}{"[" * 61}{"]" * 61}]}}'), ("TYPE", "event.sub_events"), event={})
    case("65 levels of arrays instead of an item", v2(COMPANY, f'{{"sub_events":[{"[" * 61}{HERE_IS}[{"]" * 62}]}}'), ("TOO_DEEP", "event.sub_events"))
    case("64 levels of arrays instead of an object", v2(EMPLOYMENT, f'{{"target_user_id":{HERE_IS}{"[" * 62}{"]" * 62}}}'), ("TYPE", "event.target_user_id"), event={})


def odd_events():
    d = HERE_IS
    # Only the header's event type routes.
    for value in ("1", '"2"', "8", "-1"):
        for order, first in (("", False), (", event before header", True)):
            case(f"employee event_type {value}{order}", v2(EMPLOYEE, f'{{"event_type":{value},"opt_id":"1"}}', event_first=first), event={"event_type": int(value.strip('"')), "opt_id": "1"}, tag=29, header=HEADER_OF[EMPLOYEE])
    for name in (UPDATED, COMPANY, "corehr.nothing_v1"):
        for order, first in (("", False), (", event before header", True)):
            case(f"employee event_type {name}{order}", v2(EMPLOYEE, f'{{"event_type":{d}"{name}","status":1,"data":[{{}}]}}', event_first=first), ("TYPE", "event.event_type"), event={"data": [{}]}, tag=29)
    body = f'"event":{OPEN}{{"event_type":"{COMPANY}","sub_events":[{{}}]}}{CLOSE}'
    case("headless with event_type in the event, not named", f'{{"header":{{{d}}},{body}}}', ("MISSING", "header.event_type"), schema="headless", event=None, tag=1)
    case("headless with event_type in the event, named", f'{{"header":{{}},{body}}}', event_type=COMPANY, schema="headless", event={"sub_events": [{}]}, tag=14)
    case("headless with event_type in the event, before the header, named otherwise", f'{{{body},"header":{{}}}}'.replace(f'"{COMPANY}"', f'{d}"{COMPANY}"'), ("TYPE", "event.event_type"), event_type=EMPLOYEE, schema="headless", event={}, tag=29)
    case("employee operator and times as integers", v2(EMPLOYEE, '{"operator_user_id":7216228370772919852,"opt_time":1719391068,"sub_event_type":"8003"}'), event={"operator_user_id": "7216228370772919852", "opt_time": "1719391068", "sub_event_type": 8003})

    for value in ("9007199254740993", "-9007199254740993", "18446744073709551617", "9223372036854775807", "7278949005675545133", "0", "1" * 40, "9" * 256):
        for order, first in (("", False), (", event before header", True)):
            case(f"comment of the process {value[:40]}, of {len(value)} digits{order}", v2(COMMENT, f'{{"process_id":{value},"comment_id":{value},"type":1}}', event_first=first), event={"process_id": value, "comment_id": value, "type": 1}, tag=74)
    case("comment of a process of 257 digits", v2(COMMENT, f'{{"process_id":{d}{"9" * 257},"type":1}}'), ("CAPACITY", "event.process_id"), event={"type": 1})
    for value in ("9007199254740993.0", "9e18", "1E400"):
        case(f"comment of the process {value}", v2(COMMENT, f'{{"process_id":{d}{value},"type":1}}'), ("TYPE", "event.process_id"), event={"type": 1})
    escaped = "\\ud83d\\ude00" * 64
    case("comment with ids of 64 characters of 4 bytes", v2(COMMENT, f'{{"process_id":"{"😀" * 64}","comment_id":"{escaped}"}}'), event={"process_id": "😀" * 64, "comment_id": "😀" * 64})
    case("comment with an id of a byte more", v2(COMMENT, f'{{"process_id":{d}"{"😀" * 64}x","comment_id":"c"}}'), ("CAPACITY", "event.process_id"), event={"comment_id": "c"})
    for value in ("100", "0", "-1", '"99"'):
        case(f"comment of the type {value}", v2(COMMENT, f'{{"type":{value}}}', event_first=True), event={"type": int(value.strip('"'))}, tag=74)

    for value in ("pending", "rejected", "waiting", "approved", "converted", "offboarded", "Converted", "something new", "", "试用期", "x" * 63):
        case(f"probation {value[:20]!r}", v2(PROBATION, f'{{"probation_status":"{value}","employment_id":"1"}}'), event={"probation_status": value, "employment_id": "1"}, tag=73)
    case("probation with a number", v2(PROBATION, '{"probation_status":5}'), event={"probation_status": "5"})
    case("probation null", v2(PROBATION, '{"probation_status":null}'), event={})
    case("probation with too long a text", v2(PROBATION, f'{{"probation_status":{d}"{"x" * 64}","employment_id":"1"}}'), ("CAPACITY", "event.probation_status"), event={"employment_id": "1"})
    for value in ("true", "1.5", '["pending"]', "{}"):
        case(f"probation {value}", v2(PROBATION, f'{{"probation_status":{d}{value},"employment_id":"1"}}'), ("TYPE", "event.probation_status"), event={"employment_id": "1"})
    assert TAGS[PROBATION] == 73


GROUPS = (catalogue_in_full, objects, objects_in_objects, lists, lists_with_faults, not_json, depth, odd_events)
